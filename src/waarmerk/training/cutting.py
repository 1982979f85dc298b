"""From a wide crop to what the network sees: the pipeline's crop rule, jittered a little while training."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from waarmerk.examine.faces.crops import MARGIN, Crop, crop_of, cut
from waarmerk.examine.faces.interface import Box
from waarmerk.training.recipes.pictures import Map, Picture, Points

WIDE = 2.0
"""Side of a stored crop / longer side of the face's box: room for the blend and for the jitter of the tight crop."""


def drawn_crop(box: Box, rng: Generator) -> Crop:
    """The crop rule with its scale within 12 % and its centre within 5 % of the face."""
    x, y, width, height = box
    side = max(width, height)
    dx, dy = (float(value) * side for value in rng.uniform(-0.05, 0.05, 2))
    return crop_of((x + dx, y + dy, width, height), MARGIN * float(rng.uniform(0.88, 1.12)))


def trimmed(wide: Picture, landmarks: Points, where: Crop, room: float = 0.05) -> tuple[Picture, Points, Crop]:
    """The part of `wide` in the crop and `room` of its side around, with landmarks and crop moved into it."""
    extra = round(room * where.side)
    left, top = max(0, where.x - extra), max(0, where.y - extra)
    part = wide[top : max(top + 1, where.y + where.side + extra), left : max(left + 1, where.x + where.side + extra)]
    moved = landmarks - np.asarray((left, top) + (0,) * (landmarks.shape[1] - 2), np.float32)
    return np.ascontiguousarray(part), moved, Crop(where.x - left, where.y - top, where.side)


def cut_map(values: Map, where: Crop) -> Map:
    """A map of the wide crop, cut like the picture."""
    grey = np.repeat((values * 255).astype(np.uint8)[..., None], 3, axis=2)
    return np.asarray(cut(grey, where)[..., 0], dtype=np.float32) / np.float32(255)


def wide_square(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the wide crop around `box`, inside a picture of `width` x `height`."""
    side = max(box[2], box[3]) * WIDE
    middle = box[0] + box[2] / 2, box[1] + box[3] / 2
    x0, y0 = (max(0, round(m - side / 2)) for m in middle)
    x1, y1 = min(width, round(middle[0] + side / 2)), min(height, round(middle[1] + side / 2))
    return x0, y0, x1, y1


def halved(rgb: Picture, longest: int) -> tuple[Picture, float]:
    """The picture at `longest` pixels at most, antialiased, and the scale that was used (1.0 where it fits)."""
    from PIL import Image

    scale = longest / max(rgb.shape[:2])
    if scale >= 1:
        return rgb, 1.0
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)), scale
