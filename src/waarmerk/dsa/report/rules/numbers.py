"""What a number may be, in any part: counts whole and not negative, shares between 0 and 1, medians hours."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from waarmerk.dsa.report.model import Cell, Report, Row, Table
from waarmerk.dsa.report.read.build import PERIOD, iso_date
from waarmerk.dsa.report.rules.registry import Hit, rule

_NUMBERS = "Annex II, part I, 4: counts are integers, percentages floats in [0,1], medians hours"
_PARTS = (3, 4, 5, 6, 7, 8, 9, 10)
_ACCURACY = ("accuracy", "precision", "recall")


def kind_of(table: Table, row: Row, column: str) -> str:
    """The kind of a cell; in parts 7 to 10 the row decides."""
    if column != "value":
        return table.template.by_key[column].kind
    if row.scope == "median":
        return "median"
    if row.scope == "implemented" or row.key in _ACCURACY:
        return "share"
    return "count"


def figures(report: Report) -> Iterator[tuple[Table, Row, str, str, Cell]]:
    """Every cell that holds or should hold a figure: table, row, column, kind, cell."""
    for table in report.of(*_PARTS):
        if table.part >= 7:
            for row in table.rows:
                if row.known:
                    yield table, row, "value", kind_of(table, row, "value"), row.cell("value")
        else:
            for row, column, cell in table.figures():
                yield table, row, column.key, column.kind, cell


@rule("negative_count", "impossible", parts=_PARTS, reference=_NUMBERS)
def counts_below_zero(report: Report) -> Iterator[Hit]:
    """A count or a median is negative."""
    for table, row, column, kind, cell in figures(report):
        if cell.number is not None and cell.number < 0 and kind != "share":
            yield Hit(table, row, column, 0, cell.number, f"{column}")


@rule("fractional_count", "impossible", parts=_PARTS, reference=_NUMBERS)
def counts_with_fractions(report: Report) -> Iterator[Hit]:
    """A count is not whole; moderators in full-time equivalents may have fractions."""
    for table, row, column, kind, cell in figures(report):
        # The totals of part 9 are full-time equivalents (Annex II, part II, 1.7).
        if kind in ("count", "items") and isinstance(cell.number, float) and table.part != 9:
            # A share or a unit that slipped into a count's column is asked about as such.
            if cell.form in ("percent", "unit"):
                continue
            yield Hit(table, row, column, round(cell.number), cell.number, f"{column}")


@rule("share_outside_range", "impossible", parts=(7, 8), reference=_NUMBERS)
def shares_outside_zero_to_one(report: Report) -> Iterator[Hit]:
    """A share is below 0 or above 1: was 97 meant as 97 %?"""
    for table, row, column, kind, cell in figures(report):
        if kind == "share" and cell.number is not None and not 0 <= cell.number <= 1:
            likely = cell.number / 100 if 1 < cell.number <= 100 else max(0, min(1, cell.number))
            yield Hit(table, row, column, likely, cell.number, "share")


@rule("median_beyond_period", "question", parts=(3, 4, 7), reference=_NUMBERS)
def medians_longer_than_the_period(report: Report) -> Iterator[Hit]:
    """A median is longer than the whole reporting period: hours, or minutes?"""
    hours = period_hours(report.period)
    if hours is None:
        return
    for table, row, column, kind, cell in figures(report):
        if kind == "median" and cell.number is not None and cell.number > hours:
            yield Hit(table, row, column, hours, cell.number, f"{column}")


def period_hours(period: str) -> int | None:
    """How many hours a period has, or None when its dates cannot be read."""
    found = PERIOD.search(period)
    if not found:
        return None
    try:
        start, end = datetime.date.fromisoformat(iso_date(found[1])), datetime.date.fromisoformat(iso_date(found[2]))
    except ValueError:
        return None
    days = (end - start).days + 1
    return days * 24 if days > 0 else None
