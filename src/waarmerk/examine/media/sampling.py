"""Which pictures are kept: about `rate` a second, spread over the medium, the same ones every time.

- A grid of targets lies over the medium's time, `1 / rate` apart, from its first picture on; the first picture at
  or after a target is kept, and the next target is the first grid point after that picture.
- So a picture is kept at most once, two kept pictures of an even stream lie one interval apart (rounded up to its
  pictures), and a gap in the medium costs samples only within the gap.
- Time is presentation time. A picture without a time stamp, or with one that runs backwards, follows the one
  before by one picture's duration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction

TOLERANCE_S = 1e-6
"""Time stamps are whole ticks: a target that a picture misses by less is met."""


class Clock:
    """Presentation times in seconds from the first picture on, never backwards."""

    def __init__(self, time_base: Fraction, start: int | None, frame_s: float) -> None:
        self._time_base = float(time_base)
        self._start = start
        self._frame_s = frame_s
        self._last: float | None = None

    def at(self, pts: int | None) -> float:
        """The time of the next picture, whose time stamp in ticks is `pts`."""
        if pts is not None and self._start is None:
            self._start = pts
        t_s = None if pts is None or self._start is None else (pts - self._start) * self._time_base
        if self._last is None:
            t_s = max(t_s or 0.0, 0.0)
        elif t_s is None or t_s <= self._last:
            t_s = self._last + self._frame_s
        self._last = t_s
        return t_s


class Sampler:
    """Decides picture by picture, in order of presentation."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._origin: float | None = None
        self._next = 0

    def keeps(self, t_s: float) -> bool:
        """Whether the picture at `t_s` is kept."""
        if self._origin is None:
            self._origin = t_s
        position = (t_s - self._origin + TOLERANCE_S) * self._rate
        if position < self._next:
            return False
        self._next = int(position) + 1
        return True


class Chosen:
    """Keeps exactly the pictures with these running numbers."""

    def __init__(self, frames: Iterable[int]) -> None:
        self._frames: Collection[int] = frozenset(frames)
        self.last = max(self._frames, default=-1)

    def keeps(self, frame: int) -> bool:
        """Whether the picture with running number `frame` is kept."""
        return frame in self._frames


def kept(times: Iterable[float], rate: float) -> list[float]:
    """The times out of `times` (ascending) that a `Sampler` keeps."""
    sampler = Sampler(rate)
    return [t_s for t_s in times if sampler.keeps(t_s)]


def dense_enough(remaining: Iterable[float], every: Iterable[float], rate: float) -> bool:
    """Whether decoding the `remaining` pictures alone keeps as many, each within half an interval of its twin."""
    full, thin = kept(every, rate), kept(remaining, rate)
    return len(full) == len(thin) and all(
        abs(a - b) <= 0.5 / rate + TOLERANCE_S for a, b in zip(full, thin, strict=True)
    )
