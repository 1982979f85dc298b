"""Self-blends: only the region of the mask is fake, and the same seed gives the same fake."""

import numpy as np
import pytest

from tests.training.support import mesh, wide
from waarmerk.training.recipes.hulls import HULLS, LEFT_EYE, RIGHT_EYE, Hull, hull_mask
from waarmerk.training.recipes.pictures import filled, hull
from waarmerk.training.recipes.self_blend import self_blend


@pytest.mark.parametrize("kind", HULLS)
def test_a_hull_lies_inside_the_face_and_covers_a_part_of_it(kind: Hull) -> None:
    mask = hull_mask(mesh(), 300, 300, kind)
    face = mask[85:210, 90:210]
    assert mask.sum() == face.sum()
    assert 0.03 < face.mean() < 0.95


def test_the_mouth_hull_leaves_the_eyes_alone() -> None:
    eyes = filled([hull(mesh()[list(LEFT_EYE), :2]), hull(mesh()[list(RIGHT_EYE), :2])], 300, 300)
    assert eyes.sum() > 0
    assert (hull_mask(mesh(), 300, 300, "mouth") * eyes).sum() == 0


@pytest.mark.parametrize("kind", HULLS)
def test_a_self_blend_differs_from_its_picture(kind: Hull) -> None:
    picture = wide(1)
    blend = self_blend(picture, mesh(), np.random.default_rng(3), kind)
    assert blend.fake.shape == picture.shape
    assert blend.mask.max() > 0
    assert (blend.fake != picture).any()


def test_outside_the_mask_the_picture_is_either_untouched_or_altered_as_a_whole() -> None:
    picture = wide(2)
    untouched = 0
    for seed in range(12):
        blend = self_blend(picture, mesh(), np.random.default_rng(seed), "face")
        outside = (blend.fake != picture).any(axis=2)[blend.mask == 0].mean()
        untouched += outside == 0
        assert outside == 0 or outside > 0.3
    assert 0 < untouched < 12


def test_the_same_seed_gives_the_same_fake() -> None:
    first, second = (self_blend(wide(4), mesh(), np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first.fake, second.fake)
    assert np.array_equal(first.mask, second.mask)
