"""Face mesh: 468 points of one face, by a network of Google's MediaPipe run in onnxruntime.

The face goes in upright: the square around it is turned by the line between the eyes, then the points are turned
back. (Kartynnik et al., Real-time facial surface geometry from monocular video on mobile GPUs, 2019.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.examine.faces.interface import Box
from waarmerk.examine.media.pieces import Picture
from waarmerk.examine.networks.load import built_in

POINTS = 468
SQUARE = 1.5
"""Side of the network's view / longer side of the face's box. Of 1.25 to 1.75, the one at which a second fit from
the first one's box moves the points least (0.5 % of the face; the box's size 1.1 %)."""
PRESENCE = 0.5
"""Presence from which the points mean a face: where the network's own training put the border (logit 0)."""
RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)
"""Corners of the eyes in the mesh (outer, inner; inner, outer), right and left as the person has them."""


@dataclass(frozen=True)
class Mesh:
    """`landmarks`: float32 [468, 3] in pixels of the full-size picture; `presence`: 0..1, that it is a face."""

    landmarks: NDArray[np.float32]
    presence: float


def tilt(right_eye: NDArray[np.float32], left_eye: NDArray[np.float32]) -> float:
    """Radians by which the line from the person's right eye to the left falls to the right of the picture."""
    dx, dy = (float(v) for v in left_eye[:2] - right_eye[:2])
    return math.atan2(dy, dx)


def eyes(landmarks: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The middles of the right and the left eye of a mesh, float32 [3] each."""
    return landmarks[list(RIGHT_EYE)].mean(axis=0), landmarks[list(LEFT_EYE)].mean(axis=0)


class FaceMesh:
    """The network `face-mesh`."""

    def __init__(self) -> None:
        self._network = built_in("face-mesh")
        self.digest = str(self._network.card.sha256)

    def fit(self, rgb: Picture, box: Box, angle: float = 0.0) -> Mesh:
        """The mesh of the face in a box, turned by `angle` (radians, `tilt` of its eyes)."""
        size = self._network.size[0]
        centre = box[0] + box[2] / 2, box[1] + box[3] / 2
        side = SQUARE * max(box[2], box[3])
        view, matrix = upright(rgb, centre, side, angle, size)
        points, logit = self._network.run(view[None])
        landmarks = points.reshape(POINTS, 3).astype(np.float32, copy=True)
        landmarks[:, :2] = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        landmarks[:, 2] *= side / size
        return Mesh(landmarks, float(1 / (1 + np.exp(-np.clip(logit[0, 0], -80, 80)))))


def upright(
    rgb: Picture, centre: tuple[float, float], side: float, angle: float, size: int
) -> tuple[Picture, NDArray[np.float32]]:
    """The square around a face turned upright, uint8 [size, size, 3], and the float32 [2, 3] map back to pixels.

    Outside the picture it is black, as in the network's training.
    """
    scale = side / size
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) * scale
    matrix = np.concatenate([turn, (np.array(centre) - turn @ [size / 2, size / 2])[:, None]], axis=1)
    # Halved first where the face is much larger than the view: bilinear sampling alone would skip pixels.
    reach = side * (abs(math.cos(angle)) + abs(math.sin(angle))) / 2 + 2
    height, width = rgb.shape[:2]
    x0, y0 = max(0, math.floor(centre[0] - reach)), max(0, math.floor(centre[1] - reach))
    x1, y1 = min(width, math.ceil(centre[0] + reach)), min(height, math.ceil(centre[1] + reach))
    if x1 <= x0 or y1 <= y0:
        return np.zeros((size, size, 3), np.uint8), matrix.astype(np.float32)
    image = Image.fromarray(np.ascontiguousarray(rgb[y0:y1, x0:x1]))
    factor = max(1, math.floor(scale))
    if factor > 1:
        image = image.reduce(factor)
    local = matrix.copy()
    local[:, 2] -= (x0, y0)
    local /= factor
    view = image.transform((size, size), Image.Transform.AFFINE, local.ravel().tolist(), Image.Resampling.BILINEAR)
    return np.asarray(view), matrix.astype(np.float32)
