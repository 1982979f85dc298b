"""Events into store and log: nothing lost, nothing doubled, nothing linked after an erasure."""

import io
import json
import os
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from tests.record.making import ORIGIN, SEED, event
from waarmerk.errors import InputError, IntegrityError, UnavailableError, UsageError
from waarmerk.record.commitment import commitment
from waarmerk.record.log.keyring import create_log
from waarmerk.record.log.keys import ED25519, signing_key
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import Sequencer, open_log
from waarmerk.record.recording import parse_line, record
from waarmerk.record.store import EventStore

AT = "2026-03-04T05:06:07.008Z"


def events(first: int, count: int) -> list[tuple[str, bytes]]:
    return [(f"{number:032x}", event(number)) for number in range(first, first + count)]


@pytest.fixture
def storage(tmp_path: Path) -> PosixStorage:
    storage = PosixStorage(tmp_path)
    create_log(storage, ORIGIN, SEED)
    return storage


def bring(storage: PosixStorage, batch: list[tuple[str, bytes]]):
    with open_log(storage) as log, EventStore(storage.root) as store:
        return record(storage, log, store, batch, lambda: os.urandom(32))


def check(storage: PosixStorage, count: int) -> None:
    """Every event is in the log exactly once, at the place that the store says."""
    log = Reader(storage, [signing_key(ORIGIN, ED25519, SEED).verifier])
    with EventStore(storage.root) as store:
        kept = list(store.between(0, 10**9))
    assert log.size == len(kept) == count
    assert {one.event for one in kept} == {body for _, body in events(0, count)}
    assert all(log.entry(one.index) == commitment(one.salt, one.event) for one in kept)


def test_events_go_into_the_log_as_commitments_and_ids_that_are_there_are_passed_over(storage) -> None:
    first = bring(storage, events(0, 300))
    assert (first.new, first.seen, first.size) == (300, 0, 300)
    second = bring(storage, events(290, 20))
    assert (second.new, second.seen, second.size) == (10, 10, 310)
    check(storage, 310)


def test_an_id_with_another_content_is_refused_and_nothing_of_the_batch_is_kept(storage) -> None:
    bring(storage, events(0, 3))
    with pytest.raises(InputError, match="says something else"):
        bring(storage, [*events(3, 1), (f"{1:032x}", event(2))])
    check(storage, 3)


