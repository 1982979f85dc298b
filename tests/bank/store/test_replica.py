"""A worker's own copy of a bank: what it answers, how soon it follows, when it refuses."""

import time

import numpy as np
import pytest

from tests.bank.store.storing import (
    ANN,
    BOB,
    DESK,
    SCAM,
    codes,
    entry,
    frames,
    make,
    medium,
    opened,
    single,
    upload,
    video,
)
from waarmerk.bank.answer import ask
from waarmerk.bank.replica import OLDEST_S, REFRESH_S, Replica
from waarmerk.bank.signals.interface import KnownItem, Parts
from waarmerk.bank.store.packing import pack_item
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Bank, By, NewEntry, Source
from waarmerk.errors import UnavailableError, UsageError


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def replica(store: Store, address: str, clock: Seconds):
    made = Replica(opened(address), clock=clock)
    yield made
    made.reader.close()


def matched(replica: Replica, signals) -> list[tuple[str, str]]:
    return [(told.entry.id, told.entry.status) for told in ask(replica, signals).matches]


def test_seeded_and_confirmed_match_and_the_answer_says_which(store: Store, replica: Replica, clock: Seconds) -> None:
    ids = {
        status: store.add("DEFAULT", DESK, [single(number, status)], ANN).ids[0]
        for number, status in enumerate(["seeded", "confirmed", "disputed", "retired", "withdrawn"])
    }
    clock.now = 1
    found = dict(matched(replica, upload(0, 1, 2, 3, 4)))
    assert found == {ids["seeded"]: "seeded", ids["confirmed"]: "confirmed"}


def test_a_bank_of_exactly_one_picture_matches(store: Store, replica: Replica, clock: Seconds) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    clock.now = 1
    assert matched(replica, upload(1)) == [(one, "confirmed")]
    assert matched(replica, upload(2)) == []


def test_a_withdrawal_holds_within_a_second(store: Store, replica: Replica, clock: Seconds) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    clock.now = 1
    assert matched(replica, upload(1))
    store.change([one], "withdrawn", BOB)
    clock.now += REFRESH_S
    answer = ask(replica, upload(1))
    assert (answer.matches, answer.generation) == ((), 2)


def test_an_entry_that_comes_back_matches_again(store: Store, replica: Replica, clock: Seconds) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    for status, expected in (("disputed", 0), ("confirmed", 1), ("retired", 0), ("confirmed", 1)):
        store.change([one], status, By(f"person {clock.now}", "reason"))
        clock.now += 1
        assert len(matched(replica, upload(1))) == expected


def test_a_match_as_of_a_generation_is_the_one_of_then(store: Store, address: str) -> None:
    (one,) = store.add("DEFAULT", DESK, [single(1, "seeded")], By()).ids
    store.change([one], "confirmed", ANN)
    store.change([one], "retired", BOB)
    for generation, expected in ((0, []), (1, [(one, "seeded")]), (2, [(one, "confirmed")]), (3, [])):
        then = Replica(store, as_of=generation)
        assert matched(then, upload(1)) == expected
        assert then.generation == generation


