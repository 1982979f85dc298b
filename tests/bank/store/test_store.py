"""A store of banks, the same tests on SQLite and PostgreSQL: entries, their states, the record of both."""

import json
import threading

import pytest

from tests.bank.store.storing import ANN, BOB, DESK, SCAM, entry, make, opened, single, video
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import NEXT, STATUSES, Bank, By, Source
from waarmerk.errors import InputError, UnavailableError, UsageError


def events(store: Store) -> list[dict]:
    """The events in the outbox, in the order of their numbers."""
    with store.database.reading() as rows:
        return [json.loads(bytes(row[0])) for row in rows.all("SELECT body FROM waarmerk_outbox ORDER BY n")]


def test_an_entry_keeps_its_source_confirmer_category_date_and_signals(store: Store) -> None:
    added = store.add("DEFAULT", Source("desk", SCAM, "ab" * 32), [entry(video(1))], ANN)
    (found,) = store.entries("DEFAULT")
    assert (found.id,) == added.ids
    assert (found.status, found.source, found.signals) == ("confirmed", Source("desk", SCAM, "ab" * 32), ("vpdq",))
    assert found.added_at.startswith("2026-03-04T05:06:")
    (pid,) = found.confirmers
    assert len(pid) == 32
    assert [(change.status, change.by, change.reason) for change in store.history(found.number)] == [
        ("confirmed", "Ann", "looked at it")
    ]


def test_every_change_is_recorded_in_its_transaction(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1, "seeded")], By(reason="listed")).ids
    store.change([one], "confirmed", By("Ann", "seen", because="cd" * 16))
    store.change([one], "withdrawn", ANN)
    told = events(store)
    assert [(event["kind"], event["entry"], event["to"]) for event in told] == [
        ("bank.changed", one, to) for to in ("seeded", "confirmed", "withdrawn")
    ]
    assert [event["by"]["type"] for event in told] == ["importer", "person", "person"]
    assert told[1]["because"] == "cd" * 16
    assert told[1]["confirmers"] == [told[1]["by"]["pid"]]
    assert {event["service"] for event in told} == {"platform.example"}


def test_what_fails_in_the_middle_leaves_nothing_neither_entry_nor_event(store: Store) -> None:
    def broken():
        yield single(1)
        yield from (single(seed) for seed in range(2, 2500))
        raise InputError("line 2500 is bad")

    with pytest.raises(InputError, match="line 2500"):
        store.add("DEFAULT", DESK, broken(), ANN)
    assert (list(store.entries("DEFAULT")), events(store), store.generation()) == ([], [], 0)


def test_a_large_list_comes_in_order_and_is_numbered_without_a_gap(store: Store) -> None:
    added = store.add("DEFAULT", DESK, (single(seed) for seed in range(2300)), ANN)
    assert [found.id for found in store.entries("DEFAULT")] == list(added.ids)
    assert [event["n"] for event in events(store)] == list(range(1, 2301))
    assert store.generation() == added.generation == 1


def test_what_is_there_already_from_the_same_source_is_counted_and_not_added(store: Store) -> None:
    first = store.add("DEFAULT", DESK, [single(1), single(1, quality=60), single(2)], ANN)
    again = store.add("DEFAULT", DESK, [single(2), single(1)], ANN)
    assert (len(first.ids), first.known, len(again.ids), again.known) == (2, 1, 0, 2)
    assert again.generation == first.generation == store.generation()
    other = store.add("DEFAULT", Source("other", SCAM), [single(1)], ANN)
    assert len(other.ids) == 1


