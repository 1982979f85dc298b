"""One pass over a medium, seen from outside the jail: pieces in, and what the child was and did.

The parent survives whatever the child does. Each of these ends in one InputError sentence: the child dies by a
signal, falls silent, says what is no message, or points outside the ring. A reader of the file that takes the child
down is reported as that reader's failure, and the child is started again without it.

    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        reading.asset                  # known before the first piece
        for piece in reading: ...      # FileReading for each reader, then FrameSample in time order
        reading.sampling, reading.layers
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from waarmerk.errors import InputError, NoMediumError, UnavailableError
from waarmerk.examine.media import ring as rings
from waarmerk.examine.media import wire
from waarmerk.examine.media.jailer import Child, ChildEnded
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.medium import Medium
from waarmerk.examine.media.pieces import FileReading, FrameSample
from waarmerk.values import Asset, Json, SampledFrame, Sampling

_Told = TypeVar("_Told", bound=wire.Message)

_OUT_OF_TURN = "spoke out of turn"

HELD = 2
"""A sample stays valid until this many further ones have come."""


@dataclass(frozen=True)
class ReaderPlan:
    """A reader of the file itself, "module:function", and the JSON settings it gets."""

    reader: str
    settings: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What one pass delivers.

    `pictures` off: the readers alone. `frames`: exactly these running numbers again, under the frame skip that the
    record names (`skip`, as in `Sampling.skipped`); else about `Limits.rate` pictures a second. `until_s`: nothing
    after this time is decoded, and that is no cut.
    """

    readers: tuple[ReaderPlan, ...] = ()
    pictures: bool = True
    frames: tuple[int, ...] | None = None
    skip: wire.Skip | None = None
    until_s: float | None = None
    sound: int | None = None
    """The write end of a pipe that takes the sound (`media.sound`); the pass closes it where the sound ends."""


