"""Part 4: notices and what was done upon them."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules.registry import Hit, rule

_PAIRS = (("notices", "items"), ("notices_flagger", "items_flagger"))
_ACTIONS = (
    ("notices", "items", ("actions_law", "actions_terms")),
    ("notices_flagger", "items_flagger", ("actions_law_flagger", "actions_terms_flagger")),
)


@rule("items_below_notices", "question", parts=(4,), reference="Annex II, part II, 1.3, columns F to I")
def fewer_items_than_notices(report: Report) -> Iterator[Hit]:
    """Fewer items than notices: one item may be noticed twice, and a notice may name none."""
    for table in report.of(4):
        for row in table.rows:
            for notices, items in _PAIRS:
                expected, found = row.number(notices), row.number(items)
                if expected is not None and found is not None and 0 <= found < expected:
                    yield Hit(table, row, items, expected, found, items)


@rule("actions_without_notices", "question", parts=(4,), reference="Annex II, part II, 1.3, columns F and L to O")
def actions_without_notices(report: Report) -> Iterator[Hit]:
    """Actions stand in a row with no notice and no item: are the notices counted in another row?"""
    for table in report.of(4):
        for row in table.rows:
            for notices, items, actions in _ACTIONS:
                if row.number(notices) != 0 or row.number(items):
                    continue
                for column in actions:
                    if row.number(column):
                        yield Hit(table, row, column, 0, row.number(column), column)
