"""The database under a store: a SQLite file, or PostgreSQL by its URL; whatever it throws, as one sentence."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from waarmerk.errors import DependencyError, IntegrityError, UnavailableError, UsageError
from waarmerk.record.outbox import POSTGRES, SQLITE, Connection, Dialect, Rows

_HEADER: Final = b"SQLite format 3\0"
_URLS: Final = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class Address:
    """Where a store is. `shown`: how it may be named, without a password."""

    value: str
    postgres: bool
    shown: str

    @staticmethod
    def of(text: str) -> Address:
        """The address that a person gave: a URL of PostgreSQL, else the path of a SQLite file."""
        if text.startswith(_URLS):
            before, at, after = text.partition("://")[2].rpartition("@")
            user = before.partition(":")[0] + at
            return Address(text, True, f"postgresql://{user}{after}")
        if "://" in text:
            raise UsageError(
                f"{text.partition('://')[0]}:// is no place of a bank", hint="a path, or postgresql://USER@HOST/NAME"
            )
        return Address(text, False, text)


class Database:
    """One open connection. Transactions are explicit; errors of the driver leave as errors of the house."""

    def __init__(
        self, address: Address, *, create: bool = False, read_only: bool = False, wait_s: float = 20.0
    ) -> None:
        self.address = address
        self.dialect: Dialect = POSTGRES if address.postgres else SQLITE
        self._raised: tuple[type[BaseException], ...] = (sqlite3.Error, OSError)
        with self.failing():
            self.connection: Connection = (
                self._postgres(read_only, wait_s) if address.postgres else self._sqlite(create, read_only, wait_s)
            )
        self.rows = Rows(self.connection, self.dialect)

    def close(self) -> None:
        """Closes the connection; what was not committed is gone."""
        with contextlib.suppress(*self._raised):
            self.connection.close()  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Rows]:
        """All that is written within is committed together, or none of it."""
        with self.failing():
            if not self.address.postgres:
                self.rows.change("BEGIN IMMEDIATE")
            try:
                yield self.rows
            except BaseException:
                with contextlib.suppress(*self._raised):
                    self._end("ROLLBACK")
                raise
            self._end("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Rows]:
        """One state of the database for all that is read within."""
        with self.failing():
            self.rows.change(
                "BEGIN" if not self.address.postgres else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            )
            try:
                yield self.rows
            finally:
                with contextlib.suppress(*self._raised):
                    self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self.address.postgres:
            (self.connection.commit if word == "COMMIT" else self.connection.rollback)()
        elif getattr(self.connection, "in_transaction", True):
            self.rows.change(word)

    @contextlib.contextmanager
    def failing(self) -> Iterator[None]:
        """What the driver or the disk throws, as an error of the house."""
        where = self.address.shown
        try:
            yield
        except self._raised as error:
            raise _translated(error, where) from error

    def _sqlite(self, create: bool, read_only: bool, wait_s: float) -> Connection:
        path = Path(self.address.value)
        if create:
            # Made by hand first: SQLite would give it the mode that the umask leaves.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        elif not path.is_file():
            raise UsageError(
                "there is no bank here", where=str(path), hint="make one: waarmerk bank create --bank PATH"
            )
        elif not path.with_name(f"{path.name}-wal").exists():
            # While it is open here, it must not be opened by hand: closing that ends this process's locks (POSIX),
            # and the next process that closes the file takes the journal of this one away.
            _check_length(path)
        mode = "ro" if read_only else "rw"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=wait_s,
            check_same_thread=False,
        )
        if not read_only:
            # Readers go on while a list is imported.
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _postgres(self, read_only: bool, wait_s: float) -> Connection:
        try:
            import psycopg
        except ModuleNotFoundError as missing:
            raise DependencyError(
                "a bank in PostgreSQL needs the Python package psycopg", hint="pip install 'waarmerk[postgres]'"
            ) from missing
        self._raised = (psycopg.Error, OSError)
        options = (
            f"-c lock_timeout={int(1000 * wait_s)} -c default_transaction_read_only={'on' if read_only else 'off'}"
        )
        return psycopg.connect(self.address.value, options=options, connect_timeout=10)


def _check_length(path: Path) -> None:
    """Raises IntegrityError for a file that is shorter than its own header says."""
    with path.open("rb") as file:
        header = file.read(100)
        size = file.seek(0, os.SEEK_END)
    if not header:
        return
    if len(header) < 100 or not header.startswith(_HEADER):
        raise IntegrityError("this file is no bank", where=str(path), hint="a bank is a SQLite database")
    page = int.from_bytes(header[16:18], "big")
    wanted = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
    if size < wanted:
        raise IntegrityError(
            f"the bank's file was cut short: {size} of {wanted} bytes are left",
            where=str(path),
            hint="restore a copy",
        )


_Sentence = Callable[[BaseException], bool]


def _translated(error: BaseException, where: str) -> Exception:
    """The error of the house that says what a driver's or the disk's error means."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    code: Any = getattr(error, "sqlstate", None)
    if "locked" in text or code in {"55P03", "40P01"}:
        return UnavailableError(
            "another writer is at work on this bank", where=where, hint="try again when it is done"
        )
    if "full" in text or code == "53100":
        return UnavailableError("the disk is full; nothing of this change was stored", where=where, hint="make room")
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR"):
        return UnavailableError(f"{text}; nothing of this change was stored", where=where, hint="look at the disk")
    if "readonly" in text or code == "25006":
        return UsageError("this bank can only be read here", where=where)
    if "malformed" in text or "not a database" in text or code in {"XX001", "XX002"}:
        return IntegrityError(f"the bank is damaged: {text}", where=where, hint="restore a copy")
    if isinstance(error, OSError):
        return UnavailableError(f"the bank cannot be reached: {error.strerror or error}", where=where)
    return UnavailableError(f"the database of the bank failed: {text}", where=where)
