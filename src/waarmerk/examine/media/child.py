"""The jailed child's whole life: import, lock in, probe, run the readers, decode, end.

Started by `reading` with its job on standard input; speaks `wire` on standard output. Everything that will be
needed is imported before the jail closes, since nothing can be opened afterwards.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, cast

from waarmerk.errors import InputError, NoMediumError, WaarmerkError
from waarmerk.examine.media import probe, sandbox, wire
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.ring import Ring
from waarmerk.examine.media.skipping import choose
from waarmerk.examine.media.video import Decode
from waarmerk.values import Asset, Json, Sha256

Reader = Callable[[BinaryIO, Asset, dict[str, Json]], dict[str, Json]]


def main() -> None:
    """Serves one job and ends."""
    commands = os.fdopen(0, "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not land among the messages
    job = wire.receive_job(commands)
    limits = job.limits
    readers = {item.reader: _load(item.reader) for item in job.readers}
    ring = Ring(job.ring, limits, writable=True)
    probe.warm_up()
    wire.send(answers, wire.Jailed(sandbox.close(limits)))
    try:
        _serve(job, limits, readers, ring, commands, answers)
    except InputError as error:
        wire.send(answers, wire.Refused(error.message, error.hint, isinstance(error, NoMediumError)))
    except MemoryError:
        wire.send(answers, wire.Refused(_MEMORY.format(mib=limits.child_data >> 20)))
    except Exception as error:  # noqa: BLE001 the last word of this process: told to the parent, not lost with stderr
        wire.send(answers, wire.Refused(f"made its decoder fail ({type(error).__name__}: {error})"))


_MEMORY = "needs more than the {mib} MiB of memory that one medium may take"


def _serve(
    job: wire.Job, limits: Limits, readers: dict[str, Reader | str], ring: Ring, commands: BinaryIO, answers: BinaryIO
) -> None:
    container = probe.open_container(job.medium, job.bytes, limits)
    stream = probe.video_stream(container, limits)
    asset = probe.asset(container, stream, job.path, Sha256(job.sha256), job.bytes)
    sandbox.allow_cpu(limits.cpu(asset.duration_s, asset.bytes))
    wire.send(answers, wire.Probed(asset))
    for item in job.readers:
        wire.send(answers, wire.ReaderBegins(item.reader))
        file = cast(BinaryIO, probe.Nameless(job.medium, job.bytes))
        wire.send(answers, _read(item, readers[item.reader], file, asset))
    if not job.pictures:
        wire.send(answers, wire.Finished(0, 0.0, "default", (), None, None))
        return
    decode = Decode(ring, limits, partial(_free_slot, commands), partial(wire.send, answers))
    skip = job.skip or _lightest_skip(job, limits)
    wire.send(answers, decode.run(container, stream, skip, job.frames))


def _lightest_skip(job: wire.Job, limits: Limits) -> wire.Skip:
    with probe.open_container(job.medium, job.bytes, limits) as container:
        stream = probe.video_stream(container, limits)
        return choose(container, stream, limits.rate_for(probe.duration_s(container, stream)), limits)


def _free_slot(commands: BinaryIO) -> int:
    told = commands.read(1)
    if not told:
        raise SystemExit  # the parent is gone
    return told[0]


def _load(name: str) -> Reader | str:
    module, _, function = name.partition(":")
    try:
        return cast(Reader, getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        return f"the reader {name} cannot be loaded: {error}"


def _read(item: wire.ReaderJob, reader: Reader | str, file: BinaryIO, asset: Asset) -> wire.ReaderEnds:
    if isinstance(reader, str):
        return wire.ReaderEnds(item.reader, None, reader)
    try:
        return wire.ReaderEnds(item.reader, reader(file, asset, item.settings))
    except WaarmerkError as error:
        return wire.ReaderEnds(item.reader, None, error.message)
    except Exception as error:  # noqa: BLE001 a stranger's reader may raise anything; it is reported, not passed over
        return wire.ReaderEnds(item.reader, None, f"{type(error).__name__}: {error}")
