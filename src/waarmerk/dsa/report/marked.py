"""The tables of a report with the cells in question marked: what the page shows of the report itself.

Rules: rows in question, the TOTAL and the categories above them; rows left out show as a gap; at most 80 a table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from waarmerk.dsa.report.check import Finding, row_name
from waarmerk.dsa.report.model import Report, Row, Table
from waarmerk.dsa.report.rules import CLASSES
from waarmerk.dsa.report.template import CATEGORY_PARTS, TOTAL

_MOST_ROWS = 80
_LONGEST_TEXT = 60


@dataclass
class MarkedCell:
    """A cell as text, the class of its gravest question, the numbers of all its questions."""

    text: str
    mark: str = ""
    notes: list[int] = field(default_factory=list)


@dataclass
class MarkedRow:
    """A row with its cells; `level`: total, category or sub."""

    line: int
    label: str
    level: str
    cells: list[MarkedCell]
    mark: str = ""
    notes: list[int] = field(default_factory=list)


@dataclass
class MarkedTable:
    """A table; None among the rows stands for rows left out; `numbers`: the questions marked in it."""

    part: int
    name: str
    headers: list[str]
    rows: list[MarkedRow | None]
    numbers: set[int]


def marked_tables(report: Report, numbered: list[tuple[int, Finding]]) -> list[MarkedTable]:
    """The tables that have a cell or a row in question."""
    found: list[MarkedTable] = []
    for table in report.tables:
        marks = _marks(table, numbered)
        if marks:
            found.append(_table(table, marks))
    return found


# Line and header of a cell ("" for the row itself) to the questions about it.
_Marks = dict[tuple[int, str], list[tuple[int, str]]]


def _marks(table: Table, numbered: list[tuple[int, Finding]]) -> _Marks:
    marks: _Marks = defaultdict(list)
    lines = {row.line for row in table.rows}
    for number, finding in numbered:
        if finding.part != table.part or finding.where != table.name:
            continue
        places = [(cell.line, cell.column) for cell in finding.cells] or [(finding.line, finding.column)]
        for line, column in places:
            if line in lines:
                marks[line, column].append((number, finding.kind))
    return marks


def _table(table: Table, marks: _Marks) -> MarkedTable:
    columns = [c for c in table.columns if c.kind in ("count", "items", "median", "share") or c.key == "value"]
    wanted = {line for line, _ in marks}
    above = _above(table, wanted)
    rows: list[MarkedRow | None] = []
    before = -1
    shown = 0
    for index, row in enumerate(table.rows):
        stands_above = (row.is_category or row.key == TOTAL) and (row.scope, row.category or row.key) in above
        if row.line not in wanted and not stands_above:
            continue
        if shown == _MOST_ROWS:
            rows.append(None)
            break
        if before >= 0 and index > before + 1:
            rows.append(None)
        before, shown = index, shown + 1
        cells = [_cell(_shown(row, column.key), marks.get((row.line, column.header), [])) for column in columns]
        label = _cell(row_name(row) or row.label, marks.get((row.line, ""), []))
        rows.append(MarkedRow(row.line, label.text, _level(row), cells, label.mark, label.notes))
    numbers = {number for notes in marks.values() for number, _ in notes}
    return MarkedTable(table.part, table.name, [column.header for column in columns], rows, numbers)


def _above(table: Table, wanted: set[int]) -> set[tuple[str, str]]:
    """Scope and category (or TOTAL) of the rows that stand above rows in question."""
    if table.part not in CATEGORY_PARTS:
        return set()
    rows = [row for row in table.rows if row.line in wanted]
    return {(row.scope, TOTAL) for row in rows} | {(row.scope, row.category) for row in rows if row.category}


def _level(row: Row) -> str:
    if row.key == TOTAL:
        return "total"
    if row.is_category:
        return "category"
    return "sub" if row.key.startswith("KEYWORD_") else "plain"


def _shown(row: Row, column: str) -> str:
    text = row.text(column)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _cell(text: str, notes: list[tuple[int, str]]) -> MarkedCell:
    kinds = {kind for _, kind in notes}
    gravest = next((kind for kind in CLASSES if kind in kinds), "")
    return MarkedCell(text, gravest, sorted({number for number, _ in notes}))
