"""`waarmerk dsa`: check what is published. Options in, sentences or JSON out; what is decided is decided in `dsa`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import IO

import typer
from typer import _click as click
from typer.core import TyperGroup
from typer.main import get_command

from waarmerk.cli.dsa_fines import fines
from waarmerk.cli.dsa_lint import lint
from waarmerk.cli.dsa_shared import LANG, OUTPUT, RULES, STRICT, language_of, own_rules, wants_json, write_json
from waarmerk.errors import ANSWER_IS_NO, InputError, combined_exit_code
from waarmerk.text.terminal import plain
from waarmerk.text.words import words

_REPORT = "waarmerk.cli.dsa_report"
_STATEMENT = typer.Typer(no_args_is_help=True, help="Statements of reasons before they are sent.")


class _Group(TyperGroup):
    """The group with `report`, whose file is imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        report = ["report"] if importlib.util.find_spec(_REPORT) else []
        return [*super().list_commands(ctx), *report]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "report" and importlib.util.find_spec(_REPORT):
            command = get_command(importlib.import_module(_REPORT).app)
            command.name = cmd_name
            return command
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Group,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check what is published under the DSA.",
)
app.add_typer(_STATEMENT, name="statement")
app.command("lint")(lint)
app.command("fines")(fines)


@_STATEMENT.command("validate")
def validate(
    file: str = typer.Argument(..., help="A statement, a batch or JSON Lines; - for standard input."),
    strict: bool = STRICT,
    rules: Path = RULES,
    lang: str = LANG,
    output: str = OUTPUT,
) -> None:
    """The server's rules under its field names, and what it accepts and nobody should send."""
    from waarmerk.dsa.statement import validate_stream

    language, as_json = language_of(lang), wants_json(output)
    own_rules(rules)
    with _opened(file) as stream:
        result = validate_stream(stream, "stdin" if file == "-" else file, language=language)
    asked = sum(1 for found in result.findings if found.kind == "question")
    if as_json:
        write_json(result)
    else:
        say = words("dsa", language).say
        for found in result.findings:
            line = f":{found.line}" if found.line else ""
            kind = say(f"kind.{found.kind}")
            typer.echo(plain(f"{result.file}{line}: {found.key}: {found.sentence} [{found.rule}, {kind}]"))
        for problem in result.unreadable:
            typer.echo(plain(problem.sentence), err=True)
        if result.left_out:
            typer.echo(say("validate.left_out", count=result.left_out))
        typer.echo(say("validate.summary", valid=result.valid, statements=result.statements, questions=asked))
    codes = {1 if result.unreadable else 0}
    if result.valid < result.statements or (strict and result.findings):
        codes.add(ANSWER_IS_NO)
    raise typer.Exit(combined_exit_code(codes))


def _opened(file: str) -> IO[bytes]:
    if file == "-":
        return sys.stdin.buffer
    path = Path(file)
    if path.is_dir():
        raise InputError("this is a folder", where=file, hint="give one file; for dumps: waarmerk dsa lint")
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=file) from error
