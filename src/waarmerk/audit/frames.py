"""The list of an hour's uploads that a platform hands over, held against what it committed to in the log.

Rules:
- `frames.csv` has the columns `hour_at`, `item`, `salt`; the rows of an hour stand together.
- An hour counts when its number of items and its root are those of the log. One that is missing from the list, or
  differs from the log, is named, and nothing of it is drawn: else whoever wrote the list would choose the sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from waarmerk.audit.outside import Held, read_table
from waarmerk.audit.rows import moment
from waarmerk.errors import InputError
from waarmerk.record.frame import SALT_SIZE, frame_leaf, frame_root

COLUMNS = ("hour_at", "item", "salt")
_ITEM = re.compile("[0-9a-f]{32}")
_SALT = re.compile(f"[0-9a-f]{{{2 * SALT_SIZE}}}")


@dataclass(frozen=True)
class Committed:
    """What the log says of an hour: its entry, number of uploads and root."""

    index: int
    uploads: int
    root: str


@dataclass(frozen=True)
class Hour:
    """An hour of the list; `items` only where it `holds`."""

    start: int
    verdict: Literal["holds", "missing", "count", "root", "not_in_log"]
    committed: Committed | None
    items: tuple[str, ...] = ()
    listed: int = 0

    @property
    def at(self) -> str:
        """When it began."""
        return moment(self.start)


def hours(path: Path, committed: Mapping[int, Committed]) -> Iterator[Hour]:
    """Every hour of the list as it stands there, then those of the log that it lacks; `committed` by start, ms.

    Raises `InputError` with file and line for a row that is none.
    """
    seen: set[int] = set()
    for start, rows in groupby(read_table(path, COLUMNS), key=_start):
        hour = list(rows)
        if start in seen:
            raise InputError(f"rows of the hour {moment(start)} stand in two places", where=hour[0].where)
        seen.add(start)
        yield _judged(start, committed.get(start), dict(_pairs(hour)))
    for start in sorted(committed.keys() - seen):
        known = committed[start]
        # An hour without uploads has no rows to be listed.
        verdict: Literal["holds", "missing"] = "missing" if known.uploads else "holds"
        yield Hour(start, verdict, known)


def _judged(start: int, known: Committed | None, salts: Mapping[str, str]) -> Hour:
    listed = len(salts)
    if known is None:
        return Hour(start, "not_in_log", None, listed=listed)
    if known.uploads != listed:
        return Hour(start, "count", known, listed=listed)
    if frame_root(frame_leaf(salt, item) for item, salt in salts.items()) != known.root:
        return Hour(start, "root", known, listed=listed)
    return Hour(start, "holds", known, tuple(salts), listed)


def _start(row: Held) -> int:
    start = row.at("hour_at")
    if start is None:
        raise InputError("the row names no hour", where=row.where)
    return start


def _pairs(rows: Iterable[Held]) -> Iterator[tuple[str, str]]:
    items: set[str] = set()
    for row in rows:
        item, salt = row["item"], row["salt"]
        if not _ITEM.fullmatch(item):
            raise InputError(f"item is no id: {item!r}", where=row.where, hint="32 hexadecimal digits")
        if not _SALT.fullmatch(salt):
            raise InputError(f"salt is not {SALT_SIZE} bytes in hexadecimal: {salt!r}", where=row.where)
        if item in items:
            raise InputError(f"the item {item} stands twice in its hour", where=row.where)
        items.add(item)
        yield item, salt
