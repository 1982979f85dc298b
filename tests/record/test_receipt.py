"""Receipts: made, verified offline, every changed bit found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.making import Record
from waarmerk.errors import InputError, IntegrityError, WaarmerkError
from waarmerk.record.commitment import canonical
from waarmerk.record.log.keys import COSIGNATURE, signing_key
from waarmerk.record.log.note import parse_note, signature_by
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.receipt import make_receipt, parse_receipt, verify_receipt
from waarmerk.record.steps import Trust, receipt_steps

RECORD = Record(40)


def receipt_of(record: Record, index: int) -> bytes:
    return make_receipt(Reader(record.storage, [record.key]), [record.key], record.events[index]).data


@pytest.mark.parametrize("index", range(0, 40, 3))
def test_a_receipt_is_verified_with_the_key_alone(index: int) -> None:
    data = receipt_of(RECORD, index)
    event, signed = verify_receipt(parse_receipt(data + b"\n"), [RECORD.key])
    assert (event.id, signed.head.size) == (f"{index:032x}", 40)
    assert parse_receipt(data).data == data


def test_every_flipped_bit_of_a_receipt_is_found() -> None:
    record = Record(3)
    data = receipt_of(record, 2)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WaarmerkError):
            verify_receipt(parse_receipt(bytes(changed)), [record.key])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda receipt: receipt | {"more": 1}, "not as its schema says"),
        (lambda receipt: receipt | {"schema": "waarmerk.receipt/2"}, "not as its schema says"),
        (lambda receipt: receipt | {"salt": "00"}, "64 hexadecimal digits"),
        (lambda receipt: receipt | {"salt": receipt["salt"].upper()}, "64 hexadecimal digits"),
        (lambda receipt: receipt | {"event": []}, "not as its schema says"),
        (
            lambda receipt: receipt | {"proof": receipt["proof"].replace("@v1\n", "@v1\nextra QUJD\n")},
            "its index, hashes and checkpoint, and nothing else",
        ),
        (lambda receipt: receipt | {"proof": "x"}, "a proof begins with"),
    ],
)
def test_a_receipt_that_is_not_as_its_schema_says_is_refused(change, match: str) -> None:
    receipt = json.loads(receipt_of(RECORD, 5))
    with pytest.raises(InputError, match=match):
        parse_receipt(canonical(change(receipt)))


def test_another_spelling_of_a_receipt_is_refused() -> None:
    data = receipt_of(RECORD, 5)
    for spelled in (json.dumps(json.loads(data)).encode(), data.replace(b'"salt"', b'"\\u0073alt"'), b" " + data):
        with pytest.raises(InputError, match="canonical form"):
            parse_receipt(spelled)
    with pytest.raises(InputError, match="'salt' stands twice"):
        parse_receipt(data.replace(b'"salt":', b'"salt":"","salt":'))
    with pytest.raises(InputError, match="above the limit"):
        parse_receipt(bytes(1 << 22))


def test_a_receipt_of_an_event_that_was_not_logged_is_never_made() -> None:
    log = Reader(RECORD.storage, [RECORD.key])
    wrong = type(RECORD.events[0])(3, RECORD.events[3].salt, RECORD.events[4].event)
    with pytest.raises(IntegrityError, match="does not lead to the root"):
        make_receipt(log, [RECORD.key], wrong)


def test_a_receipt_carries_the_cosignatures_and_a_verifier_can_ask_for_them() -> None:
    record = Record(5)
    witness = signing_key("witness.example/w", COSIGNATURE, bytes(32))
    with open_log(record.storage) as log:
        text = log.signed.head.text
        log.cosigned(text, [signature_by(witness, text, 1_700_000_000)])
    receipt = parse_receipt(receipt_of(record, 1))
    assert len(parse_note(receipt.proof.checkpoint).signatures) == 2
    steps = list(receipt_steps(receipt, Trust([record.key], [witness.verifier])))
    assert "witness.example/w cosigned" in steps[2].established
    stranger = signing_key("witness.example/other", COSIGNATURE, bytes(32)).verifier
    with pytest.raises(IntegrityError, match="0 of 1 witnesses"):
        list(receipt_steps(receipt, Trust([record.key], [stranger])))
    assert len(list(receipt_steps(receipt, Trust([record.key], [witness.verifier, stranger], quorum=1)))) == 4


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["schema", "event", "salt"]), inner),
)


@given(
    st.binary() | JSONS.map(lambda value: json.dumps(value).encode()) | st.integers(1, 5000).map(lambda n: b"[" * n)
)
def test_whatever_is_given_as_a_receipt_ends_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        parse_receipt(data)
    assert refused.value.message
