"""Which stretch of a query shows which stretch of a known item.

Rules:
- A pair is a query frame and a known frame that match. Every query frame votes, once a bin, for the offsets that
  its pairs give at each speed from 0.9 to 1.1; so a still picture does not outvote a scene. Speed 1 needs the
  fewest votes to win.
- The line with most votes is fitted to its pairs; query frames that have a pair near it form ranges, and a pause of
  more than `GAP_S` on either side ends a range. What is left votes again: a re-cut copy has several lines.
- Ranges that follow each other in both media are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.interface import AlignedRange

BIN_S: Final = 0.5
"""Width of an offset's bin: two samples at the usual four a second."""
GAP_S: Final = 3.0
SPEEDS: Final = tuple(round(0.9 + 0.02 * step, 2) for step in range(11))
"""Known seconds per query second."""
_ROUNDS: Final = 32
_WORTH: Final = 0.01
"""A round that explains less than this share of the frames is the last: what is left is scattered."""
_VOTERS: Final = 500
"""Frames that vote in a round, evenly spread: their pairs bound the time of an hours-long match."""
_FASTER: Final = 1.1
"""Times the votes of speed 1 that another speed needs."""
_FIT_LEAST: Final = 8
_FIT_SPAN_S: Final = 4.0

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """known time = speed x query time + start."""

    speed: float
    start: float

    def miss(self, query_t: Times, known_t: Times) -> Times:
        """How far the pairs lie from the line, in seconds of the known item."""
        return np.abs(known_t - self.speed * query_t - self.start)


def align(query_t: Times, known_t: Times) -> tuple[AlignedRange, ...]:
    """The ranges of pairs of times, float64 [n] each, in the order of the query."""
    order = np.lexsort((known_t, query_t))
    query_t, known_t = query_t[order], known_t[order]
    frames = len(np.unique(query_t))
    ranges: list[AlignedRange] = []
    for _ in range(_ROUNDS):
        if not len(query_t):
            break
        line = refined(voted(query_t, known_t), query_t, known_t)
        near = line.miss(query_t, known_t) <= BIN_S
        if not near.any():
            break
        query_hit, known_hit = _nearest(query_t[near], known_t[near], line)
        ranges += _ranges(query_hit, known_hit)
        left = ~np.isin(query_t, query_hit)
        query_t, known_t = query_t[left], known_t[left]
        if len(query_hit) < _WORTH * frames:
            break
    return _joined(ranges)


def voted(query_t: Times, known_t: Times) -> Line:
    """The line that most query times have a pair on; the times sorted, float64 [n] each, n > 0."""
    frame = np.unique(query_t, return_inverse=True)[1]
    step = max(1, -(-(int(frame[-1]) + 1) // _VOTERS))
    votes = frame % step == 0
    frame, query_t, known_t = frame[votes], query_t[votes], known_t[votes]
    best, most = Line(1.0, 0.0), 0.0
    for speed in sorted(SPEEDS, key=lambda speed: abs(speed - 1.0)):
        place = np.floor((known_t - speed * query_t) / BIN_S).astype(np.int64)
        first = int(place.min())
        # Once a frame and bin: the pair as one number.
        once = np.unique(frame.astype(np.int64) * (int(place.max()) - first + 2) + place - first)
        counts = np.bincount(once % (int(place.max()) - first + 2), minlength=2)
        # A true offset near a border falls into two bins: neighbours count together.
        both = counts[:-1] + counts[1:]
        top = np.flatnonzero(both == both.max())
        at = int(top[np.argmin(np.abs(top + first))])  # ties go to the smallest offset
        count = float(both[at]) / (1.0 if speed == 1.0 else _FASTER)
        if count > most:
            middle = at + 1.0 if counts[at + 1] and counts[at] else at + (0.5 if counts[at] else 1.5)
            best, most = Line(speed, (first + middle) * BIN_S), count
    return best


def refined(line: Line, query_t: Times, known_t: Times) -> Line:
    """The line fitted to its own pairs, as long as it gains pairs by that."""
    near = line.miss(query_t, known_t) <= BIN_S
    for _ in range(4):
        query_hit, known_hit = query_t[near], known_t[near]
        if len(query_hit) < _FIT_LEAST or query_hit[-1] - query_hit[0] < _FIT_SPAN_S:
            return line
        spread = query_hit - query_hit.mean()
        speed = float(spread @ known_hit / (spread @ spread))
        if not SPEEDS[0] - 0.05 <= speed <= SPEEDS[-1] + 0.05:
            return line
        fitted = Line(speed, float(known_hit.mean() - speed * query_hit.mean()))
        now = fitted.miss(query_t, known_t) <= BIN_S
        if len(np.unique(query_t[now])) <= len(np.unique(query_hit)):
            return line
        line, near = fitted, now
    return line


def _nearest(query_t: Times, known_t: Times, line: Line) -> tuple[Times, Times]:
    """For each query time the pair nearest to the line."""
    order = np.lexsort((line.miss(query_t, known_t), query_t))
    query_t, known_t = query_t[order], known_t[order]
    first = np.flatnonzero(np.diff(query_t, prepend=-np.inf) > 0)
    return query_t[first], known_t[first]


def _ranges(query_t: Times, known_t: Times) -> list[AlignedRange]:
    """Pairs in query order, cut where either side pauses for more than `GAP_S`."""
    cut = (np.diff(query_t) > GAP_S) | (np.abs(np.diff(known_t)) > GAP_S + 2 * BIN_S)
    ends = [0, *(np.flatnonzero(cut) + 1).tolist(), len(query_t)]
    return [
        AlignedRange(
            float(query_t[first]),
            float(query_t[last - 1]),
            float(known_t[first:last].min()),
            float(known_t[first:last].max()),
        )
        for first, last in pairwise(ends)
    ]


def _joined(ranges: list[AlignedRange]) -> tuple[AlignedRange, ...]:
    joined: list[AlignedRange] = []
    for part in sorted(ranges, key=lambda part: (part.query_start_s, part.known_start_s)):
        if joined:
            before = joined[-1]
            query_pause = part.query_start_s - before.query_end_s
            known_pause = part.known_start_s - before.known_end_s
            # Up to one bin of overlap: neighbouring offsets share their border frames.
            if query_pause <= GAP_S and -2 * BIN_S <= known_pause <= GAP_S:
                joined[-1] = AlignedRange(
                    before.query_start_s,
                    max(before.query_end_s, part.query_end_s),
                    before.known_start_s,
                    max(before.known_end_s, part.known_end_s),
                )
                continue
        joined.append(part)
    return tuple(joined)
