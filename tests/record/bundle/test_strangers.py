"""What somebody wrote who has only the page on the format, is verified."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.bundle import stranger
from waarmerk.record.bundle.manifest import parse_line, print_line
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.receipt import parse_receipt, verify_receipt
from waarmerk.record.steps import Trust, bundle_steps
from waarmerk.record.store import Stored

KEY = parse_verifier_key(stranger.verifier_key())


@pytest.mark.parametrize(("first", "end"), [(0, 300), (65_400, 65_700), (65_999, 66_000), (500, 501)])
def test_a_strangers_bundle_of_a_log_of_three_levels_verifies(tmp_path: Path, first: int, end: int) -> None:
    with open_bundle(stranger.bundle(tmp_path / "b.zip", first, end)) as bundle:
        steps = list(bundle_steps(bundle, Trust([KEY])))
    assert f"{end - first} of {end - first} are here" in steps[4].established


@pytest.mark.parametrize("index", [0, 65_535, 65_536, 65_999])
def test_a_strangers_receipt_verifies(index: int) -> None:
    found, signed = verify_receipt(parse_receipt(stranger.receipt(index)), [KEY])
    assert (found.n, signed.head.size) == (index + 1, stranger.SIZE)


@given(
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5),
)
def test_a_line_reads_back_as_it_was_printed_whatever_the_event(index: int, salt: bytes, value: object) -> None:
    stored = Stored(index, salt, json.dumps({"x": value, "index": 1, "salt": "s"}).encode())
    assert parse_line(print_line(stored), 1) == stored
