"""Bundles: what goes in comes out verified; what was touched is found."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.record.bundle.members import Loose, members, packed
from tests.record.making import Record
from waarmerk.errors import InputError, IntegrityError, UsageError, WaarmerkError
from waarmerk.record.bundle.manifest import EVENTS
from waarmerk.record.bundle.read import Bundle, open_bundle
from waarmerk.record.commitment import commitment
from waarmerk.record.events.catalogue import decode
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint
from waarmerk.record.log.keys import COSIGNATURE, signing_key
from waarmerk.record.log.merkle import leaf_hash, root_hash
from waarmerk.record.log.note import signature_by
from waarmerk.record.log.reader import read_checkpoint
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.steps import Gaps, Trust, bundle_steps
from waarmerk.record.store import Stored
from waarmerk.record.verify import Tree, tiles_for, verify_events

LARGE = Record(700)


def facts(path: Path, record: Record, first: int | None = None, end: int | None = None, **more) -> dict:
    """What the steps established, all of them taken."""
    with open_bundle(path) as bundle:
        steps = bundle_steps(bundle, Trust([record.key], **more), first, end)
        return {name: value for step in steps for name, value in step.facts.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_event_of_any_range_of_any_log_comes_out_verified(tmp_path: Path, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513, 700]))
    record = LARGE if size == 700 else Record(size)
    first = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(first + 1, size))
    with open_bundle(record.bundle(tmp_path / "b.zip", first, end)) as bundle:
        tree = Tree(bundle.signed([record.key]).head, bundle.tile)
        found = list(verify_events(tree, bundle.events(), first, end))
    assert [one.index for one in found] == list(range(first, end))
    assert [one.event for one in found] == [decode(record.events[index].event) for index in range(first, end)]


@given(st.integers(1, 2**40), st.data())
def test_a_range_needs_one_tile_a_level_at_each_of_its_ends_and_at_the_edge(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(first + 1, min(size, first + 256)))
    places = tiles_for(first, end, size)
    assert len(places) == len(set(places)) <= 3 * (1 + size.bit_length() // 8)
    assert all(1 <= place.width <= 256 for place in places)


def test_the_same_range_makes_the_same_bytes(tmp_path: Path) -> None:
    one, two = (LARGE.bundle(tmp_path / name, 100, 400) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_part_of_a_bundle_is_verified_alone(tmp_path: Path) -> None:
    path = LARGE.bundle(tmp_path / "b.zip", 100, 600)
    assert facts(path, LARGE, 150, 300)["events"] == 150
    with pytest.raises(UsageError, match="not all in it"):
        facts(path, LARGE, 99, 300)


def test_an_erased_event_is_named_as_absent_and_all_else_still_verifies(tmp_path: Path) -> None:
    record = Record(300)
    for index in (0, 7, 8, 9, 299):
        del record.events[index]
    told = facts(record.bundle(tmp_path / "b.zip"), record)
    assert (told["events"], told["absent"]) == (295, 5)
    assert told["absent_entries"] == [(0, 0), (7, 9), (299, 299)]


@given(st.sets(st.integers(0, 60)), st.integers(0, 20), st.integers(21, 61))
def test_present_and_absent_entries_partition_a_range(came: set[int], first: int, end: int) -> None:
    came = {index for index in came if first <= index < end}
    gaps = Gaps(first, end)
    for index in sorted(came):
        gaps.present(index)
    gaps.close()
    absent = [index for a, b in gaps.shown for index in range(a, b + 1)]
    assert gaps.count == end - first - len(came)
    assert gaps.count > 20 or sorted([*absent, *came]) == list(range(first, end))


def test_every_flipped_bit_of_event_salt_tile_checkpoint_and_manifest_is_found(tmp_path: Path) -> None:
    record = Record(2)
    content = members(record.bundle(tmp_path / "b.zip"))
    assert {name.partition("/")[0] for name in content} == {"events.jsonl", "tile", "checkpoint", "bundle.json"}
    trust = Trust([record.key])
    assert len(list(bundle_steps(Bundle(Loose(content), "b"), trust))) == 6
    for name, data in content.items():
        for bit in range(8 * len(data)):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(WaarmerkError):
                list(bundle_steps(Bundle(Loose({**content, name: bytes(changed)}), "b"), trust))


def test_random_flipped_bits_of_a_large_bundle_are_found_also_under_a_right_checksum(tmp_path: Path) -> None:
    content = members(LARGE.bundle(tmp_path / "b.zip", 200, 600))
    chance = random.Random(1)
    names = [name for name in content if name != "bundle.json"]
    for _ in range(60):
        name = chance.choice(names)
        changed = bytearray(content[name])
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        with pytest.raises(WaarmerkError):
            facts(packed(tmp_path / "c.zip", {**content, name: bytes(changed)}), LARGE)


def test_a_file_with_any_flipped_byte_ends_in_a_sentence_or_verifies_the_same(tmp_path: Path) -> None:
    record = Record(2)
    path = record.bundle(tmp_path / "b.zip")
    whole, told = path.read_bytes(), facts(path, record)
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            # Time stamps and the like in the ZIP's headers mean nothing and are covered by nothing.
            assert facts(path, record) == told
        except WaarmerkError as error:
            assert error.message


def test_a_file_cut_anywhere_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = Record(2).bundle(tmp_path / "b.zip")
    whole = path.read_bytes()
    for end in range(0, len(whole), 13):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError), open_bundle(path):
            pass


def test_an_event_that_was_altered_moved_dropped_or_invented_is_found(tmp_path: Path) -> None:
    record = Record(5)
    content = members(record.bundle(tmp_path / "b.zip"))
    lines = content[EVENTS].splitlines(keepends=True)

    def changed(*new: bytes) -> Path:
        return packed(tmp_path / "c.zip", {**content, EVENTS: b"".join(new)})

    altered = lines[2].replace(b'"n":3', b'"n":4')
    assert altered != lines[2]
    with pytest.raises(IntegrityError, match=r"entry 2|not the one that was logged"):
        facts(changed(*lines[:2], altered, *lines[3:]), record)
    swapped = lines[0].replace(b'"index":0', b'"index":1'), lines[1].replace(b'"index":1', b'"index":0')
    with pytest.raises(IntegrityError, match="not the one that was logged"):
        facts(changed(*reversed(swapped), *lines[2:]), record)
    with pytest.raises(InputError, match="entry 0 comes after 1"):
        facts(changed(lines[1], lines[0], *lines[2:]), record)
    with pytest.raises(InputError, match=r"there are 4 events, bundle.json promises 5"):
        facts(changed(*lines[:4]), record)
    with pytest.raises(InputError, match="entry 4 comes after 4"):
        facts(changed(*lines, lines[4]), record)


def test_a_log_that_goes_on_begins_with_the_checkpoint_seen_earlier(tmp_path: Path) -> None:
    record = Record(300)
    seen = head_of(record)
    record.grow(900)
    path = record.bundle(tmp_path / "new.zip", 250, 800)
    assert facts(path, record, seen=seen)["seen"] == 300
    with pytest.raises(UsageError, match="cannot tell how the log looked with 5 entries"):
        facts(path, record, seen=head_of(Record(5)))
    with pytest.raises(IntegrityError, match="901 entries were seen earlier, this log has 900"):
        facts(path, record, seen=head_of(Record(901)))


def test_a_log_that_signed_two_histories_is_caught_with_both_signed_checkpoints(tmp_path: Path) -> None:
    record = Record(400)
    record.events[17] = Stored(17, bytes(32), record.events[17].event)
    forked = Record(0)
    forked.log(list(record.events.values()))
    seen = head_of(forked)
    with pytest.raises(IntegrityError, match="does not begin with the 400 entries") as caught:
        facts(Record(400).bundle(tmp_path / "b.zip"), record, seen=seen)
    heads = [open_checkpoint(data, [record.key], record.key.name).head for data in caught.value.evidence]
    assert [head.size for head in heads] == [400, 400]
    assert heads[0].root == seen.head.root != heads[1].root


def head_of(record: Record) -> SignedCheckpoint:
    return read_checkpoint(record.storage, [record.key])


@settings(deadline=None)
@given(st.data())
def test_every_earlier_size_that_a_bundle_reaches_is_answered_from_its_tiles(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, 699))
    end = data.draw(st.integers(first + 1, 700))
    old = data.draw(st.integers(max(first, 1), end))
    content = LARGE.storage.content
    tiles = {place: content["public/" + place.path] for place in tiles_for(first, end, 700)}
    head = read_checkpoint(LARGE.storage, [LARGE.key]).head
    entries = [commitment(stored.salt, stored.event) for stored in LARGE.between(0, old)]
    assert Tree(head, tiles.__getitem__).root_at(old) == root_hash([leaf_hash(entry) for entry in entries])


def test_a_bundle_carries_the_cosignatures_and_names_the_witnesses(tmp_path: Path) -> None:
    record = Record(10)
    one, other = (signing_key(f"witness.example/{n}", COSIGNATURE, bytes([n]) * 32) for n in (1, 2))
    with open_log(record.storage) as log:
        text = log.signed.head.text
        log.cosigned(text, [signature_by(one, text, 1_700_000_000)])
    path = record.bundle(tmp_path / "b.zip", witness_keys=[one.verifier])
    with open_bundle(path) as bundle:
        assert bundle.manifest.witness_keys == (one.verifier.text,)
    assert facts(path, record, witnesses=[one.verifier])["witnesses"] == ["witness.example/1"]
    assert facts(path, record, witnesses=[one.verifier, other.verifier], quorum=1)["witnesses"] == [
        "witness.example/1"
    ]
    with pytest.raises(IntegrityError, match="1 of 2 witnesses cosigned, 2 are needed"):
        facts(path, record, witnesses=[one.verifier, other.verifier])
