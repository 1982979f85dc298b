"""How much anybody may ask: a bucket of tokens for each asker, refilled steadily; the oldest askers are forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

ASKERS = 10_000


class Rates:
    """`burst` requests at once, `per_second` steadily. `clock` gives seconds that only grow."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._turn = threading.Lock()

    def wait_s(self, asker: str) -> float:
        """0 where the request may go on, else after how many seconds it may."""
        now = self._clock()
        with self._turn:
            left, then = self._left.pop(asker, (float(self._burst), now))
            left = min(self._burst, left + (now - then) * self._per_second)
            wait = 0.0 if left >= 1 else (1 - left) / self._per_second
            self._left[asker] = (left - 1 if not wait else left, now)
            while len(self._left) > ASKERS:
                self._left.popitem(last=False)
        return wait
