"""DSA Art. 22(1): notices of trusted flaggers are given priority.

Rules:
- Priority is about being taken up. A decision that takes longer is no failure: notices may be harder [recital 62].
- It fails where trusted notices are overtaken by later untrusted ones of their category and week more often than
  chance (`overtaking`); where they are only taken up later in the middle, that is a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import decisions_on, sent_back
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, question, untestable
from waarmerk.audit.overtaking import Waiting, overtaking_test
from waarmerk.audit.rows import HOUR, Row

SIGNIFICANT = 0.001
"""Of a thousand platforms that look at no sender, one would be held to overtake."""
_FEWEST = 5


@obligation("N6")
def trusted_first(record: Record) -> Iterator[Case]:
    """Notices of trusted flaggers overtaken by later untrusted ones more often than chance."""
    waiting = queue_of(record)
    known = {one.row.index for one in waiting}
    for notice in record.of("notice.received"):
        if _trusted(notice) and notice.index not in known and not sent_back(record, notice):
            yield untestable(notice, "clock", before=notice.index)
    test = overtaking_test(waiting, record.end)
    slower = {} if test.p < SIGNIFICANT else _slower(waiting, record.end)
    for one, count, marked in zip(waiting, test.overtaken, test.marked, strict=True):
        if not one.trusted:
            continue
        if marked and test.p < SIGNIFICANT:
            yield deviates(
                one.row,
                expected="priority",
                came="overtaken",
                began=one.row.at,
                ended=one.taken,
                overtaken=count,
                category=one.row.category,
                p=f"{test.p:.2g}",
            )
        elif one.row.index in slower:
            mine, theirs = slower[one.row.index]
            yield question(
                one.row, expected="priority", came="slower", category=one.row.category, mine=mine, theirs=theirs
            )
        else:
            yield kept(one.row, began=one.row.at, ended=one.taken)


def queue_of(record: Record) -> list[Waiting]:
    """The notices that waited to be taken up; none of those that clocks say were taken up before they came."""
    found = (_waiting(record, notice) for notice in record.of("notice.received") if not sent_back(record, notice))
    return [one for one in found if one.taken is None or one.taken >= one.row.at]


def _trusted(notice: Row) -> bool:
    return notice.sender_type == "trusted_flagger" and notice.flagger_ref is not None


def _waiting(record: Record, notice: Row) -> Waiting:
    taken = min((row.taken_up_at for row in decisions_on(record, notice)), default=None)
    year, week, _ = datetime.fromtimestamp(notice.at / 1000, UTC).isocalendar()
    return Waiting(notice, (notice.category, year, week), _trusted(notice), taken)


def _slower(waiting: list[Waiting], end: int) -> dict[int, tuple[float, float]]:
    """By its slowest trusted notice, a category whose trusted ones wait longer (both medians, hours)."""
    by_category: dict[object, tuple[list[Waiting], list[Waiting]]] = defaultdict(lambda: ([], []))
    for one in waiting:
        by_category[one.row.category][0 if one.trusted else 1].append(one)
    found = {}
    for trusted, others in by_category.values():
        if min(len(trusted), len(others)) >= _FEWEST:
            mine, theirs = (median(_hours(one, end) for one in group) for group in (trusted, others))
            if mine > theirs:
                slowest = max(trusted, key=lambda one: (_hours(one, end), one.row.index))
                found[slowest.row.index] = (mine, theirs)
    return found


def _hours(one: Waiting, end: int) -> float:
    return ((end if one.taken is None else one.taken) - one.row.at) / HOUR
