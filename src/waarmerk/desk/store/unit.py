"""One transaction of the desk: what changes the state and the event that says so, both or neither.

Rules:
- `Desk.write()` is the only way to change anything; the event goes into the outbox on the same connection.
- The clock is read once a transaction: everything in it happened at one time.
- `by` of an event is a person with a role, a machine with the digest of its tool, or an authority.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from waarmerk.desk.store.database import dialect
from waarmerk.desk.store.tables import task
from waarmerk.record.outbox import Outbox, Written
from waarmerk.values import Json

Clock = Callable[[], datetime]
"""Gives the time with its zone."""
MACHINE: Mapping[str, Json] = {"type": "machine", "role": "intake"}


def written(moment: datetime) -> str:
    """A time as tables and events hold it: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """The moment that `written` wrote."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Unit:
    """An open transaction: its connection, its one time, and the recorder. `row`s are read by the column's name."""

    connection: Connection
    now: datetime
    service: str
    _outbox: Outbox
    _random: Callable[[int], bytes]

    @property
    def at(self) -> str:
        return written(self.now)

    def new_id(self) -> str:
        """128 random bits in hexadecimal."""
        return self._random(16).hex()

    def random(self, size: int) -> bytes:
        return self._random(size)

    def record(
        self, kind: str, channel: str, by: Mapping[str, Json], at: str | None = None, **fields: Json
    ) -> Written:
        """Writes an event of this service. `at`: when it happened, now unless said; fields that are None are absent.

        Raises `InputError` for what is no event of the catalogue.
        """
        if isinstance(spoken := fields.get("language"), str):
            fields["language"] = spoken.upper()  # the law's spelling; pages and people use the lower one
        event = {
            "v": 1,
            "kind": kind,
            "at": at or self.at,
            "service": self.service,
            "channel": channel,
            "by": dict(by),
            "src": "native",
            **{name: value for name, value in fields.items() if value is not None},
        }
        raw: Any = self.connection.connection.dbapi_connection
        return self._outbox.record(raw, event)

    def record_given(self, event: Mapping[str, Json]) -> bool:
        """Writes an event that somebody else made, as it is; whether it is new. Raises as `record` does."""
        raw: Any = self.connection.connection.dbapi_connection
        return self._outbox.record(raw, event).new

    def enqueue(self, kind: str, subject: str, priority: int) -> None:
        """Work to be done durably after this transaction: `prepare` a case, `carry_out` a decision."""
        self.connection.execute(
            task.insert().values(id=self.new_id(), kind=kind, subject=subject, priority=priority, created_at=self.at)
        )


class Desk:
    """The desk of one service over one database. `clock` gives the time with its zone, `random` that many bytes."""

    def __init__(
        self,
        engine: Engine,
        service: str,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self.engine = engine
        self.service = service
        self.clock = clock
        self._random = random
        self._outbox = Outbox(dialect(engine), clock, random)

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """A transaction that may change things; committed at the end, rolled back when anything is raised."""
        with self.engine.begin() as connection:
            yield Unit(connection, self.clock(), self.service, self._outbox, self._random)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect().execution_options(reading=True) as connection:
            yield connection
