"""A part above its whole, in every pair where the law says that one is part of the other.

Rules:
- Pairs of columns: what trusted flaggers sent of what all sent; what was automated of all measures.
- Pairs of rows: a sub-category of its category, a category of the TOTAL, a Member State of the Union, a language of
  all languages, an outcome of the complaints, own initiative of all measures.
- Never across tables, and never where the part's unit may differ (full-time equivalents against heads).
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report, Row, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import CATEGORY_PARTS, TOTAL

# (part, whole) by column key.
_FLAGGERS = (
    ("notices_flagger", "notices"),
    ("items_flagger", "items"),
    ("actions_law_flagger", "actions_law"),
    ("actions_terms_flagger", "actions_terms"),
)
_OUTCOMES = ("upheld", "partially_reversed", "reversed", "omitted")


def _columns(table: Table, pairs: tuple[tuple[str, str], ...], variant: str) -> Iterator[Hit]:
    for row in table.rows:
        for part, whole in pairs:
            found, expected = row.number(part), row.number(whole)
            if found is not None and expected is not None and found > expected >= 0:
                fields: dict[str, object] = {"whole_column": table.header(whole)}
                # Notices are sent, the rest is accounted for: the sentence differs.
                said = f"{variant}_notices" if part == "notices_flagger" else variant
                yield Hit(table, row, part, expected, found, f"{part} of {whole}", said, fields)


@rule("part_above_whole", "impossible", parts=(4,), reference="Annex II, part II, 1.3, columns F to O")
def flaggers_above_all(report: Report) -> Iterator[Hit]:
    """Trusted flaggers' notices, items or actions are more than all notices, items or actions."""
    for table in report.of(4):
        yield from _columns(table, _FLAGGERS, "flagger")


@rule("part_above_whole", "impossible", parts=(5, 6), reference="Annex II, part II, 1.4, columns F and G")
def automated_above_all(report: Report) -> Iterator[Hit]:
    """Measures after solely automated detection are more than all measures."""
    for table in report.of(5, 6):
        yield from _columns(table, (("automated", "measures"),), "automated")


@rule("part_above_whole", "impossible", parts=CATEGORY_PARTS, reference="Annex II, part I, 7")
def subcategory_above_category(report: Report) -> Iterator[Hit]:
    """A sub-category is more than its category, or a category more than the TOTAL."""
    for table in report.of(*CATEGORY_PARTS):
        counted = [column.key for column in table.columns if column.kind in ("count", "items")]
        for scope in table.scopes():
            total = table.total(scope)
            for block in table.blocks(scope):
                if block.head is not None:
                    for row in block.rows:
                        yield from _rows(table, row, block.head, counted, "category")
                    if total is not None:
                        yield from _rows(table, block.head, total, counted, "total")


@rule("part_above_whole", "impossible", parts=(3,), reference="Annex II, part II, 1.2, column F")
def member_state_above_union(report: Report) -> Iterator[Hit]:
    """A Member State's orders are more than all orders."""
    for table in report.of(3):
        counted = [column.key for column in table.columns if column.kind in ("count", "items")]
        union: dict[tuple[str, str, str], Row] = {}
        for row in table.rows:
            if row.scope == TOTAL and row.known:
                union.setdefault((row.key, row.category, row.description), row)
        for row in table.rows:
            whole = union.get((row.key, row.category, row.description)) if row.scope != TOTAL else None
            if whole is not None:
                yield from _rows(table, row, whole, counted, "scope")


@rule("part_above_whole", "impossible", parts=(7,), reference="Annex II, part II, 1.5, scopes")
def outcome_above_complaints(report: Report) -> Iterator[Hit]:
    """More complaints or disputes were decided one way than were received."""
    for table in report.of(7):
        for row in table.rows:
            if row.scope in _OUTCOMES:
                yield from _of(table, row, table.find(row.key, "total"), "outcome")


@rule("part_above_whole", "impossible", parts=(7,), reference="Annex II, part II, 1.5, indicators")
def kind_above_all_complaints(report: Report) -> Iterator[Hit]:
    """Complaints about one kind of decision are more than all complaints."""
    kinds = ("visibility", "service", "account", "monetisation", "no_action", "no_action_flagger")
    for table in report.of(7):
        for row in table.rows:
            if row.key in kinds and row.scope in ("total", *_OUTCOMES):
                yield from _of(table, row, table.find("complaints", row.scope), "kind")


@rule("part_above_whole", "impossible", parts=(8,), reference="Annex II, part II, 1.6, scopes")
def scope_above_all_measures(report: Report) -> Iterator[Hit]:
    """Own-initiative measures, or those in one language, exceed all; flaggers' notices exceed all notices."""
    for table in report.of(8):
        for row in table.rows:
            if row.key in ("solely", "not_automated") and row.scope != "total":
                yield from _of(table, row, table.find(row.key, "total"), "scope")
            elif row.key in ("notices_solely", "notices_not_automated") and row.scope == "flagger":
                yield from _of(table, row, table.find(row.key, "notices"), "scope")


@rule("part_above_whole", "impossible", parts=(10,), reference="Annex II, part II, 1.8")
def member_state_above_all_recipients(report: Report) -> Iterator[Hit]:
    """One Member State has more recipients than the Union."""
    for table in report.of(10):
        for row in table.rows:
            if row.scope != "total":
                yield from _of(table, row, table.find(row.key, "total"), "scope")


def _rows(table: Table, part: Row, whole: Row, columns: list[str], variant: str) -> Iterator[Hit]:
    for column in columns:
        found, expected = part.number(column), whole.number(column)
        if found is not None and expected is not None and found > expected >= 0:
            habit = f"{variant} {column}"
            yield Hit(table, part, column, expected, found, habit, variant, {"whole": whole.label})


def _of(table: Table, part: Row, whole: Row | None, variant: str) -> Iterator[Hit]:
    if whole is not None and whole is not part and part.known:
        yield from _rows(table, part, whole, ["value"], variant)
