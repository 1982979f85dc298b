"""What HMA's API does, over a store of banks: hashes media, looks hashes up, keeps banks and contents.

Rules:
- A content of HMA is an entry here, its id the entry's number. Adding one is a confirmation by whoever holds the key;
  deleting one retires it: it matches no more, and its history stays.
- Media are hashed in the jail, a few at once, and not kept.
- What an own change did is seen by the next question; what others changed, half a second later.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from waarmerk.bank.bringing import entry_of
from waarmerk.bank.find import find
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.replica import Replica
from waarmerk.bank.signals.interface import Asked, MediumSignals, Parts
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Bank, By, Entry, Source
from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.values import Json, Sha256
from waarmerk.web.hma import state
from waarmerk.web.hma.signals import TYPES, ContentType, Spoken, item_of
from waarmerk.web.hma.state import Content, Named

_WAIT_S: Final = 30.0


class UnknownError(UsageError):
    """There is no bank, content or exchange of this name."""


class TakenError(UsageError):
    """There is one already."""


@dataclass(frozen=True)
class Hit:
    """A content that matches: its number, HMA's name of its bank, bits of distance."""

    number: int
    bank: str
    distance: int

    def json(self) -> dict[str, Json]:
        """As HMA answers it."""
        return {"bank_content_id": self.number, "distance": str(self.distance)}