def test_what_a_source_withdrew_does_not_come_back_when_it_is_listed_again(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    store.change([one], "withdrawn", ANN)
    again = store.add("DEFAULT", DESK, [single(1), single(2)], ANN)
    assert (len(again.ids), again.withdrawn) == (1, 1)
    assert store.entry(one).status == "withdrawn"


@pytest.mark.parametrize("before", STATUSES)
def test_only_the_states_that_may_follow_do(store: Store, before: str) -> None:
    for to in STATUSES:
        (one,) = store.add("DEFAULT", Source(f"{before} {to}", SCAM), [single(1, before)], ANN).ids
        if to in NEXT[before]:
            store.change([one], to, BOB)
            assert store.entry(one).status == to
        elif (before, to) != ("confirmed", "confirmed"):
            with pytest.raises(UsageError, match=f"is {before}, which cannot become {to}"):
                store.change([one], to, BOB)
            assert store.entry(one).status == before


def test_two_people_confirm_and_one_counts_once(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    store.change([one], "confirmed", BOB)
    assert len(set(store.entry(one).confirmers)) == 2
    with pytest.raises(UsageError, match="by the same person already"):
        store.change([one], "confirmed", ANN)


def test_a_change_of_several_entries_is_all_or_none(store: Store) -> None:
    ids = store.add("DEFAULT", DESK, [single(1), single(2)], ANN).ids
    with pytest.raises(UsageError, match="there is no entry"):
        store.change([*ids, "0" * 32], "disputed", ANN)
    assert {store.entry(one).status for one in ids} == {"confirmed"}
    assert store.generation() == 1


def test_a_change_needs_a_person(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    with pytest.raises(UsageError, match="has a name"):
        store.change([one], "confirmed", By())


def test_an_entry_at_a_generation_is_as_it_was_then(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1, "seeded")], By()).ids
    store.add("DEFAULT", DESK, [single(2)], ANN)
    store.change([one], "disputed", ANN)

    def then(generation: int) -> list[tuple[int, str]]:
        return [(live.number, live.status) for _, page in store.changed(0, generation) for live in page]

    first, second = (store.entry(found.id).number for found in store.entries("DEFAULT"))
    assert then(0) == []
    assert then(1) == [(first, "seeded")]
    assert then(2) == [(first, "seeded"), (second, "confirmed")]
    assert then(3) == [(second, "confirmed")]
    with pytest.raises(UsageError, match="no generation 4"):
        then(4)


def test_what_changed_since_a_generation_is_told_with_what_no_longer_matches(store: Store) -> None:
    one, two = store.add("DEFAULT", DESK, [single(1), single(2)], ANN).ids
    store.change([one], "retired", ANN)
    (generation, page), (_, none) = store.changed(1)
    assert (generation, [live.packed for live in page], none) == (2, [None], [])
    ((_, everything),) = store.changed(0)
    assert [live.number for live in everything] == [store.entry(two).number]


@pytest.mark.parametrize("bank", [Bank("lower"), Bank(""), Bank("DEFAULT")])
def test_a_bank_has_a_name_of_its_own(store: Store, bank: Bank) -> None:
    with pytest.raises(UsageError):
        store.create_bank(bank)


@pytest.mark.parametrize(
    "bank", [Bank("A", distance=32), Bank("A", distance=-1), Bank("A", share=0), Bank("A", share=2)]
)
def test_a_bank_has_thresholds_that_can_be(store: Store, bank: Bank) -> None:
    with pytest.raises(InputError, match="a distance from 0 to 31"):
        store.create_bank(bank)


def test_unknown_banks_and_categories_are_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="there is no bank OTHER"):
        store.add("OTHER", DESK, [single(1)], ANN)
    with pytest.raises(InputError, match="nonsense is no category"):
        store.add("DEFAULT", Source("desk", "nonsense"), [single(1)], ANN)


def test_of_two_writers_at_once_the_second_waits_or_is_told(address: str) -> None:
    store, second = make(address), opened(address, wait_s=0.2)
    inside, go_on = threading.Event(), threading.Event()

    def slowly():
        yield single(1)
        inside.set()
        go_on.wait(20)
        yield single(2)

    def write() -> None:
        store.add("DEFAULT", DESK, slowly(), ANN)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert inside.wait(20)
        with pytest.raises(UnavailableError, match="another writer is at work"):
            second.add("DEFAULT", DESK, [single(3)], ANN)
        assert list(second.entries("DEFAULT")) == []
    finally:
        go_on.set()
        writer.join()
    second.add("DEFAULT", DESK, [single(3)], ANN)
    assert len(list(second.entries("DEFAULT"))) == 3
    assert sorted(event["n"] for event in events(store)) == [1, 2, 3]
    store.close()
    second.close()


def test_a_reader_sees_one_state_while_a_list_is_imported(store: Store, address: str) -> None:
    reader = opened(address)
    seen: list[int] = []

    def entries():
        for seed in range(1500):
            if seed % 500 == 499:
                seen.append(len(list(reader.entries("DEFAULT"))))
            yield single(seed)

    store.add("DEFAULT", DESK, entries(), ANN)
    assert seen == [0, 0, 0]
    assert len(list(reader.entries("DEFAULT"))) == 1500
    reader.close()


def test_a_store_that_is_no_store_is_one_sentence(address: str) -> None:
    with pytest.raises(UsageError, match="there is no bank here"):
        opened(address)
