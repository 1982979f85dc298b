"""Who works when, and what they take up next: shifts, weekends, queues by urgency, the excluded first decider.

Rules:
- Reviewers work early (06 to 14) or late (14 to 22, UTC) shifts five days a week, a third of them at weekends;
  seniors work 09 to 17 on weekdays, and one of them 10 to 16 on Saturdays.
- A pool takes the most urgent case first, of two the older one, and never a case from which this person is excluded.
- How many are needed follows from the work of a day, so that a bigger platform has a bigger staff.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, MINUTE, Loop, weekday

_USED = 0.5
"""Share of the paid time in which somebody decides."""


@dataclass(slots=True)
class Worker:
    """A person of the staff; `until`: the end of the running shift."""

    pid: str
    number: int
    until: int = 0
    busy: bool = False


@dataclass(slots=True)
class Task:
    """Something to take up: `act(worker)` when it is finished; `taken(worker)` when it is taken up.

    `excluded`: who may not; `void()`: whether it has settled itself meanwhile.
    """

    minutes: float
    act: Callable[[Worker], None]
    taken: Callable[[Worker], None]
    excluded: frozenset[str] = field(default_factory=frozenset)
    void: Callable[[], bool] = lambda: False


class Pool:
    """People of one kind, and what waits for them."""

    def __init__(self, loop: Loop, chance: Chance, *, minutes_a_day: float, seniors: bool) -> None:
        self._loop, self._chance, self._seniors = loop, chance, seniors
        size = max(6 if seniors else 5, math.ceil(minutes_a_day * 7 / (_USED * 5 * 8 * 60)))
        self.workers = [Worker(chance.name(), number) for number in range(size)]
        self._idle: list[Worker] = []
        self._waiting: list[tuple[float, int, Task]] = []
        self._asked = 0

    def begin(self) -> None:
        """Start the shifts of this day, and of every day to come."""
        loop = self._loop
        midnight = loop.now - loop.now % DAY
        for worker in self.workers:
            shift = self._shift(worker, weekday(midnight))
            if shift is not None:
                loop.at(midnight + shift[0] * HOUR, self._arrives, worker, midnight + shift[1] * HOUR)
        loop.at(midnight + DAY, self.begin)

    def put(self, urgency: float, task: Task) -> None:
        """Ask for something; the lower the urgency's number, the sooner."""
        self._asked += 1
        heapq.heappush(self._waiting, (urgency, self._asked, task))
        self._next()

    def _shift(self, worker: Worker, day: int) -> tuple[int, int] | None:
        number = worker.number
        if self._seniors:
            return (9, 17) if day < 5 else (10, 16) if day == 5 and number == 0 else None
        hours = (6, 14) if number % 2 == 0 else (14, 22)
        at_weekends = number % 3 == 0
        works = day not in (1, 2) if at_weekends else day < 5
        return hours if works else None

    def _arrives(self, worker: Worker, until: int) -> None:
        worker.until = until
        if not worker.busy:
            self._idle.append(worker)
        self._next()

    def _next(self) -> None:
        """Bring together who is free and what waits."""
        now = self._loop.now
        self._idle = [worker for worker in self._idle if worker.until > now]
        passed: list[tuple[float, int, Any]] = []
        while self._waiting and self._idle:
            entry = heapq.heappop(self._waiting)
            task: Task = entry[2]
            if task.void():
                continue
            free = next((worker for worker in self._idle if worker.pid not in task.excluded), None)
            if free is None:
                passed.append(entry)
                continue
            self._idle.remove(free)
            free.busy = True
            task.taken(free)
            minutes = task.minutes * self._chance.lognormvariate(-0.18, 0.6)
            self._loop.after(max(minutes, 0.5) * MINUTE, self._finished, free, task)
        for entry in passed:
            heapq.heappush(self._waiting, entry)

    def _finished(self, worker: Worker, task: Task) -> None:
        worker.busy = False
        task.act(worker)
        if worker.until > self._loop.now:
            self._idle.append(worker)
        self._next()
