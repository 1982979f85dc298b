"""One writer: order, durability, crashes at every step, many callers, no second writer."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.record.log.faulty import FaultyStorage, PowerCutError
from tests.record.log.logs import ORIGIN, SEED, all_entries, entries, is_history_of, log_of, verifier_keys
from waarmerk.errors import InputError, IntegrityError, UnavailableError, UsageError
from waarmerk.record.log.checkpoint import open_checkpoint
from waarmerk.record.log.fsck import fsck
from waarmerk.record.log.keyring import KEYS, create_log, read_keys, with_new_key, without_key
from waarmerk.record.log.merkle import leaf_hash, root_hash, verify_consistency
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import Appended, open_log
from waarmerk.record.log.storage import MemoryStorage, Storage
from waarmerk.record.log.tiles import places_of

Fault = Callable[[], BaseException]
FAULTS = [lambda: UnavailableError("the disk is full"), PowerCutError]


@pytest.fixture(params=["memory", "folder"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return MemoryStorage() if request.param == "memory" else PosixStorage(tmp_path / "log")


def test_an_append_says_where_the_entries_are_and_shows_the_checkpoint_that_covers_them(storage: Storage) -> None:
    create_log(storage, ORIGIN, SEED)
    with open_log(storage) as log:
        assert log.append([b"a", b""]).first == 0
        appended = log.append([b"c"])
    assert (appended.first, appended.size) == (2, 3)
    head = open_checkpoint(appended.checkpoint, verifier_keys(storage), ORIGIN).head
    assert head.root == root_hash([leaf_hash(entry) for entry in (b"a", b"", b"c")])
    assert all_entries(storage) == [b"a", b"", b"c"]


@pytest.mark.parametrize("batches", [[1] * 20, [255, 1, 1], [256], [257, 255], [700, 1, 400], [65536 + 300]])
def test_a_log_is_the_same_however_its_entries_came(storage: Storage, batches: list[int]) -> None:
    create_log(storage, ORIGIN, SEED)
    size = 0
    for batch in batches:
        with open_log(storage) as log:
            assert log.append(entries(size, batch)).first == size
        size += batch
    assert fsck(storage, verifier_keys(storage)).signed.head.root == root_hash(
        [leaf_hash(entry) for entry in entries(0, size)]
    )
    tiles = {path.removeprefix("public/") for path in storage.files("public/")} - {"checkpoint"}
    assert tiles >= {place.path for place in places_of(size)}
    full = {path for path in tiles if ".p/" not in path}
    assert not [path for path in tiles if path.partition(".p/")[0] in full and ".p/" in path], "replaced, yet kept"


def test_nothing_appended_is_an_answer_and_changes_nothing(storage: Storage) -> None:
    log_of(3, storage)
    before = {path: storage.read(path, 1 << 20) for path in storage.files("")}
    with open_log(storage) as log:
        appended = log.append([])
    assert (appended.first, appended.size) == (3, 3)
    after = {path: storage.read(path, 1 << 20) for path in storage.files("")}
    assert {**before, "private/lock": None} == {**after, "private/lock": None}


def test_many_writers_get_one_order_and_lose_nothing(storage: Storage) -> None:
    create_log(storage, ORIGIN, SEED)
    got: dict[bytes, int] = {}

    def write(writer: int) -> None:
        for number in range(25):
            entry = b"%d/%d" % (writer, number)
            got[entry] = log.append([entry]).first

    with open_log(storage) as log:
        threads = [threading.Thread(target=write, args=[writer]) for writer in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    held = all_entries(storage)
    assert len(held) == 200
    assert {entry: index for index, entry in enumerate(held)} == got
    for writer in range(8):
        mine = [entry for entry in held if entry.startswith(b"%d/" % writer)]
        assert mine == [b"%d/%d" % (writer, number) for number in range(25)]


def test_writers_that_wait_go_into_one_batch() -> None:
    storage = FaultyStorage()
    create_log(storage, ORIGIN, SEED)
    with open_log(storage) as log:
        log._turn.acquire()
        threads = [threading.Thread(target=log.append, args=[[b"%d" % number]]) for number in range(20)]
        for thread in threads:
            thread.start()
        while len(log._waiting) < 20:
            pass
        log._turn.release()
        for thread in threads:
            thread.join()
    sizes = [open_checkpoint(data, verifier_keys(storage), ORIGIN).head.size for data in storage.checkpoints]
    assert sizes == [0, 20]


def test_an_entry_that_is_too_long_is_refused_and_none_of_its_batch_is_added(storage: Storage) -> None:
    log_of(2, storage)
    with open_log(storage) as log, pytest.raises(InputError, match="65536 bytes") as error:
        log.append([b"x", bytes(65_536)])
    assert error.value.where == "entry 1 of the batch"
    assert all_entries(storage) == entries(0, 2)


def test_the_longest_entries_fill_a_bundle(storage: Storage) -> None:
    create_log(storage, ORIGIN, SEED)
    long = [bytes([number]) * 65_535 for number in range(3)]
    with open_log(storage) as log:
        log.append(long)
    assert all_entries(storage) == long


def test_a_second_writer_in_one_process_is_refused(storage: Storage) -> None:
    log_of(0, storage)
    with open_log(storage), pytest.raises(UnavailableError, match=f"process {os.getpid()} writes"), open_log(storage):
        pass
    with open_log(storage) as log:
        assert log.append([b"later"]).size == 1


def test_a_second_writing_process_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    log_of(0, PosixStorage(tmp_path))
    script = (
        "import sys; from pathlib import Path; from waarmerk.record.log.posix import PosixStorage;"
        "from waarmerk.record.log.sequencer import open_log\n"
        "with open_log(PosixStorage(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with (
            pytest.raises(UnavailableError, match=f"process {child.pid} writes this log"),
            open_log(PosixStorage(tmp_path)),
        ):
            pass
        child.kill()
    with open_log(PosixStorage(tmp_path)) as log:
        assert log.append([b"the lock dies with its holder"]).size == 1


def test_a_log_that_was_closed_takes_nothing_more() -> None:
    with open_log(log_of(1)) as log:
        pass
    with pytest.raises(UsageError, match="closed"):
        log.append([b"late"])


@pytest.mark.parametrize("torn", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fault", FAULTS, ids=["error", "power-cut"])
@pytest.mark.parametrize("base", [0, 250, 511])
def test_a_storage_that_fails_at_any_operation_loses_and_doubles_nothing(base: int, fault: Fault, torn: bool) -> None:
    operation, reached_the_end = 0, False
    while not reached_the_end:
        operation += 1
        storage = FaultyStorage()
        log_of(base, storage)
        acknowledged = entries(0, base)
        storage.error, storage.torn = fault, torn
        storage.operations, storage.fail_at = 0, operation
        for batch in (entries(1000, 7), entries(2000, 270)):
            try:
                with open_log(storage) as log:
                    log.append(batch)
                acknowledged += batch
            except (UnavailableError, PowerCutError):
                pass
        reached_the_end = storage.operations < operation
        storage.fail_at = -1
        # One more append by a machine that works: whatever was cut off is finished first.
        with open_log(storage) as log:
            log.append([b"last"])
        held = all_entries(storage)
        assert len(set(held)) == len(held), f"operation {operation}: an entry is there twice"
        assert [entry for entry in held if entry in set(acknowledged)] == acknowledged, f"operation {operation}"
        assert set(held) <= {*acknowledged, *entries(1000, 7), *entries(2000, 270), b"last"}
        assert is_history_of(storage.checkpoints, held, verifier_keys(storage)), f"operation {operation}"
    assert operation > 20


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 25), st.booleans(), st.booleans()), min_size=1, max_size=8)
)
def test_a_writer_that_goes_on_after_failures_keeps_what_it_acknowledged(
    steps: list[tuple[int, int, bool, bool]],
) -> None:
    storage = FaultyStorage()
    create_log(storage, ORIGIN, SEED)
    acknowledged: dict[int, bytes] = {}
    number = 0
    with open_log(storage) as log:
        for count, fail_at, torn, fails in steps:
            batch = entries(number, count)
            number += count
            storage.operations, storage.torn = 0, torn
            storage.fail_at = fail_at if fails else -1
            try:
                appended: Appended = log.append(batch)
            except UnavailableError:
                continue
            acknowledged |= {appended.first + place: entry for place, entry in enumerate(batch)}
    storage.fail_at = -1
    with open_log(storage):
        pass
    held = all_entries(storage)
    assert len(set(held)) == len(held)
    assert all(held[index] == entry for index, entry in acknowledged.items())
    assert is_history_of(storage.checkpoints, held, verifier_keys(storage))


def test_an_older_copy_of_the_public_folder_is_refused_with_both_checkpoints() -> None:
    storage = log_of(5)
    assert isinstance(storage, MemoryStorage)
    old = dict(storage.content)
    with open_log(storage) as log:
        log.append(entries(5, 5))
        new = log.append(entries(10, 5)).checkpoint
    storage.content |= {path: data for path, data in old.items() if path.startswith("public/")}
    with pytest.raises(IntegrityError, match="the journal goes from 10 to 15 entries, the checkpoint has 5") as error:
        open_log(storage).__enter__()
    assert error.value.evidence == (new, old["public/checkpoint"])


def test_files_that_contradict_the_checkpoint_stop_the_writer() -> None:
    for path in ("public/tile/0/001.p/44", "public/tile/1/000.p/1", "public/tile/entries/001.p/44"):
        storage = log_of(300)
        assert isinstance(storage, MemoryStorage)
        data = storage.content[path]
        for changed in (bytes([data[-1] ^ 1]), data[:-1] + bytes([data[-1] ^ 1]), None):
            storage.content[path] = changed if changed is not None else b""
            if changed is None:
                del storage.content[path]
            with pytest.raises(IntegrityError), open_log(storage):
                pass
        storage.content[path] = data
        with open_log(storage) as log:
            assert log.append([b"again"]).size == 301


def test_a_journal_that_was_tampered_with_is_refused() -> None:
    storage, fail_at = FaultyStorage(), 0
    while "public/tile/entries/000.p/5" not in storage.content:
        storage, fail_at = FaultyStorage(), fail_at + 1
        log_of(3, storage)
        storage.operations, storage.fail_at = 0, fail_at
        with pytest.raises(UnavailableError), open_log(storage) as log:
            log.append(entries(3, 2))
    storage.fail_at = -1
    before, journal = storage.content["public/checkpoint"], storage.content["private/journal"]
    for bit in range(len(journal) * 8):
        flipped = bytearray(journal)
        flipped[bit // 8] ^= 1 << bit % 8
        storage.content["private/journal"] = bytes(flipped)
        with pytest.raises(IntegrityError), open_log(storage):
            pass
        assert storage.content["public/checkpoint"] == before
    storage.content["private/journal"] = journal
    with open_log(storage) as log:
        assert log.signed.head.size == 5


def test_a_folder_without_a_log_is_told_how_to_make_one(storage: Storage) -> None:
    with pytest.raises(UsageError, match="no log here") as error, open_log(storage):
        pass
    assert "waarmerk log init" in error.value.hint


def test_a_log_is_not_made_over_another(storage: Storage) -> None:
    log_of(2, storage)
    keys = storage.read(KEYS, 1 << 16)
    with pytest.raises(UsageError, match="a log here already"):
        create_log(storage, "example.com/other", SEED)
    assert storage.read(KEYS, 1 << 16) == keys


def test_what_is_private_is_the_owners_alone_and_what_is_public_is_not(tmp_path: Path) -> None:
    before = os.umask(0o022)
    log_of(300, PosixStorage(tmp_path))
    os.umask(before)
    mode = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert mode[tmp_path / "private"] == 0o700
    for path, bits in mode.items():
        private = path.is_relative_to(tmp_path / "private")
        assert bits == (0o700 if path.is_dir() else 0o600) if private else bits in (0o755, 0o644), path
    assert not any(b"PRIVATE" in path.read_bytes() for path in (tmp_path / "public").rglob("*") if path.is_file())


def test_a_new_key_signs_beside_the_old_one_until_that_is_retired(storage: Storage) -> None:
    log_of(4, storage)
    first = read_keys(storage)
    both = with_new_key(first, bytes([9]) * 32)
    old, new = (key.verifier for key in both)
    with open_log(storage) as log:
        log.rotate(both)
        for known in ([old], [new]):
            assert fsck(storage, known).signed.head.size == 4
        log.append([b"during the change"])
        for known in ([old], [new], [old, new]):
            assert fsck(storage, known).signed.head.size == 5
        before = log.signed.head
        log.rotate(without_key(both, old.id.hex()))
        after = log.append([b"after it"])
    with pytest.raises(IntegrityError, match="no known key signed"):
        fsck(storage, [old])
    assert fsck(storage, [new]).signed.head.size == 6
    reader = Reader(storage, [new])
    verify_consistency(before.size, before.root, after.size, reader.signed.head.root, reader.consistency(before.size))
    with open_log(storage) as log:
        assert log.append([b"the new key is enough"]).size == 7


def test_a_ring_that_shares_no_key_with_the_old_one_is_refused(storage: Storage) -> None:
    log_of(1, storage)
    ring = with_new_key(read_keys(storage), bytes([9]) * 32)
    with open_log(storage) as log, pytest.raises(UsageError, match="shares a key"):
        log.rotate(ring[1:])


def test_the_last_key_is_not_retired_and_an_unknown_one_is_named(storage: Storage) -> None:
    log_of(1, storage)
    keys = read_keys(storage)
    with pytest.raises(UsageError, match="last key"):
        without_key(keys, keys[0].verifier.id.hex())
    with pytest.raises(UsageError, match="no key with the id 00000000"):
        without_key(keys, "00000000")


@pytest.mark.parametrize("torn", [False, True], ids=["before", "after"])
def test_a_change_of_keys_that_is_cut_off_anywhere_leaves_a_log_that_opens(torn: bool) -> None:
    for operation in range(1, 40):
        storage = FaultyStorage()
        log_of(4, storage)
        ring = with_new_key(read_keys(storage), bytes([9]) * 32)
        for keys in (ring, ring[1:]):
            storage.torn, storage.operations, storage.fail_at = torn, 0, operation
            try:
                with open_log(storage) as log:
                    log.rotate(keys)
            except UnavailableError:
                pass
            storage.fail_at = -1
            with open_log(storage) as log:
                log.append([b"x"])
            fsck(storage, verifier_keys(storage))
            if read_keys(storage) != keys:
                break


def test_memory_does_not_grow_with_the_log() -> None:
    storage = log_of(70_000)
    with open_log(storage) as log:
        log.append(entries(70_000, 10))
        state = log._state
    assert state is not None
    assert sum(len(level) for level in state.edge._levels) <= 255 * 3
    assert len(state.bundle) < 256
