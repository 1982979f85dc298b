"""Verified events as plain tables, with a dictionary of every column written from the catalogue.

Rules:
- One table a kind, one row an event, in the order of the log; all kinds have their table, also where it is empty.
- `log_index` is where the log holds the event. A part that has parts is flattened (`by_pid`); a list or a free value
  is one column of JSON. What an event does not say is NULL, in CSV nothing.
- Nothing is laid out that was not verified; where a bundle does not hold, no table is left behind.
- CSV is RFC 4180 in UTF-8, and the texts are as the platform wrote them.
"""

from __future__ import annotations

import contextlib
import csv
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from waarmerk.errors import UnavailableError, UsageError
from waarmerk.record.bundle.read import Bundle
from waarmerk.record.commitment import canonical
from waarmerk.record.events.catalogue import KINDS, schema
from waarmerk.record.events.types import Event
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.verify import Tree, verify_events
from waarmerk.values import Json

DICTIONARY, ABOUT = "dictionary", "bundle"
_BATCH = 1000
Row = tuple[Any, ...]


class Column(NamedTuple):
    """A column: the path of fields it comes from, its SQLite type, and what the catalogue says of it."""

    path: tuple[str, ...]
    type: str
    meaning: str
    optional: bool

    @property
    def name(self) -> str:
        return "_".join(self.path)


def table_of(kind: str) -> str:
    """The table of a kind: `decision.made` is in `decision_made`."""
    return kind.replace(".", "_")


@cache
def columns(kind: str) -> tuple[Column, ...]:
    """The columns of a kind's table after `log_index`, from the JSON Schema of the catalogue."""
    definitions = schema()["$defs"]
    found = _columns(definitions[KINDS[kind].__name__], definitions, (), False)
    return tuple(sorted(found, key=lambda column: column.path[0] not in Event.__struct_fields__))


def row_of(kind: str, index: int, event: Event) -> Row:
    """An event as a row: `log_index`, then a value for each of `columns`."""
    value = msgspec.to_builtins(event)
    return (index, *(_cell(value, column) for column in columns(kind)))


def write_tables(
    bundle: Bundle, log_keys: Sequence[VerifierKey], *, sqlite: Path | None = None, folder: Path | None = None
) -> int:
    """Lays the events of a bundle out in a new SQLite file, a new folder of CSV, or both; gives their number.

    Raises `InputError` and `IntegrityError` where the bundle does not verify, `UsageError` where something lies at
    the place already, `UnavailableError` where it cannot be written.
    """
    for place in (sqlite, folder):
        if place is not None and place.exists():
            raise UsageError("there is something of that name already", where=str(place), hint="choose a new name")
    signed = bundle.signed(log_keys)
    tree = Tree(signed.head, bundle.tile)
    manifest = bundle.manifest
    about = {
        "origin": signed.head.origin,
        "size": signed.head.size,
        "root": encode(signed.head.root),
        "first": manifest.first,
        "last": manifest.end - 1,
        "key": ", ".join(key.text for key in signed.signatures),
    }
    rows = 0
    with contextlib.ExitStack() as stack:
        sinks: list[Callable[[str, list[Row]], None]] = []
        if sqlite is not None:
            sinks.append(stack.enter_context(_sqlite(sqlite)))
        if folder is not None:
            sinks.append(stack.enter_context(_folder(folder)))
        waiting: dict[str, list[Row]] = {}
        for verified in verify_events(tree, bundle.events(), manifest.first, manifest.end):
            kind = str(verified.event.__struct_config__.tag)
            waiting.setdefault(kind, []).append(row_of(kind, verified.index, verified.event))
            rows += 1
            if rows % _BATCH == 0:
                _flush(waiting, sinks)
        _flush(waiting, sinks)
        for sink in sinks:
            sink(ABOUT, [(name, str(value)) for name, value in about.items()])
            sink(DICTIONARY, dictionary())
    return rows


def dictionary() -> list[Row]:
    """One row a column of every table: table, column, kind, field, type, what it means, whether it may be missing."""
    found: list[Row] = []
    for kind in KINDS:
        found.append(
            (table_of(kind), "log_index", kind, "", "INTEGER", "where the log holds the event, from 0", "no")
        )
        for column in columns(kind):
            optional = "yes" if column.optional else "no"
            field = ".".join(column.path)
            found.append((table_of(kind), column.name, kind, field, column.type, column.meaning, optional))
    return found


