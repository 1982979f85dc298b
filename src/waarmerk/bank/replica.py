"""A worker's own copy of a store's banks: matching asks it, and it asks the store what has changed.

Rules:
- It looks at the store's generation at most `REFRESH_S` ago when it answers, so a withdrawal holds within a second.
- One that `follow`s does so in a thread of its own, in small steps, so that no look-up waits for a list of a million;
  entries that match no more leave before new ones come.
- Where the store cannot be reached it goes on with what it has, and refuses from `OLDEST_S` on.
- An answer names the generation it is of; one that follows notes in the store which one it has (`store.honoured`).
- A *harmless* bank suppresses: a hash of the query that is at least as near to something harmless as to anything
  known is taken out of the query. The nearer one decides, so a known fake is found also where the recording that it
  was made from is known as harmless.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from waarmerk.bank.index.hamming import Kernels
from waarmerk.bank.members import Members
from waarmerk.bank.signals.interface import AudioCodes, Codes, Heard, Hits, KnownItem
from waarmerk.bank.store.honoured import Notes
from waarmerk.bank.store.packing import unpack_item
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.values import Bank, Entry, Live
from waarmerk.errors import UnavailableError, UsageError
from waarmerk.values import Sha256

REFRESH_S: Final = 0.5
_STEP: Final = 256
"""Entries taken in at once by a replica that follows: about a millisecond, then others have their turn."""
_PAUSE_S: Final = 0.0005
OLDEST_S: Final = 30.0


class Replica:
    """The matching entries of every bank of a store, in memory. `as_of`: as they were at that generation."""

    def __init__(
        self,
        reader: Reader,
        *,
        as_of: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        kernels: Kernels | None = None,
    ) -> None:
        self.reader = reader
        self.generation = 0
        self._as_of, self._clock, self._kernels = as_of, clock, kernels
        self._follower: threading.Thread | None = None
        self.notes = Notes(reader.database.address)
        self._stopped = threading.Event()
        self._members: dict[str, Members] = {}
        self._lock = threading.Lock()
        self._questions, self._asking = reader, self._lock
        self._item = lru_cache(maxsize=1024)(self._read_item)
        self._checked = clock()
        with self._lock:
            self._refresh(as_of)
        for members in self._members.values():
            members.settle()

    def current(self) -> int:
        """Brings it up to date where that is due; its generation. Raises UnavailableError where it is too old."""
        age = self._clock() - self._checked
        if self._follower is not None:
            if age >= OLDEST_S:
                raise self._too_old(age, "it has not answered")
        elif self._as_of is None and age >= REFRESH_S and self._lock.acquire(blocking=age >= OLDEST_S):
            try:
                self._refreshed()
            except UnavailableError as error:
                age = self._clock() - self._checked
                if age >= OLDEST_S:
                    raise self._too_old(age, error.message) from error
            finally:
                self._lock.release()
        return self.generation

    def look(self) -> None:
        """Looks at the store now: whoever has just changed it sees the change."""
        with self._lock:
            self._refreshed()

    def follow(self) -> None:
        """Looks at the store in a thread from now on, for a worker that answers many questions; see `stop`."""
        if self._follower is None and self._as_of is None:
            # A connection of its own for questions: they do not wait until a long list has been read.
            self._questions, self._asking = Reader(self.reader.database.address), threading.Lock()
            self._follower = threading.Thread(target=self._follow, name="waarmerk-replica", daemon=True)
            self._follower.start()

    def stop(self) -> None:
        """Ends following; what is known stays."""
        self._stopped.set()
        if self._follower is not None:
            self._follower.join()
            self.notes.end()
            self._questions.close()
            self._questions, self._asking = self.reader, self._lock
        self._follower = None
        self._stopped.clear()

    def _follow(self) -> None:
        self.notes.note(self.generation)
        while not self._stopped.wait(REFRESH_S):
            # What cannot be reached now is asked again; `current` refuses when that has lasted too long.
            with contextlib.suppress(UnavailableError), self._lock:
                self._refreshed()
            self.notes.note(self.generation)

    def _too_old(self, age: float, why: str) -> UnavailableError:
        return UnavailableError(
            f"what is known here is {age:.0f} s old and the store cannot be asked: {why}",
            where=self.reader.database.address.shown,
            hint=f"nothing is answered from a copy older than {OLDEST_S:.0f} s",
        )

    def banks(self) -> list[Bank]:
        """Every bank of the store."""
        return [members.bank for members in self._members.values()]

    def known(self, name: str) -> Members:
        """The members of a bank; raises UsageError where there is none of this name."""
        if name not in self._members:
            raise UsageError(f"there is no bank {name}", where=self.reader.database.address.shown)
        return self._members[name]

    def lookup(self, name: str) -> BankLookup:
        """The bank as matching sees it."""
        return BankLookup(self, [self.known(name)])

    def harmless(self, name: str) -> Harmless | None:
        """What suppresses matches in a bank; None where nothing is known as harmless."""
        banks = [members for members in self._members.values() if members.bank.kind == "harmless" and len(members)]
        return Harmless(self, banks, self.lookup(name)) if banks else None

    def item(self, number: int) -> KnownItem:
        """The item of an entry."""
        return self._item(number)

    def entries(self, numbers: Sequence[int]) -> dict[int, Entry]:
        """What the store says about entries now; of an `as_of` replica with the status of then."""
        with self._asking:
            entries = self._questions.numbered(numbers)
            if self._as_of is None:
                return entries
            then = {number: self._questions.history(number) for number in entries}
        return {
            number: replace(entry, status=[c for c in then[number] if c.generation <= self._as_of][-1].status)
            for number, entry in entries.items()
        }

    def exact(self, digest: str) -> list[int]:
        """The entries whose file has this SHA-256, matching or not."""
        with self._asking:
            return self._questions.exact(digest)

    def damaged(self) -> dict[int, str]:
        """The entries that were left out because their bytes were changed, and what is wrong."""
        return {number: why for members in self._members.values() for number, why in members.damaged.items()}

    def _read_item(self, number: int) -> KnownItem:
        with self._asking:
            return unpack_item(self._questions.packed(number), f"entry {number}")

    def _refreshed(self) -> None:
        """Looks again, by a new connection where the old one has failed."""
        try:
            self._refresh(None)
        except UnavailableError:
            self.reader.reopen()
            self._refresh(None)

    def _refresh(self, as_of: int | None) -> None:
        began = self._clock()
        for bank in self.reader.banks():
            if bank.name not in self._members:
                self._members[bank.name] = Members(bank, self._kernels)
        read = self.generation
        for now, page in self.reader.changed(self.generation, as_of):
            read = now
            for name in dict.fromkeys(live.bank for live in page):
                if name in self._members:  # one made since then comes at the next look
                    self._take_in(self._members[name], [live for live in page if live.bank == name])
        self.generation = read
        self._checked = began

    def _take_in(self, members: Members, page: list[Live]) -> None:
        if self._follower is None:
            members.apply(page)
            return
        for first in range(0, len(page), _STEP):
            members.apply(page[first : first + _STEP])
            time.sleep(_PAUSE_S)


class BankLookup:
    """Some banks of a replica as one `Lookup`."""

    def __init__(self, replica: Replica, banks: Sequence[Members]) -> None:
        self._replica, self._banks = replica, banks

    def near(self, codes: Codes, radius: int) -> Hits:
        """Every pair of one of `codes` and a known code at `radius` bits or less."""
        found = [members.near(codes, radius) for members in self._banks]
        return Hits(
            np.concatenate([hits.query for hits in found]),
            np.concatenate([hits.entry for hits in found]),
            np.concatenate([hits.row for hits in found]),
            np.concatenate([hits.distance for hits in found]),
        )

    def heard(self, codes: AudioCodes) -> Heard:
        """Every pair of one of `codes` and an equal known code."""
        found = [members.heard(codes) for members in self._banks]
        return Heard(
            np.concatenate([heard.query for heard in found]),
            np.concatenate([heard.entry for heard in found]),
            np.concatenate([heard.place for heard in found]),
        )

    def exact(self, sha256: Sha256) -> list[int]:
        """The matching entries whose file has this digest."""
        numbers = self._replica.exact(sha256)
        return [number for members in self._banks for number in members.among(numbers)]

    def item(self, entry: int) -> KnownItem:
        """The item with this number."""
        return self._replica.item(entry)


class Harmless(BankLookup):
    """What is known as harmless, seen from one bank: only where it is at least as near. `used`: entries that were."""

    def __init__(self, replica: Replica, banks: Sequence[Members], known: BankLookup) -> None:
        super().__init__(replica, banks)
        self._known = known
        self.used: set[int] = set()

    def near(self, codes: Codes, radius: int) -> Hits:
        """The pairs of harmless ones, but for those codes that are nearer to something known."""
        harmless, known = super().near(codes, radius), self._known.near(codes, radius)
        nearest = np.full(len(codes), np.iinfo(np.uint16).max, np.uint16)
        np.minimum.at(nearest, known.query, known.distance)
        kept = harmless.distance <= nearest[harmless.query]
        self.used |= set(np.unique(harmless.entry[kept]).tolist())
        return Hits(harmless.query[kept], harmless.entry[kept], harmless.row[kept], harmless.distance[kept])
