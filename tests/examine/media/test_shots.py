from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.clips import moving, portrait
from waarmerk.examine.media.shots import Shots


def luma(picture: np.ndarray) -> np.ndarray:
    return picture.mean(axis=2).astype(np.uint8)


def test_a_drifting_picture_stays_one_shot() -> None:
    shots = Shots()
    assert {shots.see(luma(picture), index / 4) for index, picture in enumerate(moving(40, 256, 256))} == {0}


def test_another_picture_begins_another_shot() -> None:
    shots = Shots()
    first, second = luma(portrait()), luma(portrait()) // 3
    seen = [shots.see(picture, index / 4) for index, picture in enumerate([first] * 4 + [second] * 4)]
    assert seen == [0, 0, 0, 0, 1, 1, 1, 1]
    assert shots.starts == [0.0, 1.0]


def test_a_lamp_that_goes_up_slowly_is_no_cut() -> None:
    shots = Shots()
    picture = luma(portrait()).astype(int)
    assert {shots.see(np.clip(picture + 2 * step, 0, 255).astype(np.uint8), step / 4) for step in range(30)} == {0}


def test_a_shaking_camera_makes_no_shots() -> None:
    rng = np.random.default_rng(5)
    picture = luma(portrait())
    shots = Shots()
    for step in range(40):
        dx, dy = rng.integers(-25, 26, 2)
        shots.see(np.roll(picture, (int(dx), int(dy)), (0, 1)), step / 4)
    assert len(shots.starts) == 1


@given(st.lists(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))), min_size=1, max_size=6))
def test_shots_are_counted_in_order_for_any_pictures(pictures: list[np.ndarray]) -> None:
    shots = Shots()
    seen = [shots.see(picture, float(index)) for index, picture in enumerate(pictures)]
    assert seen[0] == 0
    assert all(b - a in (0, 1) for a, b in pairwise(seen))
    assert len(shots.starts) == seen[-1] + 1
