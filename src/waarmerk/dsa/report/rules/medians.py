"""Medians: none without a population, and never outside the range of the medians of the parts.

Rules:
- The median of a union lies between the smallest and the largest median of its parts. That holds only where the
  parts cover the whole: their counts must add up to it, and each part that has a population must have a median.
- Cases without action may be left out of the time to act (Annex II, 1.3), so a population of actions alone counts.
- Each median may be rounded: half a unit of the last digit written is granted on both sides.
- A 0 where there was nothing is the template's usual filler and no finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waarmerk.dsa.report.model import Cell, Report, Row, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import TOTAL

# Median column to the columns that count its population; the first one must add up, the others may stand for it.
_POPULATION: dict[int, dict[str, tuple[str, ...]]] = {
    3: {
        "act_receipt": ("orders_act",),
        "act_effect": ("orders_act",),
        "info_receipt": ("orders_info",),
        "info_effect": ("orders_info",),
    },
    4: {
        "median": ("notices", "actions_law", "actions_terms"),
        "median_flagger": ("notices_flagger", "actions_law_flagger", "actions_terms_flagger"),
    },
}
_KINDS = ("visibility", "service", "account", "monetisation", "no_action")
_REFERENCE = "Annex II, part I, 4 and part II, 1.2 to 1.5: median time in hours"


@rule("median_without_population", "instructions", parts=(3, 4, 7), reference=_REFERENCE)
def medians_of_nothing(report: Report) -> Iterator[Hit]:
    """A median above zero stands where nothing was received and nothing done."""
    for table in report.of(3, 4):
        for column, population in _POPULATION[table.part].items():
            for row in table.rows:
                median = row.number(column)
                counts = [row.number(key) for key in population]
                if median and counts[0] == 0 and not any(counts):
                    yield Hit(table, row, column, 0, median, column, "", {"of": table.header(population[0])})
    for table in report.of(7):
        for row in table.rows:
            if row.scope == "median" and row.number("value"):
                total = table.find(row.key, "total")
                outcomes = [table.find(row.key, scope) for scope in ("upheld", "partially_reversed", "reversed")]
                decided = [one.number("value") for one in outcomes if one is not None]
                if total is not None and total.number("value") == 0 and not any(decided):
                    yield Hit(table, row, "value", 0, row.number("value"), "value", "", {"of": total.label})


@rule("median_outside_parts", "impossible", parts=(3, 4), reference=_REFERENCE)
def medians_outside_their_categories(report: Report) -> Iterator[Hit]:
    """The median of a whole is outside those of its parts: TOTAL of categories, a category of sub-categories."""
    for table in report.of(3, 4):
        for column, population in _POPULATION[table.part].items():
            for scope in table.scopes():
                blocks = table.blocks(scope)
                for block in blocks:
                    if block.head is not None:
                        yield from _outside(table, block.head, block.rows, column, population)
                total = table.total(scope)
                heads = [block.head for block in blocks if block.head is not None]
                if total is not None and len(heads) == len(blocks):
                    yield from _outside(table, total, heads, column, population)


@rule("median_outside_parts", "impossible", parts=(3,), reference=_REFERENCE)
def medians_outside_their_member_states(report: Report) -> Iterator[Hit]:
    """The Union's median is outside the medians of the Member States."""
    for table in report.of(3):
        totals = [row for row in table.rows if row.key == TOTAL]
        union = next((row for row in totals if row.scope == TOTAL), None)
        states = [row for row in totals if row.scope != TOTAL]
        if union is not None and states:
            for column, population in _POPULATION[3].items():
                yield from _outside(table, union, states, column, population)


@rule("median_outside_parts", "impossible", parts=(7,), reference=_REFERENCE)
def medians_outside_their_complaints(report: Report) -> Iterator[Hit]:
    """The median of all complaints is outside the medians of the kinds of complaints."""
    for table in report.of(7):
        whole, total = table.find("complaints", "median"), table.find("complaints", "total")
        if whole is None or total is None or whole.number("value") is None:
            continue
        pairs = [(table.find(key, "total"), table.find(key, "median")) for key in _KINDS]
        counts = [count.number("value") if count is not None else None for count, _ in pairs]
        if sum(count or 0 for count in counts) != total.number("value") or not total.number("value"):
            continue
        medians = [
            median.cell("value") if median is not None else None
            for count, (_, median) in zip(counts, pairs, strict=True)
            if count
        ]
        if all(cell is not None and cell.given for cell in medians):
            yield from _compare(table, whole, "value", [cell for cell in medians if cell is not None])


def _outside(
    table: Table, whole: Row, parts: Sequence[Row], column: str, population: tuple[str, ...]
) -> Iterator[Hit]:
    first = population[0]
    everyone = whole.number(first)
    if not everyone or whole.number(column) is None or not parts:
        return
    counts = [row.number(first) for row in parts]
    if any(count is None for count in counts) or sum(count or 0 for count in counts) != everyone:
        return
    cells: list[Cell] = []
    for row in parts:
        cell = row.cell(column)
        acted = [row.number(key) for key in population[1:]]
        if cell.given:
            if row.number(first) or any(acted):
                cells.append(cell)
            continue
        # Without a median: lawful where nothing was done, else a part of the whole is unknown.
        no_action = bool(acted) and all(number == 0 for number in acted)
        if row.number(first) and not no_action:
            return
    if cells:
        yield from _compare(table, whole, column, cells, population[1:] or population)


def _compare(
    table: Table, whole: Row, column: str, parts: list[Cell], acted: tuple[str, ...] = ("value",)
) -> Iterator[Hit]:
    low = min((cell.number or 0) - _slack(cell) for cell in parts)
    high = max((cell.number or 0) + _slack(cell) for cell in parts)
    cell = whole.cell(column)
    if not cell.number and not any(whole.number(key) for key in acted):
        # A 0 where nothing was done is a filler.
        return
    found, slack = cell.number or 0, _slack(cell)
    if found + slack < low or found - slack > high:
        smallest, largest = min(c.number or 0 for c in parts), max(c.number or 0 for c in parts)
        bound = smallest if found < smallest else largest
        fields: dict[str, object] = {"low": smallest, "high": largest}
        yield Hit(table, whole, column, bound, found, f"{column}", "", fields)


def _slack(cell: Cell) -> float:
    return 0.5 * 10.0 ** -min(cell.decimals, 6)
