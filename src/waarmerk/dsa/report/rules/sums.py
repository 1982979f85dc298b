"""Sums of parts 3 to 6: sub-categories to their category, categories to the TOTAL.

Rules:
- A sum is asked for only where every part is given; with parts left blank only a sum above the whole is odd.
- Items may be counted in two categories, so their sums are questions.
- A gap that one row without a home explains exactly is a question about that row, never a contradiction; so is one
  that a row explains by moving from a category that has it too much to the category that lacks it.
- One cause is asked about once: a part above its whole is `part_above_whole` and no sum as well, and a TOTAL that
  misses exactly what one category misses of its own sub-categories is asked about at the category.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.model import Block, Report, Row, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import CATEGORY_PARTS, OTHER, TOTAL, Column

# A category and what it has more than its sub-categories.
_Gap = tuple[Block, float | int]
_WHERE = "Annex II, part I, 7: sub-categories shall be equal to the total of their category; no double counts"


@rule("subcategories_sum", "impossible", parts=CATEGORY_PARTS, reference=_WHERE)
def subcategories_that_miss_their_category(report: Report) -> Iterator[Hit]:
    """Orders, notices, actions or measures of all sub-categories do not add up to their category."""
    yield from (hit for hit, orphan in _subcategories(report, "count") if not orphan)


@rule("total_sum", "impossible", parts=CATEGORY_PARTS, reference=_WHERE)
def categories_that_miss_the_total(report: Report) -> Iterator[Hit]:
    """Orders, notices, actions or measures of all categories do not add up to the TOTAL."""
    yield from (hit for hit, orphan in _totals(report, "count") if not orphan)


@rule("items_sum", "question", parts=(3, 4), reference=_WHERE)
def items_that_miss_their_sum(report: Report) -> Iterator[Hit]:
    """Items of all sub-categories or categories do not add up; one item may stand in two categories."""
    for found in (_subcategories(report, "items"), _totals(report, "items")):
        yield from (hit for hit, orphan in found if not orphan)


@rule("orphan_row", "question", parts=CATEGORY_PARTS, reference=_WHERE)
def rows_that_explain_a_gap(report: Report) -> Iterator[Hit]:
    """A sum fails by exactly what one neighbouring row holds: is that row counted, and under which heading?"""
    for kind in ("count", "items"):
        for found in (_subcategories(report, kind), _totals(report, kind)):
            yield from (hit for hit, orphan in found if orphan)


def _columns(table: Table, kind: str) -> list[Column]:
    return [column for column in table.columns if column.kind == kind]


def expected_keywords(category: str) -> tuple[str, ...]:
    """The sub-categories that the law names for a category."""
    known = vocabulary.categories().get(category)
    return known.keywords if known else ()


def _subcategories(report: Report, kind: str) -> Iterator[tuple[Hit, bool]]:
    for table in report.of(*CATEGORY_PARTS):
        for scope in table.scopes():
            homeless = _homeless(table, scope)
            for column in _columns(table, kind):
                gaps = [(block, gap) for block in table.blocks(scope) if (gap := _gap(block, column.key))]
                for block, gap in gaps:
                    hit = _subcategory(table, block, column.key, gap, kind, homeless, gaps)
                    if hit is not None:
                        yield hit


def _subcategory(
    table: Table, block: Block, column: str, gap: float | int, kind: str, homeless: list[Row], gaps: list[_Gap]
) -> tuple[Hit, bool] | None:
    head = block.head
    if head is None:
        return None
    whole = head.number(column) or 0
    found = whole - gap
    if gap < 0 and any(_moved(block, gap, other, missing, column) for other, missing in gaps):
        # Asked about at the category that lacks the row.
        return None
    orphan = _matching(homeless, column, gap) or next(
        (row for other, more in gaps if (row := _moved(other, more, block, gap, column))), None
    )
    if orphan is not None:
        return _orphan(table, orphan, column, whole, found, head.label), True
    if _above(block.rows, head, column):
        return None
    variant = "items_sub" if kind == "items" else "" if found else "undivided"
    return Hit(table, head, column, whole, found, f"sub {column}", variant, beside=block.rows), False


def _gap(block: Block, column: str) -> float | int | None:
    """The category less its parts, None where that says nothing: a part is blank and the rest is not too much."""
    wanted = expected_keywords(block.category)
    whole = block.head.number(column) if block.head else None
    parts = [row.number(column) for row in block.rows]
    given = [part for part in parts if part is not None]
    if whole is None or not given:
        return None
    gap = whole - sum(given)
    present = {row.key for row in block.rows if row.number(column) is not None}
    complete = len(given) == len(parts) and present.issuperset(wanted)
    return gap if complete or gap < 0 else None


def _homeless(table: Table, scope: str) -> list[Row]:
    """Rows that count nowhere: of an unknown label, or of a category that this part does not have."""
    allowed = set(table.template.categories)
    rows = []
    for row in table.rows:
        if row.scope != scope or row.key == TOTAL:
            continue
        if not row.known or (row.is_category and row.key not in allowed):
            rows.append(row)
    return rows


def _matching(rows: list[Row], column: str, gap: float | int) -> Row | None:
    return next((row for row in rows if row.number(column) == abs(gap)), None)


def _moved(giver: Block, more: float | int, taker: Block, gap: float | int, column: str) -> Row | None:
    """The row that makes both categories right when it moves from the one that has too much to the one that lacks."""
    if gap <= 0 or more != -gap or giver is taker:
        return None
    return next((row for row in giver.rows if row.number(column) == gap), None)


def _above(parts: Iterable[Row], whole: Row, column: str) -> bool:
    """Whether one part alone is above the whole, which is asked about as such."""
    most = whole.number(column)
    return most is not None and any((row.number(column) or 0) > most >= 0 for row in parts)


def _totals(report: Report, kind: str) -> Iterator[tuple[Hit, bool]]:
    for table in report.of(*CATEGORY_PARTS):
        for scope in table.scopes():
            total = table.total(scope)
            blocks = table.blocks(scope)
            if total is None or not blocks:
                continue
            for column in _columns(table, kind):
                hit = _total(table, total, blocks, column.key, kind)
                if hit is not None:
                    yield hit


def _total(table: Table, total: Row, blocks: list[Block], column: str, kind: str) -> tuple[Hit, bool] | None:
    whole = total.number(column)
    allowed = table.template.categories
    heads = [block.head for block in blocks if block.head is not None and block.category in allowed]
    given = [number for head in heads if (number := head.number(column)) is not None]
    if whole is None or not given:
        return None
    gap = whole - sum(given)
    if gap == 0:
        return None
    lost = [(block, _lost(block, column)) for block in blocks if block.head is None]
    # A heading that lost its row: its sub-categories are what the sum lacks.
    for block, value in lost:
        if value == gap:
            return _orphan(table, block.rows[0], column, whole, sum(given), total.label, heading=block.category), True
    homeless = _matching(_homeless(table, total.scope), column, gap)
    if homeless is not None:
        return _orphan(table, homeless, column, whole, sum(given), total.label), True
    complete = len(given) == len(heads) and {head.key for head in heads}.issuperset(allowed)
    if gap > 0 and (not complete or lost):
        return None
    if _above(heads, total, column) or any(_gap(block, column) == -gap for block in blocks):
        return None
    variant = "items_total" if kind == "items" else ""
    return Hit(table, total, column, whole, sum(given), f"total {column}", variant), False


def _lost(block: Block, column: str) -> float | int:
    return sum(number for row in block.rows if (number := row.number(column)) is not None)


def _orphan(
    table: Table,
    row: Row,
    column: str,
    whole: float | int,
    found: float | int,
    sum_of: str,
    heading: str = "",
) -> Hit:
    fields = {"sum_of": sum_of, "value": abs(whole - found), "heading": heading or OTHER}
    variant = "heading" if heading else ""
    return Hit(table, row, column, whole, found, f"{row.line} {sum_of}", variant, fields)
