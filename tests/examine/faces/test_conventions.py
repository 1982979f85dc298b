import pytest

from tests.examine.faces.pictures import FACE, placed
from waarmerk.errors import InputError
from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.conventions import CONVENTIONS, to_mesh
from waarmerk.examine.faces.crops import mesh_box
from waarmerk.examine.faces.finder import BUILT_IN, load_finder
from waarmerk.examine.faces.mesh import FaceMesh


def test_the_meshs_own_box_stays_as_it_is() -> None:
    assert to_mesh(FACE, "mesh") == pytest.approx(FACE)


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_a_converted_box_moves_and_grows_with_its_box(name: str) -> None:
    x, y, width, height = to_mesh((10, 20, 100, 100), name)
    assert to_mesh((20 + 5, 40 + 7, 200, 200), name) == pytest.approx((2 * x + 5, 2 * y + 7, 2 * width, 2 * height))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_finders_box_agrees_better_with_the_mesh_after_conversion(name: str) -> None:
    picture, _ = placed(720, 1280, 200, 10, 1.35)
    face = load_finder(name).find(picture)[0]
    box = mesh_box(FaceMesh().fit(picture, face.box).landmarks)
    assert overlap(to_mesh(face.box, name), box) > overlap(face.box, box)


def test_an_operators_file_has_its_kinds_convention_and_an_unknown_kind_is_refused() -> None:
    assert to_mesh(FACE, "yunet:model.onnx") == to_mesh(FACE, "yunet")
    with pytest.raises(InputError, match="retinaface"):
        to_mesh(FACE, "retinaface")
