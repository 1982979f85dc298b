"""What comes back is found, and where; what is merely dull or quoted is not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from waarmerk.bank.align import align
from waarmerk.bank.hashing import FrameHasher, Purpose, hash_frames
from waarmerk.bank.known import KnownItems, distances
from waarmerk.bank.match import Pictures
from waarmerk.bank.signals.interface import KnownItem, Match
from waarmerk.bank.signals.pdq import DISTANCE, distance
from waarmerk.bank.signals.vpdq import FrameHashes, read_vpdq
from waarmerk.examine.media.pieces import FrameSample

VECTORS = Path(__file__).parents[1] / "vectors/pdq"
RATE = 4.0
Luma = NDArray[np.uint8]


@cache
def scene(number: int) -> Luma:
    """A picture like no other: smoothed noise, textured enough for the quality floor."""
    noise = np.random.default_rng(number).integers(0, 256, (12, 16)).astype(np.uint8)
    return np.asarray(Image.fromarray(noise).resize((256, 144), Image.Resampling.BICUBIC))


def film(first: int, count: int) -> list[Luma]:
    return [scene(number) for number in range(first, first + count)]


def samples(pictures: list[Luma], rate: float = RATE) -> list[FrameSample]:
    return [
        FrameSample(number, number, number / rate, 0, np.repeat(luma[:, :, None], 3, axis=2), luma)
        for number, luma in enumerate(pictures)
    ]


def hashed(pictures: list[Luma], purpose: Purpose = "list") -> KnownItem:
    """As an item of a list, or with the parts that an item of a file has (`keep`)."""
    hasher = FrameHasher(purpose)
    for sample in samples(pictures):
        hasher.see(sample)
    return KnownItem("video", hasher.frames(), hasher.parts())


def compare(query: list[Luma], *known: KnownItem) -> list[Match]:
    pictures, hasher = Pictures(KnownItems(known)), FrameHasher("ask")
    for sample in samples(query):
        pictures.see(hasher.see(sample))
    return pictures.matches(hasher.frames())


def test_a_copy_is_found_whole() -> None:
    (match,) = compare(film(0, 40), hashed(film(0, 40)), hashed(film(1000, 40)))
    assert (match.entry, match.query_matched, match.known_matched, match.distance) == (0, 1.0, 1.0, 0)
    (part,) = match.alignment
    assert (part.query_start_s, part.query_end_s) == (part.known_start_s, part.known_end_s) == (0.0, 9.75)


def test_a_copy_that_was_blurred_and_made_darker_is_found() -> None:
    worse = [
        (np.asarray(Image.fromarray(luma).filter(ImageFilter.GaussianBlur(2))) * 0.7).astype(np.uint8)
        for luma in film(0, 20)
    ]
    (match,) = compare(worse, hashed(film(0, 20)))
    assert match.query_matched > 0.9


def test_ten_seconds_inside_minutes_of_other_things_are_found_and_placed() -> None:
    known = film(0, 40)
    (match,) = compare(film(5000, 200) + known + film(9000, 200), hashed(known))
    assert not match.partial
    assert match.known_matched == 1.0
    assert match.query_matched == pytest.approx(40 / 440)
    (part,) = match.alignment
    assert (part.query_start_s, part.query_end_s) == (50.0, 59.75)
    assert (part.known_start_s, part.known_end_s) == (0.0, 9.75)


def test_an_excerpt_of_a_long_known_item_is_found_and_placed() -> None:
    (match,) = compare(film(200, 40), hashed(film(0, 400)))
    assert not match.partial
    assert match.query_matched == 1.0
    (part,) = match.alignment
    assert (part.known_start_s, part.known_end_s) == (50.0, 59.75)


def test_a_re_cut_copy_has_one_range_for_each_piece_in_the_order_of_the_query() -> None:
    (match,) = compare(film(60, 40) + film(0, 40), hashed(film(0, 100)))
    assert [(part.query_start_s, part.known_start_s) for part in match.alignment] == [(0.0, 15.0), (10.0, 0.0)]


def test_a_copy_at_another_speed_is_one_range() -> None:
    known = film(0, 80)
    faster = [known[round(number * 1.1)] for number in range(72)]
    (match,) = compare(faster, hashed(known))
    (part,) = match.alignment
    assert part.query_end_s == pytest.approx(71 / RATE, abs=0.5)
    assert part.known_end_s == pytest.approx(78 / RATE, abs=0.5)


def test_a_mirrored_copy_is_noticed_as_such() -> None:
    (match,) = compare([luma[:, ::-1] for luma in film(0, 20)], hashed(film(0, 20)))
    assert (match.transform, match.query_matched, match.distance) == ("mirrored", 1.0, 0)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(
    "bars",
    [((20, 20), (0, 0)), ((0, 50), (0, 0)), ((0, 0), (60, 60)), ((16, 30), (12, 44))],
)
def test_a_copy_with_bars_around_it_is_found_without_them(
    mirror: bool, bars: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    barred = [np.pad(luma[:, ::-1] if mirror else luma, bars, constant_values=16) for luma in film(0, 12)]
    (match,) = compare(barred, hashed(film(0, 12)))
    assert match.transform == ("mirrored-bordered" if mirror else "bordered")
    assert (match.query_matched, match.known_matched) == (1.0, 1.0)


def test_bars_on_some_frames_do_not_make_the_share_of_the_query_larger() -> None:
    barred = [np.pad(luma, ((40, 40), (0, 0))) for luma in film(0, 10)]
    (match,) = compare(barred + film(700, 30), hashed(film(0, 10)))
    assert match.query_matched == pytest.approx(10 / 40)


def test_a_still_picture_that_lasts_is_aligned_as_a_whole() -> None:
    (match,) = compare([scene(1)] * 40, hashed([scene(1)] * 40))
    (part,) = match.alignment
    assert (part.query_start_s, part.query_end_s) == (0.0, 9.75)


def test_a_common_opening_is_a_partial_match() -> None:
    opening = film(0, 20)
    (match,) = compare(opening + film(3000, 40), hashed(opening + film(6000, 40)))
    assert match.partial
    assert match.query_matched == pytest.approx(20 / 60)


@pytest.mark.parametrize("level", [0, 16, 235])
def test_black_frames_and_flat_pictures_match_nothing(level: int) -> None:
    flat = [np.full((144, 256), level, np.uint8)] * 20
    assert compare(flat, hashed(flat)) == []
    (match,) = compare(flat + film(0, 20), hashed(flat + film(0, 20)))
    assert match.query_matched == 1.0  # of what can be compared
    assert match.alignment[0].query_start_s == 5.0


def test_unrelated_films_share_nothing() -> None:
    assert compare(film(0, 60), hashed(film(1000, 60))) == []


def test_a_list_of_one_hash_matches() -> None:
    (match,) = compare(film(0, 20), hashed(film(7, 1)))
    assert (match.known_matched, match.best[0]) == (1.0, 1.75)


def test_many_items_are_told_apart() -> None:
    known = [hashed(film(100 * number, 12)) for number in range(20)]
    assert [match.entry for match in compare(film(700, 12) + film(1200, 6), *known)] == [7, 12]


def test_the_samples_of_the_reference_match_themselves_and_not_each_other() -> None:
    clips = {path.stem: read_vpdq(path) for path in VECTORS.glob("vpdq-*.txt")}
    hd, doorknob = clips["vpdq-pattern-hd-no-bar"], clips["vpdq-doorknob-hd-no-bar"]
    for known, expected in ((hd, True), (doorknob, False)):
        near = [bool((distances(known.codes, code) <= DISTANCE).any()) for code in hd.codes]
        assert all(near) if expected else not any(near)


@given(st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=20), st.integers(0, 2**256 - 1))
def test_the_search_counts_as_one_pair_at_a_time_does(codes: list[int], code: int) -> None:
    words = np.frombuffer(b"".join(value.to_bytes(32, "little") for value in [*codes, code]), np.uint64).reshape(
        -1, 4
    )
    many, one = words[:-1], words[-1]
    assert distances(many, one).tolist() == [distance(value, one) for value in many]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_ranges_lie_inside_both_media_and_begin_before_they_end(query: list[int], known: list[int]) -> None:
    pairs = [(a / RATE, b / RATE) for a, one in enumerate(query) for b, other in enumerate(known) if one == other]
    shared = set(query) & set(known)
    ranges = align(np.asarray([a for a, _ in pairs]), np.asarray([b for _, b in pairs]))
    assert bool(ranges) == bool(shared)
    for part in ranges:
        assert 0 <= part.query_start_s <= part.query_end_s <= (len(query) - 1) / RATE
        assert 0 <= part.known_start_s <= part.known_end_s <= (len(known) - 1) / RATE


def test_hashes_of_frames_keep_number_time_and_quality() -> None:
    hashes: FrameHashes = hash_frames(samples([*film(0, 2), np.zeros((9, 9), np.uint8)]))
    assert hashes.frame.tolist() == [0, 1, 2]
    assert hashes.t_s.tolist() == [0.0, 0.25, 0.5]
    assert hashes.quality[2] == 0
    assert len(hash_frames([])) == 0
