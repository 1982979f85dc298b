"""What an evaluation measures of the faces beside what an analyzer says: their size and their sharpness.

Rules:
- Measured is the track with most pictures, since a row of a list is about one face; at most `PICTURES` of them, at
  least `APART_S` apart: sharpness hardly changes within a take.
- Sharpness is the mean absolute Laplacian of the green channel over the central 70 % of the face's crop at `SIDE`
  pixels, in grey levels: of the crop as it is, and softened by each of `SIGMAS`. So the blur that makes one face as
  soft as another is known without looking again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.faces.crops import MARGIN, face_crop
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.media.pieces import Picture
from waarmerk.values import Asset, Finding

NAME: Final = "evaluation-measures"
SIDE: Final = 224
SIGMAS: Final = (0.0, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0, 4.0)
"""Pixels of a crop at `SIDE`."""
PICTURES: Final = 12
APART_S: Final = 0.45


def sharpness(crop: Picture) -> float:
    """Mean absolute Laplacian of green over the central 70 % of a crop, uint8 [h, w, 3], in grey levels."""
    height, width = crop.shape[:2]
    top, left = round(0.15 * height), round(0.15 * width)
    green = crop[top : height - top, left : width - left, 1].astype(np.float32)
    if min(green.shape) < 3:
        return 0.0
    edges = 4 * green[1:-1, 1:-1] - green[:-2, 1:-1] - green[2:, 1:-1] - green[1:-1, :-2] - green[1:-1, 2:]
    return float(np.abs(edges).mean())


def curve(crop: Picture) -> list[float]:
    """Sharpness of a crop after each of `SIGMAS`."""
    image = Image.fromarray(crop)
    return [sharpness(np.asarray(image.filter(ImageFilter.GaussianBlur(s))) if s else crop) for s in SIGMAS]


def softening(sharper: list[float], goal: float, face: float) -> float:
    """The blur, sigma in pixels of the medium, that brings `sharper` (a `curve`) down to `goal` for a face of `face`
    pixels; 0 where it is not sharper by a twentieth."""
    if sharper[0] <= 1.05 * goal:
        return 0.0
    falling = np.minimum.accumulate(np.asarray(sharper))
    sigma = float(np.interp(-np.log(max(goal, 1e-6)), -np.log(np.maximum(falling, 1e-6)), SIGMAS))
    return sigma * MARGIN * face / SIDE


@dataclass
class _Track:
    pictures: int = 0
    last_s: float = -1e9
    sizes: list[float] = field(default_factory=list)
    curves: list[list[float]] = field(default_factory=list)


class FaceMeasures:
    """An analyzer that answers nothing: facts `faces`, `size` (pixels, median), `curve` (means) and `pictures`."""

    name = NAME
    version = "1"
    needs: Need = "tracks"

    def start(self, asset: Asset, options: AnalyzerOptions) -> FaceMeasuresWatch:  # noqa: ARG002
        """Begins on one medium."""
        return FaceMeasuresWatch()


class FaceMeasuresWatch:
    """One medium's faces being measured."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def see(self, piece: Piece) -> None:
        """Takes one face of one sample."""
        if not isinstance(piece, TrackSample):
            return
        track = self._tracks.setdefault(piece.track, _Track())
        track.pictures += 1
        if len(track.sizes) < PICTURES and piece.sample.t_s - track.last_s >= APART_S:
            track.last_s = piece.sample.t_s
            track.sizes.append(max(piece.box[2:]))
            track.curves.append(curve(face_crop(piece.sample.rgb, piece.box, SIDE, SIDE)))

    def finding(self) -> Finding:
        """Facts about the face that was seen most; no size and no curve without one."""
        tracks = list(self._tracks.values())
        seen = max(tracks, key=lambda track: (track.pictures, max(track.sizes)), default=None)
        facts = {
            "faces": len(tracks),
            "pictures": 0 if seen is None else seen.pictures,
            "size": None if seen is None else float(np.median(seen.sizes)),
            "curve": None if seen is None else [float(v) for v in np.mean(seen.curves, axis=0)],
        }
        return Finding(analyzer=NAME, version="1", answer=None, facts=facts)
