"""The witness protocol: every status, forks, storage that fails, and a log that collects cosignatures."""

import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.record.log.faulty import FaultyStorage
from tests.record.log.logs import ORIGIN, entries, log_of, verifier_keys
from waarmerk.errors import InputError, IntegrityError, UnavailableError
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.checkpoint import Checkpoint, open_checkpoint
from waarmerk.record.log.cosign import cosign
from waarmerk.record.log.keyring import read_keys, with_new_key
from waarmerk.record.log.keys import COSIGNATURE, ED25519, cosigned_at, signing_key
from waarmerk.record.log.merkle import EMPTY_ROOT
from waarmerk.record.log.note import Note, parse_note, sign_note, verified
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.sites import WitnessSite
from waarmerk.record.log.storage import MemoryStorage, Storage
from waarmerk.record.log.witness import ForkError, RefusalError, Request, Witness

KEY = signing_key("witness.example/w1", COSIGNATURE, bytes([3]) * 32)
LOG_KEY = read_keys(log_of(0))[0]
NOW = 1_700_000_000


def witness_of(storage: Storage | None = None) -> Witness:
    storage = MemoryStorage() if storage is None else storage
    return Witness(storage, KEY, {ORIGIN: [LOG_KEY.verifier]}, lambda: NOW)


def reader_of(size: int, first: int = 0) -> Reader:
    """A log of `size` entries counted from `first`: another `first` is another history."""
    storage = log_of(0)
    with open_log(storage) as log:
        log.append(entries(first, size))
    return Reader(storage, verifier_keys(storage))


def request_of(reader: Reader, old: int) -> Request:
    return Request(old, reader.consistency(old), reader.signed.note.data)


def seen(witness: Witness, size: int) -> Reader:
    """The witness has cosigned a log of this size."""
    reader = reader_of(size)
    witness.add_checkpoint(request_of(reader, 0).data)
    return reader


def refused(witness: Witness, request: Request | bytes) -> RefusalError:
    with pytest.raises(RefusalError) as refusal:
        witness.add_checkpoint(request if isinstance(request, bytes) else request.data)
    return refusal.value


def test_a_checkpoint_that_continues_the_last_is_cosigned_at_the_witnesss_time() -> None:
    witness = witness_of()
    old = 0
    for size in (3, 3, 300, 1000):
        reader = reader_of(size)
        line = witness.add_checkpoint(request_of(reader, old).data)
        note = Note(reader.signed.note.text, parse_note(reader.signed.note.data + line).signatures)
        assert cosigned_at(verified(note, [KEY.verifier])[KEY.verifier].value) == NOW
        old = size


def test_a_monitor_gets_the_last_checkpoint_with_both_signatures() -> None:
    witness = witness_of()
    name = sha256(ORIGIN.encode()).hexdigest()
    assert witness.checkpoint(name) is None
    reader = seen(witness, 5)
    data = witness.checkpoint(name)
    assert data is not None
    signed = open_checkpoint(data, [LOG_KEY.verifier], ORIGIN)
    assert signed.head == reader.signed.head
    assert signed.cosigned_by([KEY.verifier]) == [KEY.verifier]
    assert witness.checkpoint(sha256(b"another").hexdigest()) is None


def test_an_unknown_origin_is_404() -> None:
    other = sign_note(Checkpoint("example.com/other", 1, bytes(32)).text, [LOG_KEY], 0)
    assert refused(witness_of(), Request(0, (), other)).status == 404


def test_a_signature_that_is_missing_or_fails_is_403() -> None:
    head = reader_of(2).signed.head
    stranger = signing_key(ORIGIN, ED25519, bytes([9]) * 32)
    assert refused(witness_of(), Request(0, (), sign_note(head.text, [stranger], 0))).status == 403
    good = parse_note(sign_note(head.text, [LOG_KEY], 0))
    bad = type(good.signatures[0])(ORIGIN, LOG_KEY.verifier.id, bytes(64))
    assert refused(witness_of(), Request(0, (), Note(good.text, (*good.signatures, bad)).data)).status == 403


def test_signatures_of_unknown_keys_beside_the_trusted_one_are_passed_over() -> None:
    head = reader_of(2).signed.head
    stranger = signing_key(ORIGIN, ED25519, bytes([9]) * 32)
    witness = witness_of()
    assert witness.add_checkpoint(Request(0, (), sign_note(head.text, [stranger, LOG_KEY], 0)).data)
    kept = witness.checkpoint(sha256(ORIGIN.encode()).hexdigest())
    assert kept is not None
    assert stranger.verifier.id not in [line.key_id for line in parse_note(kept).signatures]


def test_an_old_size_above_the_new_one_is_400() -> None:
    witness = witness_of()
    seen(witness, 5)
    assert refused(witness, Request(5, (), reader_of(3).signed.note.data)).status == 400


