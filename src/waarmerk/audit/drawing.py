"""The draw: a seed that neither side can choose, and the n items with the smallest tickets.

Rules (anybody can write this again in a few lines; `docs/how-to/draw-a-sample.md` says it byte by byte):
- seed = SHA-256(the checkpoint's first three lines, each with its newline; the purpose and a newline; the beacon's
  bytes). The platform fixed the checkpoint before the beacon was known, the auditor cannot choose the beacon.
- ticket = SHA-256(seed, 16 bytes of the item's id). The sample of n is the n smallest tickets, smallest first: the
  order of the population does not matter, and a larger sample begins with the smaller one.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from typing import Generic, TypeVar

from waarmerk.errors import UsageError
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.checkpoint import Checkpoint

T = TypeVar("T")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")


def beacon_bytes(value: str) -> bytes:
    """A beacon's value as bytes. Raises `UsageError` where it is no hexadecimal of at least 8 bytes."""
    if not _HEX.fullmatch(value):
        raise UsageError(
            f"a beacon is at least 8 bytes in hexadecimal, not {value[:40]!r}",
            hint="the output of a public randomness beacon for a round that was named beforehand",
        )
    return bytes.fromhex(value)


def seed_of(head: Checkpoint, purpose: str, beacon: bytes) -> bytes:
    """The seed of a draw, 32 bytes."""
    lines = f"{head.origin}\n{head.size}\n{encode(head.root)}\n{purpose}\n"
    return hashlib.sha256(lines.encode() + beacon).digest()


class Draw(Generic[T]):
    """The items with the `n` smallest tickets among all that are offered; keeps no more than those."""

    def __init__(self, seed: bytes, n: int) -> None:
        self._seed, self._n = seed, n
        self._kept: list[tuple[int, str, T]] = []
        self._ids: set[str] = set()
        self.population = 0

    def offer(self, item: str, payload: T) -> None:
        """One of the population: its id, 32 hexadecimal digits; one that comes again is drawn once."""
        self.population += 1
        ticket = -int.from_bytes(hashlib.sha256(self._seed + bytes.fromhex(item)).digest(), "big")
        if item in self._ids:
            return
        entry = (ticket, item, payload)
        if len(self._kept) < self._n:
            heapq.heappush(self._kept, entry)
        elif ticket > self._kept[0][0]:
            self._ids.remove(heapq.heapreplace(self._kept, entry)[1])
        else:
            return
        self._ids.add(item)

    def drawn(self) -> list[tuple[str, str, T]]:
        """Ticket in hexadecimal, id and payload of each that was drawn, smallest ticket first."""
        ordered = sorted(self._kept, key=lambda entry: -entry[0])
        return [(f"{-ticket:064x}", item, payload) for ticket, item, payload in ordered]
