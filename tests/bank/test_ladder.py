"""Cropped and covered copies are found by the parts of known frames; test cards and stock scenes match nothing."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.bank.test_match import Luma, compare, film, hashed, samples, scene
from waarmerk.bank.find import find
from waarmerk.bank.hashing import FrameHasher
from waarmerk.bank.known import KnownItems
from waarmerk.bank.ladder import LADDER, LOWER, NEAR, UPPER, Cutter
from waarmerk.bank.signals.interface import Asked, KnownItem, MediumSignals, Parts
from waarmerk.bank.signals.pdq import coefficients, hash_of
from waarmerk.bank.views import STRIP
from waarmerk.values import Sha256


def cropped(luma: Luma, share: float, top: float, left: float) -> Luma:
    """A window of `1 - share` of each side; `top`, `left` 0..1 say where what is cut lies."""
    height, width = luma.shape
    rows, columns = round(height * share * top), round(width * share * left)
    return luma[rows : rows + round(height * (1 - share)), columns : columns + round(width * (1 - share))]


@pytest.mark.parametrize("share", [0.05, 0.10, 0.25])
@pytest.mark.parametrize(("top", "left"), [(0.5, 0.5), (0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_crop_that_whole_frames_lose_is_found(share: float, top: float, left: float) -> None:
    known = film(0, 6)
    copy = [cropped(luma, share, top, left) for luma in known]
    assert all(match.partial for match in compare(copy, hashed(known)))
    (match,) = compare(copy, hashed(known, "keep"))
    assert (match.partial, match.transform) == (False, "cropped")
    assert match.known_matched > 0.8


def test_a_crop_of_a_mirrored_copy_is_found_and_named() -> None:
    known = film(0, 6)
    (match,) = compare([cropped(luma, 0.1, 0.5, 0.5)[:, ::-1] for luma in known], hashed(known, "keep"))
    assert (match.partial, match.transform) == (False, "mirrored-cropped")


@pytest.mark.parametrize("below", [True, False])
def test_words_over_the_picture_do_not_hide_it(below: bool) -> None:
    def covered(luma: Luma) -> Luma:
        image = Image.fromarray(luma)
        height = luma.shape[0]
        top = round(height * 0.84) if below else 0
        ImageDraw.Draw(image).rectangle((30, top, 225, top + round(height * 0.15)), fill=255, outline=0, width=4)
        return np.asarray(image)

    known = film(0, 6)
    (match,) = compare([covered(luma) for luma in known], hashed(known, "keep"))
    assert (match.partial, match.transform) == (False, "covered")


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("thickness", [0.1, 0.2, 0.25])
def test_a_bar_with_a_line_of_text_is_told_as_a_border(below: bool, thickness: float) -> None:
    def captioned(luma: Luma) -> Luma:
        height, width = luma.shape
        bar = Image.new("L", (width, round(height * thickness)), 255)
        ImageDraw.Draw(bar).rectangle((2, 1, width - 3, bar.height - 2), fill=0)  # more ink than bar
        parts = [luma, np.asarray(bar)]
        return np.concatenate(parts if below else parts[::-1])

    known = film(0, 6)
    (match,) = compare([captioned(luma) for luma in known], hashed(known, "keep"))
    assert (match.partial, match.transform) == (False, "bordered")


def test_a_known_item_with_bars_is_found_without_them() -> None:
    plain = film(0, 6)
    (match,) = compare(plain, hashed([np.pad(luma, ((40, 40), (0, 0))) for luma in plain], "keep"))
    assert not match.partial


def test_frames_that_hardly_differ_share_their_parts() -> None:
    cutter, luma = Cutter(), scene(1)
    whole = hash_of(coefficients(luma))
    for number in range(9):
        cutter.see(number, number / 4, luma, whole)
    assert set(cutter.parts().frame.tolist()) == {0, 8}  # anew after two seconds
    item = KnownItem("video", hashed([luma] * 9).frames, cutter.parts())
    assert item.until.tolist() == [8, 2, 3, 4, 5, 6, 7, 8, 9]
    hit = np.zeros(9, np.bool_)
    hit[0] = True
    assert item.standing_for(hit).tolist() == [True] * 8 + [False]
    assert NEAR < 31


def test_the_query_leaves_out_the_strip_that_a_part_leaves_out() -> None:
    assert (LADDER[UPPER].bottom, LADDER[LOWER].top) == (STRIP, STRIP)
    assert LADDER[0].name == "whole"
    assert len({part.name for part in LADDER}) == len(LADDER)


def test_ten_seconds_shared_by_two_long_films_are_an_excerpt() -> None:
    shared = film(300, 40)
    (match,) = compare(film(5000, 60) + shared + film(9000, 60), hashed(film(0, 60) + shared + film(600, 60)))
    assert max(match.query_matched, match.known_matched) < 0.5
    assert not match.partial
    (part,) = match.alignment
    assert (part.query_start_s, part.known_start_s) == (15.0, 15.0)


def test_what_many_items_share_is_no_excerpt_of_any() -> None:
    shared = film(300, 26)
    known = [hashed(film(1000 * n, 16) + shared + film(1000 * n + 500, 16)) for n in range(1, 6)]
    matches = compare(film(8000, 16) + shared + film(9000, 16), *known)
    assert len(matches) == 5
    assert all(match.partial for match in matches)


def test_a_test_card_that_lasts_is_no_match() -> None:
    card = [scene(77)] * 60
    (match,) = compare(card + film(100, 20), hashed(card + film(500, 20)))
    assert match.partial


def asked(pictures: list[Luma]) -> MediumSignals:
    hasher = FrameHasher("ask")
    places = Asked.joined([hasher.see(sample) for sample in samples(pictures)])
    return MediumSignals(Sha256("0" * 64), "video", None, hasher.frames(), places, Parts.none())


def test_what_a_harmless_bank_knows_neither_matches_nor_counts() -> None:
    logo, harmless = film(300, 20), KnownItems([hashed(film(300, 20))])
    bank = KnownItems([hashed(logo), hashed(film(0, 10))])
    query = asked(logo + film(0, 10))
    assert {match.entry for match in find(query, bank)} == {0, 1}
    (match,) = find(query, bank, harmless=harmless)
    assert (match.entry, match.query_matched) == (1, 1.0)


def test_an_equal_file_is_told_by_its_digest() -> None:
    item = KnownItem("video", hashed(film(0, 3)).frames, sha256=Sha256("0" * 64))
    assert [match.signal for match in find(asked(film(50, 3)), KnownItems([item]))] == ["sha256"]
