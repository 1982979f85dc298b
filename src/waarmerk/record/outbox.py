"""Events recorded in the transaction that changes the state: both happen, or neither.

Rules:
- An event is written on the caller's connection, in the caller's open transaction; commit and rollback are theirs.
- `n` counts a service's channel from 1 without gaps: it comes from a counter row that stays locked until the caller's
  transaction ends, for a sequence of the database leaves a gap at every rollback.
- `logged_at`, `n` and the salt are set here alone; whoever brings the first two is refused. An event without an `id`
  gets a random one; with an `id` that is stored already it is the same event, or it is refused.
- Nobody waits for the log: a dispatcher brings the commitments there (`record.dispatch`) and notes their places here.
- No driver is imported: any DB-API 2 connection will do, and a `Dialect` says what differs.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Protocol

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.commitment import SALT_SIZE, canonical, commitment
from waarmerk.record.events.catalogue import decode
from waarmerk.record.store import Stored
from waarmerk.values import Json

_ID_BYTES = 16
_PAGE = 256
_OWN = ("logged_at", "n")
_NONE_OPEN = "an event is recorded in the transaction that changes the state, and none is open"


class Cursor(Protocol):
    """What is used of a DB-API 2 cursor."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> object: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> object: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def close(self) -> None: ...


class Connection(Protocol):
    """What is used of a DB-API 2 connection."""

    def cursor(self) -> Cursor: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...


@dataclass(frozen=True)
class Dialect:
    """What differs between databases: the `mark` of a parameter, types, how one sees that a transaction is open.

    `open_query` answers true in a transaction that has written; without it the connection says so itself.
    """

    mark: str
    key: str
    binary: str
    integer: str
    open_query: str | None


SQLITE = Dialect("?", "INTEGER PRIMARY KEY", "BLOB", "INTEGER", None)
POSTGRES = Dialect(
    "%s",
    "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "BYTEA",
    "BIGINT",
    "SELECT txid_current_if_assigned() IS NOT NULL",
)

_TABLES = (
    """CREATE TABLE IF NOT EXISTS waarmerk_counter (
      service TEXT NOT NULL, channel TEXT NOT NULL, n {integer} NOT NULL, PRIMARY KEY (service, channel))""",
    """CREATE TABLE IF NOT EXISTS waarmerk_outbox (
      sequence {key},
      id TEXT NOT NULL UNIQUE,
      service TEXT NOT NULL, channel TEXT NOT NULL, n {integer} NOT NULL,
      salt {binary}, body {binary},
      commitment {binary} NOT NULL UNIQUE,
      position {integer} UNIQUE,
      UNIQUE (service, channel, n))""",
    "CREATE INDEX IF NOT EXISTS waarmerk_waiting ON waarmerk_outbox (sequence) WHERE position IS NULL",
    "CREATE TABLE IF NOT EXISTS waarmerk_log (one {integer} PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL)",
)
# An upsert that changes nothing locks the counter row, and makes it where there is none.
_LOCK = (
    "INSERT INTO waarmerk_counter (service, channel, n) VALUES (?, ?, 0)"
    " ON CONFLICT (service, channel) DO UPDATE SET n = waarmerk_counter.n"
)
_INSERT = "INSERT INTO waarmerk_outbox (id, service, channel, n, salt, body, commitment) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Written:
    """An event that is in the caller's transaction: its id and its number in the channel; `new` is false where it was
    stored before."""

    id: str
    n: int
    new: bool


