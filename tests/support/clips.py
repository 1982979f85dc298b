"""Small real clips with a real face: Eileen Collins, NASA, public domain, as scikit-image carries her."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from skimage import data


def portrait() -> NDArray[np.uint8]:
    """uint8 [512, 512, 3]: the portrait."""
    return np.asarray(data.astronaut(), np.uint8)


def portrait_clip(path: Path, *, seconds: float = 2.0, rate: int = 12, size: int = 320, seed: int = 0) -> Path:
    """Writes a clip in which the portrait drifts; `seed` moves it elsewhere, so that digests differ."""
    picture = portrait()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 800_000
        stream.time_base = Fraction(1, rate)
        for index in range(int(seconds * rate)):
            left = 40 + (index * 3 + seed * 17) % 100
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(picture[:size, left : left + size]), format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def still(path: Path) -> Path:
    """Writes the portrait as a picture, in the format of the name."""
    from PIL import Image

    Image.fromarray(portrait()).save(path)
    return path
