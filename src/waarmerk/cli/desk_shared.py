"""What the commands about a desk share: where it is."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import UsageError

FOLDER = Annotated[Path, typer.Option("--dir", help="The desk's folder.")]
DATABASE = Annotated[
    str | None, typer.Option(metavar="URL", help="The desk's database, where it is not in the folder.")
]
HERE = Path("waarmerk-desk")


def desk_in(folder: Path, database: str | None) -> Desk:
    """The desk in a folder or a database. Raises `UsageError` where the folder holds none."""
    if database is None and not (folder / "desk.db").exists():
        raise UsageError("there is no desk here", where=str(folder), hint="waarmerk serve makes one")
    url = database or f"sqlite:///{folder}/desk.db"
    return Desk(open_database(url), "", lambda: datetime.now(UTC), secrets.token_bytes)
