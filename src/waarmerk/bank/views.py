"""The views of a picture that are compared with known ones: as it is, mirrored, and without its borders.

A hash of the whole frame is lost by bars around the picture, which many who pass a video on add: to fit a portrait
screen, or for a line of text. Rules for a border:
- rows (or columns) from an edge inwards, most of whose pixels have the edge's own level: text may stand in a bar;
- at least `LEAST` of the side together, and never more than `MOST`: the picture must be left.
A plain wall or a dark sky may be taken for a border, on one side or both: so the picture as it is, without the rows,
without the columns and without both are all compared, and a wrong guess loses nothing.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import Coefficients, with_mirror

Orientation = Literal[
    "none",
    "mirrored",
    "letterboxed",
    "letterboxed-mirrored",
    "pillarboxed",
    "pillarboxed-mirrored",
    "framed",
    "framed-mirrored",
]
"""How the query differs from the known item; letterboxed: bars above or below, pillarboxed: at the sides."""

LEAST: Final = 0.02
"""A PDQ hash outlives this much by itself."""
MOST: Final = 0.6
_LEVELS: Final = 10
"""Grey levels by which compression lets a bar's pixels differ."""
_UNIFORM: Final = 0.6
"""Share of a row's pixels that must have the edge's level: letters cover less than the rest."""


def views(luma: NDArray[np.uint8]) -> dict[Orientation, Coefficients]:
    """The coefficients of each view, `none` and `mirrored` always; luma uint8 [h, w]."""
    plain, mirrored = with_mirror(luma)
    found: dict[Orientation, Coefficients] = {"none": plain, "mirrored": mirrored}
    rows, columns = borders(luma)
    if rows != _ALL:
        found["letterboxed"], found["letterboxed-mirrored"] = with_mirror(luma[rows])
    if columns != _ALL:
        found["pillarboxed"], found["pillarboxed-mirrored"] = with_mirror(luma[:, columns])
    if rows != _ALL and columns != _ALL:
        found["framed"], found["framed-mirrored"] = with_mirror(luma[rows, columns])
    return found


_ALL: Final = slice(None)


def borders(luma: NDArray[np.uint8]) -> tuple[slice, slice]:
    """The rows and the columns inside the borders; all of them where there are none."""
    rows = _inside(luma)
    # Columns are judged between the bars above and below, which reach across them.
    return rows, _inside(luma[rows].T)


def _inside(luma: NDArray[np.uint8]) -> slice:
    """The rows between a border at the beginning and one at the end."""
    first, last = _border(luma), _border(luma[::-1])
    if not LEAST * len(luma) <= first + last <= MOST * len(luma):
        return _ALL
    return slice(first, len(luma) - last)


def _border(luma: NDArray[np.uint8]) -> int:
    level = int(np.median(luma[0]))
    low, high = max(level - _LEVELS, 0), min(level + _LEVELS, 255)
    if _share(luma[:1], low, high)[0] < _UNIFORM:
        return 0
    other = np.flatnonzero(_share(luma, low, high) < _UNIFORM)
    return int(other[0]) if len(other) else len(luma)


def _share(luma: NDArray[np.uint8], low: int, high: int) -> NDArray[np.float64]:
    """For each row the share of its pixels from `low` to `high`."""
    # One comparison for two: below `low` the difference wraps round to a large number.
    near: NDArray[np.float64] = ((luma - np.uint8(low)) <= high - low).mean(axis=1)
    return near
