"""`waarmerk desk`: those who work at the desk and the keys of machines; `waarmerk policy`: stands beside it."""

from __future__ import annotations

import csv
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from waarmerk.cli import desk_archive
from waarmerk.cli.desk_shared import DATABASE, FOLDER, HERE, desk_in
from waarmerk.desk.intake.hours import frames
from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.people.keys import new_key, revoke
from waarmerk.errors import InputError
from waarmerk.text.terminal import plain

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=True)
app.add_typer(desk_archive.app, name="archive", help="Check an archive with the desk's workers, on many machines.")


@app.command()
def member(login: str, role: str, folder: FOLDER = HERE, database: DATABASE = None, language: str = "en") -> None:
    """Add somebody who decides; the password is read from WAARMERK_PASSWORD, or made and shown once."""
    password = os.environ.get("WAARMERK_PASSWORD") or secrets.token_urlsafe(12)
    with desk_in(folder, database).write() as unit:
        add_member(unit, login, password, role, language)  # type: ignore[arg-type]
    shown = "" if "WAARMERK_PASSWORD" in os.environ else f"; password {password}"
    typer.echo(plain(f"{login} may log in as {role}{shown}"))


@app.command()
def key(
    name: str,
    role: str,
    folder: FOLDER = HERE,
    database: DATABASE = None,
    flagger_ref: Annotated[str | None, typer.Option(help="A trusted flagger's number in the register.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="After how many days it ends.")] = None,
) -> None:
    """Make a key for a machine and show it this once. Roles: platform, flagger, authority, auditor, admin."""
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with desk_in(folder, database).write() as unit:
        made = new_key(unit, name, role, flagger_ref=flagger_ref, expires=expires)  # type: ignore[arg-type]
    typer.echo(made)


@app.command("frames")
def frames_command(out: Path, folder: FOLDER = HERE, database: DATABASE = None) -> None:
    """Write the list of all uploads whose hours were counted (CSV): an auditor draws from it, `audit sample`."""
    rows = 0
    try:
        with out.open("w", encoding="utf-8", newline="") as stream, desk_in(folder, database).read() as connection:
            writer = csv.writer(stream)
            writer.writerow(("hour_at", "item", "salt"))
            for row in frames(connection):
                writer.writerow(row)
                rows += 1
    except OSError as error:
        raise InputError(f"the list cannot be written: {error.strerror}", where=str(out)) from error
    typer.echo(plain(f"{rows} uploads in {out}"))


@app.command("revoke-key")
def revoke_key(name: str, folder: FOLDER = HERE, database: DATABASE = None) -> None:
    """A key is good no longer, from now on."""
    with desk_in(folder, database).write() as unit:
        revoke(unit, name)
    typer.echo(plain(f"{name} is good no longer"))
