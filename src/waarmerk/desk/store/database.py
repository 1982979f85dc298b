"""Opening the desk's database: SQLite for one machine, PostgreSQL for many; the rest of the desk sees no difference.

Rules:
- A write transaction takes SQLite's lock when it begins: two writers wait for each other and never fail half-way.
- What was answered to a client is on the disk: no relaxed flushing.
- An error says which statement failed, never with which values: they are persons' names and addresses.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateColumn

from waarmerk.desk.store.tables import metadata
from waarmerk.errors import UnavailableError, UsageError
from waarmerk.record.outbox import POSTGRES, SQLITE, Dialect, Rows

BUSY_S = 30


def open_database(url: str) -> Engine:
    """The engine of a database, its tables made where they are missing.

    `url`: `sqlite:///FILE` or `postgresql+psycopg://...`. Raises `UsageError` for another address,
    `UnavailableError` where the database does not answer.
    """
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise UsageError(
            f"this is no address of a database: {error}", hint="sqlite:///desk.db or postgresql+psycopg://..."
        ) from error
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise UsageError(f"the desk does not know the database {engine.dialect.name}", hint="SQLite or PostgreSQL")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            _add_what_is_new(connection)
            raw = connection.connection.dbapi_connection
            Rows(raw, dialect(engine)).create()  # type: ignore[arg-type]
    except OperationalError as error:
        raise UnavailableError(f"the desk's database does not answer: {error.orig}", hint="is it running?") from error
    return engine


def open_queue(url: str) -> Engine:
    """The engine of the database in which the workflow library keeps what runs: `desk.cases.flow`'s.

    Beside SQLite it is flushed when the system likes: whatever it forgets in a power cut is begun anew from the
    tasks' rows, and a killed process forgets nothing.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_queue)
    return engine


def _add_what_is_new(connection: Connection) -> None:
    """Columns and indexes that an older version's tables lack; older code goes on beside them.

    A new column is nullable or has a default of the database's; none is renamed or dropped.
    """
    for table in metadata.sorted_tables:
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                words = str(CreateColumn(column).compile(connection))
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {words}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def dialect(engine: Engine) -> Dialect:
    """What the outbox must know of this database."""
    return SQLITE if engine.dialect.name == "sqlite" else POSTGRES


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_queue(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
