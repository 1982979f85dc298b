"""What was done to a known item, from the views and parts in which its copy was found.

Words, in this order, joined by "-": `mirrored`; `bordered` (bars were added around it); `covered` (something lies
over its lowest or highest strip); `cropped`. `none` where a copy needs no word.

Where a copy without a strip of its height shows the known picture without a thinner one, the copy is the higher of
the two: a bar was added there, for a line of text perhaps.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.ladder import LADDER, LOWER, UPPER
from waarmerk.bank.views import VIEWS

_WORDS: Final = ("mirrored", "bordered", "covered", "cropped")
_ENOUGH: Final = 0.8
"""Of the frames that the best name explains, the share with which a shorter name wins."""


@lru_cache(maxsize=len(VIEWS) * len(LADDER))
def name(view: int, part: int) -> str:
    """The transform of one pair: `view`, the place in `VIEWS`; `part`, the place in `LADDER`."""
    side = VIEWS[view].side
    strip = {"upper": UPPER, "lower": LOWER}.get(side)
    higher = strip is not None and (part == 0 or _is_thinner(part, strip))
    holds = (
        VIEWS[view].mirrored,
        side in ("rows", "columns", "inside") or higher,
        strip is not None and part == strip,
        part not in (0, strip) and not higher,
    )
    return "-".join(word for word, true in zip(_WORDS, holds, strict=True) if true) or "none"


def _is_thinner(part: int, strip: int) -> bool:
    """Whether a part lacks nothing but less than `strip` does, on the same side."""
    cut, most = LADDER[part], LADDER[strip]
    return (
        cut.shape is None
        and (cut.top, cut.bottom, cut.left, cut.right) != (0, 0, 0, 0)
        and all(
            getattr(cut, side) < getattr(most, side) or getattr(cut, side) == getattr(most, side) == 0
            for side in ("top", "bottom", "left", "right")
        )
    )


def named(
    frame: NDArray[np.int64], view: NDArray[np.uint8], part: NDArray[np.uint8], distance: NDArray[np.uint16]
) -> str:
    """The transform of a copy, from all its pairs: the shortest name that explains nearly as many frames as any."""
    both, inverse = np.unique(view.astype(np.int64) * len(LADDER) + part, return_inverse=True)
    names = [name(*divmod(int(place), len(LADDER))) for place in both]
    explained: list[tuple[int, int, float, str]] = []
    for word in sorted(set(names)):
        pairs = np.asarray([other == word for other in names])[inverse]
        frames = len(np.unique(frame[pairs]))
        explained.append((frames, 0 if word == "none" else word.count("-") + 1, float(distance[pairs].mean()), word))
    enough = _ENOUGH * max(frames for frames, *_ in explained)
    return min((length, mean, word) for frames, length, mean, word in explained if frames >= enough)[2]
