"""Multi-index hashing: which buckets must be looked into so that no hash within a distance is missed.

Rules (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012):
- The 256 bits are cut into chunks, and each chunk has its table: for every value of its bits, the rows that have it.
- Two hashes at most R bits apart are at most r_i apart in some chunk i, if the sum of all (r_i + 1) is above R. So
  R + 1 is dealt out evenly over the chunks, and every value within r_i of the query's is looked up in table i.
- 12 chunks of 21 or 22 bits, radius 2 in the eight narrow ones and 1 in the four wide ones, suit millions of
  hashes at R = 31; 16 chunks of 16 bits, radius 1, have smaller tables and suit fewer hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import BITS

MANY = 1 << 20
"""Rows from which the tables of 12 chunks are worth their 134 MB."""


@dataclass(frozen=True)
class Layout:
    """Where each of k chunks begins and how many bits it has, int64 [k]; `base`: where its offsets begin."""

    start: NDArray[np.int64]
    width: NDArray[np.int64]
    base: NDArray[np.int64]

    @property
    def offsets(self) -> int:
        """How many offsets all tables have together: one more than values, each."""
        return int(((1 << self.width) + 1).sum())


@dataclass(frozen=True)
class Tables:
    """The tables of n rows: bucket v of chunk i is `rows[i, offsets[base[i] + v] : offsets[base[i] + v + 1]]`.

    `rows`: uint32 [k, n]; `offsets`: uint32.
    """

    layout: Layout
    offsets: NDArray[np.uint32]
    rows: NDArray[np.uint32]

    @property
    def bytes(self) -> int:
        return self.offsets.nbytes + self.rows.nbytes


@lru_cache(maxsize=2)
def layout_for(rows: int) -> Layout:
    """The layout that suits that many rows."""
    return _layout(12 if rows >= MANY else 16)


@lru_cache(maxsize=2)
def _layout(chunks: int) -> Layout:
    # The narrow chunks come first: they are the ones that get the greater radius.
    width = np.asarray([BITS // chunks + (place >= chunks - BITS % chunks) for place in range(chunks)], np.int64)
    return Layout(np.cumsum(width) - width, width, np.cumsum((1 << width) + 1) - (1 << width) - 1)


@dataclass(frozen=True)
class Flips:
    """What to flip in the query's chunk i: `mask[first[i] : first[i + 1]]`.

    `radius`: int64 [k], at most so many bits; -1: the chunk is not looked into.
    """

    radius: NDArray[np.int64]
    mask: NDArray[np.uint32]
    first: NDArray[np.int64]


@lru_cache(maxsize=128)
def flips(chunks: int, distance: int) -> Flips:
    """Which values of each chunk are looked up so that nothing within `distance` is missed."""
    each, more = divmod(distance + 1, chunks)
    radius = [each - 1 + (place < more) for place in range(chunks)]
    masks = [_within(int(width), r) for width, r in zip(_layout(chunks).width, radius, strict=True)]
    return Flips(
        np.asarray(radius, np.int64),
        np.concatenate(masks),
        np.cumsum([0, *(len(mask) for mask in masks)]).astype(np.int64),
    )


@lru_cache(maxsize=16)
def _within(width: int, radius: int) -> NDArray[np.uint32]:
    """Every value of `width` bits of which at most `radius` are set; the emptiest first."""
    values = [
        sum(1 << bit for bit in bits)
        for count in range(min(radius, width) + 1)
        for bits in combinations(range(width), count)
    ]
    return np.asarray(values, np.uint32)
