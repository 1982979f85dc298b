"""One file from first byte to conclusion, with analyzers written for the purpose and the real decoder."""

import time
from pathlib import Path

import pytest

from tests.support.clips import portrait_clip, still
from waarmerk.errors import InputError, UsageError
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.analyzers.registry import Registry
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.walk import Options, examine
from waarmerk.values import Abstention, Asset, Calibration, Examination, Finding, Propositions, Ratio, Sha256


class Counting:
    """Counts its pieces; raises where it was told to."""

    version = "1"

    def __init__(self, name: str, needs: Need, *, fails_in: str = "", answer: Ratio | None = None) -> None:
        self.name = name
        self.needs: Need = needs
        self.fails_in = fails_in
        self.answer = answer
        self.pieces: list[Piece] = []

    def start(self, asset: Asset, options: AnalyzerOptions) -> "Counting":
        self._fail("start")
        return self

    def see(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self._fail("see")

    def finding(self) -> Finding:
        self._fail("finding")
        return Finding(analyzer=self.name, version="1", answer=self.answer, facts={"pieces": len(self.pieces)})

    def _fail(self, where: str) -> None:
        if self.fails_in == where:
            raise ZeroDivisionError(f"in {where}")


def ratio(log10_lr: float, bounds: tuple[float, float] = (-2.0, 2.0)) -> Ratio:
    calibration = Calibration(digest=Sha256("0" * 64), population="test", sources=1, real=1, fake=1)
    return Ratio(log10_lr=log10_lr, bounds=bounds, propositions=Propositions(h1="a", h2="b"), calibration=calibration)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return portrait_clip(tmp_path_factory.mktemp("walk") / "clip.mp4")


def walked(clip: Path, *analyzers: Counting, options: Options | None = None) -> Examination:
    return examine(clip, options or Options(), clock=time.monotonic, registry=Registry(analyzers))


def answers(examination: Examination) -> dict[str, Abstention | Ratio | None]:
    return {finding.analyzer: finding.answer for finding in examination.findings}


def test_one_pass_serves_every_analyzer(clip: Path) -> None:
    frames, tracks = Counting("frames", "frames"), Counting("tracks", "tracks")
    examination = walked(clip, frames, tracks)
    assert len(frames.pieces) == examination.sampling.frames_analysed == 8
    assert all(isinstance(piece, FrameSample) for piece in frames.pieces)
    # One face that never leaves: one track with every sample.
    assert [piece.track for piece in tracks.pieces if isinstance(piece, TrackSample)] == [0] * 8


def test_what_was_given_is_recorded(clip: Path) -> None:
    examination = walked(clip, Counting("a", "tracks"))
    assert examination.asset.bytes == clip.stat().st_size
    assert examination.not_examined == ("sound",)
    assert examination.elapsed_s > 0
    assert {"waarmerk", "av", "onnxruntime", "finder", "mesh"} <= examination.versions.keys()
    assert [frame.t_s for frame in examination.sampling.frames] == pytest.approx(
        [0.25 * n for n in range(8)], abs=0.1
    )


@pytest.mark.parametrize("where", ["start", "see", "finding"])
def test_an_analyzer_that_raises_abstains_with_the_sentence_and_stops_nobody(clip: Path, where: str) -> None:
    examination = walked(clip, Counting("bad", "frames", fails_in=where), Counting("good", "frames"))
    bad, good = examination.findings
    assert bad.answer == Abstention(reason="analyzer-failed", detail=f"ZeroDivisionError: in {where}")
    assert good.facts == {"pieces": 8}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (ratio(float("nan")), "outside its own bounds"),
        (ratio(3.0), "outside its own bounds"),
        (ratio(0.0, (float("-inf"), 1.0)), "not a finite number"),
    ],
)
def test_a_ratio_that_cannot_stand_in_a_report_is_an_abstention(clip: Path, answer: Ratio, sentence: str) -> None:
    (found,) = answers(walked(clip, Counting("odd", "frames", answer=answer))).values()
    assert isinstance(found, Abstention)
    assert sentence in found.detail


def test_an_analyzer_that_cannot_be_loaded_stands_in_the_report(clip: Path) -> None:
    registry = Registry((Counting("good", "frames"),), missing=(("gone", "no such module"),))
    examination = examine(clip, Options(), clock=time.monotonic, registry=registry)
    assert answers(examination)["gone"] == Abstention(reason="analyzer-failed", detail="no such module")


def test_a_ratio_becomes_the_conclusion(clip: Path) -> None:
    conclusion = walked(clip, Counting("manipulation", "frames", answer=ratio(2.0))).conclusion
    assert (conclusion.label, conclusion.log10_lr, conclusion.support) == ("manipulated", 2.0, "moderately-strong-h1")


def test_a_picture_is_examined_like_a_video_of_one_picture(tmp_path: Path) -> None:
    tracks = Counting("tracks", "tracks")
    examination = walked(still(tmp_path / "portrait.png"), tracks)
    assert examination.asset.kind == "image"
    assert len(tracks.pieces) == 1


def test_the_same_pictures_can_be_asked_for_again(clip: Path) -> None:
    first = walked(clip, Counting("a", "frames"))
    frames = tuple(frame.frame for frame in first.sampling.frames)[2:5]
    again = walked(clip, Counting("a", "frames"), options=Options(frames=frames, skip=first.sampling.skipped))
    assert tuple(frame.frame for frame in again.sampling.frames) == frames


def test_without_an_analyzer_of_pictures_none_is_decoded(clip: Path) -> None:
    assert walked(clip).sampling.frames_seen == 0


def test_a_file_that_cannot_be_examined_is_one_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(InputError, match="is empty") as refused:
        walked(empty)
    assert refused.value.where == str(empty)


def test_a_base_rate_that_is_none_is_refused_before_the_file_is_opened() -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        walked(Path("never-opened.mp4"), options=Options(base_rate=2.0))


def test_progress_runs_towards_the_end(clip: Path) -> None:
    shares: list[float] = []
    registry = Registry((Counting("a", "frames"),))
    examine(clip, Options(), clock=time.monotonic, registry=registry, progress=shares.append)
    assert shares == sorted(shares)
    assert 0.7 < shares[-1] <= 1.0