def test_an_event_brought_again_later_is_the_same_but_for_its_logged_at(storage) -> None:
    value = json.loads(event(1))
    del value["logged_at"]
    line = json.dumps(value).encode()
    bring(storage, [parse_line(line, AT)])
    again = bring(storage, [parse_line(line, "2027-01-01T00:00:00.000Z")])
    assert (again.new, again.seen) == (0, 1)


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["before the log", "after the log", "between two places"])
def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(
    storage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    bring(storage, events(0, 5))
    with monkeypatch.context() as broken:
        append, placed = Sequencer.append, EventStore.placed

        def crash(*_: object) -> None:
            raise Crash

        if step == "before the log":
            broken.setattr(Sequencer, "append", crash)
        elif step == "after the log":
            broken.setattr(Sequencer, "append", lambda log, entries: (append(log, entries), crash()))
        else:
            broken.setattr(EventStore, "placed", lambda *given: (placed(*given), crash()) if given[2] else None)
        with pytest.raises(Crash):
            bring(storage, events(5, 20))
    bring(storage, events(5, 20))
    check(storage, 25)


def test_entries_that_are_no_events_of_the_store_are_left_alone(storage) -> None:
    with open_log(storage) as log:
        log.append([b"something else"] * 300)
    bring(storage, events(0, 3))
    with EventStore(storage.root) as store:
        assert [one.index for one in store.between(0, 1000)] == [300, 301, 302]
        assert store.index_of(f"{1:032x}") == 301
        assert store.index_of("none") is None


def test_nothing_of_an_erased_event_is_left_in_any_file_of_the_store(storage) -> None:
    secret = b"cccccccccccccccccccccccccccccccc"
    batch = [(f"{5:032x}", event(5)), (f"{3:032x}", event(3))]
    assert secret in batch[0][1] and secret not in batch[1][1]
    bring(storage, batch)
    folder = storage.root / "private"
    assert any(secret in path.read_bytes() for path in folder.glob("events*"))
    with EventStore(storage.root) as store:
        kept = next(store.between(0, 1))
        store.erase([f"{5:032x}"])
        assert [one.index for one in store.between(0, 10)] == [1]
        with pytest.raises(UsageError, match="no event"):
            store.erase(["0" * 31 + "9"])
    for path in storage.root.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()
            assert kept.salt not in path.read_bytes()
    again = bring(storage, batch)
    assert (again.new, again.seen, again.size) == (0, 2, 2)


def test_an_event_is_erased_also_while_others_record(storage) -> None:
    bring(storage, events(0, 3))
    with open_log(storage) as log, EventStore(storage.root) as store, EventStore(storage.root) as eraser:
        store.add((event_id, os.urandom(32), body) for event_id, body in events(3, 2))
        eraser.erase([f"{1:032x}", f"{4:032x}"])
        record(storage, log, store, [], lambda: os.urandom(32))
        assert [one.index for one in store.between(0, 10)] == [0, 2, 3]
        assert log.signed.head.size == 5


def test_who_reads_the_events_keeps_nobody_from_recording(storage) -> None:
    bring(storage, events(0, 600))
    with EventStore(storage.root) as store:
        reading = store.between(0, 700)
        first = next(reading)
        assert bring(storage, events(600, 10)).new == 10
        assert [one.index for one in (first, *reading)] == list(range(610))


def test_a_changed_event_in_the_store_is_found_before_it_goes_out(storage) -> None:
    bring(storage, events(0, 3))
    with sqlite3.connect(storage.root / "private/events.sqlite") as db:
        db.execute("UPDATE event SET body = replace(body, '\"n\":2', '\"n\":7') WHERE position = 1")
    db.close()
    with EventStore(storage.root) as store, pytest.raises(IntegrityError, match="entry 1 was changed"):
        list(store.between(0, 3))


def test_the_store_is_the_owners_alone_and_says_when_it_is_none(storage, tmp_path: Path) -> None:
    bring(storage, events(0, 1))
    path = tmp_path / "private/events.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"no database" * 100)
    with pytest.raises(IntegrityError, match="is damaged"):
        EventStore(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UnavailableError, match="failed"):
        EventStore(tmp_path)
    with pytest.raises(UsageError, match="no log here"):
        EventStore(tmp_path / "elsewhere")


def test_a_blob_is_kept_under_its_digest_and_no_path_leads_elsewhere(storage) -> None:
    with EventStore(storage.root) as store:
        digest = store.keep_blob(io.BytesIO(b"x" * 3_000_000))
        assert digest == sha256(b"x" * 3_000_000).hexdigest()
        blob = store.blob(digest)
        assert blob is not None
        with blob:
            assert len(blob.read()) == 3_000_000
        assert store.blob("0" * 64) is None
        assert store.blob("../keys") is None


@pytest.mark.parametrize(
    ("line", "match"),
    [
        (b'{"logged_at":"x"}', "set by the recorder alone"),
        (b"[]", "JSON object"),
        (b"{", "not JSON"),
        (b"\xff", "UTF-8; byte 0"),
        (b'{"a":1,"a":2}', "'a' stands twice"),
        (b'{"a":"\\ud800"}', "no canonical JSON"),
        (b'{"a":Infinity}', "Infinity is no JSON"),
        (b'{"kind":"no.such","v":1}', "no kind of event called 'no.such'"),
        (b'{"kind":"person.erased","v":7}', "version 7"),
        (b'{"kind":"person.erased","v":1}', "not an event of the catalogue"),
        (b"[" * 100_000, "nested too deep|not JSON"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_its_place(line: bytes, match: str) -> None:
    with pytest.raises(InputError, match=match) as refused:
        parse_line(line, AT, "events.jsonl line 7")
    assert refused.value.where == "events.jsonl line 7"
