"""The events of a log that has no platform's database beside it: events, salts and blobs in its private folder.

Rules:
- An event is stored with its salt before its commitment goes to the log; its place in the log is noted after. What a
  crash leaves between the two is found by its commitment, so nothing is lost and nothing is logged twice.
- An id that is stored already is passed over; the same id with another content is refused.
- Erasing an event deletes event and salt and overwrites their bytes; id and commitment stay, which say nothing.
- A blob is a file named by its SHA-256.

`Events` is what an export needs; a recorder with an outbox of its own offers the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from waarmerk.errors import InputError, IntegrityError, UnavailableError, UsageError
from waarmerk.record.commitment import commitment
from waarmerk.record.log.storage import PRIVATE
from waarmerk.values import Json

_EVENTS = PRIVATE + "events.sqlite"
_BLOBS = PRIVATE + "blobs"
_CHUNK = 1 << 20
_PAGE = 256
_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  salt BLOB,
  body BLOB,
  commitment BLOB NOT NULL UNIQUE,
  position INTEGER UNIQUE
);
CREATE INDEX IF NOT EXISTS waiting ON event (sequence) WHERE position IS NULL;
"""


@dataclass(frozen=True)
class Stored:
    """One event: its index in the log, the salt of its commitment, its canonical JSON."""

    index: int
    salt: bytes
    event: bytes


class Events(Protocol):
    """What an export needs of wherever a platform keeps its events."""

    def between(self, first: int, end: int) -> Iterator[Stored]:
        """The events whose index is `first` up to `end`, `end` not included, by index; erased ones are missing."""

    def blob(self, digest: str) -> IO[bytes] | None:
        """The blob of this SHA-256, None where it is not kept."""


class EventStore:
    """The events of the log in `folder`; use it as a context. Raises `UnavailableError` where SQLite fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not (folder / PRIVATE).is_dir():
            raise UsageError(
                "there is no log here whose events lie beside it", where=str(folder), hint="see `waarmerk log init`"
            )
        path = folder / _EVENTS
        with _failing(path):
            # Made by hand first: SQLite would give it the mode that the umask leaves.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
        self._path = path

    def __enter__(self) -> EventStore:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, events: Iterable[tuple[str, bytes, bytes]]) -> int:
        """Stores (id, salt, canonical JSON), all or none; gives how many ids were there already.

        Raises `InputError` where a stored id comes with another content.
        """
        seen = 0
        with self._transaction():
            for event_id, salt, body in events:
                row = (event_id, salt, body, commitment(salt, body))
                sql = "INSERT INTO event (id, salt, body, commitment) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
                if self._db.execute(sql, row).rowcount:
                    continue
                seen += 1
                (old,) = self._db.execute("SELECT body FROM event WHERE id = ?", (event_id,)).fetchone()
                if old is not None and _without_time(old) != _without_time(body):
                    raise InputError(f"event {event_id} is stored already and says something else")
        return seen

    def waiting(self, limit: int) -> list[bytes]:
        """The commitments that have no place in the log yet, in the order in which the events came."""
        sql = "SELECT commitment FROM event WHERE position IS NULL ORDER BY sequence LIMIT ?"
        with _failing(self._path):
            return [row[0] for row in self._db.execute(sql, (limit,))]

    def placed(self, first: int, commitments: Sequence[bytes]) -> None:
        """Notes that the log holds these commitments from index `first` on; what is not stored is passed over."""
        with self._transaction():
            self._db.executemany(
                "UPDATE event SET position = ? WHERE commitment = ? AND position IS NULL",
                [(first + number, value) for number, value in enumerate(commitments)],
            )

    def next_place(self) -> int:
        """The index after the last one noted: from here on the log may hold what was not noted."""
        with _failing(self._path):
            (last,) = self._db.execute("SELECT max(position) FROM event").fetchone()
        return 0 if last is None else int(last) + 1

    def index_of(self, event_id: str) -> int | None:
        """Where the log holds the event of this id, None where it does not (yet)."""
        with _failing(self._path):
            row = self._db.execute("SELECT position FROM event WHERE id = ?", (event_id,)).fetchone()
        return None if row is None else row[0]

    def find(self, event_id: str) -> tuple[bool, bytes | None]:
        """Whether the id is stored, and its event in canonical JSON, None where it was erased."""
        with _failing(self._path):
            row = self._db.execute("SELECT CAST(body AS BLOB) FROM event WHERE id = ?", (event_id,)).fetchone()
        return row is not None, None if row is None else row[0]

    def between(self, first: int, end: int) -> Iterator[Stored]:
        """The events whose index is `first` up to `end`, by index; erased ones are missing.

        Raises `IntegrityError` where salt and event do not fit the commitment stored beside them.
        """
        sql = (
            "SELECT position, CAST(salt AS BLOB), CAST(body AS BLOB), commitment FROM event"
            " WHERE position >= ? AND position < ? AND body IS NOT NULL ORDER BY position LIMIT ?"
        )
        while True:
            # Page by page, for a long reading would keep others from recording.
            with _failing(self._path):
                rows = self._db.execute(sql, (first, end, _PAGE)).fetchall()
            for index, salt, body, stored in rows:
                if commitment(salt, body) != stored:
                    raise IntegrityError(f"the stored event of entry {index} was changed", where=str(self._path))
                yield Stored(index, salt, body)
                first = index + 1
            if len(rows) < _PAGE:
                return

    def erase(self, event_ids: Sequence[str]) -> None:
        """Deletes events and their salts for ever, all or none. Raises `UsageError` for an id that is not stored."""
        with self._transaction():
            for event_id in event_ids:
                done = self._db.execute("UPDATE event SET salt = NULL, body = NULL WHERE id = ?", (event_id,))
                if not done.rowcount:
                    raise UsageError(f"there is no event {event_id} here", where=str(self._path))

    def keep_blob(self, stream: IO[bytes]) -> str:
        """Keeps what a stream holds; gives its SHA-256 in hexadecimal."""
        folder = self._folder / _BLOBS
        with _failing(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            unfinished = folder / f".{os.getpid()}.new"
            digest = sha256()
            with unfinished.open("wb") as out:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            name = digest.hexdigest()
            unfinished.rename(folder / name)
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return name

    def blob(self, digest: str) -> IO[bytes] | None:
        """The blob of this SHA-256, None where it is not kept."""
        if re.fullmatch("[0-9a-f]{64}", digest) is None:
            return None
        try:
            return (self._folder / _BLOBS / digest).open("rb")
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with _failing(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _without_time(body: bytes) -> Json:
    """An event but for `logged_at`, which differs when it is brought again."""
    value = json.loads(body)
    return {key: inner for key, inner in value.items() if key != "logged_at"}


@contextlib.contextmanager
def _failing(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise UnavailableError(f"the store of events failed: {error}", where=str(path)) from error
    except sqlite3.DatabaseError as error:
        raise IntegrityError(f"the store of events is damaged: {error}", where=str(path)) from error
