"""A worker's place: a fixed name held by a lock, so that whoever starts next goes on with what the last one left.

Rules:
- The durable queue knows work by the name of its worker. A name of its own for each process would strand what a
  killed process held; one name for all would hand live work to a second process. So: names `slot-0`, `slot-1`, ...,
  each held by one process at a time, by a lock that the operating system or the database drops when it dies.
- A process takes the first free place and looks after places that nobody holds.
"""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from waarmerk.errors import UnavailableError

SLOTS = 64
LEAD = 64
"""The lock of the one process that does what is to be done once."""
_KEY = 0x5741_4152  # "WAAR": the namespace of our advisory locks in PostgreSQL


class Locks(Protocol):
    """Locks by number that end with the process."""

    def take(self, number: int) -> bool:
        """Whether the lock was free and is now held."""
        ...

    def release(self, number: int) -> None: ...


class FileLocks:
    """Locks as files in a folder beside an embedded database."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[int, IO[bytes]] = {}

    def take(self, number: int) -> bool:
        """See `Locks`."""
        file = (self._folder / f"slot-{number}").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held[number] = file
        return True

    def release(self, number: int) -> None:
        """See `Locks`."""
        self._held.pop(number).close()


class DatabaseLocks:
    """Advisory locks of PostgreSQL, each on a connection of its own that lives as long as it is held."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: dict[int, Connection] = {}

    def take(self, number: int) -> bool:
        """See `Locks`."""
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        free = connection.execute(text("SELECT pg_try_advisory_lock(:key, :number)"), {"key": _KEY, "number": number})
        if not free.scalar():
            connection.close()
            return False
        self._held[number] = connection
        return True

    def release(self, number: int) -> None:
        """See `Locks`."""
        connection = self._held.pop(number)
        # Said aloud, for the server may notice a moment late that a connection is closed.
        with contextlib.suppress(DBAPIError):
            connection.execute(text("SELECT pg_advisory_unlock(:key, :number)"), {"key": _KEY, "number": number})
        connection.close()


def locks_of(engine: Engine) -> Locks:
    """The kind of lock that belongs to a database."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy import create_engine

        return DatabaseLocks(create_engine(engine.url, poolclass=NullPool))
    database = Path(engine.url.database or "desk.db")
    return FileLocks(database.parent / f"{database.name}.slots")


def take_slot(locks: Locks) -> int:
    """The first free place, held. Raises `UnavailableError` where all are taken."""
    for number in range(SLOTS):
        if locks.take(number):
            return number
    raise UnavailableError(f"all {SLOTS} places of workers are taken", hint="stop one first")


def name(number: int) -> str:
    """What the queue calls the worker in this place."""
    return f"slot-{number}"
