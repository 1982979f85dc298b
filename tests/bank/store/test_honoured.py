"""Replicas say in the store what they have taken in, so that a withdrawal is shown as honoured."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.bank.store.storing import ANN, BOB, DESK, make, single, sqlite
from waarmerk.bank.replica import Replica
from waarmerk.bank.store.database import Address, Database
from waarmerk.bank.store.honoured import GONE_S, Notes, alive, honoured
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_a_withdrawal_is_shown_as_honoured_by_each_replica_that_follows(store: Store, address: str) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    replicas = [Replica(Reader(Address.of(address))) for _ in range(2)]
    try:
        for replica in replicas:
            replica.follow()
        generation = store.change([one], "withdrawn", BOB)
        until = time.monotonic() + 30
        told = honoured(store, generation)
        while len(told) < 2 or not all(each.honoured_at for each in told):
            assert time.monotonic() < until
            time.sleep(0.02)
            told = honoured(store, generation)
        assert {each.replica for each in told} == {replica.notes.replica for replica in replicas}
        assert all(replica.generation == generation for replica in replicas)
        assert [each.honoured_at for each in honoured(store, generation + 1)] == [None, None]
    finally:
        for replica in replicas:
            replica.stop()
            replica.reader.close()
    assert honoured(store, generation) == []  # who has ended honours nothing


def test_since_when_a_generation_is_honoured_stays_when_later_ones_come(store: Store, address: str) -> None:
    times = [NOW + timedelta(seconds=second) for second in range(4)]
    notes = Notes(Address.of(address), "worker", iter(times).__next__)
    for generation in (1, 2, 2, 5):
        notes.note(generation)
    assert [(each.generation, each.honoured_at) for wanted in (1, 2, 3, 6) for each in honoured(store, wanted)] == [
        (5, "2026-03-04T00:00:00.000Z"),
        (5, "2026-03-04T00:00:01.000Z"),
        (5, "2026-03-04T00:00:02.000Z"),
        (5, None),
    ]
    notes.end()


def test_a_replica_that_died_is_no_longer_waited_for_and_is_forgotten_after_a_day(store: Store, address: str) -> None:
    dead = Notes(Address.of(address), "dead", lambda: NOW)
    dead.note(1)
    assert alive(honoured(store), NOW + timedelta(seconds=GONE_S))
    assert not alive(honoured(store), NOW + timedelta(seconds=GONE_S + 1))
    living = Notes(Address.of(address), "living", lambda: NOW + timedelta(days=1, seconds=1))
    living.note(2)
    assert [each.replica for each in honoured(store)] == ["living"]
    living.end()


def test_what_cannot_be_noted_now_is_noted_later(store: Store, address: str) -> None:
    notes = Notes(Address.of(address), "worker", lambda: NOW)
    notes.note(1)
    with store.database.transaction() as rows:
        rows.change("UPDATE waarmerk_bank_replica SET seen_at = seen_at")  # its row is locked by another
        notes.note(2)
    assert honoured(store, 2)[0].honoured_at is None
    notes.note(2)
    assert honoured(store, 2)[0].honoured_at
    notes.end()


def test_a_store_made_before_replicas_said_anything_tells_nothing_and_learns(store: Store, address: str) -> None:
    with store.database.transaction() as rows:
        for table in ("waarmerk_bank_loaded", "waarmerk_bank_replica"):
            rows.change(f"DROP TABLE {table}")
    assert honoured(store) == []
    notes = Notes(Address.of(address), "worker", lambda: NOW)
    notes.note(3)
    assert [each.generation for each in honoured(store)] == [3]
    notes.end()


def test_a_file_that_may_only_be_read_is_followed_without_notes(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = sqlite(tmp_path)
    with make(address) as store:
        monkeypatch.setattr("waarmerk.bank.store.honoured.Database", _read_only)
        Notes(Address.of(address)).note(1)
        assert honoured(store) == []


def _read_only(address: Address, *, wait_s: float):
    return Database(address, read_only=True, wait_s=wait_s)
