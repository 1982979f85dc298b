"""`waarmerk dsa lint`: daily dumps from the command line, with a progress line where a person looks on."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import typer

from waarmerk.cli.dsa_shared import (
    LANG,
    OUTPUT,
    RULES,
    STRICT,
    language_of,
    own_rules,
    table,
    wants_json,
    write_json,
    write_page,
)
from waarmerk.errors import ANSWER_IS_NO, combined_exit_code
from waarmerk.text.terminal import plain
from waarmerk.text.words import words

_EVERY_S = 0.5


def lint(
    dumps: list[Path] = typer.Argument(..., help="CSV, ZIP of CSVs, ZIP of ZIPs, or folders of them."),
    html: Path = typer.Option(None, "--html", help="Write the page there."),
    strict: bool = STRICT,
    rules: Path = RULES,
    lang: str = LANG,
    output: str = OUTPUT,
) -> None:
    """Stream daily dumps of any size: per platform and rule how many, first examples, flags that flip."""
    from waarmerk.dsa.dumps.lint import Linter
    from waarmerk.dsa.dumps.outcome import outcome, percent
    from waarmerk.dsa.dumps.page import lead, lint_page, unread_lines
    from waarmerk.dsa.rules import house_rules

    language, as_json = language_of(lang), wants_json(output)
    own_rules(rules)
    progress = _Progress()
    linter = Linter(house_rules().values(), progress=progress.tell if sys.stderr.isatty() else None)
    try:
        linter.run(dumps)
    finally:
        progress.end()
    found = outcome(linter, language)
    say = words("dsa", language)
    if html is not None:
        command = shlex.join(["waarmerk", "dsa", "lint", *map(str, dumps), "--html", str(html), "--lang", lang])
        write_page(html, lint_page(found, language, command=command))
    if as_json:
        write_json(found)
    else:
        typer.echo(lead(found, say))
        if found.findings:
            names = ("lint.platform", "lint.rule", "lint.class", "lint.count", "lint.share", "lint.asks")
            typer.echo()
            typer.echo(
                table(
                    [
                        tuple(say.say(name) for name in names),
                        *(
                            (
                                each.platform,
                                each.rule,
                                say.say(f"kind.{each.kind}"),
                                say.number(each.count),
                                f"{percent(each.share, say)} ({percent(each.low, say)} - {percent(each.high, say)})",
                                f"{each.examples[0].uuid}: {each.examples[0].sentence}",
                            )
                            for each in found.findings
                        ),
                    ]
                )
            )
        for flip in found.flips:
            typer.echo(plain(f"{flip.platform}: {flip.sentence}"))
        for line in unread_lines(found, say):
            typer.echo(plain(line), err=True)
    codes = {1 if found.unreadable or found.bad_rows else 0}
    if found.objections() or (strict and found.questions()):
        codes.add(ANSWER_IS_NO)
    raise typer.Exit(combined_exit_code(codes))


class _Progress:
    """One line on stderr, at most twice a second."""

    def __init__(self) -> None:
        self._last = 0.0
        self._started = time.monotonic()
        self._shown = False

    def tell(self, behind: int, total: int, rows: int) -> None:
        """Bytes behind us, bytes in all, rows so far."""
        now = time.monotonic()
        if now - self._last < _EVERY_S:
            return
        self._last, self._shown = now, True
        share = behind / total if total else 1.0
        filled = int(share * 30)
        speed = rows / max(now - self._started, 1e-9)
        bar = f"[{'#' * filled}{'.' * (30 - filled)}]"
        print(f"\r{bar} {share:4.0%}  {rows:,} rows  {speed:,.0f}/s ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print(file=sys.stderr)
