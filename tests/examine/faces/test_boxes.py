import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.faces.boxes import OVERLAP, merged, overlap, overlaps
from waarmerk.examine.faces.interface import Box

numbers = st.floats(-500, 500, width=32)
sizes = st.floats(1, 400, width=32)
boxes = st.tuples(numbers, numbers, sizes, sizes)


def test_overlap_is_shared_area_over_joint_area() -> None:
    assert overlap((0, 0, 2, 2), (1, 0, 2, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 2, 2)) == 0


@given(boxes, boxes)
def test_overlap_is_symmetric_and_one_only_for_the_same_box(first: Box, second: Box) -> None:
    assert overlap(first, second) == pytest.approx(overlap(second, first))
    assert 0 <= overlap(first, second) <= 1 + 1e-9
    assert overlap(first, first) == pytest.approx(1)


@given(boxes, st.lists(boxes, min_size=1, max_size=6))
def test_many_overlaps_at_once_are_the_single_ones(first: Box, others: list[Box]) -> None:
    found = overlaps(np.array(first, np.float32), np.array(others, np.float32))
    assert found == pytest.approx([overlap(first, other) for other in others], abs=2e-3)


@given(st.lists(st.tuples(boxes, st.floats(0.5, 1, width=32)), max_size=12), st.integers(1, 5))
def test_merged_faces_are_best_first_at_most_as_many_as_asked_and_each_a_candidates_score(
    candidates: list[tuple[Box, float]], at_most: int
) -> None:
    values = np.array([box for box, _ in candidates], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score in candidates], np.float32)
    faces = merged(values, scores, at_most)
    assert len(faces) <= at_most
    assert [face.score for face in faces] == sorted((face.score for face in faces), reverse=True)
    assert {face.score for face in faces} <= {float(score) for score in scores}
    assert bool(faces) == bool(candidates)


def test_candidates_of_one_face_become_their_weighted_mean_and_a_far_one_stays() -> None:
    values = np.array([[0, 0, 10, 10], [2, 0, 10, 10], [100, 0, 10, 10]], np.float32)
    first, second = merged(values, np.array([0.9, 0.6, 0.7], np.float32), 9)
    assert overlap((0, 0, 10, 10), (2, 0, 10, 10)) > OVERLAP
    assert first.box == pytest.approx((0.8, 0, 10, 10))
    assert second.box == pytest.approx((100, 0, 10, 10))
    assert first.points is None
