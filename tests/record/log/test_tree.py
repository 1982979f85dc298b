"""The right edge of a tree, against the whole tree."""

from hypothesis import given, settings
from hypothesis import strategies as st

from waarmerk.record.log.merkle import leaf_hash, root_hash
from waarmerk.record.log.tiles import ENTRIES, Place, places_of
from waarmerk.record.log.tree import Edge

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


def definition(place: Place) -> bytes:
    """The tile by the formula of tlog-tiles."""
    span = 256**place.level
    start = place.index * 256
    return b"".join(
        root_hash(LEAVES[number * span : (number + 1) * span]) for number in range(start, start + place.width)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=8))
def test_however_the_leaves_come_the_root_is_that_of_all(batches: list[int]) -> None:
    edge, size = Edge(), 0
    for batch in batches:
        edge.append(LEAVES[size : size + batch])
        size += batch
        assert edge.size == size
        assert edge.root() == root_hash(LEAVES[:size])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=6))
def test_the_tiles_that_come_out_are_those_of_the_definition_and_all_of_them(batches: list[int]) -> None:
    edge, size, files = Edge(), 0, {}
    for batch in batches:
        for place, tile in edge.append(LEAVES[size : size + batch]):
            assert tile == definition(place)
            files[place] = tile
        size += batch
    assert {place for place in places_of(size) if place.level != ENTRIES} <= files.keys()


def test_a_log_of_70000_written_at_once_has_the_tiles_of_the_definition() -> None:
    edge = Edge()
    made = dict(edge.append(LEAVES))
    assert made.keys() == {place for place in places_of(70_000) if place.level != ENTRIES}
    assert all(tile == definition(place) for place, tile in made.items() if place.level)
    assert edge.root() == root_hash(LEAVES)
    assert Edge.load(70_000, made.__getitem__).root() == edge.root()
    assert edge.unfinished() == [(place, tile) for place, tile in made.items() if place.width < 256]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 600))
def test_an_edge_loaded_from_its_tiles_grows_like_the_first(size: int, more: int) -> None:
    first = Edge()
    tiles = dict(first.append(LEAVES[:size]))
    second = Edge.load(size, tiles.__getitem__)
    assert second.append(LEAVES[size : size + more]) == first.copy().append(LEAVES[size : size + more])
    assert second.root() == root_hash(LEAVES[: size + more])
    assert first.root() == root_hash(LEAVES[:size])
