"""When a face cannot be judged: one reason for each threshold, and the innocent look-alike beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.evidence.quality import (
    ABSTENTIONS,
    MOST_FACES,
    crowded,
    medium_reason,
    track_reason,
    unusable,
)
from waarmerk.text.words import words


@dataclass(frozen=True)
class Face:
    size: float = 120.0
    luminance: float = 110.0
    contrast: float = 40.0
    sharpness: float = 0.2
    inside: float = 1.0
    presence: float = 0.95
    yaw: float | None = 10.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": 39.0}, "face-too-small"),
        ({"luminance": 12.0}, "too-dark"),
        ({"luminance": 245.0}, "too-bright"),
        ({"contrast": 3.0}, "too-blurred"),
        ({"sharpness": 0.001}, "too-blurred"),
        ({"yaw": 75.0}, "turned-away"),
        ({"yaw": -75.0}, "turned-away"),
        ({"presence": 0.1}, "occluded"),
        ({"inside": 0.4}, "out-of-domain"),
    ],
)
def test_a_picture_beyond_a_threshold_cannot_be_used(change: dict[str, float], reason: str) -> None:
    assert unusable(replace(Face(), **change)) == reason


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"size": 40.0},
        {"luminance": 45.0},
        {"luminance": 225.0},
        {"sharpness": 0.02},
        {"yaw": 50.0},
        {"yaw": None},
        {"presence": 0.5},
        {"inside": 0.8},
    ],
)
def test_a_poor_picture_within_the_thresholds_is_used(change: dict[str, float]) -> None:
    assert unusable(replace(Face(), **change)) is None


def test_a_track_with_enough_usable_pictures_answers() -> None:
    assert track_reason(5, Counter({"too-dark": 6}), video=True) is None


def test_a_track_that_is_mostly_unusable_abstains_for_its_commonest_reason() -> None:
    assert track_reason(3, Counter({"turned-away": 20, "too-dark": 2}), video=True) == "turned-away"


def test_a_glimpse_of_a_face_in_a_video_is_too_few_pictures() -> None:
    assert track_reason(2, Counter(), video=True) == "too-few-pictures"


def test_one_picture_is_enough_for_a_picture() -> None:
    assert track_reason(1, Counter(), video=False) is None


def test_a_medium_without_tracks_has_no_face() -> None:
    assert medium_reason([], []) == "no-face"


def test_a_medium_abstains_for_the_reason_of_its_largest_face() -> None:
    assert medium_reason([(30.0, "face-too-small"), (200.0, "too-dark")], [1, 2]) == "too-dark"


def test_a_crowd_is_named_and_a_family_is_not() -> None:
    assert crowded([MOST_FACES + 1] * 5)
    assert not crowded([MOST_FACES] * 5)
    assert not crowded([1, 1, 1, 30])
    assert medium_reason([(50.0, "turned-away")], [MOST_FACES + 1] * 3) == "crowd"


@given(st.integers(0, 5), st.dictionaries(st.sampled_from(ABSTENTIONS), st.integers(1, 9)), st.booleans())
def test_every_reason_of_a_track_is_a_listed_code(usable: int, reasons: dict[str, int], video: bool) -> None:
    reason = track_reason(usable, Counter(reasons), video=video)
    assert reason is None or reason in ABSTENTIONS


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("code", ABSTENTIONS)
def test_every_code_is_worded_in_both_languages(code: str, language: str) -> None:
    assert words("report", language).find(f"reason.{code}")  # type: ignore[arg-type]
