"""Which stretch of a query shows which stretch of a known item.

Rules:
- Every query frame that has a partner votes for the offsets (query time minus known time) that its partners
  give, once an offset however many partners give it, so that a still picture does not outvote a scene.
- The offset with most votes wins; frames that have a partner there form ranges; a pause of more than
  `GAP_S` ends a range. What is left votes again: a re-cut copy has several offsets.
- Ranges that follow each other in both media are one: a copy at another speed drifts through many offsets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import DISTANCE

BIN_S: Final = 0.5
"""Width of an offset's bin: two samples at the usual four a second."""
GAP_S: Final = 3.0
_ROUNDS: Final = 32
_WORTH: Final = 0.01
"""A round that explains less than this share of the frames is the last: what is left is scattered."""
_VOTERS: Final = 500
"""Frames that vote in a round, evenly spread: their pairs bound the time of an hours-long match."""


@dataclass(frozen=True)
class AlignedRange:
    """A stretch of the query and the stretch of the known item that it shows; seconds."""

    query_start_s: float
    query_end_s: float
    known_start_s: float
    known_end_s: float


@dataclass(frozen=True)
class Timed:
    """Hashes in time order: `codes` uint64 [n, 4], `t_s` float64 [n]."""

    codes: NDArray[np.uint64]
    t_s: NDArray[np.float64]

    @staticmethod
    def of(codes: NDArray[np.uint64], t_s: NDArray[np.float64]) -> Timed:
        """Sorted by time."""
        order = np.argsort(t_s, kind="stable")
        return Timed(codes[order], t_s[order])


def distances(codes: NDArray[np.uint64], code: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Hamming distances of one hash, uint64 [4], to many, uint64 [n, 4]: uint16 [n]."""
    words = [np.bitwise_count(codes[:, place] ^ code[place]) for place in range(4)]
    # Three words fit in a byte (192 bits), four do not: the complement of a hash would be at distance 0.
    total: NDArray[np.uint16] = np.add(words[0] + words[1] + words[2], words[3], dtype=np.uint16)
    return total


def align(query: Timed, known: Timed, radius: int = DISTANCE) -> tuple[AlignedRange, ...]:
    """The ranges, in the order of the query. `query` holds only frames that have a partner in `known`."""
    left = np.arange(len(query.t_s))
    ranges: list[AlignedRange] = []
    for _ in range(_ROUNDS):
        if not len(left):
            break
        offset = _best_offset(query, left, known, radius)
        partners = [(index, _partner(query, index, known, offset, radius)) for index in left.tolist()]
        pairs = [(float(query.t_s[index]), known_t) for index, known_t in partners if known_t is not None]
        if not pairs:
            break
        ranges += _ranges(pairs)
        if len(pairs) < _WORTH * len(query.t_s):
            break
        left = np.asarray([index for index, known_t in partners if known_t is None], np.int64)
    return _joined(ranges)


def _best_offset(query: Timed, left: NDArray[np.int64], known: Timed, radius: int) -> float:
    votes: Counter[int] = Counter()
    for index in left[:: max(1, -(-len(left) // _VOTERS))]:
        partners = known.t_s[distances(known.codes, query.codes[index]) <= radius]
        votes.update(np.unique(np.floor((query.t_s[index] - partners) / BIN_S)).astype(np.int64).tolist())
    # A true offset near a border falls into two bins: neighbours count together. Ties go to the smallest offset.
    best = max(votes, key=lambda place: (votes[place] + votes[place + 1], -abs(place)))
    return (best + 1) * BIN_S if votes[best + 1] else (best + 0.5) * BIN_S


def _partner(query: Timed, index: int, known: Timed, offset: float, radius: int) -> float | None:
    """The time of the known frame nearest in time to where `offset` puts this query frame, if one matches."""
    expected = query.t_s[index] - offset
    first, last = np.searchsorted(known.t_s, [expected - BIN_S, expected + BIN_S + 1e-9])
    near = distances(known.codes[first:last], query.codes[index]) <= radius
    times = known.t_s[first:last][near]
    return float(times[np.argmin(np.abs(times - expected))]) if len(times) else None


def _ranges(pairs: list[tuple[float, float]]) -> list[AlignedRange]:
    """Pairs of (query time, known time), in query order, cut where either side pauses for more than `GAP_S`."""
    groups = [[pairs[0]]]
    for before, pair in pairwise(pairs):
        if pair[0] - before[0] > GAP_S or abs(pair[1] - before[1]) > GAP_S + 2 * BIN_S:
            groups.append([])
        groups[-1].append(pair)
    return [
        AlignedRange(group[0][0], group[-1][0], min(known for _, known in group), max(known for _, known in group))
        for group in groups
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
