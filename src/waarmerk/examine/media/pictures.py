"""From a decoded frame to what is kept: upright RGB and luma, written straight into the ring. Runs in the child.

- Conversion is swscale's on one thread: its threads cost more than they bring, and the jail forbids them.
- A picture beyond `kept_pixels` is scaled down (area-averaged), and says so in `scale`.
- Transparency is blended on mid-grey (128), which favours neither light nor dark edges.
- Rotation and mirroring of the display matrix are applied; quarter turns only, as cameras write them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pieces import Picture
from waarmerk.examine.media.ring import Ring

BACKGROUND = 128
"""What transparent pixels are blended on."""


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
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.quarters % 2 == 1


def turn_of(frame: Any) -> Turn:
    """The turn that the frame's display matrix asks for (9 fixed-point numbers; ISO/IEC 14496-12, 8.3.2)."""
    try:
        data = bytes(frame.side_data[Type.DISPLAYMATRIX])
    except (KeyError, IndexError):
        return Turn()
    matrix = np.frombuffer(data, "<i4", 9)
    a, b, c, d = (int(matrix[index]) for index in (0, 1, 3, 4))
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    angle = math.degrees(math.atan2(b, a))
    return Turn(quarters=round(-angle / 90) % 4, mirrored=mirrored)


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


class Converter:
    """Writes frames of one stream into the ring; keeps swscale's tables between pictures."""

    def __init__(self, ring: Ring, limits: Limits) -> None:
        self._ring = ring
        self._limits = limits
        self._to_rgb = VideoReformatter()
        self._to_luma = VideoReformatter()

    def write(self, frame: Any, turn: Turn, slot: int) -> Kept:
        """Converts a decoded frame; the slot must be free."""
        width, height, scale = kept_size(frame.width, frame.height, self._limits)
        transparent = has_alpha(frame)
        rgb = self._to_rgb.reformat(
            frame, width, height, "rgba" if transparent else "rgb24", interpolation=Interpolation.AREA, threads=1
        )
        luma_width, luma_height = luma_size(width, height, self._limits)
        source = rgb if transparent else frame
        luma = self._to_luma.reformat(
            source, luma_width, luma_height, "gray", interpolation=Interpolation.AREA, threads=1
        )
        picture = plane(rgb, 4 if transparent else 3)
        if transparent:
            picture = blended(picture)
        return self.place(picture, plane(luma, 1)[:, :, 0], turn, slot, scale)

    def place(self, picture: NDArray[np.uint8], luma: NDArray[np.uint8], turn: Turn, slot: int, scale: float) -> Kept:
        """Copies stored RGB and luma, turned upright, into the slot."""
        upright, grey = turn.apply(picture), turn.apply(luma)
        height, width = upright.shape[:2]
        self._ring.rgb(slot, height, width)[...] = upright
        self._ring.luma(slot, height, width, *grey.shape)[...] = grey
        return Kept(height, width, grey.shape[0], grey.shape[1], scale)


def has_alpha(frame: Any) -> bool:
    """Whether the frame's pixel format carries transparency."""
    return any(component.is_alpha for component in frame.format.components)


def plane(frame: Any, channels: int) -> NDArray[np.uint8]:
    """The first plane as uint8 [h, w, channels], without the padding of its lines; no copy."""
    first = frame.planes[0]
    lines = np.frombuffer(first, np.uint8).reshape(-1, first.line_size)
    return lines[: frame.height, : frame.width * channels].reshape(frame.height, frame.width, channels)


def blended(rgba: NDArray[np.uint8]) -> Picture:
    """uint8 [h, w, 3]: RGBA over the stated background."""
    alpha = rgba[:, :, 3:].astype(np.uint16)
    mixed = rgba[:, :, :3] * alpha + BACKGROUND * (255 - alpha) + 127
    return (mixed // 255).astype(np.uint8)
