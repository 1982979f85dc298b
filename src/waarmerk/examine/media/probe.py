"""What the medium is: container, codec, size, time, rotation. Runs in the child; nothing comes from the file name.

FFmpeg guesses by content alone: the file is handed over as a nameless stream, and only formats that hold moving or
still pictures are tried, none of which can name another file or address. A bare row of JPEG pictures is not among
them: FFmpeg sees one wherever a JPEG lies, in a PDF for one, and a file that begins as a JPEG is read as a picture.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
from typing import Any, BinaryIO, cast

import av
import av.container
import av.error
from av.stream import Disposition

from waarmerk.errors import InputError, NoMediumError
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.nameless import Nameless
from waarmerk.examine.media.structure.boxes import parse
from waarmerk.examine.media.structure.window import Window

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,apng,ivf,h264,hevc,av1,obu,m4v,"
    "mxf,dv,rm,nut,swf,yuv4mpegpipe,wtv,live_flv,"
    "image2pipe,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe,jpegxl_pipe,j2k_pipe,gif_pipe,"
    "mp3,wav,flac,aac,ac3,aiff,amr,w64"
)
_PROBE_BYTES = 10 << 20
_LAZY = (
    "av.audio.stream",
    "av.audio.codeccontext",
    "av.subtitles.stream",
    "av.subtitles.codeccontext",
    "av.subtitles.subtitle",
    "av.sidedata.motionvectors",
    "av.sidedata.encparams",
    "encodings.idna",
)
_ONE_PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
"""A complete GIF."""
_TOP_BOXES = 10_000
_READ_BLOCK = 1 << 17


def open_container(
    descriptor: int, size: int, limits: Limits, streams: int | None = None
) -> av.container.InputContainer:
    """The demuxer on the medium; raises NoMediumError where no format fits, InputError for a damaged one.

    `streams`: how many it may hold, if not `limits.streams`.
    """
    most = limits.streams if streams is None else streams
    options = {
        "format_whitelist": _FORMATS,
        "probesize": str(_PROBE_BYTES),
        "max_streams": str(most + 1),  # one more, so that too many can be told from many
        "max_pixels": str(limits.picture_pixels),
    }
    try:
        container = av.open(
            Nameless(descriptor, size),
            "r",
            container_options=options,
            metadata_errors="replace",
            buffer_size=_READ_BLOCK,
        )
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOMEM:  # what the demuxer of MP4 says of the first track beyond `max_streams`, too
            if _tracks(descriptor, size) > most:
                raise InputError(f"holds more than the {most} streams that one medium may have") from error
            raise MemoryError from error
        if ends_before_index(descriptor, size):
            raise InputError(
                "is an MP4 or MOV without its index (moov): it was cut off before its end",
                hint="get the complete file",
            ) from error
        if begins_like_a_medium(os.pread(descriptor, 16, 0)):
            raise InputError(f"is damaged: {error.strerror}", hint="get the complete file") from error
        raise NoMediumError("is no video or image that can be read") from error
    if len(container.streams) > most:
        raise InputError(f"holds more than the {most} streams that one medium may have")
    return container


def _tracks(descriptor: int, size: int) -> int:
    """How many tracks the index of an MP4 or MOV holds; 0 for other files."""
    window = Window(cast(BinaryIO, Nameless(descriptor, size)))
    index = parse(window).root.find("moov") if window.at(4, 4) in {b"ftyp", b"moov"} else None
    return 0 if index is None else len(index.all("trak"))


def begins_like_a_medium(head: bytes) -> bool:
    """Whether the first bytes are those of a video container: damaged then, rather than something else."""
    starts = (b"\x1a\x45\xdf\xa3", b"FLV\1", b"OggS", b"\0\0\1\xba", b"\0\0\1\xb3", b"GIF8")
    return head[4:8] in {b"ftyp", b"moov"} or head.startswith(starts) or head[8:12] == b"AVI "


def video_stream(container: av.container.InputContainer, limits: Limits) -> Any:
    """The stream to examine; raises NoMediumError where no pictures are, InputError where they are too large."""
    pictures = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not pictures:
        raise NoMediumError("holds sound but no pictures" if container.streams.audio else "holds no pictures")
    best = container.streams.best("video")
    stream = best if best in pictures else pictures[0]
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > limits.picture_pixels:
        raise InputError(f"has pictures of {width} x {height}, larger than the limit of 8K")
    return stream


def duration_s(container: av.container.InputContainer, stream: Any) -> float | None:
    """Seconds, of the stream where it says so, else of the container; None where neither does."""
    if stream.duration is not None and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and container.duration > 0:
        return float(container.duration / av.time_base)
    return None


def ends_before_index(descriptor: int, size: int) -> bool:
    """Whether this is an MP4 or MOV whose top-level boxes hold no index (moov)."""
    position = 0
    types: list[bytes] = []
    while position + 8 <= size and len(types) < _TOP_BOXES:
        head = os.pread(descriptor, 16, position)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        types.append(kind)
        if length < 8:
            break
        position += length
    return types[:1] == [b"ftyp"] and b"moov" not in types


def warm_up() -> None:
    """Opens and decodes a picture of one pixel, so that nothing is imported for the first time inside the jail."""
    for module in _LAZY:
        importlib.import_module(module)
    with av.open(io.BytesIO(_ONE_PIXEL)) as container:
        for frame in container.decode(video=0):
            frame.reformat(format="rgb24", threads=1)
