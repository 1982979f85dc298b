"""What the commands of `waarmerk dsa` share: options, how JSON, pages and tables are written."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from waarmerk.errors import InputError, UsageError
from waarmerk.text.terminal import plain
from waarmerk.text.words import LANGUAGES, Language

OUTPUT = typer.Option("text", "--format", help="text or json.")
LANG = typer.Option("en", "--lang", help="en or nl.")
STRICT = typer.Option(False, "--strict", help="Questions count too: exit 3.")
RULES = typer.Option(None, "--rules", help="A file of one's own rules (it is run: trust it).", dir_okay=False)


def language_of(lang: str) -> Language:
    """The language of `--lang`; UsageError for another."""
    for language in LANGUAGES:
        if language == lang:
            return language
    raise UsageError(f"--lang knows {', '.join(LANGUAGES)}, not {lang}")


def wants_json(output: str) -> bool:
    """Whether `--format` is json; UsageError for what is neither json nor text."""
    if output not in ("text", "json"):
        raise UsageError(f"--format knows text and json, not {output}")
    return output == "json"


def own_rules(path: Path | None) -> None:
    """Load a stranger's file of rules, where one is given."""
    if path is not None:
        from waarmerk.dsa.rules import load_rules

        if not path.is_file():
            raise UsageError("there is no such file of rules", where=str(path))
        load_rules(path)


def write_json(value: Any) -> None:
    """One JSON document on standard output, nothing else."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    sys.stdout.buffer.flush()


def write_page(path: Path, text: str) -> None:
    """An HTML page to a file; InputError where it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"the page cannot be written: {error.strerror}", where=str(path)) from error


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Columns of text, each as wide as its widest cell; the last one is left ragged."""
    given = [tuple(plain(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*given, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in given)
    return "\n".join(line.rstrip() for line in lines)
