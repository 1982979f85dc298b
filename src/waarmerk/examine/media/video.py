"""One forward decode of a video: the pictures that the sampler keeps, written into the ring. Runs in the child.

- One thread; only as much is decoded as the sampling needs and as leaves every kept picture what a full decode
  gives (`skipping`); only what is kept is converted.
- A picture that the decoder marks as damaged is seen and not kept.
- Whatever ends the decoding early (a cut file, a bound) is told in `Finished.cut`, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import av
import av.container
import av.error
from av.stream import Disposition

from waarmerk.examine.media.delivery import Delivery
from waarmerk.examine.media.frames import Converter, turn_of
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pictures import Turn
from waarmerk.examine.media.probe import duration_s, open_container, video_stream
from waarmerk.examine.media.sampling import Chosen, Clock, Sampler
from waarmerk.examine.media.skipping import choose
from waarmerk.examine.media.wire import Finished, Skip, SoundEnds, SoundGoesOn
from waarmerk.values import Asset, Sha256

_CUT_LEAST_S = 0.4
"""A last picture that ends this much before the stream's promised end is a cut; edit lists end as unevenly."""


@dataclass(frozen=True)
class Offer:
    """A picture before it is kept: time stamp and duration in ticks, whole or damaged, and itself when asked for."""

    pts: int | None
    duration: int | None
    whole: bool
    picture: Callable[[], Any | None]


class Video:
    """A medium that FFmpeg reads. Raises NoMediumError where it is none, InputError beyond a bound."""

    def __init__(self, descriptor: int, size: int, limits: Limits) -> None:
        self._open = partial(open_container, descriptor, size, limits)
        self._limits = limits

    def asset(self, path: str, sha256: Sha256, size: int) -> Asset:
        """The medium's description; sizes are upright."""
        with self._open() as container:  # one at a time: each holds the index of the whole file
            stream = video_stream(container, self._limits)
            context = stream.codec_context
            rate = stream.average_rate or stream.guessed_rate
            still = _is_still(container, stream)
            turn = _first_turn(container, stream)
            width, height = (context.height, context.width) if turn.sideways else (context.width, context.height)
            return Asset(
                path=path,
                sha256=sha256,
                bytes=size,
                kind="image" if still else "video",
                container=container.format.name,
                video_codec=context.codec.canonical_name,
                duration_s=None if still else duration_s(container, stream),
                width=width,
                height=height,
                fps=None if still or rate is None else f"{rate.numerator}/{rate.denominator}",
                audio=bool(container.streams.audio),
                rotation=turn.degrees,
                pixel_format=context.pix_fmt or "",
            )

    def sound(self, pipe: int, tell: Callable[[SoundGoesOn], None]) -> SoundEnds:
        """Writes the sound as PCM into the pipe (`media.sound`)."""
        # Imported before the jail closed, where a pipe was given.
        from waarmerk.examine.media.sound import write

        with self._open() as container:
            return write(container, pipe, tell, self._limits)

    def run(self, delivery: Delivery, skip: Skip | None, frames: tuple[int, ...] | None) -> Finished:
        """Delivers the kept pictures; `skip` None: the lightest that is safe and dense enough."""
        if skip is None:
            with self._open() as container:
                stream = video_stream(container, self._limits)
                rate = self._limits.rate_for(duration_s(container, stream))
                skip = choose(container, stream, rate, self._limits)
        with self._open() as container:
            return Decode(delivery).run(container, video_stream(container, self._limits), skip, frames)


