"""The outbox and its dispatcher, the same tests on SQLite and PostgreSQL."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.record.making import ORIGIN, SEED
from tests.record.outboxing import DIALECTS, NOW, connect, fresh
from tests.support import postgres
from waarmerk.errors import InputError, IntegrityError, UnavailableError, UsageError
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.bundle.write import write_bundle
from waarmerk.record.commitment import commitment
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import Sequencer
from waarmerk.record.log.storage import MemoryStorage
from waarmerk.record.outbox import Outbox, Rows
from waarmerk.record.receipt import make_receipt, verify_receipt

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


class Database:
    """A fresh database of one kind; closes what was opened."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address, self.dialect = name, address, DIALECTS[name]
        self.opened: list = []
        self.outbox = Outbox(self.dialect, lambda: NOW, os.urandom)
        rows = self.rows()
        rows.create()
        rows.connection.commit()

    def connect(self):
        self.opened.append(connect(self.name, self.address))
        return self.opened[-1]

    def rows(self) -> Rows:
        return Rows(self.connect(), self.dialect)

    def record(self, count: int, **changed) -> None:
        connection = self.connect()
        for number in range(count):
            self.outbox.record(connection, fresh(number, **changed))
        connection.commit()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    address = str(tmp_path / "platform.sqlite")
    if request.param == "postgres":
        server = request.getfixturevalue("server")
        name = f"test{os.urandom(6).hex()}"
        connection = connect("postgres", server)
        connection.autocommit = True
        connection.execute(f"CREATE DATABASE {name}")
        connection.close()
        address = server.replace("dbname=postgres", f"dbname={name}")
    made = Database(request.param, address)
    yield made
    for connection in made.opened:
        connection.close()


@pytest.fixture
def storage() -> MemoryStorage:
    storage = MemoryStorage()
    create_log(storage, ORIGIN, SEED)
    return storage


def deliver(storage: MemoryStorage, rows: Rows) -> int:
    with open_dispatcher(storage) as dispatcher:
        return dispatcher.deliver(rows)


def check(storage: MemoryStorage, rows: Rows, count: int, others: int = 0) -> None:
    """Every event is in the log exactly once, at the place that its row says."""
    log = Reader(storage, [key.verifier for key in read_keys(storage)])
    kept = list(rows.between(0, 10**9))
    assert (len(kept), log.size) == (count, count + others)
    assert all(log.entry(one.index) == commitment(one.salt, one.event) for one in kept)
    rows.connection.rollback()


def test_what_is_recorded_is_delivered_in_order_and_noted(database: Database, storage: MemoryStorage) -> None:
    database.record(300, channel="a")
    rows = database.rows()
    assert (deliver(storage, rows), deliver(storage, rows)) == (300, 0)
    check(storage, rows, 300)
    events = [json.loads(one.event) for one in rows.between(0, 300)]
    services = {event["service"] for event in events}
    for service in services:
        numbers = [event["n"] for event in events if event["service"] == service]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {event["logged_at"] for event in events} == {"2026-03-04T05:06:07.008Z"}
    assert rows.index_of(events[7]["id"]) == 7
    assert rows.index_of("none") is None


def test_a_rolled_back_transaction_leaves_no_event_and_no_gap(database: Database, storage: MemoryStorage) -> None:
    connection = database.connect()
    assert database.outbox.record(connection, fresh()).n == 1
    connection.rollback()
    assert database.outbox.record(connection, fresh()).n == 1
    connection.commit()
    rows = database.rows()
    assert deliver(storage, rows) == 1
    check(storage, rows, 1)


def test_writers_at_once_of_whom_some_roll_back_leave_no_gap(database: Database, storage: MemoryStorage) -> None:
    kept: list[int] = []

    def write(connection, writer: int) -> None:
        for number in range(12):
            written = database.outbox.record(connection, fresh(0, channel="a"))
            if (number + writer) % 3:
                connection.commit()
                kept.append(written.n)
            else:
                connection.rollback()

    def run(writer: int) -> None:
        connection = connect(database.name, database.address)  # SQLite's belong to their thread
        try:
            write(connection, writer)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == list(range(1, 33))
    rows = database.rows()
    assert deliver(storage, rows) == 32
    assert [json.loads(one.event)["n"] for one in rows.between(0, 32)] == list(range(1, 33))


