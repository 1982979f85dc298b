"""What a face finder is, and what a track hands to an analyzer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.media.pieces import FrameSample, Picture

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the upright full-size picture; may reach past its edge."""

CROWD = 32
"""Faces a picture at most. In a crowd of more each is too small to examine, and every one costs a mesh."""


@dataclass(frozen=True)
class Face:
    """One face in one picture. `points`: float32 [4 or 6, 2] (the person's right eye, left eye, nose, mouth, and
    right and left ear where the finder sees them) or None."""

    box: Box
    score: float
    points: NDArray[np.float32] | None = None


class FaceFinder(Protocol):
    """Finds faces in one picture. `name` is how it is chosen, `digest` the SHA-256 of its weights."""

    name: str
    digest: str

    def find(self, rgb: Picture) -> list[Face]:
        """Faces with score above the finder's floor, best first, overlapping ones already merged."""
        ...


@runtime_checkable
class Glancing(Protocol):
    """A finder that can also look quickly: the same faces but the small ones."""

    def glance(self, rgb: Picture) -> list[Face]:
        """Faces of the picture as a whole, as `find` gives them."""
        ...


@dataclass(frozen=True)
class TrackSample:
    """One face of one track in one sampled picture.

    `landmarks`: float32 [468, 3] face mesh in pixels of the full-size picture (z in the same scale), or None
    where the mesh found none; `found`: seen by the finder, or (False) placed between two pictures where it was;
    `box`: in the mesh's convention, whatever finder saw it; `presence`: the mesh's own word that it is a face, 0..1.
    """

    track: int
    sample: FrameSample
    box: Box
    score: float
    found: bool
    landmarks: NDArray[np.float32] | None
    presence: float = 0.0
