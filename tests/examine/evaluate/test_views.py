import numpy as np
import pytest

from waarmerk.errors import InputError
from waarmerk.examine.evaluate.changes import PERTURBATIONS, PLAIN, Change
from waarmerk.examine.evaluate.views import Part, PartView, cut
from waarmerk.examine.media.pieces import FrameSample


def picture(width: int = 80, height: int = 60) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows, columns, rows + columns], axis=2).astype(np.uint8)


def sample(t_s: float = 0.0, scale: float = 1.0) -> FrameSample:
    rgb = picture()
    return FrameSample(number=3, frame=9, t_s=t_s, shot=0, rgb=rgb, luma=rgb[..., 0], scale=scale)


def test_a_rectangle_is_cut_at_native_pixels_with_its_own_luma() -> None:
    shown = PartView(Part((10, 5, 20, 30))).see(sample())
    assert shown is not None
    assert np.array_equal(shown.rgb, picture()[5:35, 10:30])
    assert shown.luma.shape == (30, 20)


def test_a_rectangle_of_the_original_goes_with_a_picture_that_was_kept_smaller() -> None:
    shown = PartView(Part((20, 10, 40, 60))).see(sample(scale=0.5))
    assert shown is not None
    assert np.array_equal(shown.rgb, picture()[5:35, 10:30])


def test_a_rectangle_outside_is_refused_and_one_of_a_rounded_list_is_not() -> None:
    with pytest.raises(InputError, match=r"\(70, 0, 20, 60\) reaches outside the picture of 80 x 60"):
        cut(picture(), Part((70, 0, 20, 60)))
    assert cut(picture(), Part((62, 2, 20, 60))).shape == (58, 18, 3)


def test_only_the_stretch_of_time_is_shown_and_counted() -> None:
    view = PartView(Part(None, 1.0, 2.0))
    assert [view.see(sample(t)) is not None for t in (0.0, 0.999, 1.0, 2.0)] == [False, True, True, True]
    assert view.shown == 3
    assert view.until_s == pytest.approx(2.0, abs=0.01)


def test_the_whole_medium_without_a_change_is_the_picture_itself() -> None:
    given = sample()
    assert PartView(Part()).see(given) is given


def test_a_shift_moves_the_rectangle_by_its_share_and_stays_inside() -> None:
    moved = cut(picture(), Part((10, 10, 20, 20), shift=0.1))
    assert np.array_equal(moved, picture()[12:32, 12:32])
    cornered = cut(picture(), Part((60, 40, 20, 20), shift=0.1))
    assert np.array_equal(cornered, picture()[38:58, 58:78])
    assert cut(picture(), Part(shift=0.1)).shape == (54, 72, 3)


@pytest.mark.parametrize("change", [one for one in PERTURBATIONS if not one.plain], ids=lambda one: one.name)
def test_a_change_of_pictures_changes_them_the_same_way_every_time(change: Change) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (180, 240, 3), dtype=np.uint8)
    first, again = change.of(rgb, 4), change.of(rgb, 4)
    assert np.array_equal(first, again)
    assert first.dtype == np.uint8
    assert first.shape != rgb.shape or not np.array_equal(first, rgb)


def test_no_change_leaves_a_picture_alone() -> None:
    assert np.array_equal(PLAIN.of(picture(), 0), picture())
    assert PLAIN.plain
