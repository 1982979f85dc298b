"""Part 3: orders of Member States."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import TOTAL


@rule("items_below_orders", "question", parts=(3,), reference="Annex II, part II, 1.2, columns G and H")
def fewer_items_than_orders(report: Report) -> Iterator[Hit]:
    """Fewer items than orders: an order may name none, or an item that another order named."""
    for table in report.of(3):
        for row in table.rows:
            orders, items = row.number("orders_act"), row.number("items")
            if orders is not None and items is not None and 0 <= items < orders:
                yield Hit(table, row, "items", orders, items, "items")


@rule("states_above_union", "question", parts=(3,), reference="Annex II, part II, 1.2, column F")
def member_states_add_up_to_more(report: Report) -> Iterator[Hit]:
    """The Member States' orders add up to more than the Union's; fewer is lawful, some orders have no one state."""
    for table in report.of(3):
        states = [scope for scope in table.scopes() if scope not in (TOTAL, "[...]")]
        union = table.find(TOTAL, TOTAL)
        rows = [row for scope in states if (row := table.find(TOTAL, scope)) is not None]
        if union is None or len(rows) < 2:
            continue
        for column in ("orders_act", "orders_info"):
            whole = union.number(column)
            numbers = [row.number(column) or 0 for row in rows]
            # One state above the Union is arithmetic, and asked about as such.
            if whole is not None and sum(numbers) > whole and max(numbers) <= whole:
                yield Hit(table, union, column, whole, sum(numbers), column, "", {"states": len(rows)})


@rule(
    "territory_form", "instructions", parts=(3, 10), reference="Annex II, part II, 1.2 and 1.8: two letters, capitals"
)
def territories_in_another_form(report: Report) -> Iterator[Hit]:
    """A scope is no two-letter code of a Member State."""
    known = {*vocabulary.territories(), TOTAL, "total", "[...]"}
    for table in report.of(3, 10):
        for scope in table.scopes():
            if scope not in known:
                row = next(row for row in table.rows if row.scope == scope)
                yield Hit(table, row, habit="scope", fields={"text": scope[:40] or "—"})
