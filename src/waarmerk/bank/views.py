"""The views in which a medium's frames are looked up: as they are, without borders, without a strip; and mirrored.

A hash of the whole frame is lost by bars around the picture, which many who pass a video on add: to fit a portrait
screen, or for a line of text. Rules for a border:
- rows (or columns) from an edge inwards, most of whose pixels have the edge's own level: text may stand in a bar;
- at least `LEAST` of the side together, and never more than `MOST`: the picture must be left.
A plain wall or a dark sky may be taken for a border, on one side or both: so the picture as it is, without the rows,
without the columns and without both are all compared, and a wrong guess loses nothing.

Words laid over the lowest or highest part of the picture spoil the hash as well; the picture without that strip is
compared with known pictures without it (`ladder`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import Coefficients, with_mirror

Side = Literal["whole", "rows", "columns", "inside", "upper", "lower"]


@dataclass(frozen=True)
class View:
    """How a frame is looked at: `rows`, `columns`, `inside` without borders there, `upper`, `lower` a strip less."""

    side: Side
    mirrored: bool


VIEWS: Final[tuple[View, ...]] = tuple(
    View(side, mirrored)
    for side in ("whole", "rows", "columns", "inside", "upper", "lower")
    for mirrored in (False, True)
)

STRIP: Final = 0.21
"""Share of the height that `upper` and `lower` leave out: a caption of two lines, a news ticker."""
LEAST: Final = 0.02
"""A PDQ hash outlives this much by itself."""
MOST: Final = 0.6
_LEVELS: Final = 10
"""Grey levels by which compression lets a bar's pixels differ."""
_UNIFORM: Final = 0.6
"""Share of a row's pixels that must have the edge's level: letters cover less than the rest."""


def views(luma: NDArray[np.uint8]) -> Iterator[tuple[int, Coefficients]]:
    """The coefficients of each view, by its place in `VIEWS`, whole and mirrored first; luma uint8 [h, w]."""
    rows, columns = borders(luma)
    strip = round(STRIP * len(luma))
    shown: dict[Side, NDArray[np.uint8]] = {"whole": luma}
    if rows != _ALL:
        shown["rows"] = luma[rows]
    if columns != _ALL:
        shown["columns"] = luma[:, columns]
    if len(shown) == 3:
        shown["inside"] = luma[rows, columns]
    if strip:
        shown |= {"upper": luma[: len(luma) - strip], "lower": luma[strip:]}
    for place in range(0, len(VIEWS), 2):
        if (part := shown.get(VIEWS[place].side)) is not None:
            plain, mirrored = with_mirror(part)
            yield place, plain
            yield place + 1, mirrored


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
