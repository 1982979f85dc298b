"""Blank or zero: a row that does not apply is blank, a true zero is 0 (Annex II, part I, 1).

Rules:
- Orders and notices may come in any category, so where the TOTAL is given every category is a number.
- A column that no row uses does not apply (no monetary restrictions, no trusted flaggers).
- A mark such as "-" or "n/a" is asked about as such (`placeholder_for_blank`) and not here again.
- Sub-categories may be left out as a whole; one left blank beside sisters that already add up is a zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report, Row, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.rules.sums import expected_keywords
from waarmerk.dsa.report.template import OTHER, RESTRICTIONS, TOTAL

_REFERENCE = "Annex II, part I, 1: blank where a row does not apply, 0 where the result is zero"
_RECEIVED = {3: ("orders_act", "orders_info"), 4: ("notices",)}
# A column that a provider may do without, and the column that shows that the row is used.
_BESIDE: dict[int, tuple[tuple[str, ...], str]] = {
    4: (("notices_flagger",), "notices"),
    5: (("automated", *RESTRICTIONS), "measures"),
    6: (("automated", *RESTRICTIONS), "measures"),
}
_MEASURED = {"accuracy", "precision", "recall"}


def _empty(row: Row, column: str) -> bool:
    return row.cell(column).form == "blank"


@rule("blank_for_zero", "instructions", parts=(3, 4), reference=_REFERENCE)
def categories_left_blank(report: Report) -> Iterator[Hit]:
    """A category of orders or notices is blank although the TOTAL is given: was there none, or is it unknown?"""
    for table in report.of(3, 4):
        for column in _RECEIVED[table.part]:
            if column not in {one.key for one in table.columns}:
                continue
            for scope in table.scopes():
                total = table.total(scope)
                if total is None or total.number(column) is None:
                    continue
                for block in table.blocks(scope):
                    head = block.head
                    # Types 16 and 17 are for what authority or notifier left open; a provider may do without them.
                    optional = "NOT_SPECIFIED" in block.category
                    if head is not None and _empty(head, column) and not optional:
                        yield Hit(table, head, column, 0, None, column)
                    elif head is not None and head.number(column):
                        yield from _sisters(table, head, block.rows, column)


def _sisters(table: Table, head: Row, rows: tuple[Row, ...], column: str) -> Iterator[Hit]:
    given = [number for row in rows if (number := row.number(column)) is not None]
    blank = [row for row in rows if _empty(row, column) and row.key != OTHER]
    wanted = len(expected_keywords(head.category)) - 1
    if blank and len(given) * 2 >= wanted and sum(given) == head.number(column):
        for row in blank:
            yield Hit(table, row, column, 0, None, column)


@rule("blank_for_zero", "instructions", parts=(4, 5, 6), reference=_REFERENCE)
def columns_used_and_left_blank(report: Report) -> Iterator[Hit]:
    """A cell is blank in a row with figures and in a column that other rows use."""
    for table in report.of(4, 5, 6):
        columns, shown = _BESIDE[table.part]
        rows = [row for row in table.rows if row.number(shown) is not None]
        for column in columns:
            used = [row for row in rows if row.number(column) is not None]
            blank = [row for row in rows if _empty(row, column) and row.cell(f"context_{column}").blank]
            # One figure in the TOTAL alone is a total without breakdown, not a column in use.
            if len([row for row in used if row.key != TOTAL]) >= len(blank):
                for row in blank:
                    yield Hit(table, row, column, 0, None, column)


@rule("blank_for_zero", "instructions", parts=(4, 5, 6), reference=_REFERENCE)
def rows_used_without_their_count(report: Report) -> Iterator[Hit]:
    """Notices or measures are blank in a row that has other figures."""
    for table in report.of(4, 5, 6):
        others, shown = _BESIDE[table.part]
        for row in table.rows:
            # Categories of notices are asked about above.
            if table.part == 4 and not row.key.startswith("KEYWORD_"):
                continue
            used = any(row.number(column) for column in others)
            if used and _empty(row, shown):
                yield Hit(table, row, shown, 0, None, shown)


@rule("zero_for_blank", "instructions", parts=(8,), reference=_REFERENCE)
def accuracy_of_nothing(report: Report) -> Iterator[Hit]:
    """Accuracy, precision or recall is 0 where nothing was automated: always wrong, or not applicable?"""
    for table in report.of(8):
        for row in table.rows:
            if row.key not in _MEASURED or row.number("value") != 0:
                continue
            counted = "notices_solely" if row.scope in ("notices", "flagger") else "solely"
            done = table.find(counted, row.scope)
            if done is not None and done.number("value") == 0:
                yield Hit(table, row, "value", None, 0, "value")
