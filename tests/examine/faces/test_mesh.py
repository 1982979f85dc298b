import math

import numpy as np
import pytest
from PIL import Image

from tests.examine.faces.pictures import FACE, placed, portrait
from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.crops import mesh_box
from waarmerk.examine.faces.mesh import PRESENCE, FaceMesh, eyes, tilt, upright


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


def test_a_face_has_468_points_on_it_and_presence(mesh: FaceMesh) -> None:
    found = mesh.fit(portrait(), FACE)
    assert found.landmarks.shape == (468, 3)
    assert found.landmarks.dtype == np.float32
    assert found.presence > 0.99
    assert overlap(mesh_box(found.landmarks), FACE) > 0.9


def test_points_are_pixels_of_the_full_size_picture(mesh: FaceMesh) -> None:
    picture, box = placed(1080, 1920, 1100, 300, 1.5)
    large, small = mesh.fit(picture, box).landmarks, mesh.fit(portrait(), FACE).landmarks
    assert np.abs((large[:, :2] - (1100, 300)) / 1.5 - small[:, :2]).max() < 6
    assert (large[:, 2].max() - large[:, 2].min()) / 1.5 == pytest.approx(
        small[:, 2].max() - small[:, 2].min(), rel=0.15
    )


def test_a_tilted_face_gives_the_points_of_the_upright_one_tilted(mesh: FaceMesh) -> None:
    centre = FACE[0] + FACE[2] / 2, FACE[1] + FACE[3] / 2
    degrees = 40
    turned = np.asarray(Image.fromarray(portrait()).rotate(-degrees, Image.Resampling.BILINEAR, center=centre))
    found = mesh.fit(turned, FACE, math.radians(degrees))
    plain = mesh.fit(portrait(), FACE, 0.0)
    assert found.presence > 0.99
    right, left = eyes(found.landmarks)
    assert math.degrees(tilt(right, left) - tilt(*eyes(plain.landmarks))) == pytest.approx(degrees, abs=3)
    turn = np.array(
        [
            [math.cos(math.radians(40)), -math.sin(math.radians(40))],
            [math.sin(math.radians(40)), math.cos(math.radians(40))],
        ]
    )
    expected = (plain.landmarks[:, :2] - centre) @ turn.T + centre
    assert np.abs(found.landmarks[:, :2] - expected).max() < 6


def test_what_is_no_face_has_no_presence(mesh: FaceMesh) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert mesh.fit(noise, (50, 50, 80, 80)).presence < PRESENCE
    assert mesh.fit(portrait(), (380, 380, 90, 90)).presence < PRESENCE


@pytest.mark.parametrize("box", [(-900, -900, 50, 50), (505, 505, 60, 60), (0, 0, 1, 1), (-200, -200, 5000, 5000)])
def test_a_box_outside_or_far_larger_than_the_picture_is_no_face(mesh: FaceMesh, box: tuple[float, ...]) -> None:
    found = mesh.fit(portrait(), (box[0], box[1], box[2], box[3]))
    assert found.presence < PRESENCE
    assert np.isfinite(found.landmarks).all()


def test_the_view_is_the_square_and_its_map_leads_back_to_the_pixels() -> None:
    picture = np.zeros((300, 400, 3), np.uint8)
    picture[90:110, 190:210] = 255
    for side in (100.0, 700.0):
        view, matrix = upright(picture, (200.0, 100.0), side, 0.3, 100)
        y, x = (float(v.mean()) + 0.5 for v in np.nonzero(view[:, :, 0] > 128))
        assert matrix @ [x, y, 1] == pytest.approx([200, 100], abs=1.5)
