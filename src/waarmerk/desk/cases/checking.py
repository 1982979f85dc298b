"""An input of an archive is examined: its line, as `waarmerk check` writes it, stored once.

`Check` is the port through which examination comes in: a path and whether it was found in a folder; its line, or None
for what lies in a folder and is no medium. It raises `UnavailableError` where trying again helps, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, update

from waarmerk.desk.store.tables import archived
from waarmerk.desk.store.unit import Desk, Unit
from waarmerk.errors import InputError, NoMediumError, UnavailableError, WaarmerkError
from waarmerk.examine.report.rows import check_row, error_row, line
from waarmerk.examine.walk import Examiner

Check = Callable[[Path, bool], str | None]


def checker(examiner: Examiner) -> Check:
    """Checks with a process's examiner."""

    def check(path: Path, found: bool) -> str | None:
        try:
            row = line(check_row(examiner.examine(path)))
        except UnavailableError:
            raise
        except WaarmerkError as error:
            if found and isinstance(error, NoMediumError):
                return None
            row = line(error_row(str(path), error))
        return row.decode().rstrip("\n")

    return check


def examined(desk: Desk, subject: str, check: Check) -> str | None:
    """The line of an archive's input that is still to be examined."""
    with desk.read() as connection:
        row = connection.execute(
            select(archived.c.path, archived.c.found).where(archived.c.id == subject, archived.c.over_at.is_(None))
        ).first()
    return None if row is None else check(Path(os.fsdecode(row.path)), row.found)


def keep(unit: Unit, subject: str, told: str | None) -> None:
    """Stores an input's line, once."""
    unit.connection.execute(
        update(archived)
        .where(archived.c.id == subject, archived.c.over_at.is_(None))
        .values(line=told, over_at=unit.at)
    )


def give_up(unit: Unit, subject: str, trouble: str) -> None:
    """Stores why an input was parked as its line, once."""
    path = unit.connection.scalar(select(archived.c.path).where(archived.c.id == subject))
    error = InputError(f"it was not examined: {trouble}", hint="the other inputs are; check it by itself")
    keep(unit, subject, line(error_row(os.fsdecode(path or b""), error)).decode().rstrip("\n"))
