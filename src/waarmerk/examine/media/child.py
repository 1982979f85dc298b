"""The jailed child's whole life: import, lock in, probe, run the readers, decode, end.

Started by `reading` with its job on standard input; speaks `wire` on standard output. Everything that will be
needed is imported before the jail closes, since nothing can be opened afterwards.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, Protocol, cast, runtime_checkable

from waarmerk.errors import InputError, NoMediumError, WaarmerkError
from waarmerk.examine.media import heif, sandbox, wire
from waarmerk.examine.media.delivery import Delivery
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.nameless import Nameless
from waarmerk.examine.media.ring import Ring
from waarmerk.examine.media.sniff import HEAD_BYTES, form_of
from waarmerk.examine.media.structure.window import Window
from waarmerk.values import Asset, Json, Sha256

Reader = Callable[[BinaryIO, Asset, dict[str, Json]], dict[str, Json]]


def main() -> None:
    """Serves one job and ends."""
    commands = os.fdopen(0, "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not land among the messages
    job = wire.receive_job(commands)
    limits = job.limits
    form = form_of(os.pread(job.medium, HEAD_BYTES, 0))
    source = _preload(form, job, limits)
    readers = {item.reader: _load(item.reader) for item in job.readers}
    delivery = Delivery(
        Ring(job.ring, limits, writable=True),
        limits,
        partial(_free_slot, commands),
        partial(wire.send, answers),
        job.until_s,
    )
    wire.send(answers, wire.Jailed(sandbox.close(limits), _decoder()))
    try:
        _serve(job, source(), readers, delivery, answers)
    except InputError as error:
        wire.send(answers, wire.Refused(error.message, error.hint, isinstance(error, NoMediumError)))
    except MemoryError:
        wire.send(answers, wire.Refused(_MEMORY.format(mib=limits.child_data >> 20)))
    except Exception as error:  # noqa: BLE001 the last word of this process: told to the parent, not lost with stderr
        wire.send(answers, wire.Refused(f"made its decoder fail ({type(error).__name__}: {error})"))


def _decoder() -> str:
    """The library that was loaded to decode this form, with its version."""
    if (ffmpeg := sys.modules.get("av")) is not None:
        return f"FFmpeg {ffmpeg.ffmpeg_version_info}"
    pillow = sys.modules.get("PIL")
    return "none" if pillow is None else f"Pillow {pillow.__version__}"


_MEMORY = "needs more than the {mib} MiB of memory that one medium may take"


class Source(Protocol):
    """What delivers the pictures of one medium."""

    def asset(self, path: str, sha256: Sha256, size: int) -> Asset:
        """What the medium is."""
        ...

    def run(self, delivery: Delivery, skip: wire.Skip | None, frames: tuple[int, ...] | None) -> wire.Finished:
        """Delivers the kept pictures."""
        ...


@runtime_checkable
class Sounding(Protocol):
    """A source that may have sound."""

    def sound(self, pipe: int, tell: Callable[[wire.SoundGoesOn], None]) -> wire.SoundEnds:
        """Writes the sound as PCM into the pipe."""
        ...


def _preload(form: str | None, job: wire.Job, limits: Limits) -> Callable[[], Source]:
    """Imports the reader of this form of medium; what it returns opens the medium, later, inside the jail."""
    if form is None:
        from waarmerk.examine.media import probe, tiled, video

        probe.warm_up()
        if job.sound is not None:
            importlib.import_module("waarmerk.examine.media.sound").warm_up()

        def opened() -> Source:
            grid = heif.grid(Window(cast(BinaryIO, Nameless(job.medium, job.bytes))))
            if grid is not None:
                return tiled.Tiled(job.medium, job.bytes, limits, grid)
            return video.Video(job.medium, job.bytes, limits)

        return opened
    from waarmerk.examine.media import stills

    stills.load_plugins(form)
    return partial(stills.Still, cast(BinaryIO, Nameless(job.medium, job.bytes)), form, limits)


def _serve(
    job: wire.Job, source: Source, readers: dict[str, Reader | str], delivery: Delivery, answers: BinaryIO
) -> None:
    asset = source.asset(job.path, Sha256(job.sha256), job.bytes)
    sandbox.allow_cpu(job.limits.cpu(asset.duration_s, asset.bytes))
    wire.send(answers, wire.Probed(asset))
    for item in job.readers:
        wire.send(answers, wire.ReaderBegins(item.reader))
        file = cast(BinaryIO, Nameless(job.medium, job.bytes))
        wire.send(answers, _read(item, readers[item.reader], file, asset, job.limits))
    if job.sound is not None:
        wire.send(answers, _sound(source, job.sound, partial(wire.send, answers)))
    if job.pictures:
        wire.send(answers, source.run(delivery, job.skip, job.frames))
    else:
        wire.send(answers, wire.Finished(0, 0.0, "default", (), None, None))


def _sound(source: Source, pipe: int, tell: Callable[[wire.SoundGoesOn], None]) -> wire.SoundEnds:
    """Writes the medium's sound into the pipe, and closes it."""
    try:
        if not isinstance(source, Sounding):
            return wire.SoundEnds(0.0, "has no sound")
        return source.sound(pipe, tell)
    finally:
        os.close(pipe)


def _free_slot(commands: BinaryIO) -> int:
    told = commands.read(1)
    if not told:
        raise SystemExit  # the parent is gone
    return told[0]


def _load(name: str) -> Reader | str:
    module, _, function = name.partition(":")
    try:
        return cast(Reader, getattr(importlib.import_module(module), function))
    except Exception as error:  # noqa: BLE001 a stranger's module may raise anything as it is imported
        return f"the reader {name} cannot be loaded: {type(error).__name__}: {error}"


def _read(
    item: wire.ReaderJob, reader: Reader | str, file: BinaryIO, asset: Asset, limits: Limits
) -> wire.ReaderEnds:
    if isinstance(reader, str):
        return wire.ReaderEnds(item.reader, None, reader)
    try:
        ends = wire.ReaderEnds(item.reader, reader(file, asset, item.settings))
        if len(wire.encode(ends)) > limits.message_bytes:
            return wire.ReaderEnds(item.reader, None, f"says more than {limits.message_bytes >> 20} MiB")
        return ends
    except WaarmerkError as error:
        return wire.ReaderEnds(item.reader, None, error.message)
    except Exception as error:  # noqa: BLE001 a stranger's reader may raise anything; it is reported, not passed over
        return wire.ReaderEnds(item.reader, None, f"{type(error).__name__}: {error}")
