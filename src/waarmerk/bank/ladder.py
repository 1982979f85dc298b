"""The parts of a known frame whose hashes an item keeps, so that a cropped copy is found by its one whole-frame hash.

Rules:
- A PDQ hash outlives about 2 % of a side cut off around the picture and half of that at one corner (measured,
  `benchmarks/bench_robustness.py`), so the ladder's steps are 4 % around, 3 % at a corner, above and below, to a
  little beyond a quarter; and the middles that fit the screens of phones and feeds.
- Parts are cut from the whole picture, and from the picture inside its borders, where it seems to have some; that
  picture itself is a part too.
- Frames that hardly differ share their parts: a frame gets its own where its hash lies more than `NEAR` bits from
  that of the last frame that did, or `LONGEST_S` later. Parts below the quality floor are left out.
The numbers of the parts are kept in banks: the ladder is only ever added to at its end.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.interface import Parts
from waarmerk.bank.signals.pdq import QUALITY_FLOOR, Hash, coefficients, distance, hash_of
from waarmerk.bank.views import STRIP, borders

NEAR: Final = 12
LONGEST_S: Final = 2.0

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """What is cut away, as shares of the sides; or the shape (width / height) of the middle that is left."""

    name: str
    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0
    shape: float | None = None

    def of(self, luma: Luma) -> Luma | None:
        """The part of a picture, uint8 [h, w]; None where the picture is too small or has that shape already."""
        height, width = luma.shape
        if self.shape is None:
            rows = slice(round(height * self.top), height - round(height * self.bottom))
            columns = slice(round(width * self.left), width - round(width * self.right))
        else:
            kept_rows, kept_columns = min(height, round(width / self.shape)), min(width, round(height * self.shape))
            if kept_rows * kept_columns > _SAME * height * width:
                return None
            rows, columns = _middle(height, kept_rows), _middle(width, kept_columns)
        part = luma[rows, columns]
        return part if min(part.shape) >= _LEAST_SIDE else None


_SAME: Final = 0.97
"""A middle with more of the picture than this is found by the hash of the whole."""
_LEAST_SIDE: Final = 32


def _middle(side: int, kept: int) -> slice:
    return slice((side - kept) // 2, (side - kept) // 2 + kept)


def _steps(first: int, last: int, step: int) -> list[float]:
    return [percent / 100 for percent in range(first, last + 1, step)]


LADDER: Final[tuple[Part, ...]] = (
    Part("whole"),
    Part("inside"),
    *(Part(f"centre-{cut:.2f}", cut / 2, cut / 2, cut / 2, cut / 2) for cut in _steps(4, 28, 4)),
    *(Part(f"below-{cut:.2f}", bottom=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"above-{cut:.2f}", top=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"top-left-{cut:.2f}", bottom=cut, right=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"top-right-{cut:.2f}", bottom=cut, left=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"bottom-left-{cut:.2f}", top=cut, right=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"bottom-right-{cut:.2f}", top=cut, left=cut) for cut in _steps(3, 27, 3)),
    *(Part(f"shape-{name}", shape=shape) for name, shape in (
        ("16:9", 16 / 9), ("4:3", 4 / 3), ("1:1", 1.0), ("4:5", 4 / 5), ("9:16", 9 / 16)
    )),
)  # fmt: skip
UPPER: Final = next(
    number for number, part in enumerate(LADDER) if part.bottom == STRIP and not part.right + part.left
)
"""The part that the query's view `upper` shows; `LOWER` that of `lower`."""
LOWER: Final = next(number for number, part in enumerate(LADDER) if part.top == STRIP and not part.right + part.left)


class Cutter:
    """Cuts the frames of one item, in the order of time, and keeps the hashes of their parts."""

    def __init__(self) -> None:
        self._last: Hash | None = None
        self._last_s = 0.0
        self._codes = bytearray()
        self._frame, self._part = array("q"), bytearray()

    def see(self, number: int, t_s: float, luma: Luma, whole: Hash) -> None:
        """Takes the frame at place `number`, with the hash of the whole frame."""
        if self._last is not None and t_s - self._last_s < LONGEST_S and distance(whole, self._last) <= NEAR:
            return
        self._last, self._last_s = whole, t_s
        rows, columns = borders(luma)
        inside = luma[rows, columns]
        # A dark wall may be taken for a border: where there seems to be one, both pictures are cut.
        for place, base in [(place, luma) for place in range(2, len(LADDER))] + (
            [] if inside.shape == luma.shape else [(place, inside) for place in range(1, len(LADDER))]
        ):
            cut = LADDER[place].of(base)
            found = None if cut is None else coefficients(cut)
            if found is not None and found.quality >= QUALITY_FLOOR:
                self._codes += hash_of(found).tobytes()
                self._frame.append(number)
                self._part.append(place)

    def parts(self) -> Parts:
        """What was kept."""
        return Parts(
            np.frombuffer(bytes(self._codes), np.uint64).reshape(-1, 4),
            np.frombuffer(self._frame, np.int64) if self._frame else np.empty(0, np.int64),
            np.frombuffer(bytes(self._part), np.uint8),
        )
