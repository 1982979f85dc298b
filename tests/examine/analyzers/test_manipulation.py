"""The manipulation analyzer on a real face and the shipped network: answers, abstentions, bounded memory."""

from __future__ import annotations

import base64
import json
import math
import shutil
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.clips import portrait
from tests.support.examinations import asset
from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.manipulation import (
    FACTS,
    FRAMES_SHOWN,
    PICTURE_SIDE,
    STRONGEST,
    ManipulationAnalyzer,
    ManipulationWatch,
    load_model,
    reaction,
)
from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.faces.locate import Located, locate
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.networks.load import WEIGHTS
from waarmerk.values import Abstention, Ratio

BUILT_IN = WEIGHTS / "manipulation"


@cache
def analyzer() -> ManipulationAnalyzer:
    return ManipulationAnalyzer()


@cache
def face() -> Located:
    return locate(portrait(), load_finder(), FaceMesh())[0]


def sample(number: int, *, track: int = 0, rgb: NDArray[np.uint8] | None = None, scale: float = 1.0) -> TrackSample:
    picture = portrait() if rgb is None else rgb
    frame = FrameSample(
        number=number, frame=number * 6, t_s=number * 0.25, shot=0, rgb=picture, luma=picture[..., 1].copy()
    )
    at = face()
    landmarks = None if at.landmarks is None else at.landmarks * np.float32(scale)
    x, y, width, height = (value * scale for value in at.box)
    return TrackSample(track, frame, (x, y, width, height), at.score, True, landmarks, at.presence)


def watch(kind: str = "video") -> ManipulationWatch:
    return analyzer().start(asset(kind=kind), AnalyzerOptions())


def test_a_face_over_time_gets_a_ratio_within_its_bounds() -> None:
    watching = watch()
    for number in range(10):
        watching.see(sample(number))
    finding = watching.finding()
    assert isinstance(finding.answer, Ratio)
    low, high = finding.answer.bounds
    assert low <= finding.answer.log10_lr <= high
    (track,) = finding.tracks
    assert len(track.frames) == 10
    assert track.log10_lr == finding.answer.log10_lr
    assert (track.start_s, track.end_s) == (0.0, 2.25)


def test_the_facts_follow_their_schema_and_name_the_model_by_digest() -> None:
    watching = watch()
    for number in range(5):
        watching.see(sample(number))
    facts = watching.finding().facts
    jsonschema.validate(facts, FACTS)
    json.dumps(facts, allow_nan=False)
    assert facts["model"]["sha256"] == json.loads((BUILT_IN / "card.json").read_text(encoding="utf-8"))["sha256"]
    assert facts["pictures"] == 5


def test_the_strongest_pictures_are_few_small_and_in_order() -> None:
    watching = watch()
    for number in range(12):
        watching.see(sample(number, rgb=np.roll(portrait(), number, axis=1)))
    strongest = watching.finding().facts["strongest"]
    assert len(strongest) == STRONGEST
    scores = [one["score"] for one in strongest]
    assert scores == sorted(scores, reverse=True)
    for one in strongest:
        for key in ("picture", "reaction"):
            content = base64.b64decode(one[key])
            assert content.startswith(b"\x89PNG")
            assert int.from_bytes(content[16:20], "big") <= PICTURE_SIDE


def test_no_face_is_an_abstention_and_no_low_score() -> None:
    finding = watch().finding()
    assert finding.answer == Abstention(reason="no-face")
    assert finding.tracks == ()


def test_a_face_under_40_pixels_is_too_small() -> None:
    small = np.asarray(Image.fromarray(portrait()).resize((100, 100)))
    watching = watch()
    for number in range(6):
        watching.see(sample(number, rgb=small, scale=100 / 512))
    finding = watching.finding()
    assert finding.answer == Abstention(reason="face-too-small")
    assert finding.tracks[0].log10_lr is None
    assert finding.facts["unusable"] == {"face-too-small": 6}


