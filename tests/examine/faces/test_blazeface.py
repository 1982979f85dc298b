from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examine.faces.pictures import placed
from waarmerk.examine.faces.blazeface import ANCHORS, TILES, BlazeFace, anchors, decoded, letterboxed, tiles
from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.conventions import to_mesh
from waarmerk.examine.networks.load import built_in


@pytest.fixture(scope="module", params=sorted(ANCHORS))
def finder(request: pytest.FixtureRequest) -> BlazeFace:
    return BlazeFace(str(request.param))


def test_a_face_is_found_once_where_it_is_with_eyes_above_the_mouth(finder: BlazeFace) -> None:
    picture, box = placed(720, 1280, 600, 150, 1.0)
    (face,) = finder.find(picture)
    assert overlap(to_mesh(face.box, finder.name), box) > 0.6
    assert face.points is not None
    right_eye, left_eye, nose, mouth = face.points[:4]
    assert right_eye[0] < nose[0] < left_eye[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1]
    assert face.score > 0.7


def test_a_small_face_of_1080p_is_found_in_the_squares() -> None:
    finder = BlazeFace("blazeface-back")
    picture, box = placed(1080, 1920, 1300, 500, 0.6)
    assert max(box[2:]) < 65
    assert any(overlap(to_mesh(face.box, finder.name), box) > 0.5 for face in finder.find(picture))


def test_a_large_face_is_not_searched_for_again_and_costs_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = BlazeFace("blazeface-back")
    runs: list[tuple[int, ...]] = []
    search = finder._search
    monkeypatch.setattr(finder, "_search", lambda rgb: (runs.append(rgb.shape), search(rgb))[1])
    finder.find(placed(720, 1280, 500, 100, 1.2)[0])
    assert runs == [(720, 1280, 3)]
    finder.find(placed(720, 1280, 500, 100, 0.5)[0])
    assert runs[1:] == [(720, 1280, 3), (720, 720, 3), (720, 720, 3)]


def test_an_empty_picture_has_no_face(finder: BlazeFace) -> None:
    assert finder.find(np.full((90, 160, 3), 128, np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 3)])
def test_a_picture_of_a_few_pixels_is_answered_not_refused(finder: BlazeFace, shape: tuple[int, int]) -> None:
    assert finder.find(np.zeros((*shape, 3), np.uint8)) == []


def test_the_digest_is_that_of_the_weights(finder: BlazeFace) -> None:
    assert finder.digest == built_in(finder.name).card.sha256


@pytest.mark.parametrize("name", sorted(ANCHORS))
def test_there_is_an_anchor_for_each_row_of_the_output_at_every_size(name: str) -> None:
    network = built_in(name)
    side = network.size[0]
    for height, width in ((side, side), (96, side), (side, 32)):
        centres = anchors(name, height, width)
        rows, logits = network.run(np.zeros((1, height, width, 3), np.uint8))
        assert len(centres) == rows.shape[1] == logits.shape[1]
        assert centres.min() > 0
        assert (centres < (width, height)).all()
        assert list(centres[0]) == [ANCHORS[name][0][0] / 2] * 2
    assert len(anchors(name, *network.size)) == network.card.outputs[0].shape[0]


def test_a_row_counts_from_its_anchor_and_its_box_has_its_centre_there() -> None:
    rows = np.zeros((2, 16), np.float32)
    rows[1, :6] = [3, -1, 10, 20, 1, 2]
    values, scores = decoded(rows, np.array([[-9.0], [0.0]], np.float32), np.array([[0, 0], [50, 60]], np.float32))
    assert values[0, :6] == pytest.approx([48, 49, 10, 20, 51, 62])
    assert scores == pytest.approx([0.5])


def test_rows_that_are_no_box_are_left_out() -> None:
    rows = np.ones((3, 16), np.float32)
    rows[0, 2] = -1
    rows[1, 7] = np.nan
    values, _ = decoded(rows, np.full((3, 1), 5, np.float32), np.zeros((3, 2), np.float32))
    assert len(values) == 1


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_squares_cover_the_picture_in_order_and_are_few(height: int, width: int) -> None:
    found = tiles(height, width)
    assert len(found) <= TILES
    if not found:
        assert height == width
        return
    x, y, tile_width, tile_height = found[-1]
    assert found[0][:2] == (0, 0)
    assert (x + tile_width, y + tile_height) == (width, height)
    for before, after in pairwise(found):
        assert (before[0], before[1]) < (after[0], after[1])
        assert after[0] <= before[0] + before[2]
        assert after[1] <= before[1] + before[3]


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_letterboxed_picture_is_whole_its_border_black_and_its_canvas_small(height: int, width: int) -> None:
    canvas, scale, (x, y) = letterboxed(np.full((height, width, 3), 255, np.uint8), 64, 32)
    inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
    assert max(canvas.shape[:2]) == 64
    assert all(side % 32 == 0 for side in canvas.shape[:2])
    assert canvas.shape[0] - inner_height < 32
    assert canvas.shape[1] - inner_width < 32
    assert int((canvas > 0).sum()) == 3 * inner_width * inner_height
    assert canvas[y : y + inner_height, x : x + inner_width].min() == 255
