"""A copy of a medium as an upload leaves it: every picture decoded in the jail, encoded again with x264 outside it.

Evaluations make copies, and the console its previews; an examination never encodes (docs/adr/0004-licence.md).
What is encoded are pixels that the jailed child decoded, so no stranger's bytes are parsed here. Time stamps are
kept; sound is left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.examine.media.reading import Plan, Reading

EVERY_PICTURE = 1000.0
"""Pictures a second to keep: more than any medium has."""
TICKS = 90_000
_JPEG = ((23, 85), (26, 75), (28, 70), (30, 60), (32, 50), (40, 20))
"""JPEG qualities of about the look of a CRF, for stills."""


@dataclass(frozen=True)
class Upload:
    """One encoding: x264's constant rate factor; `longest`: pixels of the longer side at most."""

    crf: int
    longest: int | None = None
    preset: str = "veryfast"


Shown = Callable[[FrameSample], Picture | None]
"""The picture to encode for a sample, or None for none."""


def copied(source: Path | str, upload: Upload, show: Shown, target: Path, until_s: float | None = None) -> Path:
    """Writes what `show` gives of `source` as `target` (.mp4, or .jpg for a still); gives the file's name.

    Raises InputError where the source cannot be read or nothing is shown, DependencyError without x264.
    """
    limits = replace(LIMITS, rate=EVERY_PICTURE)
    with open_medium(source, limits) as medium, Reading(medium, Plan(until_s=until_s), limits) as reading:
        pictures = _pictures(reading, show)
        if reading.asset.kind == "image":
            return _still(pictures, upload, target.with_suffix(".jpg"), medium.path)
        rate = Fraction(reading.asset.fps or "25/1")
        return _video(pictures, upload, rate, target.with_suffix(".mp4"), medium.path, limits)


def _pictures(reading: Reading, show: Shown) -> Iterator[tuple[float, Picture]]:
    for piece in reading:
        if isinstance(piece, FrameSample) and (rgb := show(piece)) is not None:
            yield piece.t_s, rgb


def _video(
    pictures: Iterator[tuple[float, Picture]],
    upload: Upload,
    rate: Fraction,
    target: Path,
    where: str,
    limits: Limits,
) -> Path:
    import av

    last = -1
    stream: Any = None
    with av.open(str(target), "w") as container:
        for t_s, rgb in pictures:
            if stream is None:
                stream = _stream(container, upload, rgb, rate)
            fitted = np.asarray(Image.fromarray(rgb).resize((stream.width, stream.height), Image.Resampling.BILINEAR))
            frame = av.VideoFrame.from_ndarray(fitted, format="rgb24")
            last = max(round(t_s * TICKS), last + 1)
            frame.pts, frame.time_base = last, Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        if stream is None:
            raise InputError("holds no picture in the stretch of time that belongs to the row", where=where)
        container.mux(stream.encode(None))
    if target.stat().st_size > limits.file_bytes:
        raise InputError("becomes too large a copy", where=where)
    return target


def _stream(container: Any, upload: Upload, rgb: Picture, rate: Fraction) -> Any:
    try:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(upload.crf), "preset": upload.preset})
    except ValueError as error:  # PyAV's UnknownCodecError is one
        raise DependencyError(
            "this installation of PyAV has no x264, which copies of uploads are made with",
            hint="install the wheel of PyAV, or evaluate without --perturb",
        ) from error
    height, width = rgb.shape[:2]
    scale = min(1.0, (upload.longest or max(height, width)) / max(height, width))
    # 4:2:0 has even sides.
    stream.width, stream.height = (max(2, round(side * scale) // 2 * 2) for side in (width, height))
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.thread_count = 1
    return stream


def _still(pictures: Iterator[tuple[float, Picture]], upload: Upload, target: Path, where: str) -> Path:
    for _, rgb in pictures:
        image = Image.fromarray(rgb)
        if upload.longest is not None:
            image.thumbnail((upload.longest, upload.longest), Image.Resampling.BILINEAR)
        buffer = io.BytesIO()
        quality = min(_JPEG, key=lambda row: abs(row[0] - upload.crf))[1]
        image.save(buffer, "JPEG", quality=quality)
        target.write_bytes(buffer.getvalue())
        return target
    raise InputError("holds no picture", where=where)
