"""From a frame that FFmpeg decoded to a kept picture. Runs in the child.

Conversion is swscale's on one thread: its threads cost more than they bring, and the jail forbids them.
"""

from __future__ import annotations

import gc
import math
from typing import Any, cast

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pictures import Kept, Turn, blended, kept_size, luma_size, place
from waarmerk.examine.media.ring import Ring


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
        form = "rgba" if transparent else "rgb24"
        stored = self._to_rgb.reformat(frame, width, height, form, interpolation=Interpolation.AREA, threads=1)
        picture = blended(plane(stored, 4)) if transparent else plane(stored, 3)
        shown = av.VideoFrame.from_ndarray(picture, "rgb24") if transparent else frame
        luma = self._to_luma.reformat(
            shown, *luma_size(width, height, self._limits), "gray", interpolation=Interpolation.AREA, threads=1
        )
        return place(self._ring, slot, picture, plane(luma, 1)[:, :, 0], turn, scale)


def _unnamed(kinds: type[Type], value: object) -> Type:
    """A kind of side data that FFmpeg gives and PyAV has no name for, such as Exif (31)."""
    made = object.__new__(kinds)
    made._name_ = f"KIND_{value}"
    made._value_ = cast(Any, value)
    return made


# PyAV raises for a frame that carries any kind without a name, and then gives the display matrix neither.
Type._missing_ = classmethod(_unnamed)  # type: ignore[method-assign, assignment]


def turn_of(frame: Any) -> Turn:
    """The turn that the frame's display matrix asks for (9 fixed-point numbers; ISO/IEC 14496-12, 8.3.2).

    Ask once for a stream: looking at side data ties a frame into a reference cycle.
    """
    try:
        data = bytes(frame.side_data[Type.DISPLAYMATRIX])
    except (KeyError, IndexError):
        return Turn()
    finally:
        del frame
        gc.collect()  # else its pixels stay, and with them the decoder's pool of pictures
    matrix = np.frombuffer(data, "<i4", 9)
    a, b, c, d = (int(matrix[index]) for index in (0, 1, 3, 4))
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    angle = math.degrees(math.atan2(b, a))
    return Turn(quarters=round(-angle / 90) % 4, mirrored=mirrored)


def has_alpha(frame: Any) -> bool:
    """Whether the frame's pixel format carries transparency."""
    return any(component.is_alpha for component in frame.format.components)


def plane(frame: Any, channels: int) -> NDArray[np.uint8]:
    """The first plane as uint8 [h, w, channels], without the padding of its lines; no copy."""
    first = frame.planes[0]
    lines = np.frombuffer(first, np.uint8).reshape(-1, first.line_size)
    return lines[: frame.height, : frame.width * channels].reshape(frame.height, frame.width, channels)