_DICTIONARY_COLUMNS = ("table", "column", "kind", "field", "type", "meaning", "optional")


def _tables() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every table by its key (a kind, or one of the two about the tables) with names and types of its columns."""
    for kind in KINDS:
        yield kind, [("log_index", "INTEGER PRIMARY KEY"), *((column.name, column.type) for column in columns(kind))]
    yield ABOUT, [("name", "TEXT"), ("value", "TEXT")]
    yield DICTIONARY, [(name, "TEXT") for name in _DICTIONARY_COLUMNS]


def _columns(
    definition: Json, definitions: dict[str, Json], path: tuple[str, ...], optional: bool
) -> Iterator[Column]:
    required = definition.get("required", [])
    for name, property_ in definition["properties"].items():
        if name == "kind":
            continue
        missing = optional or name not in required
        inner = _inner(property_)
        if "$ref" in inner:
            part = definitions[inner["$ref"].rpartition("/")[2]]
            if "properties" in part:
                yield from _columns(part, definitions, (*path, name), missing)
                continue
            inner = part
        yield Column((*path, name), *_type(inner), missing)


def _inner(property_: Json) -> Json:
    """The schema of a value that may be absent, without the null that stands for its absence."""
    others = [one for one in property_.get("anyOf", []) if one.get("type") != "null"]
    return others[0] if len(others) == 1 else property_


def _type(inner: Json) -> tuple[str, str]:
    described = str(inner.get("description", ""))
    if "enum" in inner:
        values = [str(value) for value in inner["enum"]]
        return ("INTEGER" if values == ["1"] else "TEXT"), "one of: " + ", ".join(values)
    kind = inner.get("type")
    if kind == "boolean":
        return "INTEGER", "1 yes, 0 no"
    if kind in ("integer", "number"):
        return ("INTEGER" if kind == "integer" else "REAL"), described or "a number"
    if kind == "string":
        return "TEXT", described or "text"
    return "TEXT", {"array": "JSON, a list", "object": "JSON, by name"}.get(str(kind), "JSON")


def _cell(value: Json, column: Column) -> Any:
    for name in column.path:
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return None
    if isinstance(value, bool):
        return int(value)
    free = column.meaning.startswith("JSON")
    return canonical(value).decode() if free or isinstance(value, (list, tuple, dict)) else value


def _flush(waiting: dict[str, list[Row]], sinks: Sequence[Callable[[str, list[Row]], None]]) -> None:
    for table, rows in waiting.items():
        for sink in sinks:
            sink(table, rows)
    waiting.clear()


@contextlib.contextmanager
def _sqlite(path: Path) -> Iterator[Callable[[str, list[Row]], None]]:
    unfinished = path.parent / f".{path.name}.new"
    unfinished.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            widths = {}
            for key, names in _tables():
                listed = ", ".join(f'"{name}" {type_}' for name, type_ in names)
                db.execute(f'CREATE TABLE "{table_of(key)}" ({listed})')
                widths[key] = ", ".join("?" * len(names))

            def insert(key: str, rows: list[Row]) -> None:
                sql = f'INSERT INTO "{table_of(key)}" VALUES ({widths[key]})'  # noqa: S608 -- the catalogue's names
                db.executemany(sql, rows)

            yield insert
            db.execute("COMMIT")
        unfinished.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise UnavailableError(f"the tables cannot be written: {error}", where=str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[Callable[[str, list[Row]], None]]:
    unfinished = folder.parent / f".{folder.name}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with contextlib.ExitStack() as stack:
            unfinished.mkdir()
            writers = {}
            for key, names in _tables():
                path = unfinished / f"{table_of(key)}.csv"
                file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
                writers[key] = csv.writer(file)
                writers[key].writerow([name for name, _ in names])
            yield lambda key, rows: writers[key].writerows(rows)
        unfinished.rename(folder)
    except OSError as error:
        raise UnavailableError(f"the tables cannot be written: {error.strerror}", where=str(folder)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
