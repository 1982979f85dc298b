"""The sound of a medium as PCM into a pipe: 16 bits, one channel, 11,025 a second. Runs in the child.

What listens at the other end (a fingerprint's program) never sees the file, only these numbers. Packets that cannot
be decoded are passed over, up to the same bound as for pictures.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import av
import av.container
import av.error
from av.audio.resampler import AudioResampler

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.wire import SoundEnds, SoundGoesOn

RATE = 11_025
_TOLD_S = 60.0


def warm_up() -> None:
    """Resamples a moment of silence, so that nothing is imported for the first time inside the jail."""
    for module in ("av.audio.stream", "av.audio.codeccontext", "av.filter.context", "av.filter.graph"):
        importlib.import_module(module)
    frame = av.AudioFrame(format="s16", layout="stereo", samples=1024)
    frame.sample_rate = 48_000
    _resampler().resample(frame)


def write(
    container: av.container.InputContainer, pipe: int, tell: Callable[[SoundGoesOn], None], limits: Limits
) -> SoundEnds:
    """Writes the first audio stream to its end; `tell` is called about once a minute of it."""
    if not container.streams.audio:
        return SoundEnds(0.0, "has no sound")
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    written, told_s = 0, 0.0
    try:
        for block in _blocks(container, stream, limits):
            view = memoryview(block)
            while view:
                view = view[os.write(pipe, view) :]
            written += len(block) // 2
            if written / RATE - told_s >= _TOLD_S:
                told_s = written / RATE
                tell(SoundGoesOn(told_s))
            if written / RATE > limits.sound_s:
                return SoundEnds(written / RATE, f"has more than the {limits.sound_s / 3600:.0f} hours of one medium")
    except BrokenPipeError:
        return SoundEnds(written / RATE, "is listened to by a program that ended early")
    except av.error.FFmpegError as error:
        return SoundEnds(written / RATE, f"has sound that cannot be decoded: {error.strerror}")
    return SoundEnds(written / RATE, None if written else "has sound that cannot be decoded")


def _resampler() -> AudioResampler:
    return AudioResampler(format="s16", layout="mono", rate=RATE)


def _blocks(container: av.container.InputContainer, stream: Any, limits: Limits) -> Iterator[bytes]:
    resampler, errors = _resampler(), 0
    for packet in container.demux(stream):
        try:
            frames = stream.decode(packet)
        except av.error.EOFError:
            break
        except av.error.FFmpegError:
            errors += 1
            if errors > limits.decode_errors:
                raise
            continue
        for frame in frames:
            for part in resampler.resample(frame):
                yield bytes(part.planes[0])[: 2 * part.samples]
    for part in resampler.resample(None):
        yield bytes(part.planes[0])[: 2 * part.samples]
