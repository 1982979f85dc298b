"""A dishonest or damaged log is found: every bit, every missing, swapped, cut or added piece."""

import random
import tracemalloc

import pytest

from tests.record.log.logs import ORIGIN, SEED, entries, log_of, verifier_keys
from waarmerk.errors import IntegrityError, UsageError
from waarmerk.record.log.checkpoint import Checkpoint
from waarmerk.record.log.fsck import fsck
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.keys import ED25519, signing_key
from waarmerk.record.log.merkle import leaf_hash, root_hash
from waarmerk.record.log.note import sign_note
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import MemoryStorage
from waarmerk.record.log.tiles import pack_bundle
from waarmerk.record.log.tree import Edge


def memory_log(size: int) -> MemoryStorage:
    storage = log_of(size)
    assert isinstance(storage, MemoryStorage)
    return storage


def covered(storage: MemoryStorage) -> list[str]:
    return [path for path in storage.content if path.startswith("public/")]


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def found(storage: MemoryStorage) -> IntegrityError:
    with pytest.raises(IntegrityError) as error:
        fsck(storage, verifier_keys(storage))
    return error.value


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
def test_a_log_as_it_was_written_is_sound(size: int) -> None:
    storage = log_of(size)
    sound = fsck(storage, verifier_keys(storage))
    assert (sound.signed.head.size, sound.beyond, sound.foreign) == (size, 0, 0)


@pytest.mark.parametrize(
    "size", [0, 1, 5, pytest.param(258, marks=pytest.mark.slow, id="258: 74,000 bits on two levels of tiles")]
)
def test_every_flipped_bit_of_a_small_log_is_found(size: int) -> None:
    storage = memory_log(size)
    keys = verifier_keys(storage)
    flipped = 0
    for path in covered(storage):
        data = storage.content[path]
        for bit in range(len(data) * 8):
            storage.content[path] = flip(data, bit)
            with pytest.raises(IntegrityError):
                fsck(storage, keys)
            flipped += 1
        storage.content[path] = data
    assert flipped > 1000
    fsck(storage, keys)


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.slow)])
def test_random_flipped_bits_of_a_larger_log_are_found(count: int) -> None:
    storage = memory_log(3000)
    keys = verifier_keys(storage)
    draw = random.Random(18)
    places = [(path, len(storage.content[path])) for path in covered(storage)]
    for path, length in draw.choices(places, [length for _, length in places], k=count):
        data = storage.content[path]
        storage.content[path] = flip(data, draw.randrange(length * 8))
        with pytest.raises(IntegrityError):
            fsck(storage, keys)
        storage.content[path] = data
    fsck(storage, keys)


@pytest.mark.parametrize("change", ["missing", "cut short", "longer", "empty", "another's"])
def test_a_piece_that_is_missing_cut_or_swapped_is_named(change: str) -> None:
    storage = memory_log(600)
    for path in covered(storage):
        if path.endswith("checkpoint"):
            continue
        data = storage.content[path]
        other = next(p for p in covered(storage) if p != path and storage.content[p] != data and "tile" in p)
        changed = {"cut short": data[:-1], "longer": data + b"x", "empty": b"", "another's": storage.content[other]}
        if change == "missing":
            del storage.content[path]
        else:
            storage.content[path] = changed[change]
        assert found(storage).where == path.removeprefix("public/"), path
        storage.content[path] = data


def test_a_log_without_its_checkpoint_is_no_log() -> None:
    storage = memory_log(3)
    del storage.content["public/checkpoint"]
    with pytest.raises(UsageError, match="no checkpoint here"):
        fsck(storage, verifier_keys(storage))


def rewritten(storage: MemoryStorage, held: list[bytes]) -> None:
    """Puts other entries in, with every tile made right again; the checkpoint stays the signed one."""
    storage.content = {path: data for path, data in storage.content.items() if "tile/" not in path}
    for index in range(0, len(held), 256):
        bundle = held[index : index + 256]
        width = "" if len(bundle) == 256 else f".p/{len(bundle)}"
        storage.content[f"public/tile/entries/{index // 256:03}{width}"] = pack_bundle(bundle)
    for place, tile in Edge().append([leaf_hash(entry) for entry in held]):
        storage.content[f"public/{place.path}"] = tile


def test_a_platform_that_drops_alters_or_reorders_entries_and_remakes_all_tiles_is_found() -> None:
    held = entries(0, 300)
    altered = [*held[:7], b"altered", *held[8:]]
    reordered = [held[1], held[0], *held[2:]]
    for change in (altered, reordered):
        storage = memory_log(300)
        rewritten(storage, change)
        error = found(storage)
        assert error.where == "checkpoint"
        assert "do not lead to the root that was signed" in error.message
    storage = memory_log(300)
    rewritten(storage, held[:-1])
    assert found(storage).where == "tile/entries/001.p/44"


