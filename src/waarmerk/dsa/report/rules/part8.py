"""Part 8: automated means, beside what parts 4, 5 and 6 say."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import TOTAL

_REFERENCE = "Annex II, part II, 1.6 beside 1.3 and 1.4"


def _number(table: Table | None, key: str, scope: str, column: str = "value") -> float | int | None:
    """As `Table.number`, for a table that may be missing."""
    return table.number(key, scope, column) if table is not None else None


@rule("automated_above_measures", "question", parts=(8,), reference=_REFERENCE)
def more_processed_than_measured(report: Report) -> Iterator[Hit]:
    """Own-initiative measures by and without automated means exceed parts 5 and 6 together; fewer is lawful."""
    table = report.only(8)
    solely, without = _number(table, "solely", "own"), _number(table, "not_automated", "own")
    illegal, terms = (_number(report.only(number), TOTAL, "", "measures") for number in (5, 6))
    if table is None or illegal is None or terms is None or solely is None:
        return
    found = solely + (without or 0)
    if found > illegal + terms:
        fields: dict[str, object] = {"illegal": illegal, "terms": terms}
        yield Hit(table, table.find("solely", "own"), "value", illegal + terms, found, "own", "", fields)


@rule("processed_above_notices", "question", parts=(8,), reference=_REFERENCE)
def more_notices_processed_than_received(report: Report) -> Iterator[Hit]:
    """Notices processed by and without automated means are more than part 4 has; fewer is lawful."""
    table = report.only(8)
    received = report.only(4)
    if table is None:
        return
    for scope, column in (("notices", "notices"), ("flagger", "notices_flagger")):
        whole = _number(received, TOTAL, "", column)
        solely = _number(table, "notices_solely", scope)
        without = _number(table, "notices_not_automated", scope)
        if whole is not None and solely is not None and solely + (without or 0) > whole:
            found = solely + (without or 0)
            yield Hit(table, table.find("notices_solely", scope), "value", whole, found, scope)