def test_a_dark_face_is_too_dark() -> None:
    watching = watch()
    for number in range(6):
        watching.see(sample(number, rgb=portrait() // 12))
    assert watching.finding().answer == Abstention(reason="too-dark")


def test_a_glimpse_in_a_video_is_too_few_pictures_and_enough_for_a_picture() -> None:
    video, picture = watch(), watch("image")
    video.see(sample(0))
    picture.see(sample(0))
    assert video.finding().answer == Abstention(reason="too-few-pictures")
    assert isinstance(picture.finding().answer, Ratio)


def test_a_crowd_is_an_abstention() -> None:
    watching = watch()
    for number in range(3):
        for track in range(10):
            watching.see(sample(number, track=track))
    assert watching.finding().answer == Abstention(reason="crowd")


def test_samples_closer_than_the_rate_are_not_scored_twice() -> None:
    watching = watch()
    for number in range(5):
        watching.see(sample(number))
        watching.see(sample(number))
    assert watching.finding().facts["pictures"] == 5


def test_the_same_pictures_give_the_same_finding() -> None:
    findings = []
    for _ in range(2):
        watching = watch()
        for number in range(9):
            watching.see(sample(number))
        findings.append(watching.finding())
    assert findings[0] == findings[1]


def test_a_score_does_not_depend_on_the_other_faces() -> None:
    alone, together = watch(), watch()
    for number in range(3):
        alone.see(sample(number))
        together.see(sample(number, track=1, rgb=np.roll(portrait(), 30, axis=1)))
        together.see(sample(number))
    first = alone.finding().tracks[0].frames
    second = next(track.frames for track in together.finding().tracks if track.track == 0)
    assert [f.score for f in first] == [f.score for f in second]


def test_a_long_track_lists_a_bounded_number_of_pictures() -> None:
    watching = watch()
    track = watching._tracks
    watching.see(sample(0))
    one = track[0]
    one.times.extend(range(1, 2000))
    one.scores.extend([0.5] * 1999)
    one.boxes.extend([1.0] * 4 * 1999)
    assert len(watching.finding().tracks[0].frames) <= FRAMES_SHOWN


def test_the_reaction_marks_the_cells_that_react() -> None:
    where = np.zeros((12, 12), np.float32)
    where[:6] = 1
    shown = reaction(np.full((192, 192, 3), 100, np.uint8), where)
    assert shown[40, 96, 0] > shown[40, 96, 2] + 50
    assert shown[150, 96].max() - shown[150, 96].min() == 0


def test_a_model_of_ones_own_is_used_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(BUILT_IN, folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps(card | {"name": "own"}), encoding="utf-8")
    watching = ManipulationAnalyzer().start(asset(), AnalyzerOptions(model=folder))
    assert watching.finding().facts["model"]["name"] == "own"


def test_a_network_with_another_digest_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(BUILT_IN, folder)
    with (folder / "network.onnx").open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(DependencyError, match="not the network it should be"):
        load_model(folder)


def test_a_network_without_its_calibration_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(BUILT_IN, folder)
    (folder / "calibration.json").unlink()
    with pytest.raises(DependencyError, match="calibration"):
        load_model(folder)


def test_a_card_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(BUILT_IN, folder)
    (folder / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="no card"):
        load_model(folder)


def test_the_shipped_model_is_small_and_its_calibration_is_honest_about_its_counts() -> None:
    model = load_model(BUILT_IN)
    assert (BUILT_IN / "network.onnx").stat().st_size <= 25_000_000
    assert model.fitted.real >= 10
    assert model.fitted.fake >= 10
    assert model.fitted.sources >= 5
    assert model.fitted.cllr_min <= model.fitted.cllr <= 1.0
    assert max(abs(bound) for bound in model.fitted.model.bounds) <= math.log10(
        max(model.fitted.real, model.fitted.fake) + 1
    )