class Service:
    """A store and its replica, each by a connection of its own. `store` is used by one request at a time.

    `at_once`: media hashed side by side; `category`: of what clients add.
    """

    def __init__(
        self,
        store: Store,
        replica: Replica,
        *,
        category: str,
        at_once: int = 2,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._replica = store, replica
        self._category, self._clock = category, clock
        self._writing = threading.RLock()
        self._hashing = threading.BoundedSemaphore(at_once)
        state.create(store)

    def generation(self) -> int:
        """The generation that is answered from; raises UnavailableError where it is too old."""
        return self._replica.current()

    def hash(self, path: Path, content_type: ContentType, *, keep: bool = False) -> Spoken:
        """What a medium gives; raises InputError where it is none, or none of this type."""
        if not self._hashing.acquire(timeout=_WAIT_S):
            raise UnavailableError("too many media are being hashed", hint="ask again")
        try:
            signals = hash_medium(path, "keep" if keep else "ask").signals
        finally:
            self._hashing.release()
        if (signals.kind == "image") != (content_type == "photo"):
            raise InputError(f"this medium is no {content_type}: it is {signals.kind}")
        if content_type == "photo":
            return Spoken(signals)
        with path.open("rb") as file:
            return Spoken(signals, hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest())

    def lookup(self, spoken: Spoken, only: Iterable[str] | None = None) -> list[Hit]:
        """The contents that match, in the banks of these names (without any: in all); the nearest first."""
        self.generation()
        named = self.banks()
        wanted = [named[name] for name in named if only is None or name in set(only)]
        best: dict[int, Hit] = {}
        for one in wanted:
            found = [] if spoken.md5 is None else [Hit(n, one.name, 0) for n in self._by_md5(spoken.md5, one.bank)]
            if spoken.signals is not None:
                found += self._by_pictures(spoken, one)
            for hit in found:
                if hit.number not in best or hit.distance < best[hit.number].distance:
                    best[hit.number] = hit
        return sorted(best.values(), key=lambda hit: (hit.distance, hit.number))

    def enabled(self, hits: list[Hit], *, seed: str | None, bypass: bool) -> dict[str, list[Hit]]:
        """Those whose content is on, by bank, where the bank's coin falls so; `seed`: the same coin every time."""
        named = self.banks()
        coin = random.Random(seed).random()  # noqa: S311 a share of traffic, not a secret
        with self._writing:
            said = state.contents(self._store, [hit.number for hit in hits])
        now = self._clock()
        told: dict[str, list[Hit]] = {}
        for hit in hits:
            on = hit.number not in said or said[hit.number].until <= now
            if on and (bypass or named[hit.bank].ratio > coin):
                told.setdefault(hit.bank, []).append(hit)
        return told

    def banks(self) -> dict[str, Named]:
        """The banks, by HMA's name."""
        with self._writing:
            return state.banks(self._store)

    def bank(self, name: str) -> Named:
        """The bank of this name; raises UnknownError."""
        found = self.banks().get(name)
        if found is None:
            raise UnknownError(f"bank '{name}' not found")
        return found

    def create_bank(self, name: str, ratio: float) -> Named:
        """A new bank; raises UsageError for a name that is none, TakenError where there is one."""
        with self._writing:
            if name in self.banks():
                raise TakenError("Bank already exists")
            there = {bank.name for bank in self._store.banks()}
            inside, again = name, 1
            while inside in there:  # renamed or deleted since
                again += 1
                inside = f"{name}_{again}"
            self._store.create_bank(Bank(inside))
            named = Named(self._store.bank(inside), name, ratio)
            state.save(self._store, named)
            self._changed()
        return named

    def update_bank(self, name: str, new_name: str | None, ratio: float | None) -> Named:
        """The bank with another name or ratio; raises UnknownError, TakenError."""
        with self._writing:
            named = self.bank(name)
            if new_name is not None and new_name != name and new_name in self.banks():
                raise TakenError("Bank already exists")
            named = replace(named, name=new_name or name, ratio=named.ratio if ratio is None else ratio)
            state.save(self._store, named)
        return named

    def delete_bank(self, name: str, by: By) -> None:
        """Retires all that is in a bank and hides it; nothing where there is none."""
        with self._writing:
            named = self.banks().get(name)
            if named is None:
                return
            left = [
                entry.id
                for entry in self._store.entries(named.bank.name)
                if entry.status not in ("retired", "withdrawn")
            ]
            if left:
                self._store.change(left, "retired", by)
            state.save(self._store, named, gone=True)
            self._changed()

    def add(self, name: str, several: dict[str, Spoken], said: Content, by: By) -> int:
        """Keeps a medium's signals in a bank, as confirmed by this person; the content's id."""
        entry = entry_of(item_of(several), "confirmed", said.note or "")
        source = Source(f"hma {by.person}", self._category)
        with self._writing:
            bank = self.bank(name).bank.name
            added = self._store.add(bank, source, [entry], by)
            there = self._store.there(bank, source.origin, entry.packed)
            if there is None:
                raise UnavailableError("the entry was not stored", hint="ask again")
            if added.withdrawn:
                raise TakenError("this was withdrawn by its source, and stays so")
            if there.status in ("retired", "disputed"):
                self._store.change([there.id], "confirmed", by)
            if said != Content():
                state.keep(self._store, there.number, said)
            self._changed()
        return there.number

    def content(self, name: str, number: int) -> tuple[Entry, Content]:
        """A content of a bank; raises UnknownError."""
        with self._writing:
            bank = self.bank(name).bank.name
            entry = self._store.numbered([number]).get(number)
            if entry is None or entry.bank != bank or entry.status in ("retired", "withdrawn"):
                raise UnknownError(f"content '{number}' not found")
            return entry, state.contents(self._store, [number]).get(number, Content())

    def signals(self, number: int) -> Spoken:
        """What is kept of a content."""
        item = self._replica.item(number)
        frames = item.frames
        if not len(frames):
            return Spoken(None, item.md5)
        kept = MediumSignals(item.sha256 or Sha256(""), item.kind, None, frames, Asked.none(), Parts.none())
        return Spoken(kept, item.md5)

    def disable(self, name: str, number: int, until: int) -> tuple[Entry, Content]:
        """Turns a content off until a time, in seconds since 1970."""
        with self._writing:
            entry, said = self.content(name, number)
            said = replace(said, until=until)
            state.keep(self._store, number, said)
        return entry, said

    def delete(self, name: str, number: int, by: By) -> int:
        """Retires a content; how many there were."""
        with self._writing:
            self.bank(name)
            try:
                entry, _ = self.content(name, number)
            except UnknownError:
                return 0
            self._store.change([entry.id], "retired", by)
            self._changed()
        return 1

    def sizes(self) -> tuple[dict[str, int], int]:
        """Matching entries by signal type, and the time of the last change in seconds since 1970."""
        with self._writing, self._store.database.reading() as rows:
            at = str(rows.one("SELECT changed_at FROM waarmerk_bank_state")[0])
            return state.sizes(rows), int(datetime.fromisoformat(at).timestamp())

    def _by_md5(self, md5: str, bank: Bank) -> list[int]:
        there = bank.name in {one.name for one in self._replica.banks()}
        return self._replica.known(bank.name).equal(md5) if there else []

    def _by_pictures(self, spoken: Spoken, named: Named) -> list[Hit]:
        signals = spoken.signals
        if signals is None or named.bank.name not in {bank.name for bank in self._replica.banks()}:
            return []
        harmless = self._replica.harmless(named.bank.name)
        lookup = self._replica.lookup(named.bank.name)
        found = find(signals, lookup, radius=named.bank.distance, harmless=harmless)
        return [
            Hit(match.entry, named.name, match.distance)
            for match in found
            if not match.partial and match.signal != "audio"
        ]

    def _changed(self) -> None:
        self._replica.look()


def types_of(content_type: ContentType, wanted: str | None) -> tuple[str, ...]:
    """The signal types that a question asks for; raises UsageError for one that this content has not."""
    if wanted is None:
        return TYPES[content_type]
    named = tuple(name.strip() for name in wanted.split(",") if name.strip())
    strange = next((name for name in named if name not in TYPES[content_type]), None)
    if strange is not None:
        raise UsageError(f"signal type '{strange}' doesn't exist or is disabled for {content_type}")
    if not named:
        raise UsageError("empty signal type selection")
    return named
