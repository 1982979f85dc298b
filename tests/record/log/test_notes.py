"""Keys, signed notes and checkpoints: known answers, and every way to bend them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.log.vectors import load
from waarmerk.errors import InputError, IntegrityError, UsageError, WaarmerkError
from waarmerk.record.log.base64 import decode, encode
from waarmerk.record.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from waarmerk.record.log.keys import (
    COSIGNATURE,
    ED25519,
    MLDSA_COSIGNATURE,
    VerifierKey,
    cosigned_at,
    parse_signing_key,
    parse_verifier_key,
    signing_key,
)
from waarmerk.record.log.merkle import EMPTY_ROOT
from waarmerk.record.log.mldsa import subtree_holds, subtree_message
from waarmerk.record.log.note import Note, open_note, parse_note, parse_signature, sign_note, signature_by

KNOWN = load("notes.json")
PETER = parse_signing_key(KNOWN["signing"][0]["signing_key"])
LOG = signing_key("example.com/log", ED25519, bytes(32))
OTHER = signing_key("example.com/log", ED25519, bytes([7]) * 32)
WITNESS = signing_key("witness.example/w1", COSIGNATURE, bytes([1]) * 32)
HEAD = Checkpoint("example.com/log", 5, bytes(range(32)))
SIGNED = sign_note(HEAD.text, [LOG], 0)


def test_the_known_key_signs_the_known_note_to_the_byte() -> None:
    known = KNOWN["signing"][0]
    assert PETER.text == known["signing_key"]
    assert PETER.verifier.text == known["verifier_key"]
    text, _, _ = known["note"].rpartition("\n\n")
    assert sign_note(text + "\n", [PETER], 0).decode() == known["note"]


@pytest.mark.parametrize("known", [*KNOWN["signing"], *KNOWN["verifying"]], ids=lambda known: known["verifier_key"])
def test_the_known_notes_open_with_their_keys(known: dict) -> None:
    key = parse_verifier_key(known["verifier_key"])
    note, signatures = open_note(known["note"].encode(), [key])
    assert list(signatures) == [key]
    assert note.data.decode() == known["note"]


@pytest.mark.parametrize("known", KNOWN["verifier_keys"], ids=lambda known: known["key"])
def test_verifier_keys_of_others_read_and_print_back(known: dict) -> None:
    key = parse_verifier_key(known["key"])
    assert (key.kind, key.text) == (known["kind"], known["key"])


@pytest.mark.parametrize("text", KNOWN["refused_keys"])
def test_a_key_that_does_not_fit_itself_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_verifier_key(text)


def test_a_verifier_key_with_any_part_cut_or_any_character_changed_is_refused() -> None:
    text = PETER.verifier.text
    for at in range(len(text)):
        for bent in (text[:at], text[at + 1 :], text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :]):
            with pytest.raises(InputError):
                parse_verifier_key(bent)


def test_a_signing_key_that_is_refused_is_not_repeated_in_the_error() -> None:
    secret = PETER.text.rpartition("+")[2]
    for bent in (
        PETER.text[:-1],
        PETER.text[1:],
        PETER.text[:-3] + "AAA",
        PETER.text.replace("c74f20a3", "00000000"),
    ):
        with pytest.raises(InputError) as error:
            parse_signing_key(bent)
        assert secret[:20] not in error.value.sentence()
    assert secret[:20] not in repr(PETER)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u2003b", "a\nb", "tab\t"])
def test_a_name_that_a_note_cannot_carry_makes_no_key(name: str) -> None:
    with pytest.raises(InputError, match="key name"):
        signing_key(name, ED25519, bytes(32))


@given(st.text(), st.binary(min_size=32, max_size=32), st.sampled_from([ED25519, COSIGNATURE]), st.integers(1, 9**9))
def test_what_a_key_signs_its_verifier_opens(name: str, seed: bytes, kind: int, time: int) -> None:
    try:
        key = signing_key(name, kind, seed)
        data = sign_note("text\n", [key], time)
    except InputError:
        return
    assert parse_verifier_key(key.verifier.text) == key.verifier
    assert parse_signing_key(key.text) == key
    assert list(open_note(data, [key.verifier])[1]) == [key.verifier]


def test_every_flipped_bit_of_a_signed_checkpoint_is_found() -> None:
    open_checkpoint(SIGNED, [LOG.verifier], "example.com/log")
    for bit in range(len(SIGNED) * 8):
        flipped = bytearray(SIGNED)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((InputError, IntegrityError)):
            open_checkpoint(bytes(flipped), [LOG.verifier], "example.com/log")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(WaarmerkError) as error:
        open_checkpoint(data, [LOG.verifier], "example.com/log")
    assert error.value.message


@given(st.text(alphabet="— \nab+0=example.com/log", max_size=80))
def test_text_that_looks_like_a_note_reads_back_or_is_refused(text: str) -> None:
    try:
        note = parse_note(text.encode())
    except InputError:
        return
    assert note.data.decode() == text


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xff\n\nx\n", "UTF-8; byte 0"),
        (b"a\x01b\n\nx\n", "control characters"),
        (b"a\r\n\r\nx\r\n", "control characters"),
        (b"text\n", "there is none"),
        (b"text\n\n", "cut short or missing"),
        ("text\n\n— name QUJDREVG".encode(), "cut short"),
        ("text\n\n— name QUJD\n".encode(), "`— name base64`"),
        ("text\n\n— na me QUJDREVG\n".encode(), "`— name base64`"),
        ("text\n\n— name QUJDREV=\n".encode(), "`— name base64`"),
        (b"text\n\n- name QUJDREVG\n", "`— name base64`"),
        ("text\n\n— name QUJDREVG\nmore\n".encode(), "`— name base64`"),
        (("text\n\n" + "— name QUJDREVG\n" * 101).encode(), "limit of 100"),
        (b"x" * (1 << 20) + b"\n", "above the limit"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_a_broken_note_is_refused_saying_what_is_broken(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        parse_note(data)


def test_a_broken_signature_line_is_named_by_its_number() -> None:
    with pytest.raises(InputError) as error:
        parse_note(SIGNED + b"broken\n")
    assert error.value.where == "line 6"


def test_base64_has_one_spelling() -> None:
    value = bytes(range(13))
    text = encode(value)
    same = text[:-3] + "B" + text[-2:]
    assert base64.b64decode(same) == value
    assert decode(text) == value
    assert decode(same) is None
    assert decode(text.rstrip("=")) is None
    assert decode(text + "\n") is None
    assert decode("é") is None


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = parse_note(SIGNED)
    same_name = signature_by(OTHER, HEAD.text, 0)
    same_id = type(same_name)("someone.else", LOG.verifier.id, bytes(64))
    data = Note(note.text, (same_name, same_id, *note.signatures)).data
    assert list(open_note(data, [LOG.verifier])[1]) == [LOG.verifier]


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    with pytest.raises(IntegrityError, match="no known key signed"):
        open_note(SIGNED, [OTHER.verifier])
    with pytest.raises(IntegrityError, match="no known key signed"):
        open_note(SIGNED, [])


def test_one_wrong_signature_of_a_known_key_condemns_the_note_beside_a_right_one() -> None:
    note = parse_note(SIGNED)
    wrong = type(note.signatures[0])(LOG.name, LOG.verifier.id, bytes(64))
    for lines in ((note.signatures[0], wrong), (wrong, note.signatures[0])):
        data = Note(note.text, lines).data
        with pytest.raises(IntegrityError, match="does not fit the text") as error:
            open_note(data, [LOG.verifier])
        assert error.value.evidence == (data,)


def test_during_a_change_of_keys_a_verifier_with_either_key_is_content() -> None:
    both = sign_note(HEAD.text, [LOG, OTHER], 0)
    for keys in ([LOG.verifier], [OTHER.verifier], [LOG.verifier, OTHER.verifier]):
        assert list(open_checkpoint(both, keys, "example.com/log").signatures) == keys


def test_two_keys_that_cannot_be_told_apart_are_refused() -> None:
    class Twin(VerifierKey):
        id = LOG.verifier.id  # type: ignore[assignment]

    twin = Twin(LOG.name, ED25519, OTHER.verifier.public)
    with pytest.raises(UsageError, match="two different keys"):
        open_note(SIGNED, [LOG.verifier, twin])


def test_a_cosignature_holds_over_its_time_and_the_whole_text() -> None:
    data = sign_note(HEAD.text, [LOG, WITNESS], 1679315147)
    signed = open_checkpoint(data, [LOG.verifier], "example.com/log")
    assert signed.cosigned_by([WITNESS.verifier]) == [WITNESS.verifier]
    line = signed.note.signatures[1]
    assert cosigned_at(line.value) == 1679315147
    message = b"cosignature/v1\ntime 1679315147\n" + HEAD.text.encode()
    ed25519 = signing_key("x", ED25519, WITNESS.seed).verifier
    assert ed25519.holds(message, line.value[8:])
    later = (1679315148).to_bytes(8, "big") + line.value[8:]
    assert not WITNESS.verifier.holds(HEAD.text.encode(), later)
    assert not WITNESS.verifier.holds((HEAD.text + "extension\n").encode(), line.value)


@pytest.mark.parametrize("time", [0, 2**63])
def test_a_cosignature_without_a_time_does_not_hold(time: int) -> None:
    assert not WITNESS.verifier.holds(b"text\n", WITNESS.sign(b"text\n", time))


MLDSA_WITNESS = signing_key("witness.example/w1", MLDSA_COSIGNATURE, bytes([2]) * 32)


def test_the_known_ml_dsa_signature_of_a_subtree_holds_and_over_nothing_else() -> None:
    known = KNOWN["mldsa_subtree"]
    key = parse_verifier_key(known["verifier_key"])
    assert key.text == known["verifier_key"]
    line = parse_signature(known["line"], "line 1")
    assert (line.name, line.key_id, cosigned_at(line.value)) == (key.name, key.id, known["time"])
    place = [known["time"], known["origin"], known["start"], known["end"]]
    root = decode(known["root"])
    assert root is not None
    message = subtree_message(key.name, *place, root)
    assert message is not None
    assert subtree_holds(key.public, message, line.value[8:])
    for other in (subtree_message("other", *place, root), subtree_message(key.name, *place, bytes(32))):
        assert other is not None
        assert not subtree_holds(key.public, other, line.value[8:])


def test_an_ml_dsa_cosignature_holds_over_name_time_and_head_and_not_over_extensions() -> None:
    key = MLDSA_WITNESS.verifier
    assert parse_verifier_key(key.text) == key
    assert parse_signing_key(MLDSA_WITNESS.text) == MLDSA_WITNESS
    signature = MLDSA_WITNESS.sign(HEAD.text.encode(), 1679315147)
    assert len(signature) == 2428
    assert key.holds(HEAD.text.encode(), signature)
    assert key.holds((HEAD.text + "extension\n").encode(), signature)
    assert not VerifierKey("other", key.kind, key.public).holds(HEAD.text.encode(), signature)
    assert not key.holds(HEAD.text.replace("\n5\n", "\n6\n").encode(), signature)
    for time in (0, 1679315148, 2**63):
        assert not key.holds(HEAD.text.encode(), time.to_bytes(8, "big") + signature[8:])
    for text in (b"note\n", b"a\nb\nc\n", b"log\n" + b"9" * 5000 + b"\n" + encode(bytes(32)).encode() + b"\n"):
        assert not key.holds(text, signature)
    with pytest.raises(InputError, match="only checkpoints"):
        sign_note("text\n", [MLDSA_WITNESS], 1)


def test_a_checkpoint_carries_both_kinds_of_cosignature() -> None:
    data = sign_note(HEAD.text, [LOG, WITNESS, MLDSA_WITNESS], 1679315147)
    keys = [WITNESS.verifier, MLDSA_WITNESS.verifier]
    assert open_checkpoint(data, [LOG.verifier], "example.com/log").cosigned_by(keys) == keys


def test_the_time_of_a_known_cosignature_is_read() -> None:
    known = KNOWN["cosigned_at"]
    assert cosigned_at(base64.b64decode(known["line"])[4:]) == known["time"]


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1), max_size=2),
)
def test_a_checkpoint_reads_back(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    head = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(head.text) == head


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("origin\n5\n", "three lines"),
        ("origin\n5\nAAAA", "three lines"),
        ("\n5\n" + encode(bytes(32)) + "\n", "empty"),
        ("origin\n05\n" + encode(bytes(32)) + "\n", "without zeros in front"),
        ("origin\n-1\n" + encode(bytes(32)) + "\n", "without zeros in front"),
        ("origin\n９\n" + encode(bytes(32)) + "\n", "without zeros in front"),
        ("origin\n9223372036854775808\n" + encode(bytes(32)) + "\n", "without zeros in front"),
        ("origin\n" + "9" * 5000 + "\n" + encode(bytes(32)) + "\n", "without zeros in front"),
        ("origin\n5\n" + encode(bytes(31)) + "\n", "32 bytes"),
        ("origin\n5\n" + encode(bytes(32)) + "\n\nmore\n", "empty"),
    ],
)
def test_a_broken_checkpoint_is_refused_saying_what_is_broken(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        parse_checkpoint(text)


def test_an_empty_log_has_a_checkpoint() -> None:
    head = Checkpoint("example.com/log", 0, EMPTY_ROOT)
    assert parse_checkpoint(head.text) == head


def test_the_checkpoint_of_another_log_is_refused_even_with_the_right_key() -> None:
    data = sign_note(Checkpoint("example.com/other", 5, bytes(32)).text, [LOG], 0)
    with pytest.raises(IntegrityError, match=r"of the log example\.com/other, expected example\.com/log"):
        open_checkpoint(data, [LOG.verifier], "example.com/log")
