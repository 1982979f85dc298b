"""What was uploaded and what it matched: for hashes that come later, and for undoing what followed from a wrong one.

Rules: an upload is kept as its hashes, never as its medium, under the platform's own id and the account's pseudonym;
a match is kept once for each upload, entry and signal, with the generation of the bank that it is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from waarmerk.bank.answer import Told
from waarmerk.bank.signals.interface import MediumSignals
from waarmerk.bank.store.packing import pack_signals, unpack_signals
from waarmerk.bank.store.reading import BATCH, Reader, marks
from waarmerk.bank.store.store import Store
from waarmerk.errors import InputError

_PAGE: Final = 200


@dataclass(frozen=True)
class Seen:
    """An upload: its place in the order of coming, the platform's id of it, its time, its account's pseudonym."""

    number: int
    item: str
    at: str
    account: str | None
    signals: MediumSignals


@dataclass(frozen=True)
class SeenMatch:
    """A match that was told about an upload. `why`: upload, or retroactive."""

    item: str
    account: str | None
    entry: int
    at: str
    generation: int
    why: str
    signal: str
    distance: int
    query_matched: float
    known_matched: float
    transform: str


@dataclass(frozen=True)
class ListCount:
    """What one source's entries in a bank have led to: their matches, by what became of the entry."""

    origin: str
    entries: int
    confirmed_entries: int
    rejected_entries: int
    matches: int
    confirmed: int
    rejected: int


def remember(store: Store, item: str, account: str | None, signals: MediumSignals) -> None:
    """Keeps an upload's hashes; raises InputError where this id was kept with another medium."""
    with store.database.transaction() as rows:
        old = rows.one("SELECT signals FROM waarmerk_bank_seen WHERE item = ?", (item,))
        if old is not None:
            if unpack_signals(bytes(old[0]), f"upload {item}").sha256 != signals.sha256:
                raise InputError(f"upload {item} was seen before with another medium", hint="give each its own id")
            return
        rows.change(
            "INSERT INTO waarmerk_bank_seen (item, at, account, signals) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (item) DO NOTHING",
            (item, store.now(), account, pack_signals(signals)),
        )


def note_matches(store: Store, item: str, matches: Sequence[Told], generation: int, why: str) -> int:
    """Keeps what was told about an upload; gives how many matches were not known yet."""
    at = store.now()
    new = 0
    with store.database.transaction() as rows:
        for told in matches:
            match = told.match
            new += rows.change(
                "INSERT INTO waarmerk_bank_match (item, entry, at, generation, why, signal, distance, query_matched,"
                " known_matched, transform) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (item, entry, signal) DO NOTHING",
                (
                    item, told.entry.number, at, generation, why, match.signal, match.distance,
                    match.query_matched, match.known_matched, match.transform,
                ),
            )  # fmt: skip
    return new


def seen(reader: Reader, last: int | None = None) -> Iterator[Seen]:
    """The uploads, oldest first; only the `last` ones."""
    after = 0
    if last is not None:
        with reader.database.reading() as rows:
            row = rows.one("SELECT number FROM waarmerk_bank_seen ORDER BY number DESC LIMIT 1 OFFSET ?", (last,))
        after = 0 if row is None else int(row[0])
    sql = (
        f"SELECT number, item, at, account, signals FROM waarmerk_bank_seen WHERE number > ? ORDER BY 1 LIMIT {_PAGE}"  # noqa: S608
    )
    while True:
        with reader.database.reading() as rows:
            page = rows.all(sql, (after,))
        for number, item, at, account, signals in page:
            yield Seen(int(number), item, at, account, unpack_signals(bytes(signals), f"upload {item}"))
            after = int(number)
        if len(page) < _PAGE:
            return


def matched(reader: Reader, entries: Sequence[int]) -> list[SeenMatch]:
    """What was told about uploads because of these entries, oldest first."""
    found: list[Any] = []
    with reader.database.reading() as rows:
        for first in range(0, len(entries), BATCH):
            some = entries[first : first + BATCH]
            found += rows.all(
                "SELECT m.item, s.account, m.entry, m.at, m.generation, m.why, m.signal, m.distance, m.query_matched,"  # noqa: S608
                " m.known_matched, m.transform, m.sequence FROM waarmerk_bank_match m"
                f" LEFT JOIN waarmerk_bank_seen s ON s.item = m.item WHERE m.entry IN ({marks(some)})",
                some,
            )
    return [SeenMatch(*row[:-1]) for row in sorted(found, key=lambda row: row[-1])]


def list_counts(reader: Reader, bank: str) -> list[ListCount]:
    """What each source's entries have led to. An entry that a person took out counts as rejected."""
    sql = (
        "SELECT e.origin, COUNT(*), SUM(CASE WHEN e.status = 'confirmed' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN e.status = 'retired' THEN 1 ELSE 0 END), SUM(COALESCE(m.n, 0)),"
        " SUM(CASE WHEN e.status = 'confirmed' THEN COALESCE(m.n, 0) ELSE 0 END),"
        " SUM(CASE WHEN e.status = 'retired' THEN COALESCE(m.n, 0) ELSE 0 END) FROM waarmerk_bank_entry e"
        " LEFT JOIN (SELECT entry, COUNT(DISTINCT item) AS n FROM waarmerk_bank_match GROUP BY entry) m"
        " ON m.entry = e.number WHERE e.bank = ? GROUP BY e.origin ORDER BY e.origin"
    )
    with reader.database.reading() as rows:
        return [ListCount(str(row[0]), *(int(value) for value in row[1:])) for row in rows.all(sql, (bank,))]
