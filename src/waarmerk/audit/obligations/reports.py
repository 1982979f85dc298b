"""The transparency report: when it appears. What stands in it is held against the record by `audit reconcile`.

Rules:
- It is due two months after its period at the latest [Implementing Regulation 2024/2835]; a period of whole months
  has until the last day of the second month after.
- What replaces an earlier report is no first publication. Micro and small enterprises publish none [DSA 15(2)].
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, pending, untestable
from waarmerk.audit.rows import moment

_NEVER = "9999"
"""The calendar's last year: a period that ends there is due at its end, for there is no day two months later."""


@obligation("R4")
def published_in_time(record: Record) -> Iterator[Case]:
    """A report that appeared later than two months after its period, or has not appeared since."""
    if record.micro_small and record.tier != "vlop":
        return
    told = set()
    for report in record.of("report.published"):
        period = (report.period.start, report.period.end)
        if period in told:
            continue
        told.add(period)
        due = _due(report.period.end)
        if _day(report.at) <= due:
            yield kept(report)
        elif report.replaces is not None:
            yield untestable(report, "before_range")
        else:
            yield deviates(report, expected="report_due", came="published", due=due, on=_day(report.at))
    for declared in record.of("service.declared"):
        period = (declared.period.start, declared.period.end)
        if period in told:
            continue
        told.add(period)
        due = _due(declared.period.end)
        if _day(record.end) <= due:
            yield pending(declared)
        elif _day(record.start) > declared.period.end:
            yield untestable(declared, "before_range")
        else:
            yield deviates(declared, expected="report_due", came="nothing", due=due)


def _due(end: str) -> str:
    """The last day in time: the day before the one that is two months after the period."""
    if end >= _NEVER:
        return end
    after = date.fromisoformat(end) + timedelta(days=1)
    months = after.year * 12 + after.month - 1 + 2
    # The 31st of a month with 30 days is the next month's first, so nobody is held to a day too early.
    return str(date(months // 12, months % 12 + 1, 1) + timedelta(days=after.day - 2))


def _day(at: int) -> str:
    return moment(at)[:10]
