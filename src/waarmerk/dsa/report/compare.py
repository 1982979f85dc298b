"""Two reports of one service side by side: periods, or versions of one period; a report beside the dumps.

Rules:
- The same period twice is two versions: a changed figure is asked about unless the later version says that it is an
  updated one or explains the figure (Annex II, part I, 5).
- Two periods: a table whose figures are nearly all the same, and a figure that jumps, are asked about; a jump that
  either report explains beside the figure is not.
- Tables that stand twice (ads, core) are compared by name, never added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from waarmerk.dsa.report.check import CHAPTER, SCHEMA, Checked, Finding, findings_of
from waarmerk.dsa.report.model import Cell, Report, Row, Table
from waarmerk.dsa.report.read import read_report
from waarmerk.dsa.report.rules import Class, Hit, Rule
from waarmerk.dsa.report.rules.numbers import kind_of, period_hours
from waarmerk.dsa.report.template import CATEGORY_PARTS
from waarmerk.dsa.report.words import normal, same_service
from waarmerk.errors import UsageError
from waarmerk.text.words import Language, words

JUMP = 5.0
"""A figure jumps when it becomes this many times larger or smaller."""
SMALL = 100
"""Below this, in both periods, no factor is a jump."""
_SAME_SHARE = 0.8
_SAME_LEAST = 8
_CARRIED = 10
_UPDATED = re.compile(
    r"\b(updat|correct|revis|rectif|amend|version|erratum|herzien|gecorrigeerd|versie)", re.IGNORECASE
)
_PARTS = (*CATEGORY_PARTS, 7, 8, 9, 10)
_VERSIONS = "Annex II, part I, 5: reasons and date of an update"
_PERIODS = "Annex II, part II, 2: changes that alter how numbers are calculated are to be told"

_Pair = tuple[Table, Row, str, Cell, Row, Cell]


def compare_paths(first: Path, second: Path, *, language: Language = "en") -> tuple[Report, Checked]:
    """Compare two reports; UsageError when they are of two services. The later report and what is asked."""
    return compare(read_report(first), read_report(second), language=language)


def compare(first: Report, second: Report, *, language: Language = "en") -> tuple[Report, Checked]:
    """The later of two reports of one service, with what neither explains."""
    if first.period > second.period:
        first, second = second, first
    if not same_service(first.service, second.service):
        raise UsageError(
            f"the reports are of two services: {first.service} and {second.service}",
            hint="compare two periods or two versions of one service",
        )
    pairs = list(_pairs(first, second))
    if first.period == second.period:
        rules = [_changed(first, second, pairs)]
    else:
        rules = [_identical(pairs), _jumps(first, second, pairs)]
    rules.append(_gone(first, second))
    return second, checked_by(first, second, rules, language)


def checked_by(first: Report, second: Report, rules: Sequence[Rule], language: Language) -> Checked:
    """The findings of the rules of a comparison, as a check of the later report."""
    said = words(CHAPTER, language)
    found: list[Finding] = []
    for rule in rules:
        found += findings_of(second, rule, said)
    period = second.period if first.period == second.period else f"{first.period} → {second.period}"
    return Checked(SCHEMA, second.service, period, tuple(second.numbers), tuple(found), ())


def _identity(row: Row) -> tuple[str, str, str, str]:
    return (row.key or normal(row.label), row.scope, row.category, normal(row.description))


def _pairs(first: Report, second: Report) -> Iterator[_Pair]:
    """Every figure that both reports have: the later table, row and column, the two cells."""
    for number in _PARTS:
        befores, afters = first.of(number), second.of(number)
        for place, after in enumerate(afters):
            before = befores[place] if len(befores) == len(afters) and place < len(befores) else None
            if before is None:
                continue
            earlier: dict[tuple[str, str, str, str], Row] = {}
            for row in before.rows:
                earlier.setdefault(_identity(row), row)
            for row in after.rows:
                old = earlier.pop(_identity(row), None)
                if old is None:
                    continue
                for column in after.columns:
                    figure = column.kind in ("count", "items", "median", "share") or column.key == "value"
                    a, b = old.cell(column.key), row.cell(column.key)
                    if figure and a.given and b.given:
                        yield after, row, column.key, b, old, a


def _context(row: Row, column: str) -> str:
    return row.text(f"context_{column}") or row.text("context")


def _rule(identity: str, asked: Class, reference: str, hits: list[Hit]) -> Rule:
    return Rule(f"compare.{identity}", asked, _PARTS, reference, lambda _: iter(hits))


def _changed(first: Report, second: Report, pairs: list[_Pair]) -> Rule:
    texts = " ".join(row.text("value") for table in second.of(1, 11) for row in table.rows)
    before = " ".join(row.text("value") for table in first.of(1, 11) for row in table.rows)
    # Words of an update that the first version did not have: the whole update is marked.
    marked = len(_UPDATED.findall(texts)) > len(_UPDATED.findall(before))
    hits = []
    for table, row, column, cell, old, was in pairs:
        if cell.number == was.number or marked:
            continue
        if _context(row, column) and _context(row, column) != _context(old, column):
            continue
        hits.append(Hit(table, row, column, was.number, cell.number, f"changed {column}"))
    return _rule("changed_without_reason", "instructions", _VERSIONS, hits)


def _identical(pairs: list[_Pair]) -> Rule:
    tables: dict[str, list[_Pair]] = {}
    for pair in pairs:
        # Small figures repeat by chance; a median or share of two periods may well be the same.
        table, row, column, cell, _, was = pair
        counted = kind_of(table, row, column) in ("count", "items")
        if counted and max(cell.number or 0, was.number or 0) >= _CARRIED:
            tables.setdefault(table.name, []).append(pair)
    hits = []
    for some in tables.values():
        same = [pair for pair in some if pair[3].number == pair[5].number]
        if len(same) >= _SAME_LEAST and len(same) >= _SAME_SHARE * len(some):
            table, row, column, cell, _, was = same[0]
            fields: dict[str, object] = {"count": len(same), "all": len(some), "part": f"{table.part}"}
            hits.append(Hit(table, row, column, was.number, cell.number, "same", "", fields))
    return _rule("identical_figures", "question", _PERIODS, hits)


def _jumps(first: Report, second: Report, pairs: list[_Pair]) -> Rule:
    longer = _days(second) / _days(first)
    hits = []
    for table, row, column, cell, old, was in pairs:
        a, b = float(was.number or 0), float(cell.number or 0)
        counted = kind_of(table, row, column) in ("count", "items")
        # A year has twice the figures of a half-year; recipients and moderators are averages and no sums.
        due = a * longer if counted and table.part not in (9, 10) else a
        if max(a, b) < SMALL or (min(due, b) > 0 and max(due, b) / min(due, b) < JUMP):
            continue
        if kind_of(table, row, column) == "share" or _explained(table, row, old, column):
            continue
        hits.append(Hit(table, row, column, was.number, cell.number, f"jump {column}"))
    return _rule("jump", "question", _PERIODS, hits)


def _explained(table: Table, row: Row, old: Row, column: str) -> bool:
    if _context(row, column) or _context(old, column):
        return True
    total = table.total(row.scope)
    return total is not None and total is not row and bool(_context(total, column))


def _days(report: Report) -> float:
    return float(period_hours(report.period) or 24 * 183)


def _gone(first: Report, second: Report) -> Rule:
    whole = first.whole and second.whole
    missing = [number for number in first.numbers if number not in second.numbers] if whole else []
    hits = [Hit(None, habit=f"{n}", part=n, fields={"part": f"{n}"}) for n in missing]
    return _rule("part_gone", "question", _PERIODS, hits)
