import numpy as np
import pytest

from tests.examine.faces.pictures import placed
from waarmerk.errors import UsageError
from waarmerk.examine.faces.finder import BUILT_IN, DEFAULT, load_finder


def test_built_in_finders_are_chosen_by_name() -> None:
    assert len(BUILT_IN) >= 2
    for name in BUILT_IN:
        assert load_finder(name).name == name
    assert load_finder().name == DEFAULT


@pytest.mark.parametrize("name", ["", "retinaface", "blazeface", "BLAZEFACE-BACK", "yunet"])
def test_an_unknown_name_is_answered_with_the_known_ones_and_no_other_finder_steps_in(name: str) -> None:
    with pytest.raises(UsageError) as error:
        load_finder(name)
    assert DEFAULT in error.value.hint
    assert "yunet:FILE" in error.value.hint


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_picture_that_may_not_be_written_or_lies_strided_in_a_ring_gives_the_same_faces(name: str) -> None:
    picture, _ = placed(480, 640, 60, 20, 0.9)
    ring = np.zeros((480, 700, 3), np.uint8)
    ring[:, 30:670] = picture
    view = ring[:, 30:670]
    view.flags.writeable = False
    finder = load_finder(name)
    plain, strided = finder.find(picture), finder.find(view)
    assert [(face.box, face.score) for face in plain] == [(face.box, face.score) for face in strided]
    assert plain


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_same_picture_gives_the_same_faces_to_the_last_bit(name: str) -> None:
    picture, _ = placed(720, 1280, 300, 50, 1.1)
    first, second = (load_finder(name).find(picture) for _ in range(2))
    assert [(face.box, face.score) for face in first] == [(face.box, face.score) for face in second]