def test_an_event_is_refused_where_no_transaction_is_open(database: Database) -> None:
    connection = database.connect()
    if database.name == "sqlite":
        connection.isolation_level = None
    else:
        connection.autocommit = True
    with pytest.raises(UsageError, match="none is open"):
        database.outbox.record(connection, fresh())
    assert database.rows().all("SELECT id FROM waarmerk_outbox") == []


def test_an_id_that_is_stored_already_is_the_same_event_or_is_refused(database: Database) -> None:
    connection = database.connect()
    event = fresh(0, id="a" * 32, channel="a")
    first = database.outbox.record(connection, event)
    connection.commit()
    again = database.outbox.record(connection, event)
    assert (first.new, again.new, again.n) == (True, False, first.n)
    with pytest.raises(InputError, match="says something else"):
        database.outbox.record(connection, event | {"src": "import:other"})
    assert database.outbox.record(connection, fresh(0, channel="a")).n == first.n + 1


def test_a_caller_who_goes_on_after_a_refused_insert_leaves_no_gap(database: Database) -> None:
    connection = database.connect()
    broken = Outbox(database.dialect, lambda: NOW, lambda size: b"\x11" * size)
    assert broken.record(connection, fresh(0, channel="a")).n == 1
    with pytest.raises(connection.Error):
        broken.record(connection, fresh(0, channel="a"))  # the same random id once more
    assert database.outbox.record(connection, fresh(0, channel="a")).n == 2
    connection.commit()


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"logged_at": "2026-01-01T00:00:00.000Z"}, "logged_at is set by the recorder alone"),
        ({"n": 4}, "n is set by the recorder alone"),
        ({"kind": "no.such"}, "no kind of event called"),
        ({"id": "x"}, "not an event of the catalogue"),
        ({"channel": ""}, "not an event of the catalogue"),
    ],
)
def test_what_is_no_event_is_refused_and_takes_no_number(database: Database, changed: dict, match: str) -> None:
    connection = database.connect()
    with pytest.raises(InputError, match=match):
        database.outbox.record(connection, fresh(0) | changed)
    assert database.outbox.record(connection, fresh(0)).n == 1


def test_a_clock_without_a_zone_is_refused(database: Database) -> None:
    outbox = Outbox(database.dialect, lambda: datetime(2026, 1, 1), os.urandom)
    with pytest.raises(UsageError, match="without a zone"):
        outbox.record(database.connect(), fresh())


def test_of_two_dispatchers_the_second_is_refused(database: Database, storage: MemoryStorage) -> None:
    database.record(3)
    with open_dispatcher(storage) as first:
        with pytest.raises(UnavailableError, match="writes this log already"):
            deliver(storage, database.rows())
        assert first.deliver(database.rows()) == 3
    rows = database.rows()
    check(storage, rows, 3)


class Crash(BaseException):
    """The process ends here."""


def _never(log: Sequencer, entries: list[bytes]) -> None:
    raise Crash


def _after(real: Callable, log: Sequencer, entries: list[bytes]) -> None:
    real(log, entries)
    raise UnavailableError("the storage failed")


