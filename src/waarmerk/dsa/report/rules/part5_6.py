"""Parts 5 and 6: measures at the provider's own initiative, by restriction."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import RESTRICTIONS

_REFERENCE = "Annex II, part II, 1.4, columns F and H to U"


@rule("restrictions_below_measures", "question", parts=(5, 6), reference=_REFERENCE)
def fewer_restrictions_than_measures(report: Report) -> Iterator[Hit]:
    """The restrictions by type add up to less than the measures; more is lawful, a measure may restrict twice."""
    for table in report.of(5, 6):
        present = {column.key for column in table.columns}
        if not present.issuperset(RESTRICTIONS):
            continue
        for row in table.rows:
            measures = row.number("measures")
            cells = [row.cell(key) for key in RESTRICTIONS]
            unread = any(not cell.given and not cell.blank for cell in cells)
            given = [cell.number for cell in cells if cell.number is not None]
            if measures is None or unread or not given or (row.category == "" and not row.known):
                continue
            if sum(given) < measures:
                yield Hit(table, row, "measures", measures, sum(given), "restrictions")


@rule("restriction_above_measures", "question", parts=(5, 6), reference=_REFERENCE)
def one_restriction_above_all_measures(report: Report) -> Iterator[Hit]:
    """One type of restriction was imposed more often than measures were taken."""
    for table in report.of(5, 6):
        for row in table.rows:
            measures = row.number("measures")
            if measures is None:
                continue
            for column in RESTRICTIONS:
                found = row.number(column)
                if found is not None and found > measures >= 0:
                    yield Hit(table, row, column, measures, found, "one above all")
