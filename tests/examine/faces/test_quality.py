import math

import numpy as np
import pytest
from PIL import Image

from tests.examine.faces.pictures import FACE, placed, portrait
from waarmerk.examine.faces.crops import mesh_box
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.examine.faces.quality import SMALLEST, measured, pose, quality, sharpness
from waarmerk.examine.media.pieces import FrameSample


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


def test_size_is_the_longer_side_and_small_faces_are_flagged() -> None:
    assert measured(portrait(), (10, 10, 30, SMALLEST - 1), None, 0.0).small
    face = measured(portrait(), (10, 10, 30, SMALLEST), None, 0.0)
    assert not face.small
    assert face.size == SMALLEST


def test_luminance_and_contrast_are_those_of_the_box_alone() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[20:60, 20:60] = (200, 100, 50)
    found = measured(picture, (20, 20, 40, 40), None, 0.0)
    assert found.luminance == pytest.approx(0.2126 * 200 + 0.7152 * 100 + 0.0722 * 50, abs=0.5)
    assert found.contrast == pytest.approx(0, abs=0.01)
    assert found.sharpness == 0


def test_sharpness_falls_with_every_blur_and_depends_little_on_light_and_size() -> None:
    values = []
    for factor in (1, 3, 6):
        small = Image.fromarray(portrait()).resize((512 // factor, 512 // factor), Image.Resampling.BOX)
        blurred = np.asarray(small.resize((512, 512), Image.Resampling.BILINEAR))
        values.append(measured(blurred, FACE, None, 1.0).sharpness)
    assert values[0] > 2 * values[1] > 4 * values[2]
    dark = (portrait() * 0.5).astype(np.uint8)
    assert measured(dark, FACE, None, 1.0).sharpness == pytest.approx(values[0], rel=0.1)
    large, box = placed(1100, 1100, 0, 0, 2.0)
    assert 0.5 < measured(large, box, None, 1.0).sharpness / values[0] < 2
    assert values[2] < values[0] / 8


def test_a_flat_picture_has_no_sharpness_and_a_chessboard_the_most() -> None:
    assert sharpness(np.full((64, 64), 7, np.float32)) == 0
    board = (np.indices((64, 64)).sum(axis=0) % 2).astype(np.float32)
    assert sharpness(board) == pytest.approx(64)


@pytest.mark.parametrize(
    ("box", "inside"),
    [((0, 0, 50, 50), 1.0), ((-25, 0, 50, 50), 0.5), ((490, 490, 44, 44), 0.25), ((600, 0, 9, 9), 0)],
)
def test_a_face_cut_by_the_edge_says_how_much_of_it_is_in_the_picture(
    box: tuple[float, float, float, float], inside: float
) -> None:
    found = measured(portrait(), box, None, 1.0)
    assert found.inside == pytest.approx(inside)
    assert all(math.isfinite(v) for v in (found.luminance, found.contrast, found.sharpness))


def test_without_a_mesh_there_is_no_pose() -> None:
    found = measured(portrait(), FACE, None, 0.2)
    assert (found.yaw, found.pitch, found.roll, found.presence) == (None, None, None, 0.2)


def test_a_mirrored_face_turns_and_falls_the_other_way(mesh: FaceMesh) -> None:
    # Half an angle is the mesh's own noise: it was not trained on mirrored pairs.
    yaw, pitch, roll = pose(mesh.fit(portrait(), FACE).landmarks)
    mirrored = (512 - FACE[0] - FACE[2], *FACE[1:])
    other = pose(mesh.fit(np.ascontiguousarray(portrait()[:, ::-1]), mirrored).landmarks)
    assert other == pytest.approx((-yaw, pitch, -roll), abs=4)


def test_roll_is_the_angle_of_a_turned_picture(mesh: FaceMesh) -> None:
    centre = FACE[0] + FACE[2] / 2, FACE[1] + FACE[3] / 2
    before = pose(mesh.fit(portrait(), FACE).landmarks)[2]
    turned = np.asarray(Image.fromarray(portrait()).rotate(-20, Image.Resampling.BILINEAR, center=centre))
    after = pose(mesh.fit(turned, FACE, math.radians(20)).landmarks)[2]
    assert after - before == pytest.approx(20, abs=3)


def head(yaw: float, pitch: float) -> np.ndarray:
    """A mesh whose named points lie on a ball, turned by angles in degrees; z grows away from the camera."""
    points = np.zeros((468, 3))
    points[[10, 152]] = [(0, -1, 0.0), (0, 1, 0.0)]
    points[[234, 454]] = [(-1, 0, 0), (1, 0, 0)]
    points[[33, 133, 362, 263]] = [(-0.6, -0.3, -0.7), (-0.2, -0.3, -0.8), (0.2, -0.3, -0.8), (0.6, -0.3, -0.7)]
    y, p = math.radians(yaw), math.radians(pitch)
    turn = np.array([[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]])
    look = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    return (points @ (turn @ look).T).astype(np.float32)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-30, 0), (0, 20), (0, -20)])
def test_yaw_and_pitch_are_the_angles_of_a_turned_head(yaw: float, pitch: float) -> None:
    found = pose(head(yaw, pitch))
    straight = pose(head(0, 0))
    assert found[0] - straight[0] == pytest.approx(yaw, abs=0.5)
    assert found[1] - straight[1] == pytest.approx(pitch, abs=0.5)


def test_a_track_samples_quality_is_that_of_its_box_and_mesh(mesh: FaceMesh) -> None:
    fit = mesh.fit(portrait(), FACE)
    sample = FrameSample(0, 0, 0.0, 0, portrait(), portrait()[:, :, 0])
    box = mesh_box(fit.landmarks)
    face = TrackSample(0, sample, box, 0.9, True, fit.landmarks, fit.presence)
    assert quality(face) == measured(portrait(), box, fit.landmarks, fit.presence)
    assert quality(face).presence > 0.99
