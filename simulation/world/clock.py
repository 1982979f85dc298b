"""Simulated time: milliseconds since 1970 in UTC, a list of what happens when, and how a moment is spelled."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = date(1970, 1, 1).toordinal()


class Loop:
    """What happens, in the order of its time; of one moment, in the order in which it was asked for."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._waiting: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []
        self._asked = 0

    def at(self, time: int, act: Callable[..., object], *given: Any) -> None:
        """Do it at a time; one that has passed is now."""
        self._asked += 1
        heapq.heappush(self._waiting, (max(time, self.now), self._asked, act, given))

    def after(self, delay: float, act: Callable[..., object], *given: Any) -> None:
        """Do it in so many milliseconds."""
        self.at(self.now + int(delay), act, *given)

    def run(self, until: int) -> None:
        """Everything up to a moment, that moment not included."""
        while self._waiting and self._waiting[0][0] < until:
            self.now, _, act, given = heapq.heappop(self._waiting)
            act(*given)
        self.now = until


def start_of(day: str) -> int:
    """The first millisecond of a day such as 2026-03-02."""
    return (date.fromisoformat(day).toordinal() - _EPOCH) * DAY


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def day_text(time: int) -> str:
    """The day of a moment, as RFC 3339 writes it."""
    return _day(time // DAY)


def text(time: int) -> str:
    """A moment as RFC 3339 in UTC with milliseconds."""
    number, rest = divmod(time, DAY)
    seconds, millis = divmod(rest, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{_day(number)}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z"


def weekday(time: int) -> int:
    """0 Monday to 6 Sunday."""
    return (time // DAY + 3) % 7
