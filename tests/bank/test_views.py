"""Borders are found where they are, and a picture without any is left alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tests.bank.test_match import Luma, scene
from waarmerk.bank.signals.pdq import coefficients, distance, hash_of
from waarmerk.bank.views import LEAST, STRIP, VIEWS, View, borders, views


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 80), st.integers(0, 80), st.sampled_from([0, 16, 235]))
def test_what_was_put_around_a_picture_is_taken_off(top: int, bottom: int, left: int, right: int, level: int) -> None:
    inside = scene(1)
    barred = np.pad(inside, ((top, bottom), (left, right)), constant_values=level)
    given = ((top, bottom), (left, right))
    for kept, bars, whole, side in zip(borders(barred), given, inside.shape, barred.shape, strict=True):
        if kept == slice(None):
            assert sum(bars) < LEAST * side
        else:
            # A row of the picture that happens to have the level of the bar may go with it.
            assert 0 <= whole - (kept.stop - kept.start) <= 6
            assert kept.start >= bars[0]


def with_text(luma: Luma, text: str) -> Luma:
    image = Image.fromarray(np.pad(luma, ((0, 36), (0, 0)), constant_values=0))
    ImageDraw.Draw(image).text((6, luma.shape[0] + 8), text, fill=255, font=ImageFont.load_default(16))
    return np.asarray(image)


def test_a_bar_with_a_line_of_text_is_a_bar() -> None:
    assert borders(with_text(scene(2), "He never said this")) == (slice(0, len(scene(2))), slice(None))


def test_noise_in_a_bar_does_not_hide_it() -> None:
    barred = np.pad(scene(3), ((30, 30), (0, 0)), constant_values=16)
    noisy = np.clip(barred + np.random.default_rng(0).normal(0, 3, barred.shape), 0, 255).astype(np.uint8)
    rows, columns = borders(noisy)
    assert (rows.start, rows.stop, columns) == (30, 30 + len(scene(3)), slice(None))


@pytest.mark.parametrize("number", range(5))
def test_a_picture_without_borders_is_seen_whole_and_without_a_strip(number: int) -> None:
    assert [VIEWS[place].side for place, _ in views(scene(number))] == [
        *2 * ["whole"],
        *2 * ["upper"],
        *2 * ["lower"],
    ]


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (90, 160)])
def test_a_flat_picture_is_not_taken_away_whole(shape: tuple[int, int]) -> None:
    assert borders(np.full(shape, 16, np.uint8)) == (slice(None), slice(None))


def test_bars_above_a_plain_wall_are_taken_off_without_the_wall() -> None:
    wall = np.pad(scene(4), ((0, 0), (40, 40)), constant_values=150)
    known = hash_of(dict(views(wall))[0])
    found = dict(views(np.pad(wall, ((30, 30), (0, 0)), constant_values=16)))
    sides = {VIEWS[place]: hash_of(seen) for place, seen in found.items()}
    assert distance(sides[View("rows", False)], known) <= 2
    assert {View("rows", True), View("inside", False)} <= set(sides)


def test_a_strip_is_left_out_at_the_top_and_at_the_bottom() -> None:
    luma = scene(6)
    strip = round(STRIP * len(luma))
    found = {VIEWS[place]: hash_of(seen) for place, seen in views(luma)}
    assert np.array_equal(found[View("upper", False)], hash_of(coefficients(luma[:-strip])))
    assert np.array_equal(found[View("lower", False)], hash_of(coefficients(luma[strip:])))
