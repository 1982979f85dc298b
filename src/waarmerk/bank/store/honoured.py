"""Which workers' copies of a store have taken in which generation, and since when: a withdrawal is shown as honoured.

Rules:
- A replica that follows its store notes each generation when it has it, and every `ALIVE_S` that it is there.
- Noting keeps nothing from answering: where the store cannot be written now (a list is being imported, the account
  may only read) it is done at a later look.
- One that ends takes its notes with it; one that was not seen for a day is forgotten. The notes of a replica grow by
  one row a generation that it has taken in, as the history does.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from waarmerk.bank.store.database import Address, Database
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.tables import HONOURED
from waarmerk.errors import WaarmerkError

ALIVE_S: Final = 10.0
GONE_S: Final = 30.0
"""A replica that was not seen for so long answers nothing, or has ended without saying so."""
_FORGOTTEN: Final = timedelta(days=1)
_WAIT_S: Final = 0.2


def _text(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Notes:
    """A replica's notes in the store, by a connection of its own. `replica`: its name, no other's."""

    def __init__(
        self, address: Address, replica: str | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.replica = replica or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._address, self._clock = address, clock
        self._database: Database | None = None
        self._noted, self._noted_s = -1, -ALIVE_S

    def note(self, generation: int) -> None:
        """Says that this generation has been taken in, where that is new or was not said for `ALIVE_S`."""
        if generation == self._noted and time.monotonic() - self._noted_s < ALIVE_S:
            return
        try:
            self._write(generation)
        except WaarmerkError:
            self._close()
        else:
            self._noted, self._noted_s = generation, time.monotonic()

    def end(self) -> None:
        """Takes the notes back: this replica answers no more."""
        with contextlib.suppress(WaarmerkError):
            if self._database is not None:
                with self._database.transaction() as rows:
                    for table in ("waarmerk_bank_loaded", "waarmerk_bank_replica"):
                        rows.change(f"DELETE FROM {table} WHERE replica = ?", (self.replica,))  # noqa: S608
        self._close()

    def _write(self, generation: int) -> None:
        if self._database is None:
            self._database = Database(self._address, wait_s=_WAIT_S)
            with self._database.transaction() as rows:
                for sql in HONOURED:  # a store that was made before these tables were
                    rows.change(sql.format(integer=self._database.dialect.integer))
        now = self._clock()
        with self._database.transaction() as rows:
            rows.change(
                "INSERT INTO waarmerk_bank_replica (replica, generation, seen_at) VALUES (?, ?, ?)"
                " ON CONFLICT (replica) DO UPDATE SET generation = excluded.generation, seen_at = excluded.seen_at",
                (self.replica, generation, _text(now)),
            )
            rows.change(
                "INSERT INTO waarmerk_bank_loaded (replica, generation, at) VALUES (?, ?, ?)"
                " ON CONFLICT (replica, generation) DO NOTHING",
                (self.replica, generation, _text(now)),
            )
            old = (_text(now - _FORGOTTEN),)
            rows.change(
                "DELETE FROM waarmerk_bank_loaded WHERE replica IN"
                " (SELECT replica FROM waarmerk_bank_replica WHERE seen_at < ?)",
                old,
            )
            rows.change("DELETE FROM waarmerk_bank_replica WHERE seen_at < ?", old)

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None


@dataclass(frozen=True)
class Honoured:
    """A replica: what it answers from, when it was last there, and since when it has had a generation (None: not)."""

    replica: str
    generation: int
    seen_at: str
    honoured_at: str | None


def honoured(reader: Reader, generation: int = 0) -> list[Honoured]:
    """What each replica of a store has said about a generation, by name."""
    postgres = reader.database.address.postgres
    catalogue = "pg_tables WHERE tablename" if postgres else "sqlite_master WHERE name"
    with reader.database.reading() as rows:
        if rows.one(f"SELECT 1 FROM {catalogue} = 'waarmerk_bank_replica'") is None:  # noqa: S608
            return []
        sql = (
            "SELECT replica, generation, seen_at, (SELECT MIN(at) FROM waarmerk_bank_loaded l"
            " WHERE l.replica = r.replica AND l.generation >= ?) FROM waarmerk_bank_replica r ORDER BY replica"
        )
        return [Honoured(name, int(now), seen, at) for name, now, seen, at in rows.all(sql, (generation,))]


def alive(replicas: list[Honoured], now: datetime) -> list[Honoured]:
    """Those that were seen lately enough to be answering."""
    since = _text(now - timedelta(seconds=GONE_S))
    return [each for each in replicas if each.seen_at >= since]
