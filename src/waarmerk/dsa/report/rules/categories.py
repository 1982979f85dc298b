"""Which rows a part may have: categories in their own part, extra rows only as KEYWORD_OTHER with a description."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.model import Report, Row, Table
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import CATEGORY_PARTS, OTHER, TOTAL
from waarmerk.dsa.report.words import normal

_PART_ONE = "Annex II, part I, 7"
_FIGURES_OF_TWINS = 8


def _value(row: Row) -> float | int:
    numbers = [
        cell.number or 0
        for key, cell in row.cells.items()
        if not key.startswith(("context", "median", "act_", "info_"))
    ]
    return max(numbers, default=0)


@rule(
    "category_elsewhere", "instructions", parts=CATEGORY_PARTS, reference="Annex II, part II, 1: categories 15 to 17"
)
def categories_of_other_parts(report: Report) -> Iterator[Hit]:
    """Figures stand under a category that belongs to another part: 15 to terms, 16 to orders, 17 to notices."""
    for table in report.of(*CATEGORY_PARTS):
        allowed = table.template.categories
        for row in table.rows:
            if row.is_category and row.known and row.key not in allowed and _value(row):
                number = vocabulary.categories()[row.key].number
                yield Hit(table, row, _first(row), 0, _value(row), row.key, "", {"number": number})


@rule("extra_row", "instructions", parts=CATEGORY_PARTS, reference=_PART_ONE)
def rows_that_the_template_does_not_have(report: Report) -> Iterator[Hit]:
    """A row has a label that is no category and no keyword: extra rows are KEYWORD_OTHER with a description."""
    for table in report.of(*CATEGORY_PARTS):
        for row in table.rows:
            if not row.known:
                yield Hit(table, row, _first(row), None, _value(row), "extra", "", {"label": row.label[:80] or "—"})


@rule("other_without_description", "instructions", parts=CATEGORY_PARTS, reference=_PART_ONE)
def others_without_description(report: Report) -> Iterator[Hit]:
    """A KEYWORD_OTHER row has figures and no description."""
    for table in report.of(*CATEGORY_PARTS):
        if not any(column.key == "description" for column in table.columns):
            continue
        for row in table.rows:
            if row.key == OTHER and _value(row) > 0 and not row.description:
                yield Hit(table, row, _first(row), None, _value(row), "other", "", {"category": row.category})


@rule("other_same_description", "instructions", parts=CATEGORY_PARTS, reference=_PART_ONE)
def others_with_the_same_description(report: Report) -> Iterator[Hit]:
    """Two KEYWORD_OTHER rows of one category have the same description."""
    for table in report.of(*CATEGORY_PARTS):
        seen: dict[tuple[str, str, str], Row] = {}
        for row in table.rows:
            if row.key != OTHER or not row.description:
                continue
            before = seen.setdefault((row.scope, row.category, normal(row.description)), row)
            if before is not row and (_value(row) or _value(before)):
                fields = {"description": row.description[:80], "other_line": before.line, "category": row.category}
                yield Hit(table, row, _first(row), None, _value(row), "other", "", fields)


def _repeated(report: Report) -> Iterator[tuple[Hit, bool]]:
    for table in report.of(*CATEGORY_PARTS, 7, 8, 9, 10):
        rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in table.rows:
            # Accuracy may stand once per system or per kind of content (Annex II, part II, 1.6).
            if row.known and row.key not in (OTHER, "accuracy", "precision", "recall"):
                rows[row.key, row.scope, normal(row.description)].append(row)
        for same in rows.values():
            first = same[0]
            for row in same[1:]:
                yield from _two(table, first, row)


def _two(table: Table, first: Row, row: Row) -> Iterator[tuple[Hit, bool]]:
    fields: dict[str, object] = {"other_line": first.line}
    one, other = first.text("context"), row.text("context")
    if one and other and one != other:
        # A breakdown that its contextual information explains (by product, by kind of content) is welcome.
        return
    differs = [
        key
        for key in row.cells.keys() & first.cells.keys()
        if (a := first.number(key)) is not None and (b := row.number(key)) is not None and a != b
    ]
    if differs:
        key = min(differs, key=lambda one: table.template.by_key[one].place)
        yield Hit(table, row, key, first.number(key), row.number(key), "two", "", fields), True
    elif any(cell.given for cell in row.cells.values()):
        yield Hit(table, row, _first(row), None, _value(row), "same", "", fields), False


@rule(
    "two_values",
    "impossible",
    parts=(*CATEGORY_PARTS, 7, 8, 9, 10),
    reference="Annex II, part I, 7: no double counts",
)
def cells_with_two_values(report: Report) -> Iterator[Hit]:
    """The same row stands twice with different figures."""
    yield from (hit for hit, differs in _repeated(report) if differs)


@rule("duplicate_row", "instructions", parts=(*CATEGORY_PARTS, 7, 8, 9, 10), reference="Annex II, part I, 7")
def rows_that_stand_twice(report: Report) -> Iterator[Hit]:
    """The same row stands twice with the same figures."""
    yield from (hit for hit, differs in _repeated(report) if not differs)


@rule(
    "two_values",
    "impossible",
    parts=(*CATEGORY_PARTS, 7, 8, 9, 10),
    reference="Annex II, part I, 7: no double counts",
)
def tables_with_two_values(report: Report) -> Iterator[Hit]:
    """The same table stands twice and differs in a few cells; tables of surfaces (ads, core) differ in most."""
    for first, second, same, differ in _twins(report):
        if differ and same >= 4 * len(differ):
            for old, row, column in differ:
                fields: dict[str, object] = {"other_line": old.line, "other": first.name}
                yield Hit(second, row, column, old.number(column), row.number(column), "table", "table", fields)


@rule("duplicate_table", "instructions", parts=(*CATEGORY_PARTS, 7, 8, 9, 10), reference="Annex II, part I, 7")
def tables_that_stand_twice(report: Report) -> Iterator[Hit]:
    """The same table stands twice with the same figures."""
    for first, second, _, differ in _twins(report):
        if not differ:
            yield Hit(second, None, habit=first.name, fields={"other": first.name, "where": second.name})


_Differing = tuple[Row, Row, str]


def _twins(report: Report) -> Iterator[tuple[Table, Table, int, list[_Differing]]]:
    """Pairs of tables of one part, how many figures above zero they share, and where they differ."""
    for place, first in enumerate(report.tables):
        for second in report.tables[place + 1 :]:
            if first.part != second.part or first.part not in (*CATEGORY_PARTS, 7, 8, 9, 10):
                continue
            rows = {(row.key, row.scope, row.category, row.description): row for row in first.rows}
            same, differ = 0, list[_Differing]()
            for row in second.rows:
                old = rows.get((row.key, row.scope, row.category, row.description))
                for column in row.cells if old is not None else ():
                    a, b = old.number(column) if old else None, row.number(column)
                    if a is None or b is None or not (a or b):
                        continue
                    if a == b:
                        same += 1
                    elif old is not None:
                        differ.append((old, row, column))
            if same >= _FIGURES_OF_TWINS:
                yield first, second, same, differ


@rule("heading_row_missing", "instructions", parts=CATEGORY_PARTS, reference="Annex I; Annex II, part I, 7")
def headings_that_lost_their_row(report: Report) -> Iterator[Hit]:
    """Sub-categories stand without the row of their category."""
    for table in report.of(*CATEGORY_PARTS):
        for scope in table.scopes():
            # In part 3 a scope without a TOTAL lists some rows only, and needs no headings.
            if table.part == 3 and table.total(scope) is None:
                continue
            for block in table.blocks(scope):
                if block.head is None and any(cell.given for row in block.rows for cell in row.cells.values()):
                    yield Hit(table, block.rows[0], "", habit=block.category, fields={"heading": block.category})


@rule("total_row_missing", "instructions", parts=CATEGORY_PARTS, reference="Annex I, parts 3 to 6, first row")
def totals_that_are_missing(report: Report) -> Iterator[Hit]:
    """A table has categories with figures and no TOTAL row."""
    for table in report.of(*CATEGORY_PARTS):
        scope = TOTAL if table.part == 3 else ""
        heads = [block.head for block in table.blocks(scope) if block.head is not None]
        if table.total(scope) is None and any(cell.given for head in heads for cell in head.cells.values()):
            yield Hit(table, None, habit="total")


def _first(row: Row) -> str:
    given = [key for key, cell in row.cells.items() if cell.given]
    return given[0] if given else ""
