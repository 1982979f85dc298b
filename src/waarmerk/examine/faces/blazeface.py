"""BlazeFace: a single-shot face finder of Google's MediaPipe, run in onnxruntime.

- An anchor is the centre of a cell of the feature map; a row of the output is a box and six points counted from it
  (Bazarevsky et al., BlazeFace, 2019).
- The picture goes in whole, on a black canvas of its own shape: a square one would be half black.
- Where that shows no face, or only small ones, it is searched again in squares along its longer side: in 1080p a face
  of 40 pixels is 5 in the whole picture and 9 in a square.
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
SMALL = 12
"""Pixels of the network's input. With a larger, clear face in the picture the squares are not searched: nine in ten
faces of that size are found in the whole picture (ADR 2), and the squares cost two runs more."""
CLEAR = {"blazeface-back": 0.75, "blazeface-full": FLOOR}
"""Score from which a face in the whole picture is clear. The back network takes a far person's head and shoulders
for one large face (scores to 0.71); 97 of 100 real faces score more than 0.75."""
TILES = 4
"""Squares at most, however long the picture: a strip of a film is no reason for a hundred runs."""

ANCHORS = {
    "blazeface-back": ((16, 2), (32, 6)),
    "blazeface-full": ((4, 1),),
}
"""(stride in pixels, anchors a cell) of each feature map, in the order of the output."""


def anchors(name: str, height: int, width: int) -> Floats:
    """Centres of the anchors in pixels of the network's input, float32 [n, 2] (x, y)."""
    centres = []
    for stride, count in ANCHORS[name]:
        rows, columns = (np.arange(side // stride, dtype=np.float32) + 0.5 for side in (height, width))
        y, x = np.meshgrid(rows * stride, columns * stride, indexing="ij")
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(centres).astype(np.float32)


def letterboxed(rgb: Picture, size: int, multiple: int) -> tuple[Picture, float, tuple[int, int]]:
    """The picture whole on black, its longer side `size`: the smallest canvas of whole multiples that holds it.

    Gives uint8 [height, width, 3], the scale, and the picture's upper left corner (x, y) in it.
    """
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    columns, rows = (-(-side // multiple) * multiple for side in inner)
    x, y = (columns - inner[0]) // 2, (rows - inner[1]) // 2
    canvas = np.zeros((rows, columns, 3), np.uint8)
    # Every second row is left out where at least four become one: the others are averaged, in two thirds of the time.
    rgb = rgb[::2] if scale <= 0.25 else rgb
    small = Image.fromarray(np.ascontiguousarray(rgb)).resize(inner, Image.Resampling.BILINEAR, reducing_gap=1.0)
    canvas[y : y + inner[1], x : x + inner[0]] = np.asarray(small)
    return canvas, scale, (x, y)


def tiles(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Squares (x, y, width, height) that cover the picture along its longer side; none where it is square."""
    short, long = sorted((height, width))
    count = min(TILES, -(-long // short))
    if count < 2:
        return []
    side = max(short, -(-long // count))
    starts = [number * (long - side) // (count - 1) for number in range(count)]
    return [(at, 0, side, height) if width > height else (0, at, width, side) for at in starts]


def decoded(rows: Floats, logits: Floats, centres: Floats, floor: float = FLOOR) -> tuple[Floats, Floats]:
    """Candidates above the floor: float32 [n, 16] (x, y, width, height, six points) in input pixels; scores [n]."""
    scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -80, 80)))
    kept = scores >= floor
    values, origin = rows[kept].astype(np.float32, copy=True), centres[kept]
    values[:, 0:2] += origin - values[:, 2:4] / 2
    values[:, 4:] += np.tile(origin, values[:, 4:].shape[1] // 2)
    sound = (values[:, 2] > 0) & (values[:, 3] > 0) & np.isfinite(values).all(axis=1)
    return values[sound], scores[kept][sound].astype(np.float32)


def moved(values: Floats, x: float, y: float) -> Floats:
    """Candidates moved by (x, y): boxes and points."""
    shift = np.zeros(values.shape[1], np.float32)
    shift[[0, *range(4, values.shape[1], 2)]] = x
    shift[[1, *range(5, values.shape[1], 2)]] = y
    return values + shift


class BlazeFace:
    """The finder `blazeface-back` (256 pixels) or `blazeface-full` (192)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._network = built_in(name)
        self.digest = str(self._network.card.sha256)
        self._size = self._network.size[0]
        self._centres: dict[tuple[int, int], Floats] = {}

    def find(self, rgb: Picture) -> list[Face]:
        """Faces with score at least `FLOOR`, best first, at most `CROWD`."""
        height, width = rgb.shape[:2]
        values, scores = self._search(rgb)
        clear = values[scores >= CLEAR[self.name], 2]
        if clear.max(initial=0) * self._size < SMALL * max(height, width):
            for x, y, tile_width, tile_height in tiles(height, width):
                more, more_scores = self._search(rgb[y : y + tile_height, x : x + tile_width])
                more = moved(more, x, y)
                whole = _inside(more, x, y, tile_width, tile_height, width, height)
                values = np.concatenate([values, more[whole]])
                scores = np.concatenate([scores, more_scores[whole]])
        return merged(values, scores, CROWD)

    def glance(self, rgb: Picture) -> list[Face]:
        """As `find`, without the squares: one run."""
        return merged(*self._search(rgb), CROWD)

    def _search(self, rgb: Picture) -> tuple[Floats, Floats]:
        """Candidates of one run, in pixels of the picture that was given."""
        canvas, scale, (left, top) = letterboxed(rgb, self._size, self._network.card.input.multiple)
        shape = canvas.shape[0], canvas.shape[1]
        if shape not in self._centres:
            self._centres[shape] = anchors(self.name, *shape)
        rows, logits = self._network.run(canvas[None])
        values, scores = decoded(rows[0], logits[0], self._centres[shape])
        return moved(values, -left, -top) / np.float32(scale), scores


def _inside(
    values: Floats, x: int, y: int, tile_width: int, tile_height: int, width: int, height: int
) -> NDArray[np.bool_]:
    """False where a box reaches past an edge of the tile that is no edge of the picture: it saw half a face."""
    return np.asarray(
        ((x == 0) | (values[:, 0] >= x))
        & ((y == 0) | (values[:, 1] >= y))
        & ((x + tile_width == width) | (values[:, 0] + values[:, 2] <= x + tile_width))
        & ((y + tile_height == height) | (values[:, 1] + values[:, 3] <= y + tile_height))
    )
