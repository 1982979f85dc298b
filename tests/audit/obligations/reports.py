"""The report's date: failing stories and innocent look-alikes. The story's record begins on 2 February 2026."""

from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import Story
from waarmerk.record.events.types import Period

JANUARY = Period(start="2026-01-01", end="2026-01-31")
FEBRUARY = Period(start="2026-02-01", end="2026-02-28")
MARCH = Period(start="2026-03-01", end="2026-03-31")
OLD = "a" * 64
DAY = 24


def service(s: Story, period: Period, hour: float = 0) -> None:
    s.event("service.declared", hour, period=period, benchmarks={}, micro_small=False)


@failing("R4", 2, until=100 * DAY)
def one_came_a_day_late_and_one_never(s: Story) -> None:
    service(s, FEBRUARY)
    s.event("report.published", (31 + 27) * DAY, period=JANUARY, replaces=None)  # 1 April


@innocent("R4", kept=2, open_=2, untestable=1, until=100 * DAY)
def on_the_last_day_and_corrected_later(s: Story) -> None:
    s.event("report.published", (31 + 26) * DAY + 23, period=JANUARY, replaces=None)  # 31 March
    s.event("report.published", 95 * DAY, period=JANUARY, replaces=OLD, reason="a cell was wrong")
    s.event("report.published", 86 * DAY + 23.9, period=FEBRUARY, replaces=None)  # 29 April: in time
    s.event("report.published", 90 * DAY, period=Period(start="2025-07-01", end="2025-12-31"), replaces=OLD)
    service(s, MARCH, 40 * DAY)
