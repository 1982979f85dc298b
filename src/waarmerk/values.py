"""The values that travel through the house: what was given, what was found, how strongly it speaks.

Frozen, printable, comparable; they import nothing. Times are seconds from the start of the medium; boxes are
pixels of the upright picture, `(x, y, width, height)`; ratios are log10.
"""

from __future__ import annotations

from typing import Any, Literal, NewType

import msgspec

Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""

Json = Any
"""What a JSON text can hold."""

Label = Literal["known-fake", "declared-synthetic", "manipulated", "nothing-found", "inconclusive"]
Purpose = Literal["triage", "forensic"]


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """The medium that was given. `width`, `height`: upright, after rotation; `fps`: a fraction as text."""

    path: str
    sha256: Sha256
    bytes: int
    kind: Literal["video", "image"]
    container: str
    video_codec: str
    duration_s: float | None
    width: int
    height: int
    fps: str | None
    audio: bool
    rotation: int = 0
    pixel_format: str = ""


class Propositions(msgspec.Struct, frozen=True, kw_only=True):
    """What a likelihood ratio compares: the probability of the evidence under `h1` to that under `h2`."""

    h1: str
    h2: str


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What a ratio was calibrated on: counts are of recordings, `sources` of their origins."""

    digest: Sha256
    population: str
    sources: int
    real: int
    fake: int


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A log10 likelihood ratio with its propositions and the bounds that so few sources can support."""

    log10_lr: float
    bounds: tuple[float, float]
    propositions: Propositions
    calibration: Calibration


class Abstention(msgspec.Struct, frozen=True, kw_only=True):
    """An analyzer's "I cannot tell": `reason` is a code that the catalogues word (`face-too-small`, ...)."""

    reason: str
    detail: str = ""


class FrameScore(msgspec.Struct, frozen=True, kw_only=True):
    """One sampled picture of a track: raw network score (higher: more like a fake), the face's box."""

    t_s: float
    score: float
    box: tuple[float, float, float, float]


class TrackFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What one face over time gave; `log10_lr` is None where this track was outside the analyzer's scope."""

    track: int
    start_s: float
    end_s: float
    log10_lr: float | None
    abstained: str | None = None
    frames: tuple[FrameScore, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one analyzer says: a ratio, an abstention, or (None) facts alone."""

    analyzer: str
    version: str
    answer: Ratio | Abstention | None
    facts: dict[str, Json] = {}
    tracks: tuple[TrackFinding, ...] = ()


class SampledFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was kept: its running number among the decoded ones, its time stamp, its shot."""

    frame: int
    t_s: float
    shot: int


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Which pictures were looked at.

    `cut_s`: where decoding ended early; `cut`: the decoder's words. `damaged`: pictures that could not be decoded.
    """

    frames_seen: int
    frames_analysed: int
    rate: float
    skipped: str
    frames: tuple[SampledFrame, ...] = ()
    shots: tuple[float, ...] = ()
    cut_s: float | None = None
    cut: str | None = None
    damaged: int = 0


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """The whole: None where the purpose or the findings give none. `support` is a code on the ENFSI scale."""

    label: Label | None
    log10_lr: float | None
    support: str | None
    base_rate: float | None
    posterior: float | None


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """One medium examined: what was given, what each analyzer said, what it adds up to, how it was done."""

    asset: Asset
    purpose: Purpose
    conclusion: Conclusion
    findings: tuple[Finding, ...]
    sampling: Sampling
    not_examined: tuple[str, ...]
    sandbox: tuple[str, ...]
    versions: dict[str, str]
    elapsed_s: float
