"""When a face cannot be judged: named thresholds, and the reason in a code that the catalogues word.

Rules:
- An abstention is no low score: it says that the picture cannot carry an answer, whatever the network would say.
- One picture is judged by its own measures; a track abstains where too few of its pictures can be used, for the
  reason that most of them give; a medium where every track does, for the reason of its largest face.
- The thresholds stand on what the calibration has seen: beyond them there are no recordings that a ratio could
  stand on (docs/explanation/training.md).
- Drawn or painted faces are not recognised as such: the report names that limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

SMALLEST_FACE = 40.0
"""Pixels, longer side of the face's box: below it a network sees the codec, not the face."""
DARKEST, BRIGHTEST = 30.0, 235.0
"""Mean luma 0..255 of the face."""
LEAST_CONTRAST = 8.0
"""Standard deviation of luma: below it the face is a flat patch."""
LEAST_SHARPNESS = 0.012
"""Energy of the Laplacian / variance of luma at 64 pixels: below it only the shape of a face is left."""
MOST_YAW = 60.0
"""Degrees to either side: beyond it half of the face, and of any seam, is hidden."""
LEAST_INSIDE = 0.6
"""Share of the face's box that lies in the picture."""
LEAST_PRESENCE = 0.3
"""The face mesh's own word that it sees a face, 0..1: below it something covers the face, text for example."""
MOST_FACES = 8
"""Faces in one picture, the median over the medium: more is a crowd, where each may be another's reflection."""
LEAST_PICTURES = 3
"""Usable pictures of a track of a video: one or two are a moment, not a recording."""
LEAST_USABLE = 0.3
"""Share of a track's pictures that must be usable."""

ABSTENTIONS = (
    "no-face",
    "no-model",
    "crowd",
    "face-too-small",
    "too-dark",
    "too-bright",
    "too-blurred",
    "turned-away",
    "occluded",
    "out-of-domain",
    "too-few-pictures",
)
"""The reason codes that the manipulation analyzer can give."""


class Measures(Protocol):
    """What is measured of a face in one picture (`examine.faces.quality.Quality`)."""

    @property
    def size(self) -> float: ...
    @property
    def luminance(self) -> float: ...
    @property
    def contrast(self) -> float: ...
    @property
    def sharpness(self) -> float: ...
    @property
    def inside(self) -> float: ...
    @property
    def presence(self) -> float: ...
    @property
    def yaw(self) -> float | None: ...


def unusable(face: Measures) -> str | None:
    """The code of the first reason why one picture of a face cannot be used, or None where it can."""
    if face.size < SMALLEST_FACE:
        return "face-too-small"
    if face.luminance < DARKEST:
        return "too-dark"
    if face.luminance > BRIGHTEST:
        return "too-bright"
    if face.contrast < LEAST_CONTRAST or face.sharpness < LEAST_SHARPNESS:
        return "too-blurred"
    if face.yaw is not None and abs(face.yaw) > MOST_YAW:
        return "turned-away"
    if face.presence < LEAST_PRESENCE:
        return "occluded"
    return "out-of-domain" if face.inside < LEAST_INSIDE else None


def track_reason(usable: int, reasons: Counter[str], *, video: bool) -> str | None:
    """Why a track abstains, or None where it can answer: `usable` pictures, and the reasons of the others."""
    seen = usable + reasons.total()
    if seen and usable < LEAST_USABLE * seen:
        return _commonest(reasons)
    if usable >= (LEAST_PICTURES if video else 1):
        return None
    return _commonest(reasons) if reasons.total() > usable else "too-few-pictures"


def medium_reason(tracks: Sequence[tuple[float, str]], faces: Sequence[int]) -> str:
    """Why a medium has no answer: (size, reason) of every track, and the number of faces of every picture."""
    if not tracks:
        return "no-face"
    return "crowd" if crowded(faces) else max(tracks)[1]


def crowded(faces: Sequence[int]) -> bool:
    """Whether the median picture with faces shows a crowd."""
    return bool(faces) and sorted(faces)[len(faces) // 2] > MOST_FACES


def _commonest(reasons: Counter[str]) -> str:
    # Ties by the order of ABSTENTIONS, so that the same pictures give the same reason.
    return max(reasons, key=lambda code: (reasons[code], -ABSTENTIONS.index(code)))
