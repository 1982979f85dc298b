"""The tables of a store, the same in SQLite and PostgreSQL.

Rules:
- `waarmerk_bank_state` has one row; its generation grows by one with every transaction that changes an entry, and its
  lock makes writers follow each other.
- `waarmerk_bank_change` is the history: the state of an entry at a generation is its last change up to then.
- One hash comes once from one source into one bank (`digest`); another source that lists it has an entry of its own,
  so that one can withdraw it and the other not.
"""

from __future__ import annotations

from typing import Final

from waarmerk.record.outbox import Dialect, Rows

VERSION: Final = "1"

HONOURED: Final = (
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_replica (
      replica TEXT PRIMARY KEY, generation {integer} NOT NULL, seen_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_loaded (
      replica TEXT NOT NULL, generation {integer} NOT NULL, at TEXT NOT NULL, PRIMARY KEY (replica, generation))""",
)
"""What replicas say they have taken in (`honoured`); only these are written by whoever else only reads."""
_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_state (
      one {integer} PRIMARY KEY CHECK (one = 1), version TEXT NOT NULL, service TEXT NOT NULL,
      generation {integer} NOT NULL, changed_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank (
      name TEXT PRIMARY KEY, kind TEXT NOT NULL, distance {integer} NOT NULL, share DOUBLE PRECISION NOT NULL,
      created_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_entry (
      number {key}, id TEXT NOT NULL UNIQUE, bank TEXT NOT NULL REFERENCES waarmerk_bank (name),
      status TEXT NOT NULL, origin TEXT NOT NULL, category TEXT NOT NULL, list TEXT,
      confirmers TEXT NOT NULL, added_at TEXT NOT NULL, since {integer} NOT NULL, signals TEXT NOT NULL,
      sha256 TEXT, note TEXT NOT NULL, extra TEXT,
      digest {binary} NOT NULL, item {binary} NOT NULL, UNIQUE (bank, origin, digest))""",
    "CREATE INDEX IF NOT EXISTS waarmerk_bank_exact ON waarmerk_bank_entry (sha256) WHERE sha256 IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS waarmerk_bank_list ON waarmerk_bank_entry (bank, origin, status)",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_change (
      sequence {key}, generation {integer} NOT NULL, number {integer} NOT NULL, status TEXT NOT NULL,
      at TEXT NOT NULL, by_whom TEXT NOT NULL, reason TEXT NOT NULL, because TEXT)""",
    "CREATE INDEX IF NOT EXISTS waarmerk_bank_since ON waarmerk_bank_change (generation)",
    "CREATE INDEX IF NOT EXISTS waarmerk_bank_history ON waarmerk_bank_change (number, sequence)",
    "CREATE TABLE IF NOT EXISTS waarmerk_bank_person (name TEXT PRIMARY KEY, pid TEXT NOT NULL UNIQUE)",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_seen (
      number {key}, item TEXT NOT NULL UNIQUE, at TEXT NOT NULL, account TEXT, signals {binary} NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS waarmerk_bank_match (
      sequence {key}, item TEXT NOT NULL, entry {integer} NOT NULL, at TEXT NOT NULL, generation {integer} NOT NULL,
      why TEXT NOT NULL, signal TEXT NOT NULL, distance {integer} NOT NULL, query_matched DOUBLE PRECISION NOT NULL,
      known_matched DOUBLE PRECISION NOT NULL, transform TEXT NOT NULL, UNIQUE (item, entry, signal))""",
    "CREATE INDEX IF NOT EXISTS waarmerk_bank_matched ON waarmerk_bank_match (entry)",
)


def create(rows: Rows, dialect: Dialect) -> None:
    """Makes the tables, the outbox's too, where there are none; committing is the caller's."""
    rows.create()
    words = {name: getattr(dialect, name) for name in ("key", "binary", "integer")}
    for sql in (*_TABLES, *HONOURED):
        rows.change(sql.format(**words))