class Outbox:
    """The events of one database. `clock` gives the time with its zone, `random` that many new random bytes."""

    def __init__(self, dialect: Dialect, clock: Callable[[], datetime], random: Callable[[int], bytes]) -> None:
        self._dialect = dialect
        self._clock = clock
        self._random = random

    def record(self, connection: Connection, event: Mapping[str, Json]) -> Written:
        """Writes an event, in plain values and without `logged_at` and `n`, in the caller's open transaction.

        Raises `InputError` for what is no event of the catalogue or an id that says something else, `UsageError`
        where no transaction is open; what the driver raises goes up as it is, for the caller rolls back and retries.
        """
        given = self._checked(event)
        event_id, service, channel = (str(given[name]) for name in ("id", "service", "channel"))
        rows = Rows(connection, self._dialect)
        rows.change(_LOCK, (service, channel))
        if not rows.in_transaction():
            raise UsageError(_NONE_OPEN, hint="switch the connection's autocommit off, or begin")
        if "id" in event and (old := rows.one("SELECT n, body FROM waarmerk_outbox WHERE id = ?", (event_id,))):
            if old[1] is not None and not _same(bytes(old[1]), given):
                raise InputError(f"event {event_id} is stored already and says something else")
            return Written(event_id, int(old[0]), new=False)
        (last,) = rows.one("SELECT n FROM waarmerk_counter WHERE service = ? AND channel = ?", (service, channel))
        n = int(last) + 1
        body = canonical({**given, "n": n})
        salt = self._random(SALT_SIZE)
        # Whoever catches an error here and commits all the same must not commit a number without its event.
        with rows.savepoint():
            rows.change(_INSERT, (event_id, service, channel, n, salt, body, commitment(salt, body)))
            rows.change("UPDATE waarmerk_counter SET n = ? WHERE service = ? AND channel = ?", (n, service, channel))
        return Written(event_id, n, new=True)

    def record_all(self, connection: Connection, events: Sequence[Mapping[str, Json]]) -> None:
        """Writes new events, each with an id of its own or none, as `record` does, in a quarter of the time.

        All of one service and channel. Raises as `record` does, and `InputError` where they are of several.
        """
        if not events:
            return
        given = [self._checked(event) for event in events]
        counters = {(str(one["service"]), str(one["channel"])) for one in given}
        if len(counters) > 1:
            raise InputError("events that are recorded together are of one service and channel")
        (counter,) = counters
        rows = Rows(connection, self._dialect)
        rows.change(_LOCK, counter)
        if not rows.in_transaction():
            raise UsageError(_NONE_OPEN, hint="switch the connection's autocommit off, or begin")
        (last,) = rows.one("SELECT n FROM waarmerk_counter WHERE service = ? AND channel = ?", counter)
        written: list[tuple[object, ...]] = []
        for n, one in enumerate(given, int(last) + 1):
            body, salt = canonical({**one, "n": n}), self._random(SALT_SIZE)
            written.append((str(one["id"]), *counter, n, salt, body, commitment(salt, body)))
        with rows.savepoint():
            rows.change_all(_INSERT, written)
            rows.change("UPDATE waarmerk_counter SET n = ? WHERE service = ? AND channel = ?", (n, *counter))

    def _checked(self, event: Mapping[str, Json]) -> dict[str, Json]:
        """The event with id and time and any number, after it was found to be one of the catalogue."""
        for name in _OWN:
            if name in event:
                raise InputError(f"{name} is set by the recorder alone", hint="leave it out")
        now = self._clock()
        if now.tzinfo is None:
            raise UsageError("the recorder's clock gives a time without a zone", hint="datetime.now(UTC)")
        logged_at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = {"id": self._random(_ID_BYTES).hex(), **event, "logged_at": logged_at, "n": 1}
        decode(canonical(given), "the event to record")
        return given


