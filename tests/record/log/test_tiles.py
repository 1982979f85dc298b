"""Paths, widths and bundles as tlog-tiles has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import InputError
from waarmerk.record.log.tiles import (
    ENTRIES,
    WIDTH,
    Place,
    pack_bundle,
    parse_path,
    places_of,
    unpack_bundle,
    width_at,
)

places = st.builds(
    Place, st.integers(ENTRIES, 63), st.one_of(st.integers(0, 2000), st.integers(0, 2**62)), st.integers(1, WIDTH)
)


def test_the_example_of_the_specification_has_its_path() -> None:
    assert Place(0, 1234067).path == "tile/0/x001/x234/067"
    assert Place(ENTRIES, 5, 7).path == "tile/entries/005.p/7"


def test_a_log_of_70000_has_the_tiles_of_the_specifications_example() -> None:
    counted: dict[tuple[int, int], int] = {}
    for place in places_of(70_000):
        counted[place.level, place.width] = counted.get((place.level, place.width), 0) + 1
    assert counted == {
        (ENTRIES, 256): 273,
        (ENTRIES, 112): 1,
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }


def test_a_log_of_256_has_a_full_tile_and_one_hash_above() -> None:
    assert [(place.level, place.width) for place in places_of(256)] == [(ENTRIES, 256), (0, 256), (1, 1)]


def test_an_empty_log_has_no_tiles() -> None:
    assert list(places_of(0)) == []


@given(places)
def test_a_path_reads_back_as_its_place(place: Place) -> None:
    assert parse_path(place.path) == place


@given(st.integers(0, 10**7), st.integers(ENTRIES, 5), st.integers(0, 10**5))
def test_a_width_is_what_the_specification_computes(size: int, level: int, index: int) -> None:
    hashes = size // 256 ** max(level, 0)
    expected = 256 if index < hashes // 256 else hashes % 256 if index == hashes // 256 else 0
    assert width_at(size, level, index) == expected


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001.p/256",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/-1/001",
        "tile/entries",
        "tile/0/../0/001",
        "tile/0/００1",
        "tile/0/001\n",
        "/tile/0/001",
        "checkpoint",
        "tile/0/" + "x999/" * 4000 + "001",
    ],
)
def test_what_is_not_exactly_a_path_is_none(path: str) -> None:
    assert parse_path(path) is None


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=WIDTH))
def test_a_bundle_reads_back_as_its_entries(entries: list[bytes]) -> None:
    assert unpack_bundle(pack_bundle(entries), len(entries)) == entries


@given(st.integers(0, 70), st.integers(1, 9))
def test_a_bundle_of_equal_entries_reads_back(length: int, count: int) -> None:
    entries = [bytes([number]) * length for number in range(count)]
    assert unpack_bundle(pack_bundle(entries), count) == entries


@given(st.binary(max_size=400))
def test_any_bytes_are_a_bundle_or_are_refused(data: bytes) -> None:
    try:
        entries = unpack_bundle(data)
    except InputError:
        return
    assert pack_bundle(entries) == data


def test_a_bundle_cut_short_is_refused_naming_the_entry() -> None:
    bundle = pack_bundle([b"one", b"three"])
    with pytest.raises(InputError, match="cut short in entry 1"):
        unpack_bundle(bundle[:-1])


def test_a_bundle_of_another_width_is_refused() -> None:
    with pytest.raises(InputError, match="holds 2 entries, expected 3"):
        unpack_bundle(pack_bundle([b"a", b"b"]), 3)


def test_the_longest_entry_has_65535_bytes() -> None:
    assert len(pack_bundle([bytes(65_535)])) == 65_537
    with pytest.raises(InputError, match=r"65536 bytes, the format holds at most 65535"):
        pack_bundle([b"", bytes(65_536)])
