"""An archive to be checked by the desk's workers: what is named becomes rows and tasks, and lines in the same order.

Rules:
- An input is named once: adding the same paths again adds what is new, and nothing is examined twice.
- The workers open the paths themselves: they have to reach them under the same names.
- An input that cannot be examined has its line as well; what lies in a folder and is no medium is counted, no more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.exc import IntegrityError

from waarmerk.desk.intake.urgency import ARCHIVE
from waarmerk.desk.store.tables import archived, task
from waarmerk.desk.store.unit import Desk, Unit
from waarmerk.errors import ConflictError
from waarmerk.examine.inputs import Input
from waarmerk.examine.report.rows import error_row, line

_BATCH = 500


@dataclass(frozen=True)
class Progress:
    """How far an archive is: how many inputs, how many of them over, how many of those no media in a folder."""

    inputs: int
    over: int
    no_media: int

    @property
    def waiting(self) -> int:
        return self.inputs - self.over


def add(desk: Desk, archive: str, inputs: Iterable[Input]) -> int:
    """Takes inputs into an archive, made where there is none; how many were new.

    Raises `ConflictError` where somebody else adds to it at this moment.
    """
    rest, new = iter(inputs), 0
    while batch := list(islice(rest, _BATCH)):
        try:
            with desk.write() as unit:
                new += _add(unit, archive, batch)
        except IntegrityError as error:
            raise ConflictError(
                f"somebody else adds to {archive} at this moment", hint="add the same again"
            ) from error
    return new


def progress(connection: Connection, archive: str) -> Progress:
    """How far an archive is; one without inputs there is none of."""
    row = connection.execute(
        select(
            func.count(),
            func.count(archived.c.over_at),
            func.count().filter(archived.c.over_at.is_not(None), archived.c.line.is_(None)),
        ).where(archived.c.archive == archive)
    ).one()
    return Progress(*row)


def lines(connection: Connection, archive: str) -> Iterator[str]:
    """What is known of an archive's inputs, in their order: rows of `check`, one a line."""
    query = (
        select(archived.c.line)
        .where(and_(archived.c.archive == archive, archived.c.line.is_not(None)))
        .order_by(archived.c.n)
    )
    for row in connection.execution_options(yield_per=_BATCH).execute(query):
        yield row.line


def names(connection: Connection) -> list[str]:
    """The archives that there are."""
    return list(connection.scalars(select(archived.c.archive).distinct().order_by(archived.c.archive)))


def _add(unit: Unit, archive: str, batch: list[Input]) -> int:
    paths = {os.fsencode(Path(one.path).absolute()): one for one in batch}
    query = select(archived.c.path).where(archived.c.archive == archive, archived.c.path.in_(list(paths)))
    for known in unit.connection.scalars(query).all():
        del paths[bytes(known)]
    last = unit.connection.scalar(select(func.max(archived.c.n)).where(archived.c.archive == archive)) or 0
    rows, tasks = [], []
    for n, (path, one) in enumerate(paths.items(), last + 1):
        told = None if one.error is None else line(error_row(one.path, one.error)).decode().rstrip("\n")
        over = told is not None or one.no_medium
        row = {"id": unit.new_id(), "archive": archive, "n": n, "path": path, "found": one.folder is not None}
        rows.append(row | {"line": told, "over_at": unit.at if over else None})
        if not over:
            tasks.append({"id": unit.new_id(), "kind": "check", "subject": row["id"], "priority": ARCHIVE})
    if rows:
        unit.connection.execute(archived.insert(), rows)
    if tasks:
        unit.connection.execute(task.insert(), [each | {"created_at": unit.at} for each in tasks])
    return len(rows)
