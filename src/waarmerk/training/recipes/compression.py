"""What uploading does to a picture: JPEG, and really encoded H.264; the same draw for both pictures of a pair."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from waarmerk.training.recipes.pictures import Picture


def jpeg(rgb: Picture, quality: int) -> Picture:
    """`rgb` through JPEG of `quality` 1..95, 4:2:0."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def h264(frames: list[Picture], crf: int, keep: int = -1) -> Picture:
    """One picture (`keep`) of a short strip after x264 at `crf`; frames of one size, trimmed to even sides.

    Needs PyAV with its own x264: training only, nothing that examines a file encodes (docs/adr/0004-licence.md).
    """
    import av

    height, width = frames[0].shape[0] // 2 * 2, frames[0].shape[1] // 2 * 2
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_count = 1
        stream.options = {"crf": str(crf), "preset": "superfast", "tune": "zerolatency"}
        for rgb in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r", format="h264") as container:
        container.streams.video[0].thread_count = 1
        decoded = [frame.reformat(format="rgb24", threads=1).to_ndarray() for frame in container.decode(video=0)]
    return np.asarray(decoded[keep])
