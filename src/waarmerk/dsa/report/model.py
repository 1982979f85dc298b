"""A report as read: tables of parts, their rows, their cells with the exact text, the number, the line.

Rules:
- A cell keeps what stood there; `number` is None for a blank and for what could not be read as a number.
- `line` is the 1-based line of the file (CSV) or the row of the sheet (XLSX).
- What the reading met on its way (a deviation of form) is kept beside the cells; the rules ask about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from waarmerk.dsa.report.template import OTHER, TOTAL, Column, Part, parts

Form = Literal[
    "plain",
    "blank",
    "thousands",
    "decimal_comma",
    "percent",
    "footnote",
    "unit",
    "placeholder",
    "whole_as_decimal",
    "ambiguous",
    "text",
    "formula",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text as it stood, its number, and the form in which the number was written."""

    text: str
    number: float | int | None
    form: Form
    decimals: int = 0
    """Digits after the decimal mark as written: the precision to which it was rounded."""

    @property
    def given(self) -> bool:
        """Whether a number was read here."""
        return self.number is not None

    @property
    def blank(self) -> bool:
        """Whether nothing stands here, or a mark that stands for nothing."""
        return self.form in ("blank", "placeholder")


BLANK = Cell("", None, "blank")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `label` is the template's (a category code, an indicator), `key` our key of it.

    `scope`: TOTAL, a Member State, a language, an outcome; `category`: the main category above a keyword.
    """

    label: str
    key: str
    scope: str
    category: str
    description: str
    service: str
    period: str
    line: int
    cells: dict[str, Cell]
    known: bool = True

    def number(self, column: str) -> float | int | None:
        """The number in a column, or None."""
        return self.cells.get(column, BLANK).number

    def cell(self, column: str) -> Cell:
        """The cell in a column; a blank when the table has no such column."""
        return self.cells.get(column, BLANK)

    def text(self, column: str) -> str:
        """The text in a column without outer blanks."""
        return self.cells.get(column, BLANK).text.strip()

    @property
    def is_category(self) -> bool:
        """Whether this is a main category."""
        return self.key.startswith("STATEMENT_")


@dataclass(frozen=True, slots=True)
class Block:
    """A main category with its sub-categories in one scope; `head` is None when the heading row is missing."""

    category: str
    head: Row | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Deviation:
    """Something about the form: `code` names it, `asks` says whether Annex II has a rule about it."""

    code: str
    part: int
    where: str
    asks: bool
    line: int = 0
    column: str = ""
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table of a part: `name` is the file or sheet, `columns` the template's columns it has, in its order."""

    part: int
    name: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def template(self) -> Part:
        """The part of the template."""
        return parts()[self.part]

    def header(self, key: str) -> str:
        """The template's header of a column."""
        return self.template.by_key[key].header

    def find(self, key: str, scope: str) -> Row | None:
        """The first row with this key and scope."""
        return self._first.get((key, scope))

    def number(self, key: str, scope: str = "", column: str = "value") -> float | int | None:
        """The number in a column of the row that `find` gives; None where there is no such row or number."""
        row = self.find(key, scope)
        return row.number(column) if row is not None else None

    def scopes(self) -> list[str]:
        """The scopes of a table, in order ("" where the part has none)."""
        return list(self._by_scope)

    def total(self, scope: str) -> Row | None:
        """The TOTAL row of a scope (parts 3 to 6)."""
        return self.find(TOTAL, scope)

    def blocks(self, scope: str) -> list[Block]:
        """The main categories of a scope with their sub-categories, in the table's order."""
        return self._blocks.get(scope, [])

    @cached_property
    def _first(self) -> dict[tuple[str, str], Row]:
        found: dict[tuple[str, str], Row] = {}
        for row in self.rows:
            found.setdefault((row.key, row.scope), row)
        return found

    @cached_property
    def _by_scope(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.scope, []).append(row)
        return found

    @cached_property
    def _blocks(self) -> dict[str, list[Block]]:
        return {scope: _blocks_of(rows) for scope, rows in self._by_scope.items()}

    def figures(self) -> Iterator[tuple[Row, Column, Cell]]:
        """Every cell in a column with figures."""
        numeric = [column for column in self.columns if column.kind in ("count", "items", "median", "share")]
        for row in self.rows:
            for column in numeric:
                yield row, column, row.cell(column.key)


def _blocks_of(rows: list[Row]) -> list[Block]:
    found: dict[str, tuple[list[Row], list[Row]]] = {}
    for row in rows:
        if row.category:
            heads, subs = found.setdefault(row.category, ([], []))
            (heads if row.is_category else subs).append(row)
    return [Block(code, heads[0] if heads else None, tuple(subs)) for code, (heads, subs) in found.items()]


@dataclass(frozen=True)
class Report:
    """A whole report: `facts` of part 1 by key, tables in the template's order, deviations of form."""

    path: str
    service: str
    period: str
    facts: dict[str, str]
    tables: tuple[Table, ...]
    deviations: tuple[Deviation, ...]
    whole: bool = True
    """False when a single part was handed over, so that the others are not missing but elsewhere."""

    def of(self, *numbers: int) -> list[Table]:
        """The tables of the given parts."""
        return [table for table in self.tables if table.part in numbers]

    def only(self, number: int) -> Table | None:
        """The table of a part when there is exactly one: several (ads, core) are never added up."""
        found = self.of(number)
        return found[0] if len(found) == 1 else None

    @property
    def numbers(self) -> list[int]:
        """The parts that are there."""
        return sorted({table.part for table in self.tables})


def is_other(row: Row) -> bool:
    """Whether a row is a sub-category of the provider's own."""
    return row.key == OTHER
