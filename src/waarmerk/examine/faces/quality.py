"""What a face's picture can support: measured here, judged by the analyzer that must abstain.

Each measure is a number with a unit and no verdict. They are taken from the face's box in the full-size picture,
and are the same for a training picture as for a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.examine.faces.interface import Box, TrackSample
from waarmerk.examine.faces.mesh import eyes, tilt
from waarmerk.examine.media.pieces import Picture

SMALLEST = 40
"""Pixels of the longer side of a face's box under which it is flagged as small: a network there sees the codec."""
SIDE = 64
"""Pixels at which sharpness is measured, whatever the face's size, so that sizes can be compared."""

PITCH_AT_REST = -6.0
"""Degrees: the median over 148 official portraits, whose heads look straight; the forehead lies behind the chin."""

_FOREHEAD, _CHIN, _RIGHT_CHEEK, _LEFT_CHEEK = 10, 152, 234, 454
_REC709 = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Quality:
    """Measures of one face in one sample.

    `size`: longer side of the box, pixels; `luminance`, `contrast`: mean and standard deviation of luma, 0..255;
    `sharpness`: energy of the Laplacian / variance of luma at `SIDE` pixels (0: blurred; about 0.1 and more: sharp);
    `inside`: share of the box that lies in the picture; `yaw`, `pitch`, `roll`: degrees (yaw: positive turns to the
    picture's right; pitch: positive looks up; roll: positive falls to the picture's right), None without a mesh;
    `presence`: the mesh's own word that it is a face, 0..1.
    """

    size: float
    luminance: float
    contrast: float
    sharpness: float
    inside: float
    presence: float
    yaw: float | None
    pitch: float | None
    roll: float | None

    @property
    def small(self) -> bool:
        """Whether the face is under `SMALLEST`."""
        return self.size < SMALLEST


def quality(face: TrackSample) -> Quality:
    """The measures of one face in one sample of a track."""
    return measured(face.sample.rgb, face.box, face.landmarks, face.presence)


def measured(rgb: Picture, box: Box, landmarks: NDArray[np.float32] | None, presence: float) -> Quality:
    """The measures of the face in a box of a picture; zero light and sharpness where none of it is in the picture."""
    height, width = rgb.shape[:2]
    x0, y0 = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
    x1, y1 = min(width, math.ceil(box[0] + box[2])), min(height, math.ceil(box[1] + box[3]))
    visible = max(0.0, min(width, box[0] + box[2]) - max(0.0, box[0])) * max(
        0.0, min(height, box[1] + box[3]) - max(0.0, box[1])
    )
    luma = _luma(rgb[y0:y1, x0:x1]) if x1 > x0 and y1 > y0 else np.zeros((SIDE, SIDE), np.float32)
    yaw, pitch, roll = pose(landmarks) if landmarks is not None else (None, None, None)
    return Quality(
        size=float(max(box[2], box[3])),
        luminance=float(luma.mean()),
        contrast=float(luma.std()),
        sharpness=sharpness(luma),
        inside=float(min(1.0, visible / (box[2] * box[3]))),
        presence=presence,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
    )


def sharpness(luma: NDArray[np.float32]) -> float:
    """Mean square of the 4-neighbour Laplacian / variance, of float32 [h, w] luma: 0 for a flat picture."""
    variance = float(luma.var())
    if variance < 1e-3:
        return 0.0
    middle = luma[1:-1, 1:-1]
    edges = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * middle
    return float(np.square(edges).mean()) / variance


def pose(landmarks: NDArray[np.float32]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a mesh, float32 [468, 3]; good to some ten degrees: its depth is a guess."""
    roll = tilt(*eyes(landmarks))
    across = landmarks[_LEFT_CHEEK] - landmarks[_RIGHT_CHEEK]
    down = landmarks[_CHIN] - landmarks[_FOREHEAD]
    # Depth grows away from the camera: where the face turns to the picture's right, the cheek there goes back.
    yaw = math.atan2(float(across[2]), math.hypot(float(across[0]), float(across[1])))
    pitch = math.atan2(-float(down[2]), math.hypot(float(down[0]), float(down[1])))
    return math.degrees(yaw), math.degrees(pitch) - PITCH_AT_REST, math.degrees(roll)


def _luma(part: Picture) -> NDArray[np.float32]:
    """Luma at `SIDE` x `SIDE`, 0..255, antialiased."""
    small = Image.fromarray(np.ascontiguousarray(part)).resize(
        (SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0
    )
    return np.asarray(np.asarray(small, dtype=np.float32) @ _REC709)
