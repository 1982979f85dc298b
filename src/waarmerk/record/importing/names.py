"""Ids for what an import names: derived ones for records of the source, random ones for persons and their things.

Rules:
- A record of the source (and the decision, notice or challenge in it) has the HMAC-SHA-256 of its own number under a
  key of this log, cut to 128 bits: the same one again, and nothing that anybody else can compute.
- A person, an account, an item has random 128 bits from a table, one per name and service. The table holds the HMAC
  of the name, never the name.
- To forget a name is to delete its id. What remains says that it was forgotten and when: an event from before that
  moment cannot be imported again under a new pseudonym, one from after it can.
- A new id is durable before an event names it.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from waarmerk.errors import InputError, IntegrityError, UnavailableError
from waarmerk.record.log.storage import PRIVATE

_FILE = PRIVATE + "names.sqlite"
_ID_SIZE, _KEY_SIZE = 16, 32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS key (value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS name (digest BLOB PRIMARY KEY, id TEXT, forgotten_at TEXT) WITHOUT ROWID;
"""


class Names:
    """The table of the log in `folder`, or one in memory for a trial (None); use it as a context.

    Raises `UnavailableError` where SQLite fails, `IntegrityError` where the table is damaged.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = ":memory:" if folder is None else str(folder / _FILE)
        with self._failing():
            if folder is not None:
                # Made by hand first: SQLite would give it the mode that the umask leaves.
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
            self._db.execute("BEGIN IMMEDIATE")
            if self._db.execute("SELECT 1 FROM key").fetchone() is None:
                self._db.execute("INSERT INTO key VALUES (?)", (secrets.token_bytes(_KEY_SIZE),))
            self._db.execute("COMMIT")
            (self._key,) = self._db.execute("SELECT value FROM key").fetchone()
            self._db.execute("BEGIN IMMEDIATE")

    def __enter__(self) -> Names:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def derived(self, *parts: str) -> str:
        """The id of a record of the source: which map, what it is, its own number there."""
        return self._digest("record", *parts)[:_ID_SIZE].hex()

    def of(self, what: str, service: str, name: str, at: str) -> str:
        """The id of a person or item (`what`) of this name for an event of the moment `at`; new where it has none.

        Raises `InputError` where the name was forgotten since.
        """
        digest = self._digest(what, service, name)
        with self._failing():
            row = self._db.execute("SELECT id, forgotten_at FROM name WHERE digest = ?", (digest,)).fetchone()
            known, forgotten_at = row or (None, None)
            if forgotten_at is not None and at <= forgotten_at:
                raise InputError(f"the {what} that it names was forgotten")
            if known is not None:
                return str(known)
            made = secrets.token_hex(_ID_SIZE)
            self._db.execute(
                "INSERT INTO name (digest, id) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET id = excluded.id",
                (digest, made),
            )
        return made

    def find(self, what: str, service: str, name: str) -> str | None:
        """The id that a name has, None where it has none."""
        with self._failing():
            row = self._db.execute(
                "SELECT id FROM name WHERE digest = ?", (self._digest(what, service, name),)
            ).fetchone()
        return None if row is None else row[0]

    def forget(self, what: str, service: str, name: str, at: str) -> None:
        """Deletes the id of a name for ever, durable when it returns; `at`: the moment of it."""
        with self._failing():
            self._db.execute(
                "UPDATE name SET id = NULL, forgotten_at = ? WHERE digest = ?",
                (at, self._digest(what, service, name)),
            )
        self.keep()

    def keep(self) -> None:
        """Makes the ids given since durable."""
        with self._failing():
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")

    def _digest(self, *parts: str) -> bytes:
        # Each part with its length, so that no two lists of parts are one text.
        data = b"".join(len(part.encode()).to_bytes(8) + part.encode() for part in parts)
        return hmac.digest(self._key, data, sha256)

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise UnavailableError(f"the table of names failed: {error}", where=self._path) from error
        except sqlite3.DatabaseError as error:
            raise IntegrityError(f"the table of names is damaged: {error}", where=self._path) from error
