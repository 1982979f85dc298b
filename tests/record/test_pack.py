"""Packs: several receipts in one text, each verified as it is."""

import json

import pytest

from tests.record.making import Record
from tests.record.test_receipt import receipt_of
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.commitment import canonical
from waarmerk.record.pack import make_pack, parse_pack
from waarmerk.record.receipt import parse_receipt, verify_receipt

RECORD = Record(12)
RECEIPTS = [parse_receipt(receipt_of(RECORD, index)) for index in (7, 2, 5)]


def test_a_pack_holds_its_receipts_in_the_order_of_the_log() -> None:
    found = parse_pack(make_pack(RECEIPTS) + b"\n")
    assert [each.proof.index for each in found] == [2, 5, 7]
    assert {verify_receipt(each, [RECORD.key])[0].id for each in found} == {f"{index:032x}" for index in (2, 5, 7)}
    assert make_pack(found) == make_pack(RECEIPTS)


def test_every_changed_byte_of_a_pack_is_found() -> None:
    data = make_pack(RECEIPTS[:2])
    for place in range(0, len(data), 7):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises((InputError, IntegrityError)):
            for each in parse_pack(bytes(changed)):
                verify_receipt(each, [RECORD.key])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda value: value.update(receipts=[]), "1 to 10000 receipts, not 0"),
        (lambda value: value["receipts"].append(value["receipts"][0]), "not in the order of the log"),
        (lambda value: value["receipts"].reverse(), "not in the order of the log"),
        (lambda value: value.update(more=1), "more"),
        (lambda value: value["receipts"][1].pop("salt"), "salt"),
    ],
)
def test_a_pack_that_is_not_as_its_schema_says_is_refused(change, sentence: str) -> None:
    value = json.loads(make_pack(RECEIPTS))
    change(value)
    with pytest.raises(InputError) as caught:
        parse_pack(canonical(value))
    assert sentence in caught.value.sentence()


def test_no_pack_is_made_of_nothing_or_of_one_receipt_twice() -> None:
    for given in ([], [RECEIPTS[0], RECEIPTS[0]]):
        with pytest.raises(InputError):
            make_pack(given)
