"""The salted commitment and the canonical form beneath it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical, commitment


def test_a_commitment_is_the_hash_of_zero_salt_and_event() -> None:
    salt, event = bytes(range(32)), b'{"a":1}'
    assert commitment(salt, event) == hashlib.sha256(b"\x00" + salt + event).digest()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_two_salts_give_two_commitments_of_one_event(one: bytes, other: bytes, event: bytes) -> None:
    assert (commitment(one, event) == commitment(other, event)) == (one == other)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(InputError, match="32 bytes"):
        commitment(bytes(size), b"{}")


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    # The example of RFC 8785 section 3.2.2.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [2**53, float("nan"), float("inf"), {1: 2}, "\ud800", {"a": b"x"}], ids=repr)
def test_a_value_without_a_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="no canonical JSON"):
        canonical(value)
