"""Search in numpy alone: the same answers as `fast`, several times slower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.index.chunks import Flips, Layout, Tables
from waarmerk.bank.index.interface import Codes

NAME = "numpy"
SEALED = 1 << 18
"""Rows that are swept before a table is worth it."""
FAST_SEALED = 1 << 15
"""The same for `fast`; here, where it is known without loading that."""
_BLOCK = 1 << 14
"""Rows swept at once: half a megabyte stays in the cache of one core."""

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]
"""Places of queries, rows, distances; in no order, each pair once."""


def sweep(codes: Codes, queries: Codes, radius: int) -> Found:
    """Compares every row with every query."""
    found: list[Found] = []
    for first in range(0, len(codes), _BLOCK):
        block = codes[first : first + _BLOCK]
        for place, query in enumerate(queries):
            apart = distances(block, query)
            near = np.flatnonzero(apart <= radius)
            if len(near):
                found.append((np.full(len(near), place), near + first, apart[near]))
    return _joined(found)


def distances(codes: Codes, query: Codes) -> NDArray[np.uint16]:
    """Hamming distances of one hash, uint64 [4], to many: uint16 [n]."""
    words = [np.bitwise_count(codes[:, place] ^ query[place]) for place in range(4)]
    # Three words fit in a byte (192 bits), four do not: the complement of a hash would be at distance 0.
    total: NDArray[np.uint16] = np.add(words[0] + words[1] + words[2], words[3], dtype=np.uint16)
    return total


def build(codes: Codes, layout: Layout) -> Tables:
    """The tables of these rows."""
    offsets = np.zeros(layout.offsets, np.uint32)
    rows = np.empty((len(layout.width), len(codes)), np.uint32)
    for chunk, (base, width) in enumerate(zip(layout.base.tolist(), layout.width.tolist(), strict=True)):
        keys = _keys(codes, layout, chunk)
        rows[chunk] = np.argsort(keys, kind="stable")
        offsets[base + 1 : base + (1 << width) + 1] = np.cumsum(np.bincount(keys, minlength=1 << width))
    return Tables(layout, offsets, rows)


def probe(codes: Codes, tables: Tables, looked: Flips, queries: Codes, radius: int, most: int) -> Found:
    """Compares with the rows in the buckets that `looked` names; sweeps where those hold more than `most` rows."""
    layout = tables.layout
    chunks = [chunk for chunk in range(len(layout.width)) if looked.radius[chunk] >= 0]
    keys = {chunk: _keys(queries, layout, chunk) for chunk in chunks}
    found: list[Found] = []
    for place, query in enumerate(queries):
        spans = []
        for chunk in chunks:
            mask = looked.mask[looked.first[chunk] : looked.first[chunk + 1]]
            bucket = layout.base[chunk] + (keys[chunk][place] ^ mask).astype(np.int64)
            first = tables.offsets[bucket].astype(np.int64)
            spans.append((chunk, first, tables.offsets[bucket + 1] - first))
        if sum(int(count.sum()) for _, _, count in spans) > most:
            _, rows, apart = sweep(codes, query[None], radius)
        else:
            rows = np.unique(np.concatenate([tables.rows[chunk][_places(*span)] for chunk, *span in spans]))
            apart = distances(codes[rows], query)
        near = apart <= radius
        found.append((np.full(int(near.sum()), place), rows[near].astype(np.int64), apart[near]))
    return _joined(found)


def _places(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """`first[i]`, `first[i] + 1`, ... of `count[i]` each, one after the other."""
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()))


def _keys(codes: Codes, layout: Layout, chunk: int) -> NDArray[np.uint32]:
    """The bits of one chunk of every code."""
    start, width = int(layout.start[chunk]), int(layout.width[chunk])
    word, shift = divmod(start, 64)
    keys = codes[:, word] >> np.uint64(shift)
    if shift + width > 64:
        keys |= codes[:, word + 1] << np.uint64(64 - shift)
    return (keys & np.uint64((1 << width) - 1)).astype(np.uint32)


def _joined(found: list[Found]) -> Found:
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16)
    query, rows, apart = zip(*found, strict=True)
    return np.concatenate(query), np.concatenate(rows), np.concatenate(apart)