def test_a_replica_goes_on_without_its_store_and_refuses_when_it_is_thirty_seconds_old(
    store: Store, replica: Replica, clock: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add("DEFAULT", DESK, [single(1)], ANN)
    clock.now = 1
    replica.current()

    def away(*_: object) -> None:
        raise UnavailableError("the server is away")

    with monkeypatch.context() as broken:
        broken.setattr(replica.reader, "banks", away)
        broken.setattr(replica.reader, "reopen", away)
        clock.now = 1 + OLDEST_S - 1
        assert replica.current() == 1
        clock.now = 1 + OLDEST_S
        with pytest.raises(UnavailableError, match="is 30 s old"):
            ask(replica, upload(1))
    assert len(ask(replica, upload(1)).matches) == 1


def test_a_replica_opens_a_new_connection_where_the_old_one_has_failed(
    store: Store, replica: Replica, clock: Seconds
) -> None:
    store.add("DEFAULT", DESK, [single(1)], ANN)
    replica.reader.database.close()
    clock.now = 1
    assert replica.current() == 1


def test_a_video_is_found_by_an_excerpt_with_its_times(store: Store, replica: Replica, clock: Seconds) -> None:
    (one,) = store.add("DEFAULT", DESK, [entry(video(5, 80))], ANN).ids
    clock.now = 1
    whole = frames(5, 80)
    part = medium(type(whole)(whole.frame[20:60], whole.quality[20:60], whole.codes[20:60], whole.t_s[20:60] - 5.0))
    (told,) = ask(replica, part).matches
    assert (told.entry.id, told.match.signal, told.match.query_matched) == (one, "vpdq", 1.0)
    (stretch,) = told.match.alignment
    assert (stretch.query_start_s, stretch.known_start_s, stretch.known_end_s) == (0.0, 5.0, 14.75)


def test_an_equal_file_is_told_by_its_digest(store: Store, replica: Replica, clock: Seconds) -> None:
    store.add(
        "DEFAULT",
        DESK,
        [NewEntry(pack_item(KnownItem("video", frames(1, 0), sha256="e" * 64)), ("sha256",), "e" * 64)],
        ANN,
    )
    clock.now = 1
    (told,) = ask(replica, upload(9, sha256="e" * 64)).matches
    assert (told.match.signal, told.match.distance) == ("sha256", 0)
    assert ask(replica, upload(9)).matches == ()


def test_a_bank_made_later_is_asked_too_and_a_named_one_alone(store: Store, replica: Replica, clock: Seconds) -> None:
    store.create_bank(Bank("SECOND"))
    store.add("DEFAULT", DESK, [single(1)], ANN)
    store.add("SECOND", DESK, [single(1)], ANN)
    clock.now = 1
    assert len(ask(replica, upload(1)).matches) == 2
    (told,) = ask(replica, upload(1), ["SECOND"]).matches
    assert told.entry.bank == "SECOND"
    with pytest.raises(UsageError, match="there is no bank THIRD"):
        ask(replica, upload(1), ["THIRD"])


def turned(code: np.ndarray, bits: int) -> np.ndarray:
    """The hash with its lowest bits turned."""
    return code ^ np.asarray([(1 << bits) - 1, 0, 0, 0], np.uint64)


def test_thresholds_are_those_of_each_bank(address: str) -> None:
    store = make(address, Bank("WIDE"), Bank("NARROW", distance=8), Bank("MOST", share=0.9))
    for name in ("WIDE", "NARROW", "MOST"):
        store.add(name, DESK, [single(1)], ANN)
    replica = Replica(store)

    def told(*queries: np.ndarray) -> set[str]:
        found = frames(0, len(queries))
        shown = type(found)(found.frame, found.quality, np.stack(queries), found.t_s)
        return {one.entry.bank for one in ask(replica, medium(shown)).matches}

    (code,) = codes(1)
    assert told(turned(code, 8)) == {"WIDE", "NARROW", "MOST"}
    assert told(turned(code, 9)) == {"WIDE", "MOST"}
    store.close()


def test_a_share_above_the_usual_makes_a_match_partial(address: str) -> None:
    store = make(address, Bank("USUAL"), Bank("STRICT", share=0.9))
    for name in ("USUAL", "STRICT"):
        store.add(name, DESK, [entry(KnownItem("video", frames(3, 40), Parts.none()))], ANN)
    whole = frames(3, 40)
    mixed = np.concatenate([whole.codes[:24], codes(77, 16)])
    answer = ask(Replica(store), medium(type(whole)(whole.frame, whole.quality, mixed, whole.t_s)))
    assert [one.entry.bank for one in answer.matches] == ["USUAL"]
    assert [one.entry.bank for one in answer.partial] == ["STRICT"]
    store.close()


def test_what_is_known_as_harmless_is_suppressed_and_said_so(address: str) -> None:
    store = make(address, Bank("DEFAULT"), Bank("HARMLESS", "harmless"))
    (bad,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    (good,) = store.add("HARMLESS", DESK, [single(1)], ANN).ids
    answer = ask(Replica(store), upload(1))
    assert (answer.matches, [one.entry.id for one in answer.suppressed]) == ((), [bad])
    assert [one.id for one in answer.harmless] == [good]
    with pytest.raises(UsageError, match="holds what is harmless"):
        ask(Replica(store), upload(1), ["HARMLESS"])
    store.close()


def test_a_known_fake_is_found_though_the_recording_it_was_made_from_is_harmless(address: str) -> None:
    store = make(address, Bank("DEFAULT"), Bank("HARMLESS", "harmless"))
    (bad,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
    (code,) = codes(1)
    original = frames(0, 1)
    near = type(original)(original.frame, original.quality, turned(code, 6)[None], original.t_s)
    store.add("HARMLESS", DESK, [NewEntry(pack_item(KnownItem("image", near)), ("pdq",))], ANN)
    replica = Replica(store)
    assert matched(replica, upload(1)) == [(bad, "confirmed")]
    assert [one.entry.id for one in ask(replica, medium(near)).suppressed] == [bad]
    store.close()


def test_sound_is_looked_up_among_the_entries_that_match(store: Store, replica: Replica, clock: Seconds) -> None:
    sound = np.asarray([5, 6, 7, 6], np.uint32)
    one, two = store.add("DEFAULT", DESK, [entry(video(1, 3, sound)), entry(video(2, 3, sound[:2]))], ANN).ids
    clock.now = 1
    replica.current()
    numbers = {store.entry(name).number: name for name in (one, two)}

    def heard(*values: int) -> set[tuple[int, str, int]]:
        found = replica.lookup("DEFAULT").heard(np.asarray(values, np.uint32))
        rows = zip(found.query.tolist(), found.entry.tolist(), found.place.tolist(), strict=True)
        return {(query, numbers[number], place) for query, number, place in rows}

    assert heard(6, 9) == {(0, one, 1), (0, one, 3), (0, two, 1)}
    store.change([one], "retired", BOB)
    clock.now = 2
    replica.current()
    assert heard(6, 9) == {(0, two, 1)}


def test_a_replica_that_follows_sees_changes_within_a_second_while_it_is_asked(store: Store, address: str) -> None:
    replica = Replica(opened(address))
    replica.follow()
    try:
        (one,) = store.add("DEFAULT", DESK, [single(1)], ANN).ids
        changed, seen = time.monotonic(), 0.0
        while not matched(replica, upload(1)):
            assert time.monotonic() - changed < 20
            time.sleep(0.01)
        store.add("DEFAULT", Source("list", SCAM), (single(seed, "seeded") for seed in range(100, 1500)), By())
        store.change([one], "withdrawn", BOB)
        changed = time.monotonic()
        while matched(replica, upload(1)):
            seen = time.monotonic() - changed
            assert seen < 20
            time.sleep(0.01)
        generation = replica.current()
        while generation < store.generation():
            time.sleep(0.01)
            generation = replica.current()
        assert len(replica.known("DEFAULT")) == 1400
    finally:
        replica.stop()
        replica.reader.close()


def test_a_replica_that_follows_in_vain_refuses_when_it_is_too_old(
    store: Store, replica: Replica, clock: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica.follow()
    try:
        with replica._lock:  # the store does not answer
            clock.now = replica._checked + OLDEST_S
            with pytest.raises(UnavailableError, match="is 30 s old"):
                replica.current()
    finally:
        replica.stop()
