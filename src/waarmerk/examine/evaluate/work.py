"""One row of a list examined: what a worker process does with it, and what is kept of the answer.

Rules: an abstention is kept as one, with its reason; `Measured` is all that any figure needs, small enough to keep
for thousands of rows, and the same whether it was examined now or read from the cache.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from waarmerk.errors import InputError
from waarmerk.examine.analyzers.own import with_own
from waarmerk.examine.analyzers.registry import Registry, registered
from waarmerk.examine.evaluate.changes import PLAIN, Change
from waarmerk.examine.evaluate.measures import NAME, FaceMeasures
from waarmerk.examine.evaluate.views import WHOLE, Part, PartView
from waarmerk.examine.evidence.calibration import trimmed_mean
from waarmerk.examine.evidence.fusion import LEAD
from waarmerk.examine.media.encode import copied
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.examine.walk import Examiner, Progress
from waarmerk.values import Abstention, Examination, Finding, Ratio

FACTS_ALONE = frozenset({"matching", "provenance", "container"})
"""Built-in analyzers that never answer by a ratio: no figure of an evaluation would change with them."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one examination.

    `log10_lr` is None where it abstained, for the reason `abstained`. `scores`: raw scores of its pictures; `score`:
    of the face seen most, the trimmed mean. `curve`: sharpness (`measures`). The rest describes the medium.
    """

    log10_lr: float | None
    abstained: str | None
    detail: str
    scores: list[float]
    score: float | None
    face: float | None
    curve: list[float] | None
    kind: str
    bytes: int
    duration_s: float | None
    width: int
    height: int
    fps: float | None
    sha256: str

    @property
    def sharpness(self) -> float | None:
        """Of the face's crops, grey levels; None without a face."""
        return None if self.curve is None else self.curve[0]

    @property
    def bits(self) -> float | None:
        """Bits a pixel of the file, None where its length is unknown: how strongly it is compressed."""
        pictures = 1.0 if self.kind == "image" else (self.duration_s or 0.0) * (self.fps or 0.0)
        pixels = pictures * self.width * self.height
        return 8 * self.bytes / pixels if pixels > 0 else None


@dataclass(frozen=True)
class Task:
    """A `batch.Work`: a part of a medium, under a change."""

    part: Part = WHOLE
    change: Change = PLAIN

    def __call__(self, examiner: Examiner, path: str, *, progress: Progress) -> Examination:
        """Examines it; InputError where the part lies outside the medium."""
        part = replace(self.part, shift=self.change.shift)
        if not self.change.uploads:
            return self._examined(examiner, path, PartView(part, self.change), progress)
        with tempfile.TemporaryDirectory(prefix="waarmerk-eval-") as folder:
            view = PartView(part, self.change)

            def show(sample: FrameSample) -> Picture | None:
                shown = view.see(sample)
                return None if shown is None else shown.rgb

            copy = Path(path)
            for number, upload in enumerate(self.change.uploads):
                until = view.until_s if number == 0 else None
                copy = copied(copy, upload, show if number == 0 else _as_it_is, Path(folder) / f"{number}", until)
            examination = self._examined(examiner, str(copy), PartView(WHOLE), progress)
            return msgspec.structs.replace(examination, asset=msgspec.structs.replace(examination.asset, path=path))

    @staticmethod
    def _examined(examiner: Examiner, path: str, view: PartView, progress: Progress) -> Examination:
        examination = examiner.examine(path, progress=progress, view=view)
        if view.shown == 0:
            raise InputError("holds no picture in the stretch of time that belongs to the row", where=path)
        return examination


def _as_it_is(sample: FrameSample) -> Picture:
    return sample.rgb


def analyzers(only: str | None, networks: Sequence[Path] = ()) -> Registry:
    """What runs on a row: the analyzer `only`, or all that may answer by a ratio; and the measures of faces.

    Raises UsageError where there is no analyzer of that name.
    """
    everything = with_own(registered(), networks)
    chosen = (
        Registry(tuple(a for a in everything.analyzers if a.name not in FACTS_ALONE), everything.missing)
        if only is None
        else everything.only([only])
    )
    return Registry((*chosen.analyzers, FaceMeasures()), chosen.missing)


def kept(examination: Examination, only: str | None) -> Measured:
    """What is kept of an examination: of the conclusion, or of the analyzer `only`."""
    findings = {finding.analyzer: finding for finding in examination.findings}
    lead = findings.get(only or LEAD)
    answers = [lead] if lead is not None else []
    if only is None:
        log10_lr = examination.conclusion.log10_lr
        answers += [finding for name, finding in findings.items() if name != LEAD]
    else:
        log10_lr = lead.answer.log10_lr if lead is not None and isinstance(lead.answer, Ratio) else None
    silent = next((finding.answer for finding in answers if isinstance(finding.answer, Abstention)), None)
    faces = findings[NAME].facts if NAME in findings else {}
    asset = examination.asset
    top, _, bottom = (asset.fps or "").partition("/")
    return Measured(
        log10_lr=log10_lr,
        abstained=None if log10_lr is not None else "no-answer" if silent is None else silent.reason,
        detail="" if log10_lr is not None or silent is None else silent.detail,
        scores=[] if lead is None else [frame.score for track in lead.tracks for frame in track.frames],
        score=_score(lead),
        face=faces.get("size"),
        curve=faces.get("curve"),
        kind=asset.kind,
        bytes=asset.bytes,
        duration_s=asset.duration_s,
        width=asset.width,
        height=asset.height,
        fps=float(top) / float(bottom or 1) if top and float(bottom or 1) else None,
        sha256=asset.sha256,
    )


def _score(finding: Finding | None) -> float | None:
    tracks = [track for track in (finding.tracks if finding else ()) if track.frames]
    if not tracks:
        return None
    return trimmed_mean([frame.score for frame in max(tracks, key=lambda track: len(track.frames)).frames])
