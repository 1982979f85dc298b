"""What a kept picture is: upright RGB and luma of a bounded size, in a slot of the ring. Runs in the child.

- A picture beyond `kept_pixels` is scaled down (area-averaged), and says so in `scale`.
- Transparency is blended on mid-grey (128), which favours neither light nor dark edges.
- Rotation and mirroring of the display matrix are applied; quarter turns only, as cameras write them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pieces import Picture
from waarmerk.examine.media.ring import Ring

BACKGROUND = 128
"""What transparent pixels are blended on."""


_STRIP = 128


@dataclass(frozen=True)
class Kept:
    """Sizes of one picture in a slot, upright; `scale`: kept size / original size."""

    height: int
    width: int
    luma_height: int
    luma_width: int
    scale: float


@dataclass(frozen=True)
class Turn:
    """How a stored picture becomes upright: mirrored left to right first, then `quarters` anticlockwise."""

    quarters: int = 0
    mirrored: bool = False

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The upright view of `picture` [h, w, ...]; no copy."""
        mirrored = picture[:, ::-1] if self.mirrored else picture
        return np.rot90(mirrored, self.quarters)

    @property
    def degrees(self) -> int:
        """Degrees clockwise that the stored picture is turned by to stand upright: 0, 90, 180 or 270."""
        return -90 * self.quarters % 360

    @property
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.quarters % 2 == 1


def kept_size(width: int, height: int, limits: Limits) -> tuple[int, int, float]:
    """Width, height and scale at which a picture of this size is kept."""
    if width * height <= limits.kept_pixels:
        return width, height, 1.0
    scale = math.sqrt(limits.kept_pixels / (width * height))
    return max(int(width * scale), 1), max(int(height * scale), 1), scale


def luma_size(width: int, height: int, limits: Limits) -> tuple[int, int]:
    """Width and height of the luma of a picture of this size."""
    scale = min(limits.luma_side / max(width, height), 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def place(
    ring: Ring, slot: int, picture: NDArray[np.uint8], luma: NDArray[np.uint8], turn: Turn, scale: float
) -> Kept:
    """Copies stored RGB and luma, turned upright, into the slot."""
    upright, grey = turn.apply(picture), turn.apply(luma)
    height, width = upright.shape[:2]
    ring.rgb(slot, height, width)[...] = upright
    ring.luma(slot, height, width, *grey.shape)[...] = grey
    return Kept(height, width, grey.shape[0], grey.shape[1], scale)


def blended(rgba: NDArray[np.uint8]) -> Picture:
    """uint8 [h, w, 3]: RGBA over the stated background."""
    mixed = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, len(rgba), _STRIP):  # the intermediate numbers are twice as wide: a strip at a time
        strip = rgba[top : top + _STRIP]
        alpha = strip[:, :, 3:].astype(np.uint16)
        mixed[top : top + _STRIP] = (strip[:, :, :3] * alpha + BACKGROUND * (255 - alpha) + 127) // 255
    return mixed
