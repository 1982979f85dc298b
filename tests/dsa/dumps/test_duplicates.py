"""Shared identifiers: exact, whatever went to disk."""

import os
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waarmerk.dsa.dumps import duplicates
from waarmerk.dsa.dumps.duplicates import Duplicates
from waarmerk.errors import UnavailableError

ONE = str(uuid.UUID(int=1 << 120 | 7))


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), max_size=60), st.integers(1, 400))
@settings(max_examples=50)
def test_every_later_row_of_an_identifier_is_told_with_whether_it_is_the_same(
    rows: list[tuple[int, int]], flush: int
) -> None:
    expected: list[tuple[int, bool]] = []
    first: dict[int, int] = {}
    for line, (identifier, row_hash) in enumerate(rows):
        if identifier in first:
            expected.append((line, first[identifier] == row_hash))
        first.setdefault(identifier, row_hash)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "_FLUSH", flush)
        kept = Duplicates()
        for line, (identifier, row_hash) in enumerate(rows):
            kept.add(str(uuid.UUID(int=identifier << 117)), row_hash, 0, 0, line)
        found = sorted((shared.line, shared.same) for shared in kept.shared())
        kept.close()
    assert found == expected


def test_an_identifier_is_given_back_as_it_stood() -> None:
    kept = Duplicates()
    kept.add(ONE, -5, 3, 4, 2**40)
    kept.add(ONE, 6, 3, 4, 2**40 + 1)
    (shared,) = kept.shared()
    assert (shared.uuid, shared.same, shared.platform, shared.file, shared.line) == (ONE, False, 3, 4, 2**40 + 1)


def test_identifiers_that_are_no_uuid_are_told_apart_too() -> None:
    kept = Duplicates()
    for text in ("a", "b", "a", "\ud800", ""):
        kept.add(text, 1, 0, 0, 0)
    assert len(list(kept.shared())) == 1


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_FLUSH", 1)
    monkeypatch.setattr(duplicates.tempfile, "TemporaryFile", lambda: open("/dev/full", "wb", buffering=0))  # noqa: PTH123, SIM115
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    kept = Duplicates()
    with pytest.raises(UnavailableError, match="took no more rows"):
        kept.add(ONE, 1, 0, 0, 0)
