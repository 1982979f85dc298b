"""The one crop rule, the same in training and in the examination.

- A crop is a square around the middle of the face's bounding box: the box of the 468 mesh points, or, where the
  mesh abstained, the finder's box brought to the same convention (`mesh_box_of`).
- Its side is `MARGIN` x the longer side of that box, rounded to whole pixels, placed on whole pixels: it is cut
  from the full-size picture, never resampled by the cut.
- Where it reaches past the picture, the picture's edge is repeated. Black would be a straight high-contrast border
  that a network learns to look at; repetition has no such edge.
- Only then it is resized to a network's size, antialiased, so that no detail folds into false patterns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.errors import InputError
from waarmerk.examine.faces.interface import Box
from waarmerk.examine.media.pieces import Picture

MARGIN = 1.3
"""Side of the crop / longer side of the face's box: the jaw, the hairline and the seam of a swapped face are in."""

LARGEST_SIDE = 5120
"""Pixels. Pictures are kept up to 3840 x 2160, and a crop of this side takes 79 MB: a larger one is a broken box."""


@dataclass(frozen=True)
class Crop:
    """Where a square lies in the full-size picture: whole pixels, may reach past the edge."""

    x: int
    y: int
    side: int


def mesh_box(landmarks: NDArray[np.float32]) -> Box:
    """The bounding box of face-mesh points, float32 [468, 3] in pixels."""
    left, top = (float(value) for value in landmarks[:, :2].min(axis=0))
    right, bottom = (float(value) for value in landmarks[:, :2].max(axis=0))
    return left, top, right - left, bottom - top


def crop_of(box: Box, margin: float = MARGIN) -> Crop:
    """The square of a face's box in the mesh's convention; InputError where the box is no box."""
    x, y, width, height = box
    if not all(math.isfinite(value) for value in box) or min(width, height) <= 0:
        raise InputError(f"this is no box of a face: {box}")
    side = max(2, round(margin * max(width, height)))
    if side > LARGEST_SIDE:
        raise InputError(f"a crop of {side} pixels is larger than {LARGEST_SIDE}: the face's box is wrong")
    # floor(... + 0.5): rounding that moves with the picture, where round() would go to the even neighbour.
    return Crop(math.floor(x + (width - side) / 2 + 0.5), math.floor(y + (height - side) / 2 + 0.5), side)


def croppable(box: Box, margin: float = MARGIN) -> bool:
    """Whether `crop_of` takes this box."""
    size = max(box[2], box[3])
    return all(math.isfinite(value) for value in box) and min(box[2], box[3]) > 0 and margin * size < LARGEST_SIDE


def cut(rgb: Picture, crop: Crop) -> Picture:
    """The crop's pixels, uint8 [side, side, 3], a copy; the picture's edge is repeated outside it."""
    height, width = rgb.shape[:2]
    x, y, side = crop.x, crop.y, crop.side
    if x >= 0 and y >= 0 and x + side <= width and y + side <= height:
        return rgb[y : y + side, x : x + side].copy()
    rows = np.clip(np.arange(y, y + side), 0, height - 1)
    columns = np.clip(np.arange(x, x + side), 0, width - 1)
    return np.ascontiguousarray(rgb[rows[:, None], columns[None, :]])


def resized(picture: Picture, height: int, width: int) -> Picture:
    """The picture at another size, uint8 [height, width, 3]: bilinear when enlarging, antialiased when reducing."""
    if picture.shape[:2] == (height, width):
        return picture
    image = Image.fromarray(picture)
    # Whole-number box averaging first where the reduction is large: the same picture for a fraction of the time.
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0))


def face_crop(rgb: Picture, box: Box, height: int, width: int, margin: float = MARGIN) -> Picture:
    """The crop of a face at a network's size, uint8 [height, width, 3]."""
    return resized(cut(rgb, crop_of(box, margin)), height, width)
