import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import InputError
from waarmerk.examine.faces.crops import (
    LARGEST_SIDE,
    MARGIN,
    Crop,
    crop_of,
    croppable,
    cut,
    face_crop,
    mesh_box,
    resized,
)
from waarmerk.examine.faces.interface import Box

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(0, 256, (60, 90, 3), dtype=np.uint8)

# Eighths are exact in floating point: a law about whole pixels must not fail by a rounding of the test's own.
eighths = st.integers(-400, 1200).map(lambda n: n / 8)
boxes = st.tuples(
    eighths, eighths, st.integers(8, 600).map(lambda n: n / 8), st.integers(8, 600).map(lambda n: n / 8)
)
shifts = st.integers(-50, 50)


@given(boxes, shifts, shifts)
def test_the_crop_of_a_shifted_face_is_the_shifted_crop(box: Box, dx: int, dy: int) -> None:
    crop = crop_of(box)
    assert crop_of((box[0] + dx, box[1] + dy, box[2], box[3])) == Crop(crop.x + dx, crop.y + dy, crop.side)


@given(boxes)
def test_a_crop_has_the_margin_and_the_faces_middle_to_the_pixel(box: Box) -> None:
    crop = crop_of(box)
    assert crop.side == max(2, round(MARGIN * max(box[2], box[3])))
    assert crop.x + crop.side / 2 == pytest.approx(box[0] + box[2] / 2, abs=0.5)
    assert crop.y + crop.side / 2 == pytest.approx(box[1] + box[3] / 2, abs=0.5)


@given(boxes)
def test_cut_pixels_are_the_pictures_own_and_outside_it_its_edge(box: Box) -> None:
    crop = crop_of(box)
    part = cut(PICTURE, crop)
    assert part.shape == (crop.side, crop.side, 3)
    for row, column in ((0, 0), (0, crop.side - 1), (crop.side - 1, 0), (crop.side // 2, crop.side // 2)):
        y, x = min(max(crop.y + row, 0), 59), min(max(crop.x + column, 0), 89)
        assert (part[row, column] == PICTURE[y, x]).all()


@given(st.integers(-20, 80), st.integers(-20, 50), st.integers(2, 60))
def test_the_crop_of_a_mirrored_picture_is_the_mirrored_crop(x: int, y: int, side: int) -> None:
    mirrored = Crop(90 - x - side, y, side)
    assert (cut(PICTURE[:, ::-1], mirrored) == cut(PICTURE, Crop(x, y, side))[:, ::-1]).all()


@given(boxes)
def test_the_crop_of_a_mirrored_face_lies_at_its_mirror_to_the_pixel(box: Box) -> None:
    crop, mirrored = crop_of(box), crop_of((90 - box[0] - box[2], box[1], box[2], box[3]))
    assert (mirrored.side, mirrored.y) == (crop.side, crop.y)
    assert abs(mirrored.x - (90 - crop.x - crop.side)) <= 1


@given(st.integers(2, 300), st.sampled_from([32, 96, 192]))
def test_resizing_gives_the_networks_size_and_keeps_the_mean_of_smooth_pictures(side: int, size: int) -> None:
    ramp = np.broadcast_to(np.linspace(0, 255, side)[:, None, None], (side, side, 3)).astype(np.uint8)
    small = resized(ramp, size, size)
    assert small.shape == (size, size, 3)
    assert float(small.mean()) == pytest.approx(float(ramp.mean()), abs=1.5)


def test_reducing_is_antialiased_so_that_fine_stripes_become_grey_and_not_coarse_ones() -> None:
    stripes = np.zeros((200, 200, 3), np.uint8)
    stripes[:, ::2] = 255
    assert resized(stripes, 77, 77)[5:-5, 5:-5].std() < 12


@pytest.mark.parametrize("size", [64, 192])
def test_resizing_and_mirroring_may_be_swapped_to_a_grey_level(size: int) -> None:
    picture = np.ascontiguousarray(PICTURE[:60, :60])
    there, here = resized(np.ascontiguousarray(picture[:, ::-1]), size, size), resized(picture, size, size)[:, ::-1]
    assert np.abs(there.astype(int) - here).max() <= 2


def test_a_face_of_the_networks_size_is_not_resampled() -> None:
    box = (20.0, 15.0, 20.0, 20.0)
    assert (face_crop(PICTURE, box, 26, 26) == cut(PICTURE, crop_of(box))).all()


def test_the_meshs_box_bounds_its_points() -> None:
    points = RNG.uniform(-50, 300, (468, 3)).astype(np.float32)
    x, y, width, height = mesh_box(points)
    assert (x, y) == pytest.approx(tuple(points[:, :2].min(axis=0)))
    assert (x + width, y + height) == pytest.approx(tuple(points[:, :2].max(axis=0)), rel=1e-5)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, 5, -1), (math.nan, 0, 5, 5), (0, 0, math.inf, 5)])
def test_what_is_no_box_is_refused(box: Box) -> None:
    assert not croppable(box)
    with pytest.raises(InputError, match="no box of a face"):
        crop_of(box)


@given(boxes)
def test_what_is_croppable_is_cropped(box: Box) -> None:
    assert croppable(box)
    assert crop_of(box).side <= LARGEST_SIDE


def test_a_box_larger_than_any_picture_is_refused_before_memory_is_taken() -> None:
    assert not croppable((0, 0, 1e6, 1e6))
    with pytest.raises(InputError, match=str(LARGEST_SIDE)):
        crop_of((0, 0, 1e6, 1e6))
