"""Search in machine code made by numba (extra `fast`); the same answers as `plain`.

Every kernel lets other threads run while it works. The code is compiled at the first call and kept beside this file,
or in numba's own folder where that cannot be written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from waarmerk.bank.index import plain
from waarmerk.bank.index.chunks import Flips, Layout, Tables
from waarmerk.bank.index.interface import Codes
from waarmerk.bank.index.plain import Found

NAME = "numba"
SEALED = plain.FAST_SEALED
_BLOCK = 1 << 13
_GROUP = 8

_compiled = njit(nogil=True, cache=True)


def _popcount_typing(_context: Any, _value: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.ctpop(values[0])

    return types.uint64(types.uint64), code


_popcount: Any = intrinsic(_popcount_typing)


def _grown(array: NDArray[np.int64]) -> NDArray[np.int64]:
    more = np.empty((2 * len(array), 3), np.int64)
    more[: len(array)] = array
    return more


_grown = _compiled(_grown)


def _sweep(codes: Codes, queries: Codes, radius: int) -> NDArray[np.int64]:
    found = np.empty((64, 3), np.int64)
    count = 0
    bound = np.uint64(radius)
    for first in range(0, len(codes), _BLOCK):
        end = min(first + _BLOCK, len(codes))
        for place in range(len(queries)):
            # Single words: an array inside the loop would be read again for every row.
            a, b, c, d = queries[place, 0], queries[place, 1], queries[place, 2], queries[place, 3]
            for group in range(first, end, _GROUP):
                # Half of the bits settle nearly every pair of unlike pictures, a whole group of rows at once.
                near: Any = group + _GROUP > end
                if not near:
                    for ahead in range(_GROUP):
                        row = group + ahead
                        near |= _popcount(codes[row, 0] ^ a) + _popcount(codes[row, 1] ^ b) <= bound
                if not near:
                    continue
                for row in range(group, min(group + _GROUP, end)):
                    apart = _popcount(codes[row, 0] ^ a) + _popcount(codes[row, 1] ^ b)
                    apart += _popcount(codes[row, 2] ^ c) + _popcount(codes[row, 3] ^ d)
                    if apart <= bound:
                        if count == len(found):
                            found = _grown(found)
                        found[count, 0], found[count, 1], found[count, 2] = place, row, apart
                        count += 1
    return found[:count]


_sweep = _compiled(_sweep)


def _key(code: Codes, start: int, width: int) -> int:
    word, shift = start >> 6, start & 63
    key = code[word] >> np.uint64(shift)
    if shift + width > 64:
        key |= code[word + 1] << np.uint64(64 - shift)
    return np.int64(key & np.uint64((1 << width) - 1))  # type: ignore[return-value]


_key = _compiled(_key)


def _fill(codes: Codes, start: int, width: int, offsets: NDArray[np.uint32], rows: NDArray[np.uint32]) -> None:
    """One chunk's table: `offsets` [2^width + 1] of zeros, `rows` [n]; a counting sort."""
    for row in range(len(codes)):
        offsets[_key(codes[row], start, width) + 1] += np.uint32(1)
    for value in range(1, len(offsets)):
        offsets[value] += offsets[value - 1]
    # From the last row down, each bucket's end moves to its begin: no second set of counters is needed.
    for row in range(len(codes) - 1, -1, -1):
        value = _key(codes[row], start, width) + 1
        offsets[value] -= np.uint32(1)
        rows[offsets[value]] = np.uint32(row)
    # Now offsets[v + 1] is where bucket v begins: one place too high.
    for value in range(1, len(offsets)):
        offsets[value - 1] = offsets[value]
    offsets[len(offsets) - 1] = np.uint32(len(codes))


_fill = _compiled(_fill)


def _probe(
    codes: Codes,
    start: NDArray[np.int64],
    width: NDArray[np.int64],
    base: NDArray[np.int64],
    offsets: NDArray[np.uint32],
    rows: NDArray[np.uint32],
    radii: NDArray[np.int64],
    mask: NDArray[np.uint32],
    first: NDArray[np.int64],
    queries: Codes,
    radius: int,
    most: int,
) -> NDArray[np.int64]:
    found = np.empty((64, 3), np.int64)
    count = 0
    bound = np.uint64(radius)
    begin, end = np.empty(len(mask), np.uint32), np.empty(len(mask), np.uint32)
    for place in range(len(queries)):
        query = queries[place]
        a, b, c, d = query[0], query[1], query[2], query[3]
        total: Any = 0
        for chunk in range(len(start)):
            key = _key(query, start[chunk], width[chunk])
            for flip in range(first[chunk], first[chunk + 1]):
                bucket = base[chunk] + (key ^ np.int64(mask[flip]))
                begin[flip], end[flip] = offsets[bucket], offsets[bucket + 1]
                total += np.int64(end[flip]) - np.int64(begin[flip])
        if total > most:
            every = _sweep(codes, queries[place : place + 1], radius)
            while len(found) < count + len(every):
                found = _grown(found)
            every[:, 0] = place
            found[count : count + len(every)] = every
            count += len(every)
            continue
        for chunk in range(len(start)):
            for flip in range(first[chunk], first[chunk + 1]):
                for at in range(begin[flip], end[flip]):
                    row: Any = np.int64(rows[chunk, at])
                    apart = _popcount(codes[row, 0] ^ a) + _popcount(codes[row, 1] ^ b)
                    if apart > bound:
                        continue
                    apart += _popcount(codes[row, 2] ^ c) + _popcount(codes[row, 3] ^ d)
                    if apart > bound:
                        continue
                    # An earlier chunk that is near enough has given this row already.
                    again = False
                    for before in range(chunk):
                        other = _key(query, start[before], width[before]) ^ _key(
                            codes[row], start[before], width[before]
                        )
                        if np.int64(_popcount(np.uint64(other))) <= radii[before]:
                            again = True
                            break
                    if again:
                        continue
                    if count == len(found):
                        found = _grown(found)
                    found[count, 0], found[count, 1], found[count, 2] = place, row, apart
                    count += 1
    return found[:count]


_probe = _compiled(_probe)


def sweep(codes: Codes, queries: Codes, radius: int) -> Found:
    """Compares every row with every query."""
    return _columns(_sweep(codes, queries, radius))


def build(codes: Codes, layout: Layout) -> Tables:
    """The tables of these rows."""
    offsets = np.zeros(layout.offsets, np.uint32)
    rows = np.empty((len(layout.width), len(codes)), np.uint32)
    for chunk, (start, width, base) in enumerate(zip(layout.start, layout.width, layout.base, strict=True)):
        _fill(codes, start, width, offsets[base : base + (1 << width) + 1], rows[chunk])
    return Tables(layout, offsets, rows)


def probe(codes: Codes, tables: Tables, looked: Flips, queries: Codes, radius: int, most: int) -> Found:
    """Compares with the rows in the buckets that `looked` names; sweeps where those hold more than `most` rows."""
    layout = tables.layout
    return _columns(
        _probe(
            codes, layout.start, layout.width, layout.base, tables.offsets, tables.rows,
            looked.radius, looked.mask, looked.first, queries, radius, most,
        )
    )  # fmt: skip


def _columns(found: NDArray[np.int64]) -> Found:
    return found[:, 0], found[:, 1], found[:, 2].astype(np.uint16)