class Decode:
    """The run over one stream."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._limits = delivery.limits
        self._converter = Converter(delivery.ring, delivery.limits)
        self._turn: Turn | None = None
        self._own_duration = False
        self._damaged = 0
        self._ended: str | None = None
        self._last_error: str | None = None

    def run(
        self, container: av.container.InputContainer, stream: Any, skip: Skip, frames: tuple[int, ...] | None
    ) -> Finished:
        """Decodes to the end, or to the last of `frames` (running numbers) where they are given."""
        duration = duration_s(container, stream)
        self._own_duration = stream.duration is not None
        rate = self._limits.rate_for(duration)
        sampler, chosen = Sampler(rate), None if frames is None else Chosen(frames)
        frame_s = 1 / float(stream.average_rate or stream.guessed_rate or 25)
        clock = Clock(stream.time_base, stream.start_time, frame_s)
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "NONREF" if skip == "nonref" else "DEFAULT"
        offers = self._packets(container, stream) if skip == "intra" else self._frames(container, stream)
        seen, t_s, end_s, ended = 0, 0.0, 0.0, False
        for offer in offers:
            t_s = clock.at(offer.pts)
            if self._delivery.until_s is not None and t_s > self._delivery.until_s:
                ended = True
                break
            end_s = t_s + (float(offer.duration * stream.time_base) if offer.duration else frame_s)
            if offer.whole and (sampler.keeps(t_s) if chosen is None else chosen.keeps(seen)):
                self._keep(offer.picture(), seen, t_s)
            self._damaged += not offer.whole
            seen += 1
            if chosen is not None and seen > chosen.last:
                break
            if self._at_limit(seen):
                break
        cut = self._cut(end_s, container, duration) if chosen is None and not ended else None
        return Finished(
            frames_seen=seen,
            rate=rate,
            skipped=skip,
            shots=self._delivery.shots,
            cut_s=None if cut is None else t_s,
            cut=cut,
            damaged=self._damaged,
        )

    def _at_limit(self, seen: int) -> bool:
        for count, most, what in (
            (seen, self._limits.frames, "pictures"),
            (self._delivery.count, self._limits.samples + 1, "kept pictures"),
        ):
            if count >= most:
                self._ended = f"the limit of {most} {what} was reached"
                return True
        return False

    def _frames(self, container: av.container.InputContainer, stream: Any) -> Iterator[Offer]:
        """Every decoded picture, in order of presentation."""
        for packet in self._demuxed(container, stream):
            for frame in self._decoded(stream, packet):
                yield Offer(frame.pts, frame.duration, not frame.is_corrupt, partial(_itself, frame))

    def _packets(self, container: av.container.InputContainer, stream: Any) -> Iterator[Offer]:
        """Every packet, decoded only when its picture is asked for."""
        for packet in self._demuxed(container, stream):
            if packet.size:
                yield Offer(packet.pts, packet.duration, True, partial(self._picture, stream, packet))

    def _demuxed(self, container: av.container.InputContainer, stream: Any) -> Iterator[Any]:
        packets = container.demux(stream)
        while True:
            if self._damaged > self._limits.decode_errors:
                self._ended = "too much of it is damaged"
                return
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
            self._damaged += 1
            self._last_error = error.strerror
            return []
        if frames:
            self._last_error = None
        return frames

    def _picture(self, stream: Any, packet: Any) -> Any | None:
        frames = self._decoded(stream, packet)
        return frames[0] if frames and not frames[0].is_corrupt else None

    def _keep(self, frame: Any | None, running: int, t_s: float) -> None:
        if frame is None:
            return
        if self._turn is None:
            self._turn = turn_of(frame)
        slot = self._delivery.free_slot()
        self._delivery.announce(slot, self._converter.write(frame, self._turn, slot), running, t_s)

    def _cut(self, end_s: float, container: av.container.InputContainer, duration: float | None) -> str | None:
        if self._ended is not None or self._last_error is not None:
            return self._ended or self._last_error
        others = len(container.streams) > 1  # their end may be what the container's duration tells
        promised = None if others and not self._own_duration else duration
        if promised is not None and promised - end_s > _CUT_LEAST_S:
            return f"pictures end {promised - end_s:.1f} s before the end that the file promises"
        return None


def _itself(frame: Any) -> Any:
    return frame


def _is_still(container: av.container.InputContainer, stream: Any) -> bool:
    if container.format.name.endswith("_pipe"):
        return True
    return bool(stream.frames == 1 and (stream.disposition & Disposition.still_image or not stream.duration))


def _first_turn(container: av.container.InputContainer, stream: Any) -> Turn:
    stream.codec_context.thread_count = 1
    try:
        frame = next(container.decode(stream), None)
    except av.error.FFmpegError:  # the decode will meet it again, and say so
        return Turn()
    return Turn() if frame is None else turn_of(frame)
