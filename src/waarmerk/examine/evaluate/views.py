"""What is looked at of a medium in an evaluation: a rectangle, a stretch of time, changed pictures.

Rules:
- A rectangle is cut from the decoded picture at native pixels and never encoded again. It is given in pixels of the
  upright original; where a picture is kept smaller, it goes with it. One that reaches past the picture by more than
  `SLACK` pixels is wrong and refused.
- `shift` moves the rectangle by that share of its size and keeps it within the picture; without a rectangle the whole
  picture is one, cut by twice the share so that there is room to move.
- Changes of pictures (`changes`) come after the cut, to every picture alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from waarmerk.errors import InputError
from waarmerk.examine.evaluate.changes import PLAIN, Change
from waarmerk.examine.media.limits import LIMITS
from waarmerk.examine.media.pictures import luma_size
from waarmerk.examine.media.pieces import FrameSample, Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels of the upright picture."""

SLACK = 2
"""Pixels by which a rectangle may reach past the picture: lists are measured on players that round."""
TOLERANCE_S = 1e-3


@dataclass(frozen=True)
class Part:
    """What belongs to a row of a list; None: all of it. `shift`: share of the rectangle's size, right and down."""

    rectangle: Rectangle | None = None
    start_s: float | None = None
    end_s: float | None = None
    shift: float = 0.0


WHOLE = Part()


class PartView:
    """A `walk.View`: shows the part, changed. `shown` counts the pictures that were."""

    def __init__(self, part: Part, change: Change = PLAIN) -> None:
        self._part = part
        self._change = change
        self.shown = 0

    @property
    def until_s(self) -> float | None:
        """Seconds after which nothing is looked at."""
        return None if self._part.end_s is None else self._part.end_s + TOLERANCE_S

    def see(self, sample: FrameSample) -> FrameSample | None:
        """The part of this picture, or None outside the stretch of time; InputError for a wrong rectangle."""
        if self._part.start_s is not None and sample.t_s < self._part.start_s - TOLERANCE_S:
            return None
        self.shown += 1
        if self._part.rectangle is None and not self._part.shift and self._change.plain:
            return sample
        rgb = self._change.of(cut(sample.rgb, self._part, sample.scale), sample.number)
        return replace(sample, rgb=rgb, luma=luma(rgb))


def cut(rgb: Picture, part: Part, scale: float = 1.0) -> Picture:
    """The part's rectangle of a picture, uint8 [h, w, 3], a copy; InputError where it lies outside."""
    height, width = rgb.shape[:2]
    x, y, w, h = (0, 0, width, height) if part.rectangle is None else _scaled(part.rectangle, scale)
    if x + w > width + SLACK or y + h > height + SLACK or x >= width or y >= height:
        original = f"{round(width / scale)} x {round(height / scale)}"
        raise InputError(f"the rectangle {part.rectangle} reaches outside the picture of {original} pixels")
    x1, y1 = min(x + w, width), min(y + h, height)
    if part.shift:
        x, y, x1, y1 = _shifted((x, y, x1, y1), part.shift, (width, height), whole=part.rectangle is None)
    return np.ascontiguousarray(rgb[y:y1, x:x1])


def _scaled(rectangle: Rectangle, scale: float) -> Rectangle:
    x, y, width, height = rectangle
    if scale == 1.0:
        return rectangle
    return round(x * scale), round(y * scale), max(1, int(width * scale)), max(1, int(height * scale))


def _shifted(
    edges: tuple[int, int, int, int], share: float, size: tuple[int, int], *, whole: bool
) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = edges
    dx, dy = round((x1 - x0) * share), round((y1 - y0) * share)
    if whole:
        return min(dx, x1 - 2), min(dy, y1 - 2), x1, y1
    dx, dy = (min(d, most) if d > 0 else d for d, most in ((dx, size[0] - x1), (dy, size[1] - y1)))
    # No room to the right or below: to the left or up instead.
    dx, dy = (d or -min(round(side * share), start) for d, side, start in ((dx, x1 - x0, x0), (dy, y1 - y0, y0)))
    return x0 + dx, y0 + dy, x1 + dx, y1 + dy


def luma(rgb: Picture) -> NDArray[np.uint8]:
    """Its luma, uint8 [h, w], area-averaged to the size that samples carry."""
    size = luma_size(rgb.shape[1], rgb.shape[0], LIMITS)
    grey = Image.fromarray(rgb).convert("L")
    return np.asarray(grey if grey.size == size else grey.resize(size, Image.Resampling.BOX))
