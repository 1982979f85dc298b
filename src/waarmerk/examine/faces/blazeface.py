"""BlazeFace: a single-shot face finder of Google's MediaPipe, run in onnxruntime.

An anchor is the centre of a cell of the feature map; a row of the output is a box and six points counted from it
(Bazarevsky et al., BlazeFace, 2019). The picture goes in whole, letterboxed with black.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.examine.faces.boxes import merged
from waarmerk.examine.faces.interface import CROWD, Face
from waarmerk.examine.media.pieces import Picture
from waarmerk.examine.networks.load import built_in

Floats = NDArray[np.float32]

FLOOR = 0.5
"""Score under which an anchor sees no face: where the network's own training put the border (logit 0)."""

ANCHORS = {
    "blazeface-full": ((4, 1),),
    "blazeface-back": ((16, 2), (32, 6)),
}
"""(stride in pixels, anchors a cell) of each feature map, in the order of the output."""


def anchors(name: str, size: int) -> Floats:
    """Centres of the anchors in pixels of the network's input, float32 [n, 2] (x, y)."""
    centres = []
    for stride, count in ANCHORS[name]:
        cells = (np.arange(size // stride, dtype=np.float32) + 0.5) * stride
        y, x = np.meshgrid(cells, cells, indexing="ij")
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(centres).astype(np.float32)


def letterboxed(rgb: Picture, size: int) -> tuple[Picture, float, tuple[float, float]]:
    """The picture whole in a black square: uint8 [size, size, 3], the scale, and its upper left corner (x, y)."""
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    x, y = (size - inner[0]) // 2, (size - inner[1]) // 2
    square = np.zeros((size, size, 3), np.uint8)
    small = Image.fromarray(rgb).resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0)
    square[y : y + inner[1], x : x + inner[0]] = np.asarray(small)
    return square, scale, (float(x), float(y))


def decoded(rows: Floats, logits: Floats, centres: Floats, floor: float = FLOOR) -> tuple[Floats, Floats]:
    """Candidates above the floor: float32 [n, 16] (x, y, width, height, six points) in input pixels; scores [n]."""
    scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -80, 80)))
    kept = scores >= floor
    values, origin = rows[kept].astype(np.float32, copy=True), centres[kept]
    values[:, 0:2] += origin - values[:, 2:4] / 2
    values[:, 4:] += np.tile(origin, values[:, 4:].shape[1] // 2)
    sound = (values[:, 2] > 0) & (values[:, 3] > 0) & np.isfinite(values).all(axis=1)
    return values[sound], scores[kept][sound].astype(np.float32)


class BlazeFace:
    """The finder `blazeface-full` (192 pixels) or `blazeface-back` (256)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._network = built_in(name)
        self.digest = str(self._network.card.sha256)
        self._centres = anchors(name, self._network.size[0])

    def find(self, rgb: Picture) -> list[Face]:
        """Faces with score at least `FLOOR`, best first, at most `CROWD`."""
        square, scale, (left, top) = letterboxed(rgb, self._network.size[0])
        rows, logits = self._network.run(square[None])
        values, scores = decoded(rows[0], logits[0], self._centres)
        values[:, 0] -= left
        values[:, 1] -= top
        values[:, 4::2] -= left
        values[:, 5::2] -= top
        return merged(values / np.float32(scale), scores, CROWD)