def test_an_old_size_that_is_not_the_last_one_is_409_and_the_answer_is_that_size() -> None:
    witness = witness_of()
    refusal = refused(witness, Request(2, (), reader_of(3).signed.note.data))
    assert (refusal.status, refusal.size) == (409, 0)
    seen(witness, 5)
    refusal = refused(witness, request_of(reader_of(9), 4))
    assert (refusal.status, refusal.size) == (409, 5)
    answer = WitnessSite(witness).answer("POST", "/add-checkpoint", request_of(reader_of(9), 0).data)
    assert (answer.status, answer.body, answer.content_type) == (409, b"5\n", "text/x.tlog.size")


def test_a_smaller_log_than_the_one_cosigned_is_not_cosigned() -> None:
    witness = witness_of()
    seen(witness, 5)
    assert refused(witness, request_of(reader_of(3), 0)).status == 409
    assert refused(witness, request_of(reader_of(3), 3)).status == 409


def test_a_proof_from_the_empty_log_is_422() -> None:
    assert refused(witness_of(), Request(0, (bytes(32),), reader_of(3).signed.note.data)).status == 422


def test_an_empty_log_is_cosigned_with_the_root_of_nothing_alone() -> None:
    witness = witness_of()
    right = sign_note(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text, [LOG_KEY], 0)
    wrong = sign_note(Checkpoint(ORIGIN, 0, bytes(32)).text, [LOG_KEY], 0)
    site = WitnessSite(witness)
    assert site.answer("POST", "/add-checkpoint", Request(0, (), wrong).data).status == 422
    assert site.answer("POST", "/add-checkpoint", Request(0, (), right).data).status == 200
    assert site.answer("POST", "/add-checkpoint", request_of(reader_of(2), 0).data).status == 200


def test_the_same_size_with_another_root_is_a_fork_and_both_checkpoints_are_the_evidence() -> None:
    storage = MemoryStorage()
    witness = witness_of(storage)
    known, forked = seen(witness, 5), reader_of(5, first=100)
    with pytest.raises(ForkError, match="two different roots for 5 entries") as error:
        witness.add_checkpoint(Request(5, (), forked.signed.note.data).data)
    heads = [open_checkpoint(data, [LOG_KEY.verifier], ORIGIN).head for data in error.value.evidence]
    assert heads == [known.signed.head, forked.signed.head]
    assert error.value.exit_code == 4
    kept = storage.content[f"private/forks/{sha256(ORIGIN.encode()).hexdigest()}"]
    assert all(data in kept for data in error.value.evidence)
    answer = WitnessSite(witness).answer("POST", "/add-checkpoint", Request(5, (), forked.signed.note.data).data)
    assert answer.status == 422
    assert witness.add_checkpoint(request_of(known, 5).data), "the known history is still cosigned"


def test_a_fork_is_kept_as_evidence_also_where_the_old_size_is_not_the_last_one() -> None:
    storage = MemoryStorage()
    witness = witness_of(storage)
    seen(witness, 5)
    assert refused(witness, Request(0, (), reader_of(5, first=100).signed.note.data)).status == 409
    assert [path for path in storage.content if path.startswith("private/forks/")]


def test_a_log_that_rewrote_its_past_is_refused_with_both_checkpoints() -> None:
    witness = witness_of()
    known, rewritten = seen(witness, 5), reader_of(9, first=100)
    with pytest.raises(ForkError, match="does not begin with the log of 5") as error:
        witness.add_checkpoint(request_of(rewritten, 5).data)
    heads = [open_checkpoint(data, [LOG_KEY.verifier], ORIGIN).head for data in error.value.evidence]
    assert heads == [known.signed.head, rewritten.signed.head]
    with pytest.raises(ForkError):
        witness.add_checkpoint(Request(5, (), reader_of(9).signed.note.data).data)


@pytest.mark.parametrize(
    "bend",
    [
        lambda body: b"",
        lambda body: b"\n" + body,
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"new 0"),
        lambda body: body.replace(b"\n\n", b"\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nnot base64\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + (encode(bytes(32)) + "\n").encode() * 64),
        lambda body: body[:-5],
        lambda body: body + b"\xff",
        lambda body: bytes(1000),
    ],
)
def test_a_request_that_cannot_be_read_is_400(bend: Callable[[bytes], bytes]) -> None:
    body = request_of(reader_of(3), 0).data
    assert refused(witness_of(), bend(body)).status == 400


def test_a_request_reads_back() -> None:
    request = request_of(reader_of(300), 7)
    assert Request.parse(request.data) == request


def test_during_a_change_of_keys_either_key_is_enough() -> None:
    storage = log_of(3)
    ring = with_new_key(read_keys(storage), bytes([9]) * 32)
    with open_log(storage) as log:
        log.rotate(ring)
    data = Reader(storage, verifier_keys(storage)).signed.note.data
    for key in ring:
        witness = Witness(MemoryStorage(), KEY, {ORIGIN: [key.verifier]}, lambda: NOW)
        assert witness.add_checkpoint(Request(0, (), data).data)


