"""Part 1 and what must be the same throughout: dates, period, service, the parts that are there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from waarmerk.dsa.report.model import Report, Row
from waarmerk.dsa.report.read.build import PERIOD, iso_date
from waarmerk.dsa.report.rules.registry import Hit, rule
from waarmerk.dsa.report.template import parts
from waarmerk.dsa.report.words import same_service

_DATES = ("published", "previous", "start", "end")
_EXACT = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_FIRST_PERIOD = datetime.date(2025, 7, 1)
_TRANSITION_ENDS = datetime.date(2025, 12, 31)
_MONTHS_TO_PUBLISH = 2


def _row(report: Report, key: str) -> Row | None:
    return next((row for table in report.of(1) for row in table.rows if row.key == key), None)


def _date(report: Report, key: str) -> datetime.date | None:
    text = iso_date(report.facts.get(key, ""))
    return datetime.date.fromisoformat(text) if text else None


def _hit(report: Report, key: str, variant: str = "", **fields: object) -> Hit:
    table = report.of(1)[0]
    return Hit(table, _row(report, key), "value", habit="date", variant=variant, fields=fields)


@rule("date_form", "instructions", parts=(1,), reference="Annex I, part 1: YYYY-MM-DD")
def dates_in_another_form(report: Report) -> Iterator[Hit]:
    """A date of part 1 is not written YYYY-MM-DD, or missing."""
    if not report.of(1):
        return
    for key in _DATES:
        text = report.facts.get(key, "").strip()
        if text and not _EXACT.match(text):
            yield _hit(report, key, text=text[:40])
        elif not text and key != "previous":
            yield _hit(report, key, text="—")


@rule("dates_out_of_order", "instructions", parts=(1,), reference="Annex II, part II, 1.1")
def dates_out_of_order(report: Report) -> Iterator[Hit]:
    """The period ends before it starts, or the report appeared before its period ended."""
    start, end, published = (_date(report, key) for key in ("start", "end", "published"))
    previous = _date(report, "previous")
    if start and end and end < start:
        yield _hit(report, "end", "end", first=str(start), second=str(end))
    if end and published and published < end:
        yield _hit(report, "published", "published", first=str(end), second=str(published))
    if previous and published and published < previous:
        yield _hit(report, "previous", "previous", first=str(previous), second=str(published))


@rule(
    "published_late",
    "instructions",
    parts=(1,),
    reference="Annex II, part I, 2: two months from the end of the period",
)
def published_late(report: Report) -> Iterator[Hit]:
    """The report was published more than two months after its period."""
    end, published = _date(report, "end"), _date(report, "published")
    if end and published and published > _months_later(end, _MONTHS_TO_PUBLISH):
        days = (published - _months_later(end, _MONTHS_TO_PUBLISH)).days
        yield _hit(report, "published", days=days, end=str(end), published=str(published))


@rule(
    "period_unusual",
    "instructions",
    parts=(1,),
    reference="Annex II, part I, 3; Regulation (EU) 2024/2835, Article 2",
)
def periods_of_another_length(report: Report) -> Iterator[Hit]:
    """The period is neither a calendar year nor a calendar half-year nor the transitional one."""
    found = PERIOD.search(report.period)
    if not found:
        return
    try:
        start, end = datetime.date.fromisoformat(found[1]), datetime.date.fromisoformat(found[2])
    except ValueError:
        return
    year = start.year == end.year and (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    halves = ((1, 1, 6, 30), (7, 1, 12, 31))
    half = start.year == end.year and (start.month, start.day, end.month, end.day) in halves
    transition = end == _TRANSITION_ENDS and start <= _FIRST_PERIOD
    if not (year or half or transition):
        table = report.tables[0]
        yield Hit(
            table,
            _row(report, "start"),
            "value" if table.part == 1 else "",
            habit="period",
            fields={"period": report.period},
        )


@rule("before_the_template", "question", parts=(1,), reference="Annex II, part I, 3: from 1 July 2025")
def periods_before_the_template(report: Report) -> Iterator[Hit]:
    """The period ended before the template was due, so its rules did not bind yet."""
    found = PERIOD.search(report.period)
    end = iso_date(found[2]) if found else ""
    if end and end < _FIRST_PERIOD.isoformat():
        yield Hit(report.tables[0], None, habit="before", fields={"period": report.period})


@rule(
    "period_differs", "instructions", parts=tuple(range(3, 11)), reference="Annex II, part I: one report per period"
)
def rows_of_another_period(report: Report) -> Iterator[Hit]:
    """Rows name another period than the report; free texts may cover twelve months."""
    for table in report.tables:
        if table.part in (1, 2, 11):
            continue
        for row in table.rows:
            written = PERIOD.search(row.period)
            shown = f"{written[1]}/{written[2]}" if written else _loose(row.period)
            if shown and report.period and shown != report.period:
                yield Hit(table, row, habit="period", fields={"text": shown[:60], "period": report.period})


@rule(
    "service_differs", "instructions", parts=tuple(range(3, 12)), reference="Annex II, part I: one report per service"
)
def rows_of_another_service(report: Report) -> Iterator[Hit]:
    """Rows name another service than the report."""
    for table in report.tables:
        if table.part in (1, 2):
            continue
        for row in table.rows:
            if not same_service(row.service, report.service):
                yield Hit(table, row, habit="service", fields={"text": row.service[:80]})


@rule(
    "missing_part",
    "instructions",
    parts=tuple(range(1, 12)),
    reference="Annex II, part I, 1: incomplete without a reason",
)
def parts_that_are_missing(report: Report) -> Iterator[Hit]:
    """A part that applies to every provider is not there."""
    if not report.whole:
        return
    for number, part in parts().items():
        # Parts of hosting services, platforms and very large ones may lawfully be absent; part 2 applies to all.
        for_all = number == 2 or "All" in part.applicability
        if number not in report.numbers and for_all and number != 7:
            yield Hit(None, habit=f"{number}", part=number, fields={"number": number, "name": part.name})


def _loose(text: str) -> str:
    dates = [iso_date(bit) for bit in re.findall(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text)]
    return f"{dates[0]}/{dates[1]}" if len(dates) == 2 and all(dates) else ""


def _months_later(day: datetime.date, months: int) -> datetime.date:
    # To the end of the month, as lenient as "two months" can be read: 30 June to 31 August.
    month = day.month - 1 + months + 1
    first_after = datetime.date(day.year + month // 12, month % 12 + 1, 1)
    return first_after - datetime.timedelta(days=1)