@pytest.mark.parametrize("after", [False, True])
def test_a_delivery_that_failed_is_made_good_by_the_next_one(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    real = Sequencer.append
    database.record(2)
    rows = database.rows()
    with open_dispatcher(storage) as dispatcher:
        dispatcher.deliver(rows)
        dispatcher.log.append([b"of somebody else"] * 300)
        database.record(5)
        with monkeypatch.context() as broken:
            broken.setattr(Sequencer, "append", (lambda *given: _after(real, *given)) if after else _never)
            with pytest.raises(UnavailableError if after else Crash):
                dispatcher.deliver(rows)
        assert dispatcher.deliver(rows) == (0 if after else 5)
    check(storage, rows, 7, others=300)


def test_an_outbox_goes_to_one_log_and_to_no_older_or_other_copy_of_it(
    database: Database, storage: MemoryStorage
) -> None:
    database.record(3)
    rows = database.rows()
    deliver(storage, rows)
    other, shorter, twin = MemoryStorage(), MemoryStorage(), MemoryStorage()
    create_log(other, "example.com/other", SEED)
    create_log(shorter, ORIGIN, SEED)
    create_log(twin, ORIGIN, SEED)
    with open_dispatcher(twin) as dispatcher:
        dispatcher.log.append([b"x", b"y", b"z"])
    for wrong, error, match in (
        (other, UsageError, "go to the log example.com/log"),
        (shorter, IntegrityError, "noted 3 entries of the log, which has 0"),
        (twin, IntegrityError, "entry 2 of the log is not what was delivered"),
    ):
        with pytest.raises(error, match=match):
            deliver(wrong, rows)


def test_an_erased_event_is_gone_and_its_place_stays(database: Database, storage: MemoryStorage) -> None:
    database.record(3)
    rows = database.rows()
    deliver(storage, rows)
    (event_id,) = rows.one("SELECT id FROM waarmerk_outbox WHERE position = 1")
    rows.erase([event_id])
    rows.connection.commit()
    assert [one.index for one in rows.between(0, 9)] == [0, 2]
    with pytest.raises(UsageError, match="no event"):
        rows.erase(["0" * 32])


def test_a_changed_event_is_found_before_it_goes_out(database: Database, storage: MemoryStorage) -> None:
    database.record(2)
    rows = database.rows()
    deliver(storage, rows)
    rows.change("UPDATE waarmerk_outbox SET body = ? WHERE position = 1", (b"{}",))
    with pytest.raises(IntegrityError, match="entry 1 was changed"):
        list(rows.between(0, 2))


def test_bundles_and_receipts_are_made_from_the_outbox(
    database: Database, storage: MemoryStorage, tmp_path: Path
) -> None:
    database.record(20)
    rows = database.rows()
    deliver(storage, rows)
    keys = [key.verifier for key in read_keys(storage)]
    made = write_bundle(tmp_path / "bundle.zip", storage, rows, keys)
    assert (made.events, made.size) == (20, 20)
    with open_bundle(tmp_path / "bundle.zip") as bundle:
        assert bundle.manifest.events == 20
    stored = next(rows.between(4, 5))
    verify_receipt(make_receipt(Reader(storage, keys), keys, stored), keys)


def test_a_database_that_fails_is_one_sentence(database: Database, storage: MemoryStorage) -> None:
    rows = database.rows()
    rows.change("DROP TABLE waarmerk_outbox")
    rows.connection.commit()
    with pytest.raises(UnavailableError, match="database of the outbox failed"):
        deliver(storage, rows)


def test_a_kill_between_any_two_steps_loses_and_doubles_nothing(database: Database, tmp_path: Path) -> None:
    address = database.address if database.name == "postgres" else str(tmp_path / "killed.sqlite")
    done = subprocess.run(
        [sys.executable, "-m", "tests.record.outboxing", database.name, address, str(tmp_path / "log")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40


def test_the_recorder_imports_no_database_driver_but_the_standard_library_s() -> None:
    script = (
        "import sys, waarmerk.record.dispatch; print([name for name in sys.modules if name.startswith('psycopg')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_events_recorded_together_are_as_if_recorded_one_by_one(database: Database, storage: MemoryStorage) -> None:
    database.record(2, channel="a", service="s")
    connection = database.connect()
    database.outbox.record_all(connection, [fresh(number, channel="a", service="s") for number in range(40)])
    connection.commit()
    database.record(1, channel="a", service="s")
    rows = database.rows()
    assert deliver(storage, rows) == 43
    check(storage, rows, 43)
    assert [json.loads(one.event)["n"] for one in rows.between(0, 43)] == list(range(1, 44))


def test_of_events_recorded_together_one_bad_one_leaves_none_and_no_gap(database: Database) -> None:
    connection = database.connect()
    with pytest.raises(InputError, match="no kind of event called"):
        database.outbox.record_all(connection, [fresh(0, channel="a"), fresh(0) | {"kind": "no.such"}])
    twice = [fresh(0, channel="a", id="b" * 32)] * 2
    with pytest.raises(connection.Error):
        database.outbox.record_all(connection, twice)
    assert database.outbox.record(connection, fresh(0, channel="a")).n == 1


def test_events_of_several_channels_are_not_recorded_together(database: Database) -> None:
    connection = database.connect()
    with pytest.raises(InputError, match="one service and channel"):
        database.outbox.record_all(connection, [fresh(0, channel="a"), fresh(0, channel="b")])
    database.outbox.record_all(connection, [])
    assert database.rows().all("SELECT id FROM waarmerk_outbox") == []