def test_a_changed_entry_is_named_by_its_number_while_its_tile_is_right() -> None:
    storage = memory_log(600)
    path = "public/tile/entries/001"
    storage.content[path] = storage.content[path].replace(b"entry 300", b"entry 3oo")
    error = found(storage)
    assert (error.message, error.where) == ("entry 300 is not the one that was logged", "tile/entries/001")


def test_a_truncated_log_that_its_own_key_signed_again_is_sound_alone_so_earlier_checkpoints_are_needed() -> None:
    storage = memory_log(300)
    before = fsck(storage, verifier_keys(storage)).signed.head
    rewritten(storage, entries(0, 200))
    head = Checkpoint(ORIGIN, 200, root_hash([leaf_hash(entry) for entry in entries(0, 200)]))
    storage.content["public/checkpoint"] = sign_note(head.text, read_keys(storage), 0)
    assert fsck(storage, verifier_keys(storage)).signed.head.size < before.size


def test_the_checkpoint_of_another_log_or_key_is_refused() -> None:
    storage = memory_log(3)
    head = fsck(storage, verifier_keys(storage)).signed.head
    keys = verifier_keys(storage)
    stranger = signing_key(ORIGIN, ED25519, bytes([5]) * 32)
    storage.content["public/checkpoint"] = sign_note(head.text, [stranger], 0)
    with pytest.raises(IntegrityError, match="no known key signed"):
        fsck(storage, keys)
    elsewhere = Checkpoint("example.com/elsewhere", head.size, head.root)
    storage.content["public/checkpoint"] = sign_note(elsewhere.text, read_keys(storage), 0)
    with pytest.raises(IntegrityError, match=r"of the log example\.com/elsewhere"):
        fsck(storage, keys)


def test_a_checkpoint_from_the_future_names_the_first_piece_that_is_not_there() -> None:
    storage = memory_log(300)
    storage.content["public/checkpoint"] = sign_note(Checkpoint(ORIGIN, 10**6, bytes(32)).text, read_keys(storage), 0)
    assert found(storage).where == "tile/entries/001"


def test_an_empty_log_with_a_root_is_refused() -> None:
    storage = memory_log(0)
    storage.content["public/checkpoint"] = sign_note(Checkpoint(ORIGIN, 0, bytes(32)).text, read_keys(storage), 0)
    assert "0 entries do not lead to the root" in found(storage).message


def test_a_broken_checkpoint_is_broken_integrity_naming_its_line() -> None:
    storage = memory_log(3)
    storage.content["public/checkpoint"] = storage.content["public/checkpoint"][:-10]
    assert "cut short" in found(storage).message
    storage.content["public/checkpoint"] += b"\n"
    assert found(storage).where == "checkpoint line 5"


def test_what_a_crash_left_beyond_the_checkpoint_and_strange_files_are_counted() -> None:
    storage = memory_log(300)
    storage.content["public/tile/entries/001.p/50"] = b"beyond"
    storage.content["public/tile/0/002"] = b"beyond"
    storage.content["public/index.html"] = b"hello"
    sound = fsck(storage, verifier_keys(storage))
    assert (sound.beyond, sound.foreign) == (2, 1)


def test_an_earlier_partial_tile_may_stay_and_must_be_the_beginning_of_the_later_one() -> None:
    storage = MemoryStorage()
    create_log(storage, ORIGIN, SEED)
    with open_log(storage) as log:
        log.append(entries(0, 5))
        log.append(entries(5, 5))
    assert {"public/tile/0/000.p/5", "public/tile/entries/000.p/5"} <= storage.content.keys()
    fsck(storage, verifier_keys(storage))
    for path in ("public/tile/0/000.p/5", "public/tile/entries/000.p/5"):
        data = storage.content[path]
        storage.content[path] = flip(data, 80)
        assert found(storage).where == path.removeprefix("public/")
        storage.content[path] = data


def test_a_mirror_that_kept_only_the_later_full_tiles_is_sound() -> None:
    storage = memory_log(300)
    old = storage.content["public/checkpoint"]
    with open_log(storage) as log:
        log.append(entries(300, 212))
    storage.content["public/checkpoint"] = old
    assert "public/tile/entries/001.p/44" not in storage.content
    sound = fsck(storage, verifier_keys(storage))
    assert sound.signed.head.size == 300


def test_memory_stays_flat_while_a_log_is_rebuilt() -> None:
    peaks = []
    for size in (20_000, 80_000):
        storage = log_of(size)
        keys = verifier_keys(storage)
        tracemalloc.start()
        fsck(storage, keys)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 1_000_000
