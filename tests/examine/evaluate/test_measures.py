import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.support.clips import portrait
from waarmerk.examine.evaluate.measures import SIDE, curve, sharpness, softening
from waarmerk.examine.faces.crops import MARGIN, resized


def test_softening_by_the_curve_brings_a_face_down_to_the_sharpness_asked_for() -> None:
    face = resized(portrait()[0:260, 110:370], SIDE, SIDE)
    goal = sharpness(np.asarray(Image.fromarray(face).filter(ImageFilter.GaussianBlur(1.1))))
    # A face whose crop is SIDE pixels wide: a pixel of the medium is a pixel of the crop.
    sigma = softening(curve(face), goal, SIDE / MARGIN)
    softened = np.asarray(Image.fromarray(face).filter(ImageFilter.GaussianBlur(sigma)))
    assert sharpness(softened) == pytest.approx(goal, rel=0.05)


def test_a_side_that_is_not_sharper_is_left_alone() -> None:
    assert softening([4.0, 3.0, 2.5, 2.0, 1.5, 1.2, 1.0, 0.8, 0.6, 0.4], 3.9, 100) == 0.0
    assert softening([4.0, 3.0, 2.5, 2.0, 1.5, 1.2, 1.0, 0.8, 0.6, 0.4], 9.0, 100) == 0.0


def test_a_larger_face_is_softened_by_more_pixels() -> None:
    falling = [8.0, 6.0, 5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5]
    assert softening(falling, 3.0, 200) == pytest.approx(2 * softening(falling, 3.0, 100))


def test_a_flat_or_tiny_crop_has_no_sharpness() -> None:
    assert sharpness(np.full((64, 64, 3), 128, np.uint8)) == 0.0
    assert sharpness(np.zeros((2, 2, 3), np.uint8)) == 0.0
