"""A store of banks: entries are added, come into states, and are read, at a generation.

Rules:
- Every change of an entry is one transaction: the entry, its history, the store's generation and the event
  `bank.changed` in the outbox beside them. All happen, or none.
- Who confirms, rejects, disputes, retires or withdraws is a person with a name; events carry the pseudonym.
- What was withdrawn stays withdrawn, also when the same source lists it again.
- Everything is read in one state of the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.bank.store import tables
from waarmerk.bank.store.database import Address, Database
from waarmerk.bank.store.packing import SINGLE, SINGLE_SIZE
from waarmerk.bank.store.reading import BATCH, Reader, marks
from waarmerk.bank.store.values import (
    NEXT,
    Added,
    Bank,
    By,
    Entry,
    NewEntry,
    Source,
    Status,
)
from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError, UsageError
from waarmerk.record.outbox import Outbox, Rows
from waarmerk.values import Json

CHANNEL: Final = "bank"
_NAME: Final = re.compile(r"[A-Z0-9_]{1,100}")


class Store(Reader):
    """One connection to a store that may change it. `clock`: time with its zone; `random`: that many new bytes."""

    def __init__(
        self,
        address: Address,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
        *,
        wait_s: float = 20.0,
    ) -> None:
        super().__init__(address, read_only=False, wait_s=wait_s)
        self._clock, self._random = clock, random
        self._outbox = Outbox(self.database.dialect, clock, random)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create_bank(self, bank: Bank) -> None:
        """Makes a bank; raises UsageError where the name is taken or no name, InputError for a bad threshold."""
        if not _NAME.fullmatch(bank.name):
            raise UsageError(
                f"{bank.name!r} is no name of a bank", hint="capitals, digits and _, such as ELECTION_2027"
            )
        if not (0 <= bank.distance <= DISTANCE and 0 < bank.share <= 1):
            raise InputError(
                f"a bank has a distance from 0 to {DISTANCE} bits and a share above 0 and up to 1",
                hint=f"not {bank.distance} and {bank.share}",
            )
        values = (bank.name, bank.kind, bank.distance, bank.share, self.now())
        with self.database.transaction() as rows:
            if rows.one("SELECT 1 FROM waarmerk_bank WHERE name = ?", (bank.name,)):
                raise UsageError(f"there is a bank {bank.name} already", where=self.database.address.shown)
            rows.change(
                "INSERT INTO waarmerk_bank (name, kind, distance, share, created_at) VALUES (?, ?, ?, ?, ?)", values
            )

    def add(
        self,
        bank: str,
        source: Source,
        entries: Iterable[NewEntry],
        by: By,
        *,
        held: Callable[[], str | None] = lambda: None,
    ) -> Added:
        """Adds entries in one transaction; what raises in `entries` leaves nothing stored.

        `held`, asked when all were read: why every seeded one of them is to be held as disputed, if so.
        Raises UsageError where there is no such bank, InputError for a category that the law's vocabulary lacks.
        """
        self.bank(bank)
        if source.category not in vocabulary.enum("category"):
            raise InputError(
                f"{source.category} is no category", hint=f"one of {', '.join(sorted(vocabulary.enum('category')))}"
            )
        ids: list[str] = []
        known = withdrawn = 0
        given = iter(entries)
        with self.database.transaction() as rows:
            generation = self._next_generation(rows)
            pid = self._pid(rows, by)
            while batch := list(islice(given, BATCH)):
                old, new = _sorted_out(rows, bank, source.origin, batch)
                withdrawn += old.count("withdrawn")
                known += len(old) - old.count("withdrawn")
                ids += self._insert(rows, bank, source, new, by, pid, generation)
            reason = held()
            if reason is not None:
                self._change(rows, ids, "disputed", replace(by, reason=reason), pid, generation, of="seeded")
            if not ids:
                # Nothing changed: the generation stays, too.
                rows.change("UPDATE waarmerk_bank_state SET generation = generation - 1")
                generation -= 1
        return Added(tuple(ids), known, withdrawn, generation)

    def change(self, ids: Sequence[str], to: Status, by: By) -> int:
        """Brings entries into a state, all or none; gives the generation from which that holds.

        Raises UsageError for an unknown id, a state that cannot follow, or where no person is named.
        """
        if by.person is None:
            raise UsageError("whoever changes an entry has a name", hint="--by NAME")
        with self.database.transaction() as rows:
            generation = self._next_generation(rows)
            self._change(rows, ids, to, by, self._pid(rows, by), generation)
        return generation

    def _change(
        self,
        rows: Rows,
        ids: Sequence[str],
        to: Status,
        by: By,
        pid: str | None,
        generation: int,
        of: Status | None = None,
    ) -> None:
        """Brings entries (only those `of` a status) into a state in the open transaction."""
        events: list[dict[str, Json]] = []
        for entry_id in dict.fromkeys(ids):
            entry = self.one(rows, entry_id)
            if of is not None and entry.status != of:
                continue
            confirmers = _confirmers(entry, to, pid)
            rows.change(
                "UPDATE waarmerk_bank_entry SET status = ?, confirmers = ? WHERE number = ?",
                (to, " ".join(confirmers), entry.number),
            )
            self._note(rows, [entry.number], to, by, pid, generation)
            events.append(self._event(entry.id, to, entry.source, confirmers, entry.signals, by, pid))
        self._outbox.record_all(rows.connection, events)

    def there(self, bank: str, origin: str, packed: bytes) -> Entry | None:
        """The entry of this item from this source, whatever became of it."""
        with self.database.reading() as rows:
            row = rows.one(
                "SELECT id FROM waarmerk_bank_entry WHERE bank = ? AND origin = ? AND digest = ?",
                (bank, origin, _digest(packed)),
            )
            return None if row is None else self.one(rows, str(row[0]))

    def now(self) -> str:
        """The clock's time as the record writes it."""
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _next_generation(self, rows: Rows) -> int:
        # The first statement of a change: its lock makes writers follow each other.
        rows.change("UPDATE waarmerk_bank_state SET generation = generation + 1, changed_at = ?", (self.now(),))
        return int(rows.one("SELECT generation FROM waarmerk_bank_state")[0])

    def _pid(self, rows: Rows, by: By) -> str | None:
        """The pseudonym of the person, made at the first time."""
        if by.person is None:
            return None
        rows.change(
            "INSERT INTO waarmerk_bank_person (name, pid) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            (by.person, self._random(16).hex()),
        )
        return str(rows.one("SELECT pid FROM waarmerk_bank_person WHERE name = ?", (by.person,))[0])

    def _insert(
        self, rows: Rows, bank: str, source: Source, new: list[NewEntry], by: By, pid: str | None, generation: int
    ) -> list[str]:
        ids = [self._random(16).hex() for _ in new]
        together = () if pid is None else (pid, *(str(self._pid(rows, By(name))) for name in by.also))
        confirmers = [together if entry.status == "confirmed" else () for entry in new]
        at = self.now()
        head = (bank, source.origin, source.category, source.list, at, generation)
        rows.change_all(
            "INSERT INTO waarmerk_bank_entry (bank, origin, category, list, added_at, since, id, status, confirmers,"
            " signals, sha256, note, extra, digest, item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *head, entry_id, entry.status, " ".join(who), " ".join(entry.signals), entry.sha256, entry.note,
                    entry.extra, _digest(entry.packed), entry.packed,
                )
                for entry_id, entry, who in zip(ids, new, confirmers, strict=True)
            ],
        )  # fmt: skip
        for status in dict.fromkeys(entry.status for entry in new):
            numbers = [number for number, _ in self._numbers(rows, ids, new, status)]
            self._note(rows, numbers, status, by, pid, generation)
        self._outbox.record_all(
            rows.connection,
            [
                self._event(entry_id, entry.status, source, who, entry.signals, by, pid)
                for entry_id, entry, who in zip(ids, new, confirmers, strict=True)
            ],
        )
        return ids

    @staticmethod
    def _numbers(rows: Rows, ids: list[str], new: list[NewEntry], status: Status) -> list[Any]:
        some = [entry_id for entry_id, entry in zip(ids, new, strict=True) if entry.status == status]
        return rows.all(f"SELECT number, id FROM waarmerk_bank_entry WHERE id IN ({marks(some)})", some)  # noqa: S608

    def _note(self, rows: Rows, numbers: list[int], to: Status, by: By, pid: str | None, generation: int) -> None:
        at = self.now()
        rows.change_all(
            "INSERT INTO waarmerk_bank_change (generation, number, status, at, by_whom, reason, because)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(generation, number, to, at, pid or "importer", by.reason, by.because) for number in numbers],
        )

    def _event(
        self,
        entry_id: str,
        to: Status,
        source: Source,
        confirmers: Sequence[str],
        signals: Sequence[str],
        by: By,
        pid: str | None,
    ) -> dict[str, Json]:
        event: dict[str, Json] = {
            "kind": "bank.changed",
            "v": 1,
            "at": self.now(),
            "service": self.service,
            "channel": CHANNEL,
            "by": {"type": "importer"} if pid is None else {"type": "person", "pid": pid},
            "src": "native",
            "entry": entry_id,
            "to": to,
            "origin": source.origin,
            "confirmers": list(confirmers),
            "category": source.category,
            "signals": list(signals),
        }
        return event | {name: value for name, value in (("because", by.because), ("list", source.list)) if value}


