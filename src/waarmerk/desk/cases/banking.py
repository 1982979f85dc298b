"""The desk and its bank: what people confirmed as fake goes in, what comes back is known, what was reversed goes out.

Rules:
- Only a restriction that a person decided, of an item found to be synthetic whose medium is kept, becomes an entry;
  it is confirmed on the word of those persons, because of that decision.
- A decision that is reversed retires its entries at once; the desk names them (`review.verdict`).
- What is looked up is remembered as its hashes, under the medium's digest: an entry that is confirmed later finds it.
- The bank lies in the desk's own database, so that its events are in the same outbox and reach the same log; a bank
  that lies elsewhere keeps its own record.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from waarmerk.bank.answer import ask
from waarmerk.bank.bringing import entry_of
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.replica import Replica
from waarmerk.bank.retroactive import retroactive
from waarmerk.bank.seen import remember, seen
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store, create_store
from waarmerk.bank.store.values import Bank, By, Source
from waarmerk.desk.cases.lookback import Past
from waarmerk.desk.cases.looking import Known, Looked, Medium, Seen, Tool
from waarmerk.desk.store.media import MediaStore
from waarmerk.desk.store.tables import banked, decision, item
from waarmerk.desk.store.unit import Desk
from waarmerk.dsa.codes import code
from waarmerk.errors import InputError, UsageError
from waarmerk.examine.report.recorded import tool_digest

NAME = "DEFAULT"
_VERSION = "2"
# Which of the desk's contexts a category of the law's list means for a known item.
_CONTEXTS = {
    code("category", "CYBER_VIOLENCE"): "intimate",
    code("category", "CYBER_VIOLENCE_AGAINST_WOMEN"): "intimate",
    code("category", "PROTECTION_OF_MINORS"): "child_abuse",
    code("category", "SCAMS_AND_FRAUD"): "fraud",
    code("category", "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"): "political_deception",
}
MATCHER = Tool(
    digest=tool_digest("matching", _VERSION), name="matching", version=_VERSION, type="matcher", threshold=31.0
)


class DeskBank:
    """A desk's bank, made where there is none. One writer a process; matching goes on while it writes."""

    def __init__(
        self, address: str, service: str, clock: Callable[[], datetime], random: Callable[[int], bytes]
    ) -> None:
        self._address = Address.of(address)
        create_store(self._address, service)
        self._store = Store(self._address, clock, random)
        with contextlib.suppress(UsageError):  # it is there
            self._store.create_bank(Bank(NAME))
        self._replica = Replica(Reader(self._address))
        self._replica.follow()
        self._before = Reader(self._address)
        self._turn = threading.Lock()

    def close(self) -> None:
        """Lets go of the store."""
        self._replica.stop()
        self._before.close()
        self._store.close()

    def look(self, path: Path) -> tuple[Known, ...]:
        """The entries that a medium shows, the surest first."""
        signals = hash_medium(path, "ask", sound=False).signals
        with self._turn:  # before it is asked: what is confirmed after that finds it
            remember(self._store, signals.sha256, None, signals)
        self._replica.look()
        return tuple(
            Known(
                entry=told.entry.id,
                status="confirmed" if told.entry.status == "confirmed" else "seeded",
                category=_CONTEXTS.get(told.entry.source.category, "other"),
                signal=told.match.signal,
                distance=told.match.distance,
                ranges=tuple(
                    (each.query_start_s, each.query_end_s, each.known_start_s, each.known_end_s)
                    for each in told.match.alignment
                ),
            )
            for told in ask(self._replica, signals).matches
        )

    def past(self, since: int) -> Past | None:
        """See `Remembering`; called by one thread at a time."""
        self._replica.look()
        generation = self._replica.generation
        if generation == since:
            return None
        # From 0 on only what matches would be named; nothing is retired by the first change.
        pages = self._before.changed(max(since, 1))
        numbers = [live.number for _, page in pages for live in page if live.status == "retired"]
        uploads = seen(self._before)
        found = retroactive(self._replica, uploads, since, only=("confirmed",), reader=self._before)
        return Past(
            generation,
            tuple(entry.id for entry in self._replica.entries(numbers).values()),
            ((each.upload.item, tuple(dict.fromkeys(told.entry.id for told in each.matches))) for each in found),
        )

    def learn(self, desk: Desk, media: MediaStore, decision_id: str) -> tuple[str, ...]:
        """Puts the item of a decision into the bank where it belongs there, once; the new entries."""
        with desk.read() as connection:
            row = connection.execute(
                select(decision.c.body, item.c.sha256)
                .join(item, item.c.id == decision.c.item)
                .where(decision.c.id == decision_id)
            ).one()
            done = connection.execute(select(banked.c.entry).where(banked.c.decision == decision_id)).first()
        body = row.body
        fits = body["outcome"] == "restrict" and body["mode"] == "live" and body["synthetic"] == "yes"
        if done or not fits or not body["deciders"] or row.sha256 is None or not media.has(row.sha256):
            return ()
        with media.local(row.sha256) as path:
            known = KnownItem.of(hash_medium(path, "keep", sound=False).signals)
        try:
            entry = entry_of(known, "confirmed")
        except InputError:
            return ()  # flat pictures resemble each other: no entry is better than a wrong match
        with self._turn:
            first, *others = body["deciders"]
            by = By(first, "decided", decision_id, tuple(others))
            added = self._store.add(NAME, Source("the desk", body["category"]), [entry], by)
        with desk.write() as unit:
            for each in added.ids:
                unit.connection.execute(banked.insert().values(entry=each, decision=decision_id))
        return added.ids

    def retire(self, entry: str, pid: str, decision_id: str | None) -> None:
        """Takes an entry out, on a person's word; one that is out already stays out."""
        with self._turn, contextlib.suppress(UsageError):
            if self._store.entry(entry).status == "retired":
                return
            self._store.change([entry], "retired", By(pid, "the decision was reversed", decision_id))


class BankLooker:
    """Looks a medium up in the bank and examines nothing else: for a platform that has a detector of its own."""

    def __init__(self, media: MediaStore, bank: DeskBank) -> None:
        self._media = media
        self._bank = bank

    def look(self, medium: Medium) -> Looked:
        """See `Looker`."""
        with self._media.local(medium.sha256) as path:
            matches = self._bank.look(path)
        return Looked(findings=(Seen(MATCHER),) if matches else (), matches=matches)
