"""What comes of holding outsiders' evidence against a record: contradictions, and how much was compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import msgspec

SCHEMA = "waarmerk.reconciliation/1"
Basis = Literal["law", "own", "proof"]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One contradiction. `obligation`: the row of the table that it bears on; `question`: an innocent cause exists.

    `where`: the outsider's file and line; `indexes`: entries of the log; `code` with `fields` is worded by language.
    """

    code: str
    obligation: str
    basis: Basis
    question: bool
    where: str
    indexes: tuple[int, ...] = ()
    fields: dict[str, str | int] = {}
    sentence: str = ""

    @property
    def about(self) -> tuple[str | int, ...]:
        """The outsider's row, or the report's cell: what differs in several ways is one case."""
        return (self.where, *(self.fields.get(name, "") for name in ("part", "row", "column")))


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of evidence: rows read, rows held against the record, rows outside its time."""

    name: str
    path: str
    rows: int
    compared: int
    outside: int
    found: int


@dataclass
class Compared:
    """What came of one kind of evidence."""

    name: str
    path: str
    rows: int = 0
    compared: int = 0
    outside: int = 0
    found: list[Found] = field(default_factory=list)
    tested: Counter[str] = field(default_factory=Counter)
    """By obligation, how many rows it was tested on."""

    def take(self, *obligations: str) -> None:
        """One row was held against the record; the obligations that it tests."""
        self.compared += 1
        self.tested.update(obligations)

    def source(self) -> Source:
        """As it is published."""
        return Source(
            name=self.name,
            path=self.path,
            rows=self.rows,
            compared=self.compared,
            outside=self.outside,
            found=len(self.found),
        )
