"""What uploading does: JPEG, and really encoded H.264 or H.265; the same draw for both pictures of a pair."""

from __future__ import annotations

import io
from typing import Literal

import numpy as np
from PIL import Image

from waarmerk.training.recipes.pictures import Picture


def jpeg(rgb: Picture, quality: int) -> Picture:
    """`rgb` through JPEG of `quality` 1..95, 4:2:0."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


Codec = Literal["h264", "hevc"]
_ENCODERS: dict[Codec, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "superfast", "tune": "zerolatency"}),
    "hevc": ("libx265", {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "log-level=none:pools=none"}),
}


def recoded(frames: list[Picture], crf: int, codec: Codec = "h264", keep: int = -1) -> Picture:
    """One picture (`keep`) of a short strip after x264 or x265 at `crf`; frames of one size, trimmed to even sides.

    Needs PyAV with its own encoders: training only, nothing that examines a file encodes (docs/adr/0004-licence.md).
    """
    import av

    encoder, options = _ENCODERS[codec]

    height, width = frames[0].shape[0] // 2 * 2, frames[0].shape[1] // 2 * 2
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=codec) as container:
        stream = container.add_stream(encoder, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_count = 1
        stream.options = {"crf": str(crf), **options}
        for rgb in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r", format=codec) as container:
        container.streams.video[0].thread_count = 1
        decoded = [frame.reformat(format="rgb24", threads=1).to_ndarray() for frame in container.decode(video=0)]
    return np.asarray(decoded[keep])
