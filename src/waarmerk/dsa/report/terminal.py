"""A check on the terminal: grouped by class and part, every sentence with the place it is about."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from waarmerk.dsa.report.check import CHAPTER, Checked, Finding
from waarmerk.dsa.report.rules import CLASSES
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language, Words, words

_STYLES = {"impossible": "bold red", "instructions": "bold yellow", "question": "bold cyan"}
_LONGEST_CONTEXT = 300


def show(checked: Checked, console: Console, *, language: Language, title: str | None = None) -> None:
    """Print a check's findings and how the report was read."""
    said = words(CHAPTER, language)
    name = title or said.say("title", service=checked.service, period=checked.period)
    console.print(Text(plain(name), style="bold"))
    for kind in CLASSES:
        found = [finding for finding in checked.findings if finding.kind == kind]
        if not found:
            continue
        console.print()
        console.print(Text(f"{said.say(f'class.{kind}')} ({len(found)})", style=_STYLES[kind]))
        for part, some in groupby(found, key=lambda finding: finding.part):
            head = said.say("part", number=part) if part else said.say("whole_report")
            console.print(Padding(Text(head, style="bold"), (0, 0, 0, 2)))
            for finding in some:
                _finding(finding, console, said)
    console.print()
    if not checked.findings:
        console.print(said.say("nothing", service=plain(checked.service), period=plain(checked.period)))
    else:
        console.print(Text(said.say("summary", **counts(checked))))
        console.print(Text(said.say("no_accusation"), style="dim"))
    for note in checked.notes:
        console.print(Text(f"· {plain(note.sentence)}", style="dim"))


def counts(checked: Checked) -> dict[str, int]:
    """How many findings of each class, and in all."""
    found: dict[str, int] = {kind: sum(f.kind == kind for f in checked.findings) for kind in CLASSES}
    return {"count": len(checked.findings), **found}


def _finding(finding: Finding, console: Console, said: Words) -> None:
    where = f"{finding.where}:{finding.line}" if finding.line else finding.where
    console.print(Padding(Text(plain(finding.sentence)), (0, 0, 0, 4)))
    tail = f"{finding.rule} · {where}" if where else finding.rule
    if finding.cells:
        tail += f" · {said.say('more_cells', count=len(finding.cells))}"
    console.print(Padding(Text(plain(tail), style="dim"), (0, 0, 0, 6)))
    if finding.context:
        shown = (
            finding.context if len(finding.context) <= _LONGEST_CONTEXT else f"{finding.context[:_LONGEST_CONTEXT]}…"
        )
        console.print(Padding(Text(f"{said.say('context')}: {plain(shown)}", style="italic"), (0, 0, 0, 6)))
