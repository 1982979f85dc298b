"""What a batch is before it is in the tiles: where it begins, the checkpoint it leads to, its entries.

Rules:
- Length of the checkpoint (4 bytes, high one first), base size (8 bytes), the checkpoint, then the entries packed as
  in an entry bundle. No checksum of its own: the signed root in the checkpoint covers base and entries.
- It lies in the private folder: nobody but the sequencer reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from waarmerk.errors import IntegrityError
from waarmerk.record.log.storage import PRIVATE

JOURNAL = PRIVATE + "journal"
MAX_JOURNAL = 1 << 29
_HEAD = 12


@dataclass(frozen=True)
class Batch:
    """Entries (`packed`, each with its length in front) that make a log of `base` into that of `checkpoint`."""

    base: int
    checkpoint: bytes
    packed: bytes

    @property
    def data(self) -> bytes:
        """The batch as it is stored."""
        return len(self.checkpoint).to_bytes(4, "big") + self.base.to_bytes(8, "big") + self.checkpoint + self.packed

    @classmethod
    def parse(cls, data: bytes) -> Batch:
        """The batch that was stored. Raises `IntegrityError` where it is cut short."""
        end = _HEAD + int.from_bytes(data[:4], "big")
        if len(data) < end:
            raise IntegrityError(f"the journal of {len(data)} bytes is cut short", where=JOURNAL)
        return cls(int.from_bytes(data[4:_HEAD], "big"), data[_HEAD:end], data[end:])
