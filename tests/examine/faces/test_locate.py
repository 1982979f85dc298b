import numpy as np
import pytest
from numpy.typing import NDArray

from tests.examine.faces.pictures import FACE, placed, portrait
from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.conventions import to_mesh
from waarmerk.examine.faces.finder import BUILT_IN, load_finder
from waarmerk.examine.faces.interface import Box, Face
from waarmerk.examine.faces.locate import SURE, locate
from waarmerk.examine.faces.mesh import FaceMesh, Mesh
from waarmerk.examine.media.pieces import Picture


class Told:
    """A finder that finds what it is told."""

    digest = "0" * 64

    def __init__(self, faces: list[Face], name: str = "blazeface-back") -> None:
        self.faces, self.name = faces, name

    def find(self, rgb: Picture) -> list[Face]:
        return self.faces


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


def test_whatever_finder_saw_it_a_face_has_the_same_box(mesh: FaceMesh) -> None:
    picture, box = placed(720, 1280, 300, 100, 1.2)
    boxes: list[Box] = []
    for name in BUILT_IN:
        (face,) = locate(picture, load_finder(name), mesh)
        assert overlap(face.box, box) > 0.85
        boxes.append(face.box)
    assert overlap(boxes[0], boxes[1]) > 0.9


def test_where_the_mesh_abstains_a_sure_finders_box_stands_in_the_meshs_convention(mesh: FaceMesh) -> None:
    flat = np.full((400, 400, 3), 90, np.uint8)
    box = (100.0, 100.0, 80.0, 80.0)
    (face,) = locate(flat, Told([Face(box, SURE)]), mesh)
    assert face.landmarks is None
    assert face.box == pytest.approx(to_mesh(box, "blazeface-back"))


def test_where_neither_is_sure_there_is_no_face(mesh: FaceMesh) -> None:
    assert locate(np.full((400, 400, 3), 90, np.uint8), Told([Face((100, 100, 80, 80), SURE - 0.01)]), mesh) == []


def test_a_face_found_twice_counts_once(mesh: FaceMesh) -> None:
    x, y, width, height = FACE
    twice = [Face(FACE, 0.9), Face((x + 15, y + 12, width * 0.7, height * 0.7), 0.6)]
    assert len(locate(portrait(), Told(twice, "mesh"), mesh)) == 1


def test_the_largest_faces_come_first_and_no_more_than_asked(mesh: FaceMesh) -> None:
    flat = np.full((400, 900, 3), 90, np.uint8)
    faces = [Face((300.0 * n, 50, 40 + 20 * n, 40 + 20 * n), 0.9) for n in range(3)]
    found = locate(flat, Told(faces, "mesh"), mesh, at_most=2)
    assert [face.box[2] for face in found] == [80, 60]


class Broken:
    """A mesh that says that it is sure and gives points that are none."""

    def __init__(self, landmarks: NDArray[np.float32]) -> None:
        self.landmarks = landmarks

    def fit(self, rgb: Picture, box: Box, angle: float = 0.0) -> Mesh:
        return Mesh(self.landmarks, 1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_mesh_that_is_no_face_counts_as_an_abstention_whatever_its_presence(value: float) -> None:
    flat = np.full((400, 400, 3), 90, np.uint8)
    (face,) = locate(
        flat, Told([Face((100, 100, 80, 80), 0.9)], "mesh"), Broken(np.full((468, 3), value, np.float32))
    )
    assert face.landmarks is None
    assert face.box == (100, 100, 80, 80)


@pytest.mark.parametrize("side", [1e5, np.nan])
def test_a_box_that_no_crop_can_be_cut_from_is_no_face(mesh: FaceMesh, side: float) -> None:
    flat = np.full((400, 400, 3), 90, np.uint8)
    assert locate(flat, Told([Face((0, 0, side, side), 0.9)], "mesh"), mesh) == []


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("picture", ["chelsea", "coffee", "rocket", "horse", "text"])
def test_a_cat_a_cup_a_rocket_a_silhouette_and_a_page_are_no_faces(name: str, picture: str, mesh: FaceMesh) -> None:
    import skimage.data

    thing = np.asarray(getattr(skimage.data, picture)())
    if thing.ndim == 2:
        thing = np.repeat(
            (thing.astype(np.float32) / max(1, thing.max()) * 255).astype(np.uint8)[:, :, None], 3, axis=2
        )
    assert locate(np.ascontiguousarray(thing[:, :, :3]), load_finder(name), mesh) == []
