"""What parent and child say to each other: length-prefixed JSON; pictures travel beside it, in the ring.

The parent believes nothing: every message is bounded, decoded into one of these structs, and checked again
against the ring and the plan before it is used.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Literal

import msgspec

from waarmerk.examine.media.limits import Limits
from waarmerk.values import Asset, Json

Skip = Literal["default", "nonref", "intra"]
"""Which pictures were left undecoded; see `skipping`."""

PREFIX = struct.Struct("<I")


class ReaderJob(msgspec.Struct, frozen=True):
    """One reader of the file itself: "module:function" and its settings."""

    reader: str
    settings: dict[str, Json] = {}


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is to do, with which open files."""

    path: str
    bytes: int
    sha256: str
    medium: int
    ring: int
    readers: tuple[ReaderJob, ...]
    pictures: bool
    frames: tuple[int, ...] | None
    skip: Skip | None
    limits: Limits
    sound: int | None = None
    """A pipe that takes the sound as PCM."""
    until_s: float | None = None


class Jailed(msgspec.Struct, frozen=True, tag="jailed"):
    """The child is locked in, before it has read a byte of the medium: the layers that hold, who decodes."""

    layers: tuple[str, ...]
    decoder: str


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    """What the medium is."""

    asset: Asset


class ReaderBegins(msgspec.Struct, frozen=True, tag="reader-begins"):
    """From here on, what happens to the child is this reader's doing."""

    reader: str


class ReaderEnds(msgspec.Struct, frozen=True, tag="reader-ends"):
    """Facts as JSON, or the sentence why there are none."""

    reader: str
    facts: dict[str, Json] | None
    error: str | None = None


class SoundGoesOn(msgspec.Struct, frozen=True, tag="sound-goes-on"):
    """The child is not silent: it has written the sound up to this many seconds."""

    t_s: float


class SoundEnds(msgspec.Struct, frozen=True, tag="sound-ends"):
    """Seconds of sound that were written; or what ended it early."""

    seconds: float
    error: str | None = None


class PictureReady(msgspec.Struct, frozen=True, tag="picture"):
    """A kept picture lies in slot `slot`: RGB of `height` x `width`, then luma."""

    slot: int
    number: int
    frame: int
    t_s: float
    shot: int
    height: int
    width: int
    luma_height: int
    luma_width: int
    scale: float


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """Nothing more comes; how the sampling went."""

    frames_seen: int
    rate: float
    skipped: Skip
    shots: tuple[float, ...]
    cut_s: float | None
    cut: str | None
    damaged: int = 0


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The medium cannot be examined; one sentence and what to do. `no_medium`: it is none at all."""

    message: str
    hint: str = ""
    no_medium: bool = False


Message = Jailed | Probed | ReaderBegins | ReaderEnds | PictureReady | SoundGoesOn | SoundEnds | Finished | Refused

encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Message)
_job_decoder = msgspec.json.Decoder(Job)


def decode(data: bytes) -> Message:
    """One message; raises msgspec.DecodeError (its ValidationError too) for anything else."""
    message: Message = _decoder.decode(data)
    return message


def send(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Writes one message and flushes it."""
    data = encode(message)
    stream.write(PREFIX.pack(len(data)) + data)
    stream.flush()


def receive_job(stream: BinaryIO) -> Job:
    """The child's first read: what to do."""
    (length,) = PREFIX.unpack(stream.read(PREFIX.size))
    return _job_decoder.decode(stream.read(length))
