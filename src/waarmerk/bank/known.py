"""A bank of a few items in memory: what `check --known` compares with, and the plain yardstick of every index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.audio import landmarks
from waarmerk.bank.signals.interface import AudioCodes, Codes, Heard, Hits, KnownItem
from waarmerk.values import Sha256

_NO_HITS: Final = Hits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))


def distances(codes: Codes, code: Codes) -> NDArray[np.uint16]:
    """Hamming distances of one hash, uint64 [4], to many, uint64 [n, 4]: uint16 [n]."""
    words = [np.bitwise_count(codes[:, place] ^ code[place]) for place in range(4)]
    # Three words fit in a byte (192 bits), four do not: the complement of a hash would be at distance 0.
    total: NDArray[np.uint16] = np.add(words[0] + words[1] + words[2], words[3], dtype=np.uint16)
    return total


class KnownItems:
    """A `Lookup` over the items given, numbered by their place. Search is exact: every code against every one."""

    def __init__(self, items: Sequence[KnownItem]) -> None:
        self._items = items
        codes = [item.codes() for item in items]
        self._start = np.cumsum([0, *(len(part) for part in codes)])
        self._codes = np.asfortranarray(np.concatenate([np.empty((0, 4), np.uint64), *codes]))
        heard = [np.empty(0, np.uint32) if item.audio is None else item.audio for item in items]
        at = [landmarks(part) for part in heard]
        self._audio_entry = np.repeat(np.arange(len(items)), [len(part) for part in at])
        places = np.concatenate([np.empty(0, np.int64), *at])
        audio = np.concatenate(
            [np.empty(0, np.uint32), *(part[place] for part, place in zip(heard, at, strict=True))]
        )
        order = np.argsort(audio, kind="stable")
        self._audio, self._audio_at, self._audio_entry = audio[order], places[order], self._audio_entry[order]

    def near(self, codes: Codes, radius: int) -> Hits:
        """See `Lookup`."""
        found = []
        for number, code in enumerate(codes):
            apart = distances(self._codes, code)
            rows = np.flatnonzero(apart <= radius)
            found.append((np.full(len(rows), number), rows, apart[rows]))
        if not found:
            return _NO_HITS
        query, place, distance = (np.concatenate(column) for column in zip(*found, strict=True))
        entry = np.searchsorted(self._start, place, side="right") - 1
        return Hits(query.astype(np.int64), entry, place - self._start[entry], distance.astype(np.uint16))

    def heard(self, codes: AudioCodes) -> Heard:
        """See `Lookup`."""
        first, last = (np.searchsorted(self._audio, codes, side=side) for side in ("left", "right"))
        query = np.repeat(np.arange(len(codes)), last - first)
        ahead = np.arange(len(query)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        found = np.repeat(first, last - first) + ahead
        return Heard(query, self._audio_entry[found], self._audio_at[found])

    def exact(self, sha256: Sha256) -> Sequence[int]:
        """See `Lookup`."""
        return [number for number, item in enumerate(self._items) if item.sha256 == sha256]

    def item(self, entry: int) -> KnownItem:
        """See `Lookup`."""
        return self._items[entry]