class Rows:
    """The tables of an outbox over one connection: what the dispatcher, an export and a receipt need of them."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        blob: Callable[[str], IO[bytes] | None] = lambda _: None,
    ) -> None:
        self.connection = connection
        self._dialect = dialect
        self._blob = blob

    def create(self) -> None:
        """Makes the tables where there are none; committing is the caller's."""
        words = {name: getattr(self._dialect, name) for name in ("key", "binary", "integer")}
        for sql in _TABLES:
            self.change(sql.format(**words))

    def between(self, first: int, end: int) -> Iterator[Stored]:
        """The events whose index is `first` up to `end`, by index; erased ones are missing.

        Raises `IntegrityError` where salt and event do not fit the commitment stored beside them.
        """
        sql = (
            "SELECT position, salt, body, commitment FROM waarmerk_outbox"
            " WHERE position >= ? AND position < ? AND body IS NOT NULL ORDER BY position LIMIT ?"
        )
        while True:
            rows = self.all(sql, (first, end, _PAGE))
            for index, salt, body, stored in rows:
                one = Stored(int(index), bytes(salt), bytes(body))
                if commitment(one.salt, one.event) != bytes(stored):
                    raise IntegrityError(f"the stored event of entry {index} was changed", where="the outbox")
                yield one
                first = one.index + 1
            if len(rows) < _PAGE:
                return

    def blob(self, digest: str) -> IO[bytes] | None:
        """The blob of this SHA-256 from where the caller keeps blobs, None where it is not kept."""
        return self._blob(digest)

    def index_of(self, event_id: str) -> int | None:
        """Where the log holds the event of this id, None where it does not (yet)."""
        row = self.one("SELECT position FROM waarmerk_outbox WHERE id = ?", (event_id,))
        return None if row is None or row[0] is None else int(row[0])

    def erase(self, event_ids: Sequence[str]) -> None:
        """Deletes events and their salts in the caller's transaction. Raises `UsageError` for an unknown id.

        When the bytes are gone from the disk is the database's business: SQLite's `secure_delete`, `VACUUM`.
        """
        for event_id in event_ids:
            if not self.change("UPDATE waarmerk_outbox SET salt = NULL, body = NULL WHERE id = ?", (event_id,)):
                raise UsageError(f"there is no event {event_id} in this outbox")

    def waiting(self, limit: int) -> list[bytes]:
        """The commitments that have no place in the log yet, in the order in which the events were recorded."""
        sql = "SELECT commitment FROM waarmerk_outbox WHERE position IS NULL ORDER BY sequence LIMIT ?"
        return [bytes(row[0]) for row in self.all(sql, (limit,))]

    def placed(self, first: int, commitments: Sequence[bytes]) -> None:
        """Notes, and commits, that the log holds these from index `first` on; what is not stored is passed over."""
        sql = "UPDATE waarmerk_outbox SET position = ? WHERE commitment = ? AND position IS NULL"
        self.change_all(sql, [(first + number, value) for number, value in enumerate(commitments)])
        self.connection.commit()

    def last(self) -> tuple[int, bytes] | None:
        """The highest index noted and its commitment, None where there is none."""
        sql = "SELECT position, commitment FROM waarmerk_outbox WHERE position IS NOT NULL ORDER BY 1 DESC LIMIT 1"
        row = self.one(sql)
        return None if row is None else (int(row[0]), bytes(row[1]))

    def origin(self, mine: str) -> str:
        """The origin of the log that these events go to: `mine`, kept and committed, where there was none yet."""
        self.change("INSERT INTO waarmerk_log (one, origin) VALUES (1, ?) ON CONFLICT (one) DO NOTHING", (mine,))
        self.connection.commit()
        (found,) = self.one("SELECT origin FROM waarmerk_log")
        return str(found)

    def in_transaction(self) -> bool:
        """Whether a transaction is open that has written."""
        if self._dialect.open_query is None:
            return bool(getattr(self.connection, "in_transaction", True))
        return bool(self.one(self._dialect.open_query)[0])

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written within is undone together where it fails, the rest of the transaction is not."""
        self.change("SAVEPOINT waarmerk_record")
        try:
            yield
        except BaseException:
            # Where the database itself has ended the transaction (a full disk), no savepoint is left.
            if getattr(self.connection, "in_transaction", True):
                self.change("ROLLBACK TO SAVEPOINT waarmerk_record")
                self.change("RELEASE SAVEPOINT waarmerk_record")
            raise
        self.change("RELEASE SAVEPOINT waarmerk_record")

    def change(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """How many rows the statement touched."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(sql), parameters)
            return cursor.rowcount

    def change_all(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Runs the statement once for each of `parameters`."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.executemany(self._written(sql), parameters)

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first row, None where there is none."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(sql), parameters)
            return cursor.fetchone()

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(sql), parameters)
            return cursor.fetchall()

    def _written(self, sql: str) -> str:
        return sql.replace("?", self._dialect.mark)


def _same(body: bytes, given: Mapping[str, Json]) -> bool:
    """Whether a stored event says what is given, but for what the recorder sets each time."""
    old: dict[str, Json] = json.loads(body)
    again = json.loads(canonical(dict(given)))
    return all(old.get(name) == again.get(name) for name in {*old, *again} - set(_OWN))