class Reading:
    """One pass; iterate once. `layers`: codes of the jail's layers that held on this machine.

    `silent`: why there was no sound, or not all of it, where it was asked for.
    """

    def __init__(self, medium: Medium, plan: Plan, limits: Limits = LIMITS) -> None:
        self._medium = medium
        self._plan = plan
        self._limits = limits
        self._begun: str | None = None
        self._done: set[str] = set()
        self._early: deque[FileReading] = deque()
        self._frames: list[SampledFrame] = []
        self._sampling: Sampling | None = None
        self._sound = plan.sound
        self.silent: str | None = None
        self.layers: tuple[str, ...] = ()
        self.decoder = ""
        try:
            self._ring_descriptor = rings.create(limits)
            self._ring = rings.Ring(self._ring_descriptor, limits, writable=False)
        except OSError as error:
            self._close_sound()
            raise UnavailableError(
                f"there is no memory for pictures: {error.strerror}", where=medium.path, hint="try again later"
            ) from error
        self._child: Child | None = None
        try:
            self.asset: Asset = self._start()
        except BaseException:
            self.close()
            raise

    @property
    def sampling(self) -> Sampling:
        """Which pictures were kept; after the last piece."""
        if self._sampling is None:
            raise RuntimeError("sampling is known after the last piece")
        return self._sampling

    def __iter__(self) -> Iterator[FileReading | FrameSample]:
        held: deque[int] = deque()
        while True:
            while self._early:
                yield self._early.popleft()
            message = self._next()
            match message:
                case wire.ReaderBegins(reader) if reader in self._awaited:
                    self._begun = reader
                case wire.ReaderEnds(reader, facts, error) if self._begun:
                    self._begun = None
                    self._done.add(reader)
                    yield FileReading(reader, facts, error)
                case wire.SoundGoesOn() if self._sound is not None:
                    continue
                case wire.SoundEnds(error=error) if self._sound is not None:
                    self.silent = error
                    self._close_sound()
                case wire.PictureReady():
                    sample = self._sample(message, held)
                    held.append(message.slot)
                    if len(held) > HELD:
                        self._give_back(held.popleft())
                    yield sample
                case wire.Finished():
                    self._finish(message)
                    return
                case None:
                    continue
                case _:
                    raise self._wrong(_OUT_OF_TURN)

    @property
    def _awaited(self) -> set[str]:
        return {item.reader for item in self._plan.readers} - self._done

    def close(self) -> None:
        """Ends the child, if it still runs, and gives back what the pass held."""
        if self._child is not None:
            self._child.close()
            self._child = None
        self._close_sound()
        if self._ring_descriptor >= 0:
            rings.close(self._ring_descriptor)
            self._ring_descriptor = -1

    def _close_sound(self) -> None:
        if self._sound is not None:
            os.close(self._sound)
            self._sound = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> Asset:
        """Starts a child for what is still to be done, and waits until it knows what the medium is."""
        medium, plan = self._medium, self._plan
        readers = [item for item in plan.readers if item.reader in self._awaited]
        job = wire.Job(
            path=medium.path,
            bytes=medium.bytes,
            sha256=medium.sha256,
            medium=medium.descriptor,
            ring=self._ring_descriptor,
            readers=tuple(wire.ReaderJob(item.reader, item.settings) for item in readers),
            pictures=plan.pictures,
            frames=plan.frames,
            skip=plan.skip,
            limits=self._limits,
            until_s=plan.until_s,
            sound=self._sound,
        )
        if self._child is not None:
            self._child.close()
        self._child, jailed = self._jailed(job)
        self.layers = jailed.layers
        self.decoder = jailed.decoder
        asset = self._expect(wire.Probed).asset
        self._child.allow_wall(self._limits.wall(asset.duration_s, medium.bytes))
        for slot in range(self._limits.slots):
            self._child.give_slot(slot)
        return asset

    def _give_back(self, slot: int) -> None:
        if self._child is not None:
            self._child.give_slot(slot)

    def _next(self) -> wire.Message | None:
        """The next message; None where the child had to be started again."""
        reader = self._begun
        if reader is None:
            try:
                return self._receive(self._limits.silence_s)
            except ChildEnded as ended:
                raise InputError(ended.sentence, where=self._medium.path, hint=ended.hint) from None
        try:
            message = self._receive(self._limits.reader_s)
            if isinstance(message, wire.ReaderEnds) and message.reader == reader:
                return message
            why = f"made its decoder misbehave: the child {_OUT_OF_TURN}"
        except ChildEnded as ended:
            why = ended.sentence
        self._early.append(FileReading(reader, None, why))
        self._done.add(reader)
        self._begun = None
        self._start()
        return None

    def _receive(self, patience_s: float) -> wire.Message:
        if self._child is None:
            raise RuntimeError("the pass is closed")
        message = self._child.receive(patience_s)
        if isinstance(message, wire.Refused):
            kind = NoMediumError if message.no_medium else InputError
            raise kind(message.message, where=self._medium.path, hint=message.hint)
        return message

    def _jailed(self, job: wire.Job) -> tuple[Child, wire.Jailed]:
        """A new child and its first word. It has read a few bytes by then: its end is not the medium's doing."""
        try:
            child = self._child = Child(job, self._limits)
            message = self._receive(self._limits.silence_s)
        except ChildEnded as ended:
            raise UnavailableError(
                f"the decoder's process ended before it opened the file ({ended.how or 'it fell silent'})",
                where=self._medium.path,
                hint=ended.hint or "does this machine have room for it, and may this user read its packages?",
            ) from None
        if not isinstance(message, wire.Jailed):
            raise self._wrong(_OUT_OF_TURN)
        return child, message

    def _expect(self, kind: type[_Told]) -> _Told:
        try:
            message = self._receive(self._limits.silence_s)
        except ChildEnded as ended:
            raise InputError(ended.sentence, where=self._medium.path, hint=ended.hint) from None
        if not isinstance(message, kind):
            raise self._wrong(_OUT_OF_TURN)
        return message

    def _sample(self, ready: wire.PictureReady, held: deque[int]) -> FrameSample:
        sides = (ready.height, ready.width, ready.luma_height, ready.luma_width)
        if not 0 <= ready.slot < self._limits.slots or ready.slot in held or not self._ring.fits(*sides):
            raise self._wrong("pointed outside the pictures' memory")
        if len(self._frames) > self._limits.samples:
            raise self._wrong("kept more pictures than it may")
        self._frames.append(SampledFrame(frame=ready.frame, t_s=ready.t_s, shot=ready.shot))
        return FrameSample(
            number=ready.number,
            frame=ready.frame,
            t_s=ready.t_s,
            shot=ready.shot,
            rgb=self._ring.rgb(ready.slot, ready.height, ready.width),
            luma=self._ring.luma(ready.slot, *sides),
            scale=ready.scale,
        )

    def _finish(self, finished: wire.Finished) -> None:
        if self._plan.pictures and not self._frames and self._plan.frames is None:
            raise InputError(
                f"holds no picture that can be decoded: {finished.cut}"
                if finished.cut
                else "holds no picture that can be decoded",
                where=self._medium.path,
                hint="is the file complete?",
            )
        self._sampling = Sampling(
            frames_seen=finished.frames_seen,
            frames_analysed=len(self._frames),
            rate=finished.rate,
            skipped=finished.skipped,
            frames=tuple(self._frames),
            shots=finished.shots,
            cut_s=finished.cut_s,
            cut=finished.cut,
            damaged=finished.damaged,
        )

    def _wrong(self, deed: str) -> InputError:
        return InputError(f"made its decoder misbehave: the child {deed}", where=self._medium.path)