@pytest.mark.parametrize("torn", [False, True], ids=["before", "after"])
def test_a_witness_whose_storage_fails_gives_no_cosignature_and_never_cosigns_a_fork_after(torn: bool) -> None:
    for operation in range(1, 6):
        storage = FaultyStorage()
        witness = witness_of(storage)
        seen(witness, 5)
        storage.torn, storage.operations, storage.fail_at = torn, 0, operation
        forked = Request(5, (), reader_of(5, first=100).signed.note.data)
        body = request_of(reader_of(9), 5).data
        with pytest.raises((UnavailableError, ForkError)):
            witness.add_checkpoint(forked.data if operation > 2 else body)
        storage.fail_at = -1
        again = witness_of(storage)
        with pytest.raises((RefusalError, ForkError)):
            again.add_checkpoint(Request(5, (), reader_of(9, first=100).signed.note.data).data)
        with pytest.raises((RefusalError, ForkError)):
            again.add_checkpoint(forked.data)


def test_of_two_checkpoints_at_the_same_time_one_is_cosigned_and_the_other_told_its_size() -> None:
    witness = witness_of()
    bodies = [request_of(reader_of(size), 0).data for size in (10, 20, 30, 40)]
    answers: list[int] = []

    def submit(body: bytes) -> None:
        answers.append(WitnessSite(witness).answer("POST", "/add-checkpoint", body).status)

    threads = [threading.Thread(target=submit, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


def test_a_witness_that_starts_again_remembers_what_it_cosigned(tmp_path: Path) -> None:
    seen(witness_of(PosixStorage(tmp_path)), 5)
    again = witness_of(PosixStorage(tmp_path))
    assert refused(again, request_of(reader_of(9), 0)).size == 5
    assert again.add_checkpoint(request_of(reader_of(9), 5).data)


def test_a_witness_whose_memory_was_tampered_with_cosigns_nothing() -> None:
    storage = MemoryStorage()
    witness = witness_of(storage)
    seen(witness, 5)
    path = f"public/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    storage.content[path] = storage.content[path].replace(b"\n5\n", b"\n3\n")
    with pytest.raises(IntegrityError):
        witness.add_checkpoint(request_of(reader_of(9), 3).data)
    assert WitnessSite(witness).answer("POST", "/add-checkpoint", request_of(reader_of(9), 3).data).status == 503


def posting(witness: Witness) -> Callable[[bytes], tuple[int, bytes]]:
    def post(body: bytes) -> tuple[int, bytes]:
        answer = WitnessSite(witness).answer("POST", "/add-checkpoint", body)
        return answer.status, answer.body

    return post


def test_a_log_collects_cosignatures_without_knowing_what_the_witness_saw() -> None:
    witness, storage = witness_of(), log_of(3)
    with open_log(storage) as log:
        for more in (0, 300, 5):
            log.append(entries(1000, more))
            reader = Reader(storage, verifier_keys(storage))
            log.cosigned(reader.signed.head.text, cosign(reader, [KEY.verifier], posting(witness)))
            published = Reader(storage, verifier_keys(storage)).signed
            assert published.head == reader.signed.head
            assert published.cosigned_by([KEY.verifier]) == [KEY.verifier]
        text = reader.signed.head.text
        log.append([b"grown"])
        with pytest.raises(UnavailableError, match="has grown since"):
            log.cosigned(text, cosign(reader, [KEY.verifier], posting(witness)))


def test_a_witness_that_saw_more_than_the_log_has_or_another_history_is_an_alarm() -> None:
    witness = witness_of()
    seen(witness, 9)
    with pytest.raises(IntegrityError, match="cosigned 9 entries of this log, which has 5"):
        cosign(reader_of(5), [KEY.verifier], posting(witness))
    with pytest.raises(IntegrityError, match="another history"):
        cosign(reader_of(12, first=100), [KEY.verifier], posting(witness))


@pytest.mark.parametrize(
    ("status", "body", "error", "what"),
    [
        (200, b"", InputError, "cut short"),
        (200, b"nonsense\n", InputError, "`— name base64`"),
        (200, "— witness.example/w1 QUJDREVG\n".encode(), IntegrityError, "not signed by the key"),
        (404, b"who?\n", InputError, "answered 404: who?"),
        (500, b"", InputError, "answered 500: nothing more"),
        (409, b"x\n", InputError, "without saying what it saw"),
        (409, b"0\n", InputError, "without saying what it saw"),
        (409, b"9" * 5000, InputError, "without saying what it saw"),
    ],
)
def test_an_answer_that_is_no_cosignature_is_refused(
    status: int, body: bytes, error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        cosign(reader_of(5), [KEY.verifier], lambda _: (status, body))


def test_a_witness_that_keeps_moving_is_left_for_later() -> None:
    sizes = iter([b"1\n", b"2\n", b"3\n"])
    with pytest.raises(UnavailableError, match="meanwhile"):
        cosign(reader_of(5), [KEY.verifier], lambda _: (409, next(sizes)))
