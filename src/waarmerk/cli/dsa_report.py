"""`waarmerk dsa report`: check a published transparency report, compare two. No logic here."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from waarmerk.cli.dsa_shared import write_json, write_page
from waarmerk.errors import ANSWER_IS_NO, UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Check a published transparency report, compare two.",
)


class Format(StrEnum):
    """How the answer is written."""

    text = "text"
    json = "json"


class Lang(StrEnum):
    """The language of sentences and pages."""

    en = "en"
    nl = "nl"


_FORMAT = typer.Option(Format.text, "--format", help="text for people, json for programs.")
_LANG = typer.Option(Lang.en, "--lang", help="Language of sentences and page.")
_HTML = typer.Option(
    None, "--html", help="Write a page here: the questions, plots, the cells marked.", dir_okay=False
)
_RULES = typer.Option(None, "--rules", help="A Python file with rules of your own; it is run.", exists=True)


@app.command("check")
def check_command(
    path: Path = typer.Argument(..., help="A folder of CSV files, a ZIP, one CSV, or an XLSX."),
    format_: Format = _FORMAT,
    lang: Lang = _LANG,
    html: Path | None = _HTML,
    rules: list[Path] | None = _RULES,
) -> None:
    """Check a report against the rules of Annex II. Exit 0: nothing found; 3: findings; 1: unreadable."""
    from waarmerk.dsa.report.check import check_path
    from waarmerk.dsa.report.rules.own import load_rules

    for own in rules or []:
        load_rules(own)
    report, checked = check_path(path, language=lang.value)
    if html is not None:
        from waarmerk.dsa.report.page import check_page

        write_page(html, check_page(report, checked, language=lang.value))
    _answer(checked, format_, lang)


@app.command("compare")
def compare_command(
    first: Path = typer.Argument(..., help="The earlier report or version."),
    second: list[Path] = typer.Argument(..., help="The later one; or daily dumps of the Commission's database."),
    format_: Format = _FORMAT,
    lang: Lang = _LANG,
    html: Path | None = _HTML,
    dumps: bool = typer.Option(False, "--dumps", help="SECOND are daily dumps, not a report."),
    platform: str | None = typer.Option(None, "--platform", help="The platform's name in the dumps."),
) -> None:
    """Compare two periods or versions of one service, or a report with the database's dumps."""
    if dumps:
        from waarmerk.dsa.report.compare_dumps import compare_with_dumps

        report, checked = compare_with_dumps(first, second, platform=platform, language=lang.value)
    else:
        if len(second) != 1:
            raise UsageError("compare takes two reports", hint="several paths are for --dumps")
        from waarmerk.dsa.report.compare import compare_paths

        report, checked = compare_paths(first, second[0], language=lang.value)
    if html is not None:
        from waarmerk.dsa.report.page import check_page

        write_page(html, check_page(report, checked, language=lang.value))
    _answer(checked, format_, lang)


def _answer(checked: object, format_: Format, lang: Lang) -> None:
    from waarmerk.dsa.report.check import Checked

    assert isinstance(checked, Checked)  # noqa: S101 - narrows the lazily imported type
    if format_ is Format.json:
        write_json(checked)
    else:
        from rich.console import Console

        from waarmerk.dsa.report.terminal import show

        show(checked, Console(highlight=False), language=lang.value)
    if checked.findings:
        raise typer.Exit(ANSWER_IS_NO)
