"""The demo's clips are what they say, and its run tells what was found, not what was hoped for."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from examples.demo.make_clips import PORTRAITS, Samples, make, moved
from examples.demo.run import examined, told
from PIL import Image

from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.registry import registered
from waarmerk.examine.walk import Examiner, Options
from waarmerk.values import Examination, Json


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make(tmp_path_factory.mktemp("demo"), seconds=2)


@pytest.fixture(scope="module")
def found(samples: Samples) -> dict[str, Examination]:
    examiner = Examiner(
        Options(analyzers=AnalyzerOptions(known=(samples.known,), trust_anchors=samples.trusted)),
        clock=time.monotonic,
        registry=registered().only(["provenance", "matching"]),
    )
    return {clip.stem: examiner.examine(clip) for clip in samples.clips}


def facts(examination: Examination, analyzer: str) -> dict[str, Json]:
    return next(finding for finding in examination.findings if finding.analyzer == analyzer).facts


def test_every_clip_says_in_its_metadata_that_it_is_a_sample(samples: Samples) -> None:
    for clip in samples.clips:
        with av.open(str(clip)) as container:
            assert container.metadata["title"].startswith("Waarmerk sample: ")
            assert container.streams.video[0].codec_context.name == "h264"


def test_the_untouched_clip_is_signed_by_the_test_authority_and_matches_nothing(
    found: dict[str, Examination],
) -> None:
    told = facts(found["untouched"], "provenance")
    assert (told["state"], told["declared_synthetic"], told["tampered"]) == ("trusted", False, False)
    assert facts(found["untouched"], "matching")["known"] == []


def test_the_swapped_clip_carries_no_provenance_and_is_not_a_known_item(found: dict[str, Examination]) -> None:
    assert facts(found["swapped"], "provenance")["manifest"] == "none"
    assert facts(found["swapped"], "matching")["known"] == []


def test_the_returned_clip_is_recognised_as_the_known_item_without_its_beginning(
    found: dict[str, Examination],
) -> None:
    assert found["returned"].conclusion.label == "known-fake"
    (match,) = facts(found["returned"], "matching")["known"]
    (part,) = match["alignment"]
    assert part["known_start_s"] - part["query_start_s"] == pytest.approx(0.5, abs=0.3)


def row(name: str, ratio: float | None, *, known: bool = False) -> dict[str, Any]:
    match = {"query_matched": 1.0, "known_matched": 0.75, "distance": 6, "item": "known-item.mp4"}
    manifest = {"active": True, "signer": {"name": "Test signer"}}
    return {
        "asset": {"path": name},
        "conclusion": {"label": "known-fake" if known else "inconclusive"},
        "findings": [
            {"analyzer": "provenance", "facts": {"state": "trusted", "manifests": [manifest]}},
            {"analyzer": "matching", "facts": {"known": [match] if known else []}},
            {
                "analyzer": "manipulation",
                "log10_lr": ratio,
                "log10_lr_bounds": None if ratio is None else [-1.0, 1.5],
                "abstained": "no-face" if ratio is None else None,
                "detail": None,
            },
        ],
    }


@pytest.mark.parametrize(
    ("untouched", "swapped", "known", "says"),
    [
        (-0.5, 1.2, True, ["found nothing against it", "took it for manipulated", "recognised: 100% of it"]),
        (0.4, -0.3, False, ["is WRONG here", "MISSED the swap", "NOT recognised"]),
        (0.02, 0.0, True, ["supports neither", "supports neither", "recognised"]),
        (None, None, True, ["abstained: no-face", "abstained: no-face", "recognised"]),
    ],
)
def test_a_miss_is_called_a_miss(
    samples: Samples, untouched: float | None, swapped: float | None, known: bool, says: list[str]
) -> None:
    found = {
        "untouched.mp4": row("untouched.mp4", untouched),
        "swapped.mp4": row("swapped.mp4", swapped),
        "returned.mp4": row("returned.mp4", None, known=known),
    }
    for sentence, part in zip(told(samples, found), says, strict=True):
        assert part in sentence


def test_the_demo_runs_from_clips_to_a_page(
    samples: Samples, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert examined(tmp_path, samples) == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "untouched.mp4" in page
    assert "It was recognised" in capfd.readouterr().out


def test_frames_do_not_depend_on_when_they_are_made() -> None:

    def film() -> Iterator[Any]:
        still = np.asarray(Image.open(PORTRAITS / "london-010.jpg"))
        return moved(still, "x", 0.2, centre=(160, 160), side=200, seed=4, size=(96, 72))

    assert all(np.array_equal(first, second) for first, second in zip(film(), film(), strict=True))