def create_store(address: Address, service: str) -> None:
    """Makes the tables of a store where there are none; `service`: whose record its events belong to."""
    database = Database(address, create=True)
    try:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with database.transaction() as rows:
            tables.create(rows, database.dialect)
            rows.change(
                "INSERT INTO waarmerk_bank_state (one, version, service, generation, changed_at)"
                " VALUES (1, ?, ?, 0, ?) ON CONFLICT (one) DO NOTHING",
                (tables.VERSION, service, now),
            )
    finally:
        database.close()


def _sorted_out(rows: Rows, bank: str, origin: str, batch: list[NewEntry]) -> tuple[list[str], list[NewEntry]]:
    """The statuses of those that are there already (a second one in the batch: its own), and the new ones."""
    digests = [_digest(entry.packed) for entry in batch]
    sql = f"SELECT digest, status FROM waarmerk_bank_entry WHERE bank = ? AND origin = ? AND digest IN ({marks(digests)})"  # noqa: S608, E501
    there = {bytes(digest): str(status) for digest, status in rows.all(sql, [bank, origin, *digests])}
    old: list[str] = []
    new: list[NewEntry] = []
    for digest, entry in zip(digests, batch, strict=True):
        if digest in there:
            old.append(there[digest])
        else:
            there[digest] = entry.status
            new.append(entry)
    return old, new


def _digest(packed: bytes) -> bytes:
    """What makes two items the same: of a single hash the hash alone, whatever its quality."""
    return packed[2:34] if packed[0] == SINGLE and len(packed) == SINGLE_SIZE else sha256(packed).digest()


def _confirmers(entry: Entry, to: Status, pid: str | None) -> tuple[str, ...]:
    if to == entry.status == "confirmed":
        if pid in entry.confirmers:
            raise UsageError(f"entry {entry.id} was confirmed by the same person already")
    elif to not in NEXT[entry.status]:
        raise UsageError(f"entry {entry.id} is {entry.status}, which cannot become {to}")
    return (*entry.confirmers, pid) if to == "confirmed" and pid is not None else entry.confirmers
