"""The statements of one service in the Commission's daily dumps, as an audit compares them with the log."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from waarmerk.audit.rows import Body
from waarmerk.dsa.dumps.archive import Dumps, Opened, list_files
from waarmerk.dsa.dumps.columns import Lines, read_heading
from waarmerk.errors import InputError

_COMPARED = ("automated_detection", "automated_decision", "source_type", "category", "decision_ground")


@dataclass(frozen=True)
class Dumped:
    """A statement as the database published it. `created`: milliseconds."""

    where: str
    puid: str
    created: int
    values: dict[str, str]
    territory: frozenset[str] | None

    def differs(self, body: Body) -> Iterator[tuple[str, str, str]]:
        """Fields in which the published statement is not the logged one: name, what stands there, what was logged."""
        for name in _COMPARED:
            stands, says = self.values[name], str(getattr(body, name))
            if stands != says:
                yield name, stands, says
        says_where = frozenset(body.territorial_scope)
        if self.territory is not None and says_where and self.territory != says_where:
            yield "territorial_scope", " ".join(sorted(self.territory)), " ".join(sorted(says_where))


def read_dumped(path: Path, service: str) -> Iterator[Dumped]:
    """The service's statements in a dump, a folder or an archive of dumps.

    Raises `InputError` with the file for what is no dump, and for a row that cannot be read.
    """
    for member in Dumps(list_files([path])):
        if isinstance(member, InputError):
            raise member
        if not isinstance(member, Opened):
            continue
        lines = Lines(member.stream, member.name)
        reader = csv.reader(iter(lines))
        heading = read_heading(reader, member.name)
        for row in reader:
            where = f"{member.name}:{reader.line_num}"
            if len(row) != heading.width:
                raise InputError(f"a row has {len(row)} cells, the heading {heading.width}", where=where)
            values = {name: row[place] for name, place in heading.index.items()}
            if values["platform_name"] == service:
                yield _dumped(values, where)
        lines.release()


def _dumped(values: dict[str, str], where: str) -> Dumped:
    try:
        created = datetime.fromisoformat(values["created_at"].replace(" ", "T")).replace(tzinfo=UTC)
        territory = json.loads(values["territorial_scope"]) if values["territorial_scope"] else None
    except ValueError as error:
        raise InputError(f"a row of the dump cannot be read: {error}", where=where) from error
    return Dumped(
        where,
        values["platform_uid"],
        round(created.timestamp() * 1000),
        values,
        None if territory is None else frozenset(territory),
    )
