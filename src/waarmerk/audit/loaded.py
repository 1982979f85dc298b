"""The record of one service as obligations read it: rows of a kind, rows by a field, benchmarks, the end.

Rules:
- The end is when the last entry was logged, by the recorder's clock: what had no answer by then was still open.
- Events are as corrected; `as_recorded` gives them as they were first written, for an audit shows both.
"""

from __future__ import annotations

import dataclasses
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from waarmerk.audit.contradictions import Compared, Found
from waarmerk.audit.rows import HOUR, Row
from waarmerk.record.events.catalogue import native_fields
from waarmerk.record.events.coverage import split

Tier = Literal["hosting", "platform", "vlop"]
Setter = Literal["platform", "auditor", "default"]


_SUBJECT = ("decision.made", "subject_id")


@dataclass(frozen=True)
class Limit:
    """The yardstick of one obligation: `steps` are (from this time on, milliseconds), the earliest first."""

    steps: tuple[tuple[int, int], ...]
    set_by: Setter

    def at(self, moment: int) -> int:
        """The limit in milliseconds that held at a time; before the first declaration, the first."""
        limit = self.steps[0][1]
        for since, value in self.steps:
            if since <= moment:
                limit = value
        return limit

    @property
    def hours(self) -> float:
        """The newest, in hours."""
        return self.steps[-1][1] / HOUR


@dataclass(frozen=True)
class Note:
    """What the reader of the audit must know of the record: a code of the catalogue, its fields, first places."""

    code: str
    count: int
    indexes: tuple[int, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Correction:
    """An entry corrected afterwards: which, in what field, by which entry, when it was logged."""

    index: int
    by: int
    field: str
    at: int


@dataclass(frozen=True)
class Witnessed:
    """Witnesses' cosignatures on the bundle's checkpoint: names and times (milliseconds); None: no key was given."""

    names: tuple[str, ...]
    times: tuple[int, ...]


@dataclass
class Record:
    """One service's part of a verified bundle. Times in milliseconds, `first` and `stop` are entries of the log."""

    service: str
    origin: str
    first: int
    stop: int
    absent: int
    start: int
    end: int
    rows: dict[str, list[Row]]
    channels: dict[str, tuple[array[int], array[int]]]
    """By channel: the numbers and, beside them, the entries that carry them."""
    notes: list[Note] = field(default_factory=list)
    corrections: tuple[Correction, ...] = ()
    originals: dict[str, dict[int, Row]] = field(default_factory=dict)
    partial: dict[str, list[Row]] = field(default_factory=dict)
    """By kind, imported rows that lack what a native event must say."""
    returned: tuple[tuple[int, int], ...] = ()
    """(erasure's entry, entry in which the erased pseudonym stands again)."""
    witnessed: Witnessed | None = None
    tier: Tier = "vlop"
    limits: Mapping[str, Limit] = field(default_factory=dict)
    outside: Mapping[str, Sequence[Compared]] = field(default_factory=dict)
    """What came of outsiders' evidence, by its name, where it was given."""
    _by: dict[tuple[str, str], dict[object, list[Row]]] = field(default_factory=dict)

    def of(self, kind: str) -> Sequence[Row]:
        """The rows of a kind in the order of the log."""
        return self.rows.get(kind, ())

    def by(self, kind: str, name: str) -> dict[object, list[Row]]:
        """Rows of a kind by a field; by each of its values where it is a list (a decision's
        `because`: by each id; `subject_id` is its subject's)."""
        key = kind, name
        if key not in self._by:
            found: dict[object, list[Row]] = {}
            for row in self.of(kind):
                value = row.subject.id if (kind, name) == _SUBJECT else getattr(row, name)
                if (kind, name) == ("decision.made", "because"):
                    value = value.ids
                for one in value if isinstance(value, tuple) else (value,):
                    found.setdefault(one, []).append(row)
            self._by[key] = found
        return self._by[key]

    def one(self, kind: str, name: str, value: object) -> Row | None:
        """The first row of a kind with this value, None where the bundle has none."""
        rows = self.by(kind, name).get(value)
        return rows[0] if rows else None

    def within(self, obligation: str) -> Limit:
        """The benchmark of an obligation."""
        return self.limits[obligation]

    def row_at(self, index: int) -> Row | None:
        """The row of an entry, None where no kept kind has it."""
        for rows in self.rows.values():
            at = bisect_left(rows, index, key=lambda row: row.index)
            if at < len(rows) and rows[at].index == index:
                return rows[at]
        return None

    @property
    def micro_small(self) -> bool:
        """Whether the service last declared itself a micro or small enterprise [DSA 19]."""
        declared = self.of("service.declared")
        return bool(declared and declared[-1].micro_small)

    @property
    def whole(self) -> bool:
        """Whether the bundle begins with the log's first entry, so that nothing came before it."""
        return self.first == 0

    def contradicted(self, obligation: str) -> list[list[Found]]:
        """What outsiders hold against the record as to one obligation: by their row, what is no question first."""
        rows: dict[tuple[str | int, ...], list[Found]] = {}
        for found in (found for held in self.outside.values() for one in held for found in one.found):
            if found.obligation == obligation:
                rows.setdefault(found.about, []).append(found)
        return [sorted(row, key=lambda found: found.question) for row in rows.values()]

    def view(self, reads: Iterable[str]) -> tuple[Record, list[tuple[Row, str]]]:
        """The record without imported rows that lack a field which is read; those, each with a field it lacks."""
        asked: dict[str, list[str]] = {}
        for read in reads:
            kind, name = split(read)
            if self.partial.get(kind) and name in native_fields(kind):
                asked.setdefault(kind, []).append(name)
        hidden = [
            (row, name)
            for kind, names in asked.items()
            for row in self.partial[kind]
            for name in [one for one in names if getattr(row, one) is None][:1]
        ]
        if not hidden:
            return self, []
        gone = {row.index for row, _ in hidden}
        rows = {
            kind: [row for row in found if row.index not in gone] if kind in asked else found
            for kind, found in self.rows.items()
        }
        return dataclasses.replace(self, rows=rows, _by={}), hidden

    def as_recorded(self) -> Record:
        """The record as it was first written, without what was corrected afterwards."""
        rows = {
            kind: [self.originals[kind].get(row.index, row) for row in found] if kind in self.originals else found
            for kind, found in self.rows.items()
        }
        return dataclasses.replace(self, rows=rows, _by={})

    def corrected_kinds(self) -> frozenset[str]:
        """The kinds of which a row was corrected."""
        return frozenset(kind for kind, rows in self.originals.items() if rows)


def kinds_missing(record: Record, kinds: Iterable[str]) -> list[str]:
    """The kinds of which the record has no event."""
    return sorted(kind for kind in kinds if not record.rows.get(kind))
