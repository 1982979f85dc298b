"""The pieces that one forward decode pushes to every watch, in the order in which they come.

`FileReading` (one for each reader that ran in the child), then `FrameSample`s in time order. The arrays of a
`FrameSample` lie in a ring shared with the child: they stay valid until two further samples have come; whoever
needs them longer copies them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waarmerk.values import Json

Picture = NDArray[np.uint8]
"""uint8 [height, width, 3], RGB, upright."""


@dataclass(frozen=True)
class FileReading:
    """What a reader of the file itself found: JSON facts, or (None) the sentence why it could not."""

    reader: str
    facts: dict[str, Json] | None
    error: str | None = None


@dataclass(frozen=True)
class FrameSample:
    """One kept picture. `frame`: running number among decoded pictures; `shot`: running number of its shot.

    `rgb` is upright at full size (the limit on size is in `limits`; `scale` = kept size / original size, 1.0
    below it). `luma`: uint8 [h, w], upright, area-averaged, longer side at most 512: for hashes and light.
    """

    number: int
    frame: int
    t_s: float
    shot: int
    rgb: Picture
    luma: NDArray[np.uint8]
    scale: float = 1.0
