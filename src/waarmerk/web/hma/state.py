"""What HMA's API knows of banks and contents, and our store does not: kept beside the store, in the same database.

Rules:
- A bank has a ratio of the questions that it answers, and may be renamed: its name here is then another than the
  store's, which events and entries name. A deleted one is hidden; its entries are retired by who deleted it.
- A content may be off until a time, and carries the client's metadata and note as they came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Bank
from waarmerk.record.outbox import Rows
from waarmerk.values import Json

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS waarmerk_hma_bank (
      bank TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, ratio DOUBLE PRECISION NOT NULL, gone {integer} NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS waarmerk_hma_content (
      number {integer} PRIMARY KEY, until {integer} NOT NULL, uri TEXT, metadata TEXT, note TEXT)""",
)


@dataclass(frozen=True)
class Named:
    """A bank as HMA shows it: `bank` is the store's, `name` HMA's, `ratio` 0..1 of the questions it answers."""

    bank: Bank
    name: str
    ratio: float = 1.0

    def json(self) -> dict[str, Json]:
        """As HMA answers it."""
        return {"name": self.name, "matching_enabled_ratio": self.ratio}


@dataclass(frozen=True)
class Content:
    """What a client said of a content. `until`: seconds since 1970 up to which it is off; 0 for on."""

    until: int = 0
    uri: str | None = None
    metadata: Json | None = None
    note: str | None = None


def create(store: Store) -> None:
    """Makes the tables where there are none."""
    with store.database.transaction() as rows:
        for sql in _TABLES:
            rows.change(sql.format(integer=store.database.dialect.integer))


def banks(store: Store) -> dict[str, Named]:
    """The banks of known items that were not deleted, by HMA's name."""
    with store.database.reading() as rows:
        said = {row[0]: row[1:] for row in rows.all("SELECT bank, name, ratio, gone FROM waarmerk_hma_bank")}
    found = {}
    for bank in store.banks():
        name, ratio, gone = said.get(bank.name, (bank.name, 1.0, 0))
        if bank.kind == "known" and not gone:
            found[str(name)] = Named(bank, str(name), float(ratio))
    return dict(sorted(found.items()))


def save(store: Store, named: Named, *, gone: bool = False) -> None:
    """Keeps what is to be known of a bank. A deleted one gives its name back."""
    values = (named.bank.name, f"{named.bank.name} (deleted)" if gone else named.name, named.ratio, int(gone))
    with store.database.transaction() as rows:
        rows.change(
            "INSERT INTO waarmerk_hma_bank (bank, name, ratio, gone) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (bank) DO UPDATE SET name = excluded.name, ratio = excluded.ratio, gone = excluded.gone",
            values,
        )


def contents(store: Store, numbers: list[int]) -> dict[int, Content]:
    """What is known of contents, by number; those of which nothing was said are missing."""
    found: dict[int, Content] = {}
    with store.database.reading() as rows:
        for number in numbers:
            row: Any = rows.one(
                "SELECT until, uri, metadata, note FROM waarmerk_hma_content WHERE number = ?", (number,)
            )
            if row is not None:
                metadata = None if row[2] is None else json.loads(row[2])
                found[number] = Content(int(row[0]), row[1], metadata, row[3])
    return found


def keep(store: Store, number: int, content: Content) -> None:
    """Keeps what was said of a content."""
    metadata = None if content.metadata is None else json.dumps(content.metadata)
    with store.database.transaction() as rows:
        rows.change(
            "INSERT INTO waarmerk_hma_content (number, until, uri, metadata, note) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (number) DO UPDATE SET until = excluded.until, uri = excluded.uri,"
            " metadata = excluded.metadata, note = excluded.note",
            (number, content.until, content.uri, metadata, content.note),
        )


def sizes(rows: Rows) -> dict[str, int]:
    """How many matching entries have each of HMA's signals."""
    names = {"pdq": "pdq", "vpdq": "vpdq", "md5": "video_md5"}
    count = dict.fromkeys(names.values(), 0)
    for signals, entries in rows.all(
        "SELECT signals, COUNT(*) FROM waarmerk_bank_entry WHERE status IN ('seeded', 'confirmed') GROUP BY signals"
    ):
        for name in str(signals).split():
            if name in names:
                count[names[name]] += int(entries)
    return count
