"""Proofs made from tiles, and checked by those who have nothing but the key."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.record.log.logs import entries, log_of, verifier_keys
from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.merkle import leaf_hash, root_hash, verify_consistency
from waarmerk.record.log.note import parse_note
from waarmerk.record.log.proof import InclusionProof, parse_proof, verify_proof
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import MemoryStorage

SIZE = 70_000
LARGE = log_of(SIZE)
KEYS = verifier_keys(LARGE)
READER = Reader(LARGE, KEYS)
LEAVES = [leaf_hash(entry) for entry in entries(0, SIZE)]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, SIZE - 1))
def test_every_entry_of_a_large_log_is_proved_by_a_text_that_reads_back(index: int) -> None:
    proof = READER.prove(index)
    assert proof.entry == b"entry %d" % index
    assert parse_proof(proof.data) == proof
    assert verify_proof(parse_proof(proof.data), KEYS).head == READER.signed.head


@settings(max_examples=25, deadline=None)
@given(st.integers(1, SIZE))
def test_every_earlier_size_is_proved_to_be_its_beginning(old: int) -> None:
    root = root_hash(LEAVES[:old])
    assert READER.root_at(old) == root
    verify_consistency(old, root, SIZE, READER.signed.head.root, READER.consistency(old))


def test_an_entry_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(InputError, match="no entry 70000 in a log of 70000"):
        READER.prove(SIZE)


def test_another_entry_is_not_what_was_proved() -> None:
    with pytest.raises(IntegrityError, match="does not lead to the root"):
        verify_proof(READER.prove(5), KEYS, b"entry 6")


def test_every_flipped_bit_of_a_proof_is_found() -> None:
    storage = log_of(6)
    keys = verifier_keys(storage)
    data = Reader(storage, keys).prove(3).data
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((InputError, IntegrityError)):
            verify_proof(parse_proof(bytes(flipped)), keys)


def test_a_proof_of_another_tree_is_refused() -> None:
    other = Reader(log_of(SIZE - 1), KEYS).prove(5)
    mixed = InclusionProof(5, other.hashes, READER.signed.note.data, b"entry 5")
    with pytest.raises(IntegrityError):
        verify_proof(mixed, KEYS)


def test_a_proof_about_an_entry_that_the_checkpoint_does_not_have_is_refused() -> None:
    proof = READER.prove(5)
    with pytest.raises(IntegrityError, match="about entry 70000, the checkpoint has 70000 entries"):
        verify_proof(InclusionProof(SIZE, proof.hashes, proof.checkpoint, b""), KEYS)


def test_a_proof_without_its_entry_asks_for_it_and_takes_it_from_elsewhere() -> None:
    proof = READER.prove(5)
    bare = parse_proof(InclusionProof(5, proof.hashes, proof.checkpoint).data)
    assert bare.entry is None
    with pytest.raises(UsageError, match="does not carry its entry"):
        verify_proof(bare, KEYS)
    assert verify_proof(bare, KEYS, b"entry 5").head.size == SIZE
    with pytest.raises(UsageError, match="verifier key"):
        verify_proof(proof, [])


@pytest.mark.parametrize(
    ("bend", "what"),
    [
        (lambda text: text.replace("@v1", "@v2"), "begins with the line"),
        (lambda text: text.replace("\n\n", "\n"), "begins with the line"),
        (lambda text: text.replace("index 5", "index 05"), "`index`"),
        (lambda text: text.replace("index 5", "index"), "`index`"),
        (lambda text: text.replace("extra ", "extra !"), "not base64"),
        (lambda text: text.replace("index 5\n", "index 5\n" + (encode(bytes(32)) + "\n") * 60), "at most 63"),
        (lambda text: text.replace("index 5\n", "index 5\nAAA\n"), "at most 63 hashes, each in base64"),
        (lambda text: text.replace("index", "indé"), "ASCII"),
        (lambda text: text + "x" * (1 << 21), "above the limit"),
    ],
)
def test_a_broken_proof_is_refused_saying_what_is_broken(bend, what: str) -> None:
    text = READER.prove(5).data.decode()
    assert bend(text) != text
    with pytest.raises(InputError, match=what):
        parse_proof(bend(text).encode())


def test_a_log_whose_files_were_changed_gives_out_no_proof() -> None:
    storage = log_of(300)
    assert isinstance(storage, MemoryStorage)
    keys = verifier_keys(storage)
    for path, index in (("public/tile/0/000", 254), ("public/tile/entries/000", 255)):
        data = storage.content[path]
        storage.content[path] = data[:-6] + b"change"
        with pytest.raises(IntegrityError, match=f"do not prove entry {index}"):
            Reader(storage, keys).prove(index)
        storage.content[path] = data[:-1]
        with pytest.raises(IntegrityError):
            Reader(storage, keys).prove(index)
        storage.content[path] = data


def test_a_reader_of_an_older_checkpoint_reads_on_while_the_log_grows() -> None:
    storage = log_of(300)
    keys = verifier_keys(storage)
    reader = Reader(storage, keys)
    with open_log(storage) as log:
        log.append(entries(300, 400))
    for index in random.Random(3).sample(range(300), 30):
        assert verify_proof(reader.prove(index), keys).head.size == 300


def test_the_checkpoint_in_a_proof_is_the_logs_to_the_byte() -> None:
    assert parse_note(READER.prove(0).checkpoint).data == READER.signed.note.data


def test_a_later_log_extends_every_earlier_one_and_another_history_none() -> None:
    for size in (0, 1, 255, 256, 300):
        READER.check_extends(Reader(log_of(size), KEYS).signed)
    storage = log_of(0)
    with open_log(storage) as log:
        log.append(entries(7, 300))
    other = Reader(storage, KEYS).signed
    with pytest.raises(IntegrityError, match="another root for its first 300 entries") as error:
        READER.check_extends(other)
    assert error.value.evidence == (other.note.data, READER.signed.note.data)
    with pytest.raises(IntegrityError, match="had 70000 entries and has 300 now") as error:
        Reader(log_of(300), KEYS).check_extends(READER.signed)
    assert error.value.evidence[0] == READER.signed.note.data
