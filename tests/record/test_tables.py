"""Verified events as tables."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.record.bundle.members import members, packed
from tests.record.making import Record
from waarmerk.errors import IntegrityError, UnavailableError, UsageError
from waarmerk.record.bundle.manifest import EVENTS
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.tables import dictionary, table_of, write_tables

RECORD = Record(63)


def lay_out(path: Path, **places: Path) -> int:
    with open_bundle(path) as bundle:
        return write_tables(bundle, [RECORD.key], **places)


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    bundle = RECORD.bundle(tmp_path / "b.zip")
    assert lay_out(bundle, sqlite=tmp_path / "out.db", folder=tmp_path / "csv") == 63
    return tmp_path


def test_every_field_of_every_event_comes_back_from_the_tables(laid_out: Path) -> None:
    fields = {(row[0], row[1]): row[3] for row in dictionary()}
    with closing(sqlite3.connect(laid_out / "out.db")) as db:
        db.row_factory = sqlite3.Row
        found = {}
        for kind in KINDS:
            for row in db.execute(f'SELECT * FROM "{table_of(kind)}"'):
                event: dict = {"kind": kind}
                for column in row.keys():  # noqa: SIM118 -- a row iterates over its values
                    path = fields[table_of(kind), column]
                    if path and row[column] is not None:
                        *above, last = path.split(".")
                        inner = event
                        for name in above:
                            inner = inner.setdefault(name, {})
                        inner[last] = row[column]
                found[row["log_index"]] = event
    assert sorted(found) == list(range(63))
    for index, event in found.items():
        assert without_json(event, json.loads(RECORD.events[index].event)) == json.loads(RECORD.events[index].event)


def without_json(laid: dict, event: dict) -> dict:
    """The row with its columns of JSON read, and 1 and 0 as yes and no, as the event has them."""
    back = {}
    for name, value in laid.items():
        told = event.get(name)
        if isinstance(value, dict):
            back[name] = without_json(value, told)
        elif isinstance(told, bool):
            back[name] = bool(value)
        elif isinstance(told, (list, dict)) or (name == "now" and isinstance(value, str)):
            back[name] = json.loads(value)
        else:
            back[name] = value
    return back


def test_csv_holds_the_same_rows_as_sqlite(laid_out: Path) -> None:
    with closing(sqlite3.connect(laid_out / "out.db")) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert {f"{table}.csv" for table in tables} == {path.name for path in (laid_out / "csv").iterdir()}
        assert len(tables) == len(KINDS) + 2
        for table in tables:
            with (laid_out / f"csv/{table}.csv").open(encoding="utf-8", newline="") as file:
                names, *rows = list(csv.reader(file))
            cursor = db.execute(f'SELECT * FROM "{table}"')
            assert names == [column[0] for column in cursor.description]
            assert rows == [["" if cell is None else str(cell) for cell in row] for row in cursor]


def test_the_dictionary_names_every_column_and_says_of_what_log_they_are(laid_out: Path) -> None:
    with closing(sqlite3.connect(laid_out / "out.db")) as db:
        for kind in KINDS:
            columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table_of(kind)}")')]
            said = [row[0] for row in db.execute('SELECT "column" FROM dictionary WHERE kind = ?', (kind,))]
            assert columns == said
        about = dict(db.execute("SELECT name, value FROM bundle"))
    assert (about["origin"], about["size"], about["last"]) == ("example.com/log", "63", "62")


def test_header_columns_come_first_in_every_table() -> None:
    for kind in KINDS:
        names = [row[1] for row in dictionary() if row[2] == kind]
        assert names[:5] == ["log_index", "v", "id", "at", "logged_at"]


def test_a_bundle_that_does_not_hold_leaves_no_tables(tmp_path: Path) -> None:
    content = members(RECORD.bundle(tmp_path / "b.zip"))
    content[EVENTS] = content[EVENTS].replace(b'"n":60', b'"n":61')
    with pytest.raises(IntegrityError):
        lay_out(packed(tmp_path / "c.zip", content), sqlite=tmp_path / "out.db", folder=tmp_path / "csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "c.zip"]


def test_what_lies_there_already_is_not_written_over(laid_out: Path) -> None:
    for places in ({"sqlite": laid_out / "out.db"}, {"folder": laid_out / "csv"}):
        with pytest.raises(UsageError, match="already"):
            lay_out(laid_out / "b.zip", **places)
    for places in ({"sqlite": laid_out / "none/out.db"}, {"folder": laid_out / "none/csv"}):
        with pytest.raises(UnavailableError, match="cannot be written"):
            lay_out(laid_out / "b.zip", **places)
