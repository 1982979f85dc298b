"""`waarmerk desk`: those who work at the desk and the keys of machines; `waarmerk policy`: stands beside it."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.people.keys import new_key, revoke
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import UsageError
from waarmerk.text.terminal import plain

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=True)
FOLDER = Annotated[Path, typer.Option("--dir", help="The desk's folder.")]
DATABASE = Annotated[
    str | None, typer.Option(metavar="URL", help="The desk's database, where it is not in the folder.")
]
_HERE = Path("waarmerk-desk")


@app.command()
def member(login: str, role: str, folder: FOLDER = _HERE, database: DATABASE = None, language: str = "en") -> None:
    """Add somebody who decides; the password is read from WAARMERK_PASSWORD, or made and shown once."""
    password = os.environ.get("WAARMERK_PASSWORD") or secrets.token_urlsafe(12)
    with _desk(folder, database).write() as unit:
        add_member(unit, login, password, role, language)  # type: ignore[arg-type]
    shown = "" if "WAARMERK_PASSWORD" in os.environ else f"; password {password}"
    typer.echo(plain(f"{login} may log in as {role}{shown}"))


@app.command()
def key(
    name: str,
    role: str,
    folder: FOLDER = _HERE,
    database: DATABASE = None,
    flagger_ref: Annotated[str | None, typer.Option(help="A trusted flagger's number in the register.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="After how many days it ends.")] = None,
) -> None:
    """Make a key for a machine and show it this once. Roles: platform, flagger, authority, auditor, admin."""
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _desk(folder, database).write() as unit:
        made = new_key(unit, name, role, flagger_ref=flagger_ref, expires=expires)  # type: ignore[arg-type]
    typer.echo(made)


@app.command("revoke-key")
def revoke_key(name: str, folder: FOLDER = _HERE, database: DATABASE = None) -> None:
    """A key is good no longer, from now on."""
    with _desk(folder, database).write() as unit:
        revoke(unit, name)
    typer.echo(plain(f"{name} is good no longer"))


def _desk(folder: Path, database: str | None) -> Desk:
    if database is None and not (folder / "desk.db").exists():
        raise UsageError("there is no desk here", where=str(folder), hint="waarmerk serve makes one")
    url = database or f"sqlite:///{folder}/desk.db"
    return Desk(open_database(url), "", lambda: datetime.now(UTC), secrets.token_bytes)
