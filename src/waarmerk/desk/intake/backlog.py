"""Whether more uploads can be taken: where too many wait already, the platform is asked to send them later.

Only uploads are put off. A notice, an order and a complaint are taken however much waits: the law gives them no queue
in front of the queue.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import func, select

from waarmerk.desk.store.tables import task
from waarmerk.desk.store.unit import Desk

MOST_WAITING = 100_000
LATER_S = 60
_EVERY_S = 5.0


class Backlog:
    """How much waits, counted every few seconds. `most`: tasks; `clock` gives seconds that only grow."""

    def __init__(self, desk: Desk, most: int, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._most = most
        self._clock = clock
        self._turn = threading.Lock()
        self._until = -1.0
        self._full = False

    def full(self) -> bool:
        """Whether uploads are to come later."""
        with self._turn:
            now = self._clock()
            if now >= self._until:
                due = select(task.c.id).where(task.c.slot.is_(None), task.c.done_at.is_(None)).limit(self._most)
                with self._desk.read() as connection:
                    count = connection.scalar(select(func.count()).select_from(due.subquery()))
                self._full, self._until = count == self._most, now + _EVERY_S
            return self._full
