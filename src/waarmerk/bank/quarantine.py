"""An incoming list is tried on what was uploaded lately, before it may match anything.

Rules:
- A hash that would match more than `LIMIT` of those uploads is held: it enters as *disputed*, which matches
  nothing, with the figure as its reason, until a person has looked (`bank confirm`).
- Where the rest of the list together would match more than that, all of it is held.
A popular harmless picture, a black frame or a poisoned list is caught so; a harm that has spread widely is, too, and
a person lets it through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np

from waarmerk.bank.index.hamming import HammingIndex
from waarmerk.bank.seen import Seen
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.packing import unpack_item
from waarmerk.bank.store.values import Bank, NewEntry

LIMIT: Final = 1000
RECENT: Final = 20_000
"""Uploads that a list is tried on."""
_BATCH: Final = 1000


@dataclass(frozen=True)
class Tried:
    """How a list did: uploads tried on, how many hashes were held, how many uploads the rest would match."""

    uploads: int
    held: int
    matched: int


class Quarantine:
    """Recent uploads as an index; entries pass through `weigh` on their way into the store."""

    def __init__(self, bank: Bank, recent: Iterable[Seen], limit: int = LIMIT) -> None:
        self._bank, self._limit = bank, limit
        self._index = HammingIndex()
        self._by_digest: dict[str, int] = {}
        self._held = self._uploads = 0
        self._matched: set[int] = set()
        for upload in recent:
            codes = upload.signals.asked.codes
            self._index.add(np.full(len(codes), self._uploads, np.uint32), codes)
            self._by_digest[upload.signals.sha256] = self._uploads
            self._uploads += 1
        self._index.settle()

    def weigh(self, entries: Iterable[NewEntry]) -> Iterator[NewEntry]:
        """The entries, those that match too much as disputed."""
        given = iter(entries)
        while batch := list(islice(given, _BATCH)):
            if not self._uploads:
                yield from batch
                continue
            for entry, found in zip(batch, self._matching(batch), strict=True):
                if len(found) > self._limit:
                    self._held += 1
                    why = f"held: would match {len(found)} of the last {self._uploads} uploads"
                    yield replace(entry, status="disputed", note=" ".join((entry.note, why)).strip())
                else:
                    self._matched |= found
                    yield entry

    def whole(self) -> str | None:
        """Why all of the list is to be held, None where it is not."""
        if len(self._matched) <= self._limit:
            return None
        return f"held: the list would match {len(self._matched)} of the last {self._uploads} uploads"

    def tried(self) -> Tried:
        """How the list did."""
        return Tried(self._uploads, self._held, len(self._matched))

    def _matching(self, batch: list[NewEntry]) -> list[set[int]]:
        """The uploads that share a hash with each entry."""
        items: list[KnownItem] = [unpack_item(entry.packed) for entry in batch]
        codes = [item.codes() for item in items]
        owner = np.repeat(np.arange(len(batch)), [len(part) for part in codes])
        hits = self._index.search(np.concatenate(codes), self._bank.distance)
        found: list[set[int]] = [set() for _ in batch]
        pairs = np.unique(np.stack([owner[hits.query], hits.label.astype(np.int64)]), axis=1)
        for place, upload in pairs.T.tolist():
            found[place].add(upload)
        for place, item in enumerate(items):
            if item.sha256 in self._by_digest:
                found[place].add(self._by_digest[item.sha256])
        return found
