"""`waarmerk desk archive`: `waarmerk check` over an archive by the desk's queue, on as many machines as there are."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from waarmerk.cli.desk_shared import DATABASE, FOLDER, HERE, desk_in
from waarmerk.desk.intake import archive as archives
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import UsageError
from waarmerk.examine.inputs import inputs
from waarmerk.text.terminal import plain

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=True)
NAME = Annotated[str, typer.Argument(metavar="NAME", help="What the archive is called.")]


@app.command()
def add(
    name: NAME,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, folders, or - for a list on standard input.")
    ],
    folder: FOLDER = HERE,
    database: DATABASE = None,
) -> None:
    """Have files checked by the desk's workers, which reach them under the same paths; again adds what is new."""
    new = archives.add(desk_in(folder, database), name, inputs(paths, sys.stdin.buffer))
    typer.echo(plain(f"{new} inputs added to {name}"))


@app.command()
def status(name: NAME, folder: FOLDER = HERE, database: DATABASE = None) -> None:
    """Say how far an archive is; exit code 1 while something waits."""
    far = _far(desk_in(folder, database), name)
    typer.echo(plain(f"{name}: {far.over} of {far.inputs} inputs are over, {far.no_media} of them no media"))
    raise typer.Exit(int(far.waiting > 0))


@app.command()
def export(name: NAME, folder: FOLDER = HERE, database: DATABASE = None) -> None:
    """Write what is known, a line an input, in their order (waarmerk.check/1); exit code 1 while something waits."""
    desk = desk_in(folder, database)
    far = _far(desk, name)
    with desk.read() as connection:
        for line in archives.lines(connection, name):
            sys.stdout.buffer.write(line.encode() + b"\n")
    if far.waiting:
        typer.echo(plain(f"{far.waiting} of {far.inputs} inputs still wait for a worker"), err=True)
    raise typer.Exit(int(far.waiting > 0))


def _far(desk: Desk, name: str) -> archives.Progress:
    with desk.read() as connection:
        far = archives.progress(connection, name)
        if not far.inputs:
            there = ", ".join(archives.names(connection)) or "none yet"
            raise UsageError(f"there is no archive {name}", hint=f"archives: {there}")
    return far
