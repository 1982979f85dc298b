"""Living with a bank: uploads remembered, hashes that come later, lists that match too much, counts by source."""

import pytest

from tests.bank.store.storing import ANN, BOB, DESK, SCAM, codes, make, single, upload
from waarmerk.bank.answer import ask
from waarmerk.bank.quarantine import Quarantine
from waarmerk.bank.replica import Replica
from waarmerk.bank.retroactive import retroactive
from waarmerk.bank.seen import list_counts, matched, note_matches, remember, seen
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Bank, By, Source
from waarmerk.errors import InputError


def remembered(store: Store, count: int, *shared: int) -> None:
    """Uploads u0, u1, ...: each shows a picture of its own and the shared ones."""
    for number in range(count):
        remember(store, f"u{number}", "acc", upload(1000 + number, *shared, sha256=f"{number:064x}"))


def test_an_upload_comes_back_as_it_was_seen_and_only_the_last_ones_are_recent(store: Store) -> None:
    remembered(store, 7)
    assert [one.item for one in seen(store)] == [f"u{number}" for number in range(7)]
    assert [one.item for one in seen(store, 3)] == ["u4", "u5", "u6"]
    assert [one.item for one in seen(store, 100)] == [one.item for one in seen(store)]
    first = next(iter(seen(store)))
    assert (first.account, (first.signals.asked.codes == codes(1000)).all()) == ("acc", True)


def test_an_upload_is_remembered_once_and_its_id_is_for_one_medium(store: Store) -> None:
    remember(store, "u", None, upload(1))
    remember(store, "u", None, upload(1))
    assert len(list(seen(store))) == 1
    with pytest.raises(InputError, match="upload u was seen before with another medium"):
        remember(store, "u", None, upload(2, sha256="e" * 64))


def test_what_was_uploaded_before_its_hash_came_is_found_once(store: Store) -> None:
    (old,) = store.add("DEFAULT", DESK, [single(1001)], ANN).ids
    remembered(store, 5)
    generation = store.generation()
    (new,) = store.add("DEFAULT", DESK, [single(1003)], ANN).ids
    found = list(retroactive(Replica(store), seen(store), generation))
    assert [(one.upload.item, [told.entry.id for told in one.matches]) for one in found] == [("u3", [new])]
    (one,) = found
    assert note_matches(store, one.upload.item, one.matches, one.generation, "retroactive") == 1
    assert note_matches(store, one.upload.item, one.matches, one.generation, "retroactive") == 0
    (told,) = matched(store, [store.entry(new).number])
    assert (told.item, told.account, told.why, told.generation) == ("u3", "acc", "retroactive", 2)
    everything = retroactive(Replica(store), seen(store), 0)
    assert {told.entry.id for one in everything for told in one.matches} == {old, new}


def test_an_entry_that_a_person_confirms_after_a_dispute_is_matched_retroactively(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1002, "disputed")], ANN).ids
    remembered(store, 4)
    generation = store.change([one], "confirmed", BOB)
    (found,) = retroactive(Replica(store), seen(store), generation - 1)
    assert found.upload.item == "u2"


def test_a_retired_entry_lists_what_it_matched(store: Store) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(7)], ANN).ids
    remembered(store, 3, 7)
    replica = Replica(store)
    for upload_ in seen(store):
        note_matches(store, upload_.item, ask(replica, upload_.signals).matches, 1, "upload")
    store.change([one], "retired", By("Bob", "complaint upheld", because="ab" * 16))
    assert [told.item for told in matched(store, [store.entry(one).number])] == ["u0", "u1", "u2"]
    assert store.history(store.entry(one).number)[-1].because == "ab" * 16


def test_matches_are_counted_for_each_source_by_what_became_of_the_entry(store: Store) -> None:
    listed = Source("list X", SCAM)
    ids = store.add("DEFAULT", listed, [single(seed, "seeded") for seed in (1000, 1001, 1002, 5000)], By()).ids
    remembered(store, 4, 5000)
    replica = Replica(store)
    for upload_ in seen(store):
        note_matches(store, upload_.item, ask(replica, upload_.signals).matches, 1, "upload")
    store.change([ids[0]], "confirmed", ANN)
    store.change([ids[3]], "retired", BOB)
    (count,) = list_counts(store, "DEFAULT")
    assert (count.origin, count.entries, count.confirmed_entries, count.rejected_entries) == ("list X", 4, 1, 1)
    assert (count.matches, count.confirmed, count.rejected) == (7, 1, 4)


def weighed(store: Store, limit: int, *entries) -> tuple[Quarantine, list[str]]:
    quarantine = Quarantine(Bank("DEFAULT"), seen(store), limit)
    added = store.add("DEFAULT", DESK, quarantine.weigh(entries), By(), held=quarantine.whole)
    return quarantine, [store.entry(one).status for one in added.ids]


def test_a_hash_that_would_match_too_many_uploads_is_held_alone(store: Store) -> None:
    remembered(store, 6, 42)
    quarantine, statuses = weighed(store, 3, single(1000, "seeded"), single(42, "seeded"), single(1001, "seeded"))
    assert statuses == ["seeded", "disputed", "seeded"]
    assert (quarantine.tried().uploads, quarantine.tried().held, quarantine.tried().matched) == (6, 1, 2)
    assert [entry.note for entry in store.entries("DEFAULT", "disputed")] == [
        "held: would match 6 of the last 6 uploads"
    ]


def test_a_list_that_would_match_too_many_uploads_is_held_whole(store: Store) -> None:
    remembered(store, 6)
    _, statuses = weighed(store, 3, *(single(1000 + number, "seeded") for number in range(5)))
    assert statuses == ["disputed"] * 5
    (entry, *_) = store.entries("DEFAULT")
    assert [change.status for change in store.history(entry.number)] == ["seeded", "disputed"]
    assert ask(Replica(store), upload(1000)).matches == ()
    store.change([entry.id], "confirmed", ANN)
    assert len(ask(Replica(store), upload(1000)).matches) == 1


def test_a_list_that_matches_few_uploads_passes(store: Store) -> None:
    remembered(store, 6)
    _, statuses = weighed(store, 3, *(single(1000 + number, "seeded") for number in range(3)), single(9, "seeded"))
    assert statuses == ["seeded"] * 4


def test_two_banks_in_one_store_are_counted_apart(address: str) -> None:
    store = make(address, Bank("A"), Bank("B"))
    store.add("A", DESK, [single(1)], ANN)
    assert (len(list_counts(store, "A")), list_counts(store, "B")) == (1, [])
    store.close()
