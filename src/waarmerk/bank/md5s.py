"""The MD5 digests that lists of videos come with: which matching entries of each bank have one.

Rules: built from the store, and followed by its generation; an entry that stops matching is forgotten. MD5 says that
two files are equal only where nobody wants to deceive: a match by it is told as such.
"""

from __future__ import annotations

import threading

from waarmerk.bank.store.packing import SINGLE, SINGLE_SIZE, unpack_item
from waarmerk.bank.store.reading import Reader
from waarmerk.errors import IntegrityError


class Md5s:
    """The matching entries by MD5, over all banks of a store."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._generation = 0
        self._by_digest: dict[str, dict[int, str]] = {}
        self._of: dict[int, str] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._of)

    def exact(self, md5: str) -> dict[int, str]:
        """The numbers of the entries whose file has this MD5, with their banks' names."""
        return dict(self._by_digest.get(md5, {}))

    def follow(self) -> None:
        """Takes in what has changed in the store."""
        with self._lock:
            read = self._generation
            for read, page in self._reader.changed(self._generation):  # noqa: B007 the last one is kept
                for live in page:
                    self._forget(live.number)
                    packed = live.packed
                    if packed is None or (len(packed) == SINGLE_SIZE and packed[0] == SINGLE):
                        continue
                    try:
                        md5 = unpack_item(packed).md5
                    except IntegrityError:  # told by the replica
                        continue
                    if md5 is not None:
                        self._of[live.number] = md5
                        self._by_digest.setdefault(md5, {})[live.number] = live.bank
            self._generation = read

    def _forget(self, number: int) -> None:
        md5 = self._of.pop(number, None)
        if md5 is not None:
            self._by_digest[md5].pop(number, None)
