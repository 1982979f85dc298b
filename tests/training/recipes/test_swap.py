"""The landmark swap does what it says: another's face, in the place, the light and the size of the target's."""

from typing import get_args

import numpy as np
import pytest
from examples.demo.make_clips import PORTRAITS, landmarks
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from skimage.color import rgb2lab

from waarmerk.errors import InputError
from waarmerk.training.recipes.hulls import HULLS
from waarmerk.training.recipes.swap import POINTS, Blend, _from_lab, _membrane, _to_lab, _warp, swap

COLLINS = np.asarray(data.astronaut(), np.uint8)
OTHER = np.asarray(Image.open(PORTRAITS / "london-010.jpg"))


@pytest.fixture(scope="module")
def meshes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return landmarks(COLLINS), landmarks(OTHER)


@pytest.mark.parametrize("kind", HULLS)
@pytest.mark.parametrize("blend", get_args(Blend))
def test_nothing_outside_the_mask_changes_and_the_inside_does(
    meshes: tuple[NDArray[np.float32], NDArray[np.float32]], kind: str, blend: str
) -> None:
    made = swap(COLLINS, meshes[0], OTHER, meshes[1], kind=kind, blend=blend)  # type: ignore[arg-type]
    changed = (made.picture != COLLINS).any(axis=2)
    assert made.picture.shape == COLLINS.shape
    assert not changed[made.mask == 0].any()
    assert changed[made.mask > 0.5].mean() > 0.8
    assert 0.002 < (made.mask > 0.5).mean() < 0.1


def test_the_landmarks_of_the_source_land_on_those_of_the_target(
    meshes: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    to, origin = (mesh[list(POINTS), :2].astype(np.float64) for mesh in meshes)
    x, y = _warp(to, origin, *COLLINS.shape[:2])
    columns, rows = np.round(to).astype(int).T
    reached = np.stack([x[rows, columns], y[rows, columns]], axis=1)
    # Rounded to pixels of a target whose face is two thirds of the source's size: a pixel and a half of the source.
    assert np.median(np.linalg.norm(reached - origin, axis=1)) < 1.5


def test_a_swapped_face_is_the_others_and_lies_where_the_targets_lay(
    meshes: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    made = swap(COLLINS, meshes[0], OTHER, meshes[1]).picture
    there = landmarks(made)[:, :2]
    width = np.ptp(meshes[0][:, 0])
    assert np.linalg.norm(there - meshes[0][:, :2], axis=1).mean() < 0.05 * width
    face = tuple(slice(int(low), int(high)) for low, high in ((120, 165), (195, 255)))
    back = swap(COLLINS, meshes[0], COLLINS, meshes[0]).picture
    # With itself as the source the picture stays, but for resampling.
    assert np.abs(back.astype(int) - COLLINS)[face].mean() < 2
    assert np.abs(made.astype(int) - COLLINS)[face].mean() > 8


def test_colours_go_towards_the_target(meshes: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    blue = OTHER.copy()
    blue[..., 2] = 255
    wanted = COLLINS.astype(float)

    def off(recolour: float) -> float:
        made = swap(COLLINS, meshes[0], blue, meshes[1], recolour=recolour)
        inside = made.mask > 0.9
        return float(np.abs(made.picture[inside].mean(axis=0) - wanted[inside].mean(axis=0)).max())

    assert off(1.0) < 8 < off(0.0)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_lab_is_the_one_of_cie_and_comes_back(seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (4, 5, 3)).astype(np.float32)
    assert np.allclose(_to_lab(rgb), rgb2lab(rgb / 255), atol=0.2)
    assert np.allclose(_from_lab(_to_lab(rgb)), rgb, atol=0.2)


def test_the_membrane_continues_a_plane_through_the_hole() -> None:
    rows, columns = np.mgrid[0:64, 0:80].astype(np.float32)
    plane = np.stack([rows, columns, 0.5 * rows - columns], axis=-1)
    hole = (rows - 30) ** 2 + (columns - 40) ** 2 < 20**2
    rubbish = np.where(hole[..., None], np.float32(500), plane)
    found = _membrane(rubbish, hole)
    assert np.abs(found - plane)[hole].mean() < 1.0
    assert np.array_equal(found[~hole], plane[~hole])


def test_landmarks_that_span_no_face_are_refused(meshes: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    for bad in (np.zeros((468, 3), np.float32), np.full((468, 3), np.nan, np.float32)):
        with pytest.raises(InputError, match="span no face"):
            swap(COLLINS, bad, OTHER, meshes[1])
        with pytest.raises(InputError, match="span no face"):
            swap(COLLINS, meshes[0], OTHER, bad)
    with pytest.raises(InputError, match="outside the picture"):
        swap(COLLINS, meshes[0] + 2000, OTHER, meshes[1])
