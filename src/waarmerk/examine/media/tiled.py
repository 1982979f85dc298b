"""A HEIC in tiles, put together: FFmpeg decodes each tile as a stream of its own. Runs in the child."""

from __future__ import annotations

from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import InputError
from waarmerk.examine.media.delivery import Delivery
from waarmerk.examine.media.frames import Converter, plane
from waarmerk.examine.media.heif import Grid
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.probe import open_container
from waarmerk.examine.media.wire import Finished, Skip
from waarmerk.values import Asset, Sha256


class Tiled:
    """One still of many tiles. Raises InputError beyond a bound, or where a tile is missing."""

    def __init__(self, descriptor: int, size: int, limits: Limits, grid: Grid) -> None:
        if grid.width * grid.height > limits.still_pixels_whole:
            most = limits.still_pixels_whole // 1_000_000
            raise InputError(
                f"is a picture of {grid.width} x {grid.height}, larger than the limit of {most} megapixels"
            )
        if len(grid.tiles) > limits.tiles:
            raise InputError(f"is a picture of more than {limits.tiles} tiles")
        self._grid = grid
        self._container = open_container(descriptor, size, limits, streams=limits.tiles + limits.streams)
        self._streams = {stream.id: stream for stream in self._container.streams.video}
        if not set(grid.tiles) <= self._streams.keys():
            raise InputError("is a picture in tiles of which some are missing", hint="get the complete file")
        self._first: Any = self._streams[grid.tiles[0]].codec_context

    def asset(self, path: str, sha256: Sha256, size: int) -> Asset:
        """The medium's description; sizes are upright."""
        grid = self._grid
        sideways = grid.turn.sideways
        return Asset(
            path=path,
            sha256=sha256,
            bytes=size,
            kind="image",
            container="heif",
            video_codec=self._first.codec.canonical_name,
            duration_s=None,
            width=grid.height if sideways else grid.width,
            height=grid.width if sideways else grid.height,
            fps=None,
            audio=False,
            rotation=grid.turn.degrees,
            pixel_format=self._first.pix_fmt or "",
        )

    def run(self, delivery: Delivery, skip: Skip | None, frames: tuple[int, ...] | None) -> Finished:  # noqa: ARG002
        """Delivers the picture; tiles that cannot be decoded stay black, and are told."""
        grid = self._grid
        width, height = self._first.width, self._first.height
        rows = -(-len(grid.tiles) // grid.columns)
        if width * grid.columns < grid.width or height * rows < grid.height:
            raise InputError("is a picture in tiles that do not cover it")
        canvas = np.zeros((grid.height, grid.width, 3), np.uint8)
        decoded = 0
        for number, tile in self._decoded():
            for place in (index for index, item in enumerate(grid.tiles) if item == number):
                top, left = place // grid.columns * height, place % grid.columns * width
                part = canvas[top : top + height, left : left + width]
                part[...] = tile[: part.shape[0], : part.shape[1]]
                decoded += 1
        if not decoded:
            raise InputError("holds no picture that can be decoded", hint="is the file complete?")
        frame = av.VideoFrame.from_numpy_buffer(canvas, format="rgb24")
        slot = delivery.free_slot()
        kept = Converter(delivery.ring, delivery.limits).write(frame, grid.turn, slot)
        delivery.announce(slot, kept, 0, 0.0)
        missing = len(grid.tiles) - decoded
        return Finished(
            frames_seen=1,
            rate=delivery.limits.rate,
            skipped="default",
            shots=delivery.shots,
            cut_s=0.0 if missing else None,
            cut=f"{missing} of {len(grid.tiles)} tiles could not be decoded" if missing else None,
        )

    def _decoded(self) -> Any:
        wanted = [self._streams[number] for number in dict.fromkeys(self._grid.tiles)]
        for stream in wanted:
            stream.codec_context.thread_count = 1
        packets = self._container.demux(wanted)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.error.FFmpegError:
                continue
            for frame in frames:
                yield packet.stream.id, _rgb(frame)


def _rgb(frame: Any) -> NDArray[np.uint8]:
    return plane(frame.reformat(format="rgb24", threads=1), 3)
