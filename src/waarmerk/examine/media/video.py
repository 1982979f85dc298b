"""One forward decode of a video: the pictures that the sampler keeps, written into the ring. Runs in the child.

- One thread; only as much is decoded as the sampling needs and as leaves every kept picture what a full decode
  gives (`skipping`); only what is kept is converted.
- A picture that the decoder marks as damaged is seen and not kept.
- Whatever ends the decoding early (a cut file, a bound) is told in `Finished.cut`, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import av
import av.container
import av.error

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pictures import Converter, Kept, turn_of
from waarmerk.examine.media.probe import duration_s
from waarmerk.examine.media.ring import Ring
from waarmerk.examine.media.sampling import Chosen, Clock, Sampler
from waarmerk.examine.media.shots import Shots
from waarmerk.examine.media.wire import Finished, PictureReady, Skip

_CUT_LEAST_S = 1.0
"""A last picture this much before the promised end is a cut: sound tracks and edit lists end as unevenly."""

FreeSlot = Callable[[], int]
Tell = Callable[[PictureReady], None]
Offer = tuple[int | None, Callable[[], Any | None]]
"""A picture's time stamp, and the picture itself when it is asked for (None: damaged)."""


class Decode:
    """The run over one stream. `free_slot` waits for a slot of the ring, `tell` announces a picture in it."""

    def __init__(self, ring: Ring, limits: Limits, free_slot: FreeSlot, tell: Tell) -> None:
        self._ring = ring
        self._limits = limits
        self._free_slot = free_slot
        self._tell = tell
        self._converter = Converter(ring, limits)
        self._shots = Shots()
        self._number = 0
        self._errors = 0
        self._ended: str | None = None
        self._last_error: str | None = None

    def run(
        self, container: av.container.InputContainer, stream: Any, skip: Skip, frames: tuple[int, ...] | None
    ) -> Finished:
        """Decodes to the end, or to the last of `frames` (running numbers) where they are given."""
        duration = duration_s(container, stream)
        rate = self._limits.rate_for(duration)
        sampler, chosen = Sampler(rate), None if frames is None else Chosen(frames)
        frame_s = 1 / float(stream.average_rate or stream.guessed_rate or 25)
        clock = Clock(stream.time_base, stream.start_time, frame_s)
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "NONREF" if skip == "nonref" else "DEFAULT"
        offers = self._packets(container, stream) if skip == "intra" else self._frames(container, stream)
        seen, t_s = 0, 0.0
        for pts, picture in offers:
            t_s = clock.at(pts)
            if sampler.keeps(t_s) if chosen is None else chosen.keeps(seen):
                self._keep(picture(), seen, t_s)
            seen += 1
            if chosen is not None and seen > chosen.last:
                break
            if self._at_limit(seen):
                break
        cut = self._cut(t_s + frame_s, duration) if chosen is None else None
        return Finished(
            frames_seen=seen,
            rate=rate,
            skipped=skip,
            shots=tuple(self._shots.starts),
            cut_s=None if cut is None else t_s,
            cut=cut,
        )

    def _at_limit(self, seen: int) -> bool:
        for count, most, what in (
            (seen, self._limits.frames, "pictures"),
            (self._number, self._limits.samples + 1, "kept pictures"),
        ):
            if count >= most:
                self._ended = f"the limit of {most} {what} was reached"
                return True
        return False

    def _frames(self, container: av.container.InputContainer, stream: Any) -> Iterator[Offer]:
        """Every decoded picture, in order of presentation."""
        for packet in self._demuxed(container, stream):
            for frame in self._decoded(stream, packet):
                yield frame.pts, partial(_whole, [frame])

    def _packets(self, container: av.container.InputContainer, stream: Any) -> Iterator[Offer]:
        """Every packet, decoded only when its picture is asked for."""
        for packet in self._demuxed(container, stream):
            if packet.size:
                yield packet.pts, partial(self._picture, stream, packet)

    def _demuxed(self, container: av.container.InputContainer, stream: Any) -> Iterator[Any]:
        packets = container.demux(stream)
        while self._errors <= self._limits.decode_errors:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError as error:
                self._ended = error.strerror
                packet = None
            yield packet
            if packet is None:
                return

    def _decoded(self, stream: Any, packet: Any) -> list[Any]:
        try:
            frames: list[Any] = stream.decode(packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError as error:
            self._errors += 1
            self._last_error = error.strerror
            return []
        if frames:
            self._last_error = None
        return frames

    def _picture(self, stream: Any, packet: Any) -> Any | None:
        return _whole(self._decoded(stream, packet))

    def _keep(self, frame: Any | None, running: int, t_s: float) -> None:
        if frame is None:
            return
        slot = self._free_slot()
        kept = self._converter.write(frame, turn_of(frame), slot)
        self._tell(self._ready(slot, kept, running, t_s))
        self._number += 1

    def _ready(self, slot: int, kept: Kept, running: int, t_s: float) -> PictureReady:
        luma = self._ring.luma(slot, kept.height, kept.width, kept.luma_height, kept.luma_width)
        return PictureReady(
            slot=slot,
            number=self._number,
            frame=running,
            t_s=t_s,
            shot=self._shots.see(luma, t_s),
            height=kept.height,
            width=kept.width,
            luma_height=kept.luma_height,
            luma_width=kept.luma_width,
            scale=kept.scale,
        )

    def _cut(self, end_s: float, duration: float | None) -> str | None:
        if self._ended is not None or self._last_error is not None:
            return self._ended or self._last_error
        if duration is not None and duration - end_s > _CUT_LEAST_S:
            return f"pictures end {duration - end_s:.1f} s before the end that the file promises"
        return None


def _whole(frames: list[Any]) -> Any | None:
    return frames[0] if frames and not frames[0].is_corrupt else None
