"""Pictures with a real face at a known place: the NASA portrait of Eileen Collins (public domain)."""

from __future__ import annotations

import numpy as np
from PIL import Image

from waarmerk.examine.faces.interface import Box
from waarmerk.examine.media.pieces import Picture

FACE: Box = (178.0, 67.0, 94.0, 108.0)
"""The face's box in the portrait as the mesh draws it, to a few pixels."""


def portrait() -> Picture:
    """uint8 [512, 512, 3]."""
    import skimage.data

    return np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]


def placed(height: int, width: int, x: int, y: int, scale: float) -> tuple[Picture, Box]:
    """The portrait at a scale, its upper left corner at (x, y) of a grey picture; and the face's box there."""
    picture = np.full((height, width, 3), 110, np.uint8)
    side = round(512 * scale)
    small = np.asarray(Image.fromarray(portrait()).resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0))
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + side), min(height, y + side)
    picture[y0:y1, x0:x1] = small[y0 - y : y1 - y, x0 - x : x1 - x]
    return picture, (x + FACE[0] * scale, y + FACE[1] * scale, FACE[2] * scale, FACE[3] * scale)
