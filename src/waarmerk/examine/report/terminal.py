"""An examination on a terminal: the conclusion in a sentence, each finding in a line, facts in short, the limits.

Rules: what strangers wrote (file names, signers, items) passes `text.terminal.plain`, and never as markup.
"""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from waarmerk.errors import WaarmerkError
from waarmerk.examine.report.again import AgainRow
from waarmerk.examine.report.facts import facts
from waarmerk.examine.report.sentences import Sentences, tone
from waarmerk.text.terminal import plain
from waarmerk.values import Abstention, Examination, Finding, Ratio

_STYLES = {"for": "red", "against": "green", "weak": "yellow"}
_MARKS = {"ratio": "●", "facts": "·", "abstained": "–"}


def show(examination: Examination, say: Sentences, console: Console) -> None:
    """Prints one examination."""
    style = _STYLES[tone(examination)]
    lines: list[RenderableType] = [Text(plain(say.conclusion(examination)))]
    lines += [Text(plain(further)) for further in say.further(examination)]
    title = Text.assemble(
        (f" {say.label(examination)} ", f"bold {style}"), (plain(examination.asset.path), "bold"), " "
    )
    console.print(Panel(Group(*lines), title=title, title_align="left", border_style=style))
    console.print(Padding(_findings(examination, say), (0, 2)))
    console.print(Padding(Text(_footer(examination, say), style="dim"), (0, 2)))


def show_error(path: str, error: WaarmerkError, console: Console) -> None:
    """Prints why one input could not be examined."""
    sentence = error if error.where else type(error)(error.message, where=path, hint=error.hint)
    console.print(Text(f"waarmerk: {plain(sentence.sentence())}"), soft_wrap=True)


def show_again(row: AgainRow, say: Sentences, console: Console) -> None:
    """Prints how a repetition compares with its record."""
    word = say.words.say
    lines = [word("again.repeated" if row.repeated else "again.differs", path=row.path)]
    if row.largest_difference is not None:
        lines.append(word("again.largest", difference=f"{row.largest_difference:.3g}", at=row.at))
    if not row.same_frames:
        lines.append(word("again.frames"))
    lines += [word("again.version", what=v.what, before=v.before or "-", after=v.after or "-") for v in row.versions]
    lines += [word("again.only", what=what) for what in row.only_in_one[:20]]
    for text in lines:
        console.print(Text(plain(text)), soft_wrap=True)


def _findings(examination: Examination, say: Sentences) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in examination.findings:
        lines = [say.answer(finding)] if finding.answer is not None else []
        lines += facts(finding, say)
        table.add_row(
            _MARKS[_kind(finding)],
            Text(plain(say.analyzer(finding.analyzer)), style="bold"),
            Text("\n".join(plain(line) for line in lines) or say.words.say("finding.facts")),
        )
    return table


def _kind(finding: Finding) -> str:
    if isinstance(finding.answer, Ratio):
        return "ratio"
    return "abstained" if isinstance(finding.answer, Abstention) else "facts"


def _footer(examination: Examination, say: Sentences) -> str:
    word, sampling = say.words.say, examination.sampling
    parts = [
        word(
            "text.looked",
            analysed=say.words.number(sampling.frames_analysed),
            seen=say.words.number(sampling.frames_seen),
            elapsed=say.words.number(examination.elapsed_s, 1),
        )
    ]
    tracks = len({track.track for finding in examination.findings for track in finding.tracks})
    if tracks:
        parts.append(word("text.tracks.one" if tracks == 1 else "text.tracks.many", count=tracks))
    if examination.not_examined:
        names = ", ".join(say.words.find(f"what.{what}") or what for what in examination.not_examined)
        parts.append(word("text.not-examined", what=names))
    limits = word("text.limits", kind=word(f"kind.{examination.asset.kind}"))
    return "; ".join(parts) + ".\n" + limits
