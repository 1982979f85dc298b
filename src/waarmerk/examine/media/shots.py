"""Where one shot ends and the next begins, seen on the kept pictures alone.

A cut changes both what is where (the mean difference of a coarse picture) and how much of each brightness there is
(the distance of histograms); movement changes the first, a lamp the second. Both must jump, and the coarse
difference must also stand out from the pictures just before it, so that a shaking camera does not make shots.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

COARSE = 16
BINS = 32
STEP = 4
"""Every fourth pixel of every fourth line says the same of brightness, at a sixteenth of the work."""
LEAST_DIFFERENCE = 18.0
"""Grey levels, mean over a 16 x 16 picture."""
LEAST_DISTANCE = 0.25
"""Half the sum of differences of two histograms: 0 the same, 1 disjoint."""
STANDS_OUT = 3.0
"""Times the running mean of the differences before."""
_FADE = 0.8


class Shots:
    """Counts shots over luma pictures in order of time; `starts` holds the time of each shot's first kept picture."""

    def __init__(self) -> None:
        self.starts: list[float] = []
        self._coarse: NDArray[np.float32] | None = None
        self._histogram: NDArray[np.float32] | None = None
        self._usual = 0.0

    def see(self, luma: NDArray[np.uint8], t_s: float) -> int:
        """The running number of the shot that this picture belongs to."""
        thin = np.ascontiguousarray(luma[::STEP, ::STEP]) if min(luma.shape) >= STEP * COARSE else luma
        coarse, histogram = _coarse(thin), _histogram(thin)
        if self._coarse is None or self._histogram is None:
            self.starts.append(t_s)
        else:
            difference = float(np.abs(coarse - self._coarse).mean())
            distance = float(np.abs(histogram - self._histogram).sum()) / 2
            stands_out = difference > STANDS_OUT * self._usual
            if difference >= LEAST_DIFFERENCE and distance >= LEAST_DISTANCE and stands_out:
                self.starts.append(t_s)
                self._usual = 0.0
            else:
                self._usual = _FADE * self._usual + (1 - _FADE) * difference
        self._coarse, self._histogram = coarse, histogram
        return len(self.starts) - 1


def _coarse(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    rows, columns, counts = _cells(*luma.shape)
    sums = np.add.reduceat(np.add.reduceat(luma, rows, 0, dtype=np.uint32), columns, 1)
    means: NDArray[np.float32] = (sums / counts).astype(np.float32)
    return means


@lru_cache(maxsize=4)
def _cells(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First row and first column of each cell, and how many pixels it has."""
    rows = np.linspace(0, height, COARSE, endpoint=False).astype(np.int64)
    columns = np.linspace(0, width, COARSE, endpoint=False).astype(np.int64)
    counts = np.outer(np.diff(rows, append=height), np.diff(columns, append=width))
    return rows, columns, np.maximum(counts, 1)


def _histogram(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    counts = np.bincount((luma >> 3).ravel(), minlength=BINS)
    return (counts / luma.size).astype(np.float32)
