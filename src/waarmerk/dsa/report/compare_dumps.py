"""A report beside the Commission's daily dumps: own-initiative measures by category against statements of reasons.

Rules:
- Statements of source "voluntary" with a ground in law stand for part 5, with a ground in terms for part 6.
- Only days of the report's period count. Only when every day is there may the dumps be asked why they have fewer.
- One measure may take several statements and some services need not send any: every finding is a question.
"""

from __future__ import annotations

import csv
import datetime
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from waarmerk.dsa import vocabulary
from waarmerk.dsa.dumps.archive import Dumps, Opened, list_files
from waarmerk.dsa.dumps.columns import Lines, read_heading
from waarmerk.dsa.report.check import Checked
from waarmerk.dsa.report.compare import checked_by
from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.read import read_report
from waarmerk.dsa.report.read.build import PERIOD
from waarmerk.dsa.report.rules import Hit, Rule
from waarmerk.dsa.report.words import normal
from waarmerk.errors import InputError
from waarmerk.text.words import Language

_TOLERATED = 0.1
_FEW = 10
_REFERENCE = "DSA 24(5) beside Annex II, part II, 1.4"


def compare_with_dumps(
    report_path: Path, dumps: Sequence[Path], *, platform: str | None = None, language: Language = "en"
) -> tuple[Report, Checked]:
    """A report beside dumps; InputError when the dumps know no platform of that name or no day of the period."""
    report = read_report(report_path)
    counts, days, platforms = count_statements(dumps, report, platform or report.service)
    if not days:
        known = ", ".join(sorted(platforms)[:8])
        raise InputError(
            f"the dumps have no statement of {platform or report.service} in {report.period}",
            where=str(dumps[0]),
            hint=f"name the platform with --platform; the dumps know {known}"
            if known
            else "give dumps of the period",
        )
    return report, checked_by(report, report, [_rule(report, counts, days)], language)


def count_statements(
    dumps: Sequence[Path], report: Report, platform: str
) -> tuple[Counter[tuple[int, str]], set[str], set[str]]:
    """Own-initiative statements by part (5, 6) and category, the days seen, and the platforms that the dumps know."""
    found = PERIOD.search(report.period)
    start, end = (found[1], found[2]) if found else ("0000", "9999")
    counts: Counter[tuple[int, str]] = Counter()
    days: set[str] = set()
    platforms: set[str] = set()
    for member in Dumps(list_files(dumps)):
        if isinstance(member, InputError):
            raise member
        if isinstance(member, Opened):
            _count(member, normal(platform), (start, end), counts, days, platforms)
    return counts, days, platforms


def _count(
    member: Opened,
    platform: str,
    period: tuple[str, str],
    counts: Counter[tuple[int, str]],
    days: set[str],
    platforms: set[str],
) -> None:
    grounds = vocabulary.enum("decision_ground")
    illegal = next(code for code in grounds if "ILLEGAL" in code)
    voluntary = next(code for code in vocabulary.enum("source_type") if "VOLUNTARY" in code)
    lines = Lines(member.stream, member.name)
    reader = csv.reader(iter(lines))
    heading = read_heading(reader, member.name)
    at = heading.index
    name, source, ground = at["platform_name"], at["source_type"], at["decision_ground"]
    category, made = at["category"], at["created_at"]
    ours: dict[str, bool] = {}
    try:
        for row in reader:
            if len(row) != heading.width:
                continue
            own = ours.get(row[name])
            if own is None:
                own = ours[row[name]] = normal(row[name]) == platform
                platforms.add(row[name])
            day = row[made][:10]
            if own and period[0] <= day <= period[1]:
                days.add(day)
                if row[source] == voluntary:
                    counts[5 if row[ground] == illegal else 6, row[category]] += 1
    except (csv.Error, zipfile.BadZipFile, zlib.error, EOFError, OSError) as broken:
        raise InputError(f"breaks off or is damaged: {broken}", where=member.name, hint="fetch it anew") from broken
    finally:
        lines.release()


def _rule(report: Report, counts: Counter[tuple[int, str]], days: set[str]) -> Rule:
    complete = _complete(report, days)
    hits: list[Hit] = []
    for number in (5, 6):
        table = report.only(number)
        for row in table.rows if table is not None else ():
            measures = row.number("measures")
            if not row.is_category or measures is None:
                continue
            sent = counts[number, row.key]
            if sent > measures * (1 + _TOLERATED) + _FEW:
                hits.append(Hit(table, row, "measures", measures, sent, "above", "above"))
            elif complete and sent < measures * (1 - _TOLERATED) - _FEW:
                hits.append(Hit(table, row, "measures", measures, sent, "below", "below"))
    return Rule("compare.dumps", "question", (5, 6), _REFERENCE, lambda _: iter(hits))


def _complete(report: Report, days: set[str]) -> bool:
    found = PERIOD.search(report.period)
    if not found:
        return False
    start, end = datetime.date.fromisoformat(found[1]), datetime.date.fromisoformat(found[2])
    return len(days) == (end - start).days + 1
