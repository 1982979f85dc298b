"""Degradations: one draw for both pictures of a pair, and really encoded codecs."""

import numpy as np
import pytest

from tests.training.support import wide
from waarmerk.training.recipes import augment
from waarmerk.training.recipes.compression import Codec, jpeg, recoded
from waarmerk.training.recipes.pictures import blur
from waarmerk.training.recipes.sharpness import made_alike, sharpness


def test_equal_pictures_stay_equal_under_one_draw() -> None:
    rng = np.random.default_rng(5)
    for _ in range(25):
        what = augment.draw(rng)
        assert np.array_equal(augment.apply(wide(1, 120), what), augment.apply(wide(1, 120), what))


def test_a_degradation_keeps_the_size() -> None:
    rng = np.random.default_rng(6)
    for side in (64, 121, 200):
        for _ in range(10):
            assert augment.apply(wide(side, 200)[:side, :side], augment.draw(rng)).shape == (side, side, 3)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_video_codec_loses_more_at_a_higher_crf(codec: Codec) -> None:
    picture = wide(3, 128)
    losses = [np.abs(recoded([picture, picture], crf, codec).astype(int) - picture).mean() for crf in (20, 40)]
    assert losses[0] < losses[1]


def test_jpeg_loses_more_at_a_lower_quality() -> None:
    picture = wide(3, 128)
    losses = [np.abs(jpeg(picture, quality).astype(int) - picture).mean() for quality in (90, 30)]
    assert losses[0] < losses[1]


def test_the_sharper_side_is_softened_to_the_other() -> None:
    sharp = wide(7, 160)
    soft = blur(wide(8, 160), 1.5)
    for pair in ((sharp, soft), (soft, sharp)):
        first, second = made_alike(*pair)
        assert sharpness(first) == pytest.approx(sharpness(second), rel=0.15)


def test_two_equally_sharp_pictures_are_left_alone() -> None:
    picture = wide(7, 160)
    first, second = made_alike(picture, picture)
    assert first is picture
    assert second is picture


def test_a_beauty_filter_smooths_skin_and_keeps_edges() -> None:
    face = np.full((160, 160, 3), 120, np.uint8)
    face[:, 80:] = 220
    grainy = np.clip(face + np.random.default_rng(3).normal(0, 4, face.shape), 0, 255).astype(np.uint8)
    out = augment.beautified(grainy, 15.0).astype(float)
    assert out[40:120, 20:60].std() < 0.5 * grainy[40:120, 20:60].std()
    assert out[:, 84].mean() - out[:, 75].mean() > 80


def test_a_harmless_composite_changes_a_part_and_leaves_the_rest() -> None:
    rng = np.random.default_rng(1)
    picture = wide(5, 200)
    for _ in range(30):
        same = (augment.overlaid(picture, rng) == picture).all(axis=2)
        assert not same.all()
        assert same.mean() > 0.2
