"""Small real clips: with a real face (Eileen Collins, NASA, public domain, of scikit-image), and odd ones without."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from skimage import data


def portrait() -> NDArray[np.uint8]:
    """uint8 [512, 512, 3]: the portrait."""
    return np.asarray(data.astronaut(), np.uint8)


def portrait_clip(path: Path, *, seconds: float = 2.0, rate: int = 12, size: int = 320, seed: int = 0) -> Path:
    """Writes a clip in which the portrait drifts; `seed` moves it elsewhere, so that digests differ."""
    picture = portrait()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 800_000
        stream.time_base = Fraction(1, rate)
        for index in range(int(seconds * rate)):
            left = 40 + (index * 3 + seed * 17) % 100
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(picture[:size, left : left + size]), format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def still(path: Path) -> Path:
    """Writes the portrait as a picture, in the format of the name."""
    from PIL import Image

    Image.fromarray(portrait()).save(path)
    return path


def moving(count: int, width: int = 160, height: int = 96) -> list[NDArray[np.uint8]]:
    """`count` pictures uint8 [height, width, 3]: a gradient that drifts, with a square that crosses it."""
    rows, columns = np.mgrid[0:height, 0:width]
    pictures = []
    for index in range(count):
        picture = np.stack(
            [(columns * 2 + index * 3) % 256, (rows * 3 + index) % 256, (rows + columns + index * 5) % 256], axis=2
        ).astype(np.uint8)
        left, side = (index * 5) % max(width - height // 3, 1), height // 3
        picture[side : 2 * side, left : left + side] = (240, 30, 60)
        pictures.append(picture)
    return pictures


def encode(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    codec: str = "libx264",
    *,
    rate: int = 24,
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    rotation: int | None = None,
    mirrored: bool = False,
    muxer: dict[str, str] | None = None,
) -> Path:
    """Writes pictures as a video in the container of the name. `times`: milliseconds; `rotation`: anticlockwise."""
    height, width = pictures[0].shape[:2]
    source = "rgba" if pictures[0].shape[2] == 4 else "rgb24"
    with av.open(str(path), "w", options=muxer or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.thread_count = 1
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation is not None:
            stream.set_display_rotation(rotation, hflip=mirrored)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format=source)
            frame.pts = index if times is None else times[index]
            frame.time_base = Fraction(1, rate) if times is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: Path, seconds: float = 0.5) -> Path:
    """Writes a tone without pictures."""
    rate = 8000
    tone = (np.sin(np.arange(int(seconds * rate)) / 5) * 8000).astype(np.int16)[None]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def many_streams(path: Path, count: int) -> Path:
    """Writes a Matroska file with `count` video streams of one picture each."""
    picture = moving(1, 16, 16)[0]
    with av.open(str(path), "w") as container:
        streams = []
        for _ in range(count):
            stream = container.add_stream("mpeg4", rate=1)
            stream.width = stream.height = 16
            stream.pix_fmt = "yuv420p"
            stream.codec_context.thread_count = 1
            streams.append(stream)
        for stream in streams:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size and carries next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(3 * 64))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def claiming(clip: bytes, samples: int) -> bytes:
    """An MP4 whose tables claim `samples` samples (stts and stsz), whatever lies in the file."""
    data = bytearray(clip)
    for kind, offset in ((b"stts", 12), (b"stsz", 12)):
        at = data.find(kind)
        data[at + offset : at + offset + 4] = struct.pack(">I", samples)
    return bytes(data)


def heic(path: Path, picture: NDArray[np.uint8], tile: int | None = None, turns: int = 0) -> Path:
    """Writes a HEIC: one HEVC picture, or (`tile`) a grid of square tiles; `turns`: irot, anticlockwise quarters.

    ISO/IEC 23008-12: items of type hvc1, a grid item derived from them (dimg), properties associated by index.
    """
    height, width = picture.shape[:2]
    side = tile or max(height, width)
    padded = np.pad(picture, ((0, -height % side), (0, -width % side), (0, 0)), mode="edge")
    parts = (
        [picture]
        if tile is None
        else [
            padded[top : top + side, left : left + side]
            for top in range(0, height, side)
            for left in range(0, width, side)
        ]
    )
    coded = [_hevc_picture(part) for part in parts]
    hvcc = coded[0][0]
    grid = struct.pack(">BBBBHH", 0, 0, -(-height // side) - 1, -(-width // side) - 1, width, height) if tile else b""
    primary = len(parts) + 1 if tile else 1
    part_height, part_width = parts[0].shape[:2]
    properties = [hvcc, _full(b"ispe", struct.pack(">II", part_width, part_height))]
    properties += [_full(b"ispe", struct.pack(">II", width, height)), _box(b"irot", bytes([turns]))]
    associations = [(number, (0x81, 2)) for number in range(1, len(parts) + 1)]
    if tile:
        associations.append((primary, (3, 0x84) if turns else (3,)))
    elif turns:
        associations = [(1, (0x81, 2, 0x84))]
    kinds = [(number, b"hvc1") for number in range(1, len(parts) + 1)] + ([(primary, b"grid")] if tile else [])
    entries = b"".join(_full(b"infe", struct.pack(">HH4sB", n, 0, kind, 0), 2) for n, kind in kinds)

    def meta(start: int) -> bytes:
        lengths = [len(sample) for _, sample in coded]
        places = b"".join(
            struct.pack(">HHHHII", n, 0, 0, 1, start + sum(lengths[: n - 1]), lengths[n - 1])
            for n in range(1, len(parts) + 1)
        )
        if tile:
            places += struct.pack(">HHHHII", primary, 1, 0, 1, 0, len(grid))
        boxes = [
            _full(b"hdlr", struct.pack(">I4s12sx", 0, b"pict", b"")),
            _full(b"pitm", struct.pack(">H", primary)),
            _full(b"iloc", struct.pack(">HH", 0x4400, len(kinds)) + places, 1),
            _full(b"iinf", struct.pack(">H", len(kinds)) + entries),
            _box(
                b"iprp",
                _box(b"ipco", b"".join(properties))
                + _full(
                    b"ipma",
                    struct.pack(">I", len(associations))
                    + b"".join(struct.pack(">HB", n, len(marks)) + bytes(marks) for n, marks in associations),
                ),
            ),
        ]
        if tile:
            numbers = struct.pack(f">{len(parts)}H", *range(1, len(parts) + 1))
            boxes.append(_full(b"iref", _box(b"dimg", struct.pack(">HH", primary, len(parts)) + numbers)))
            boxes.append(_box(b"idat", grid))
        return _full(b"meta", b"".join(boxes))

    head = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    start = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(start) + _box(b"mdat", b"".join(sample for _, sample in coded)))
    return path


def _hevc_picture(picture: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    """The hvcC box and the sample of one coded picture (ISO/IEC 14496-15, 8.3.3.1)."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1:qp=4"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    stream = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1") if unit.strip(b"\0")]
    sets = {kind: [unit for unit in units if unit[0] >> 1 == kind] for kind in (32, 33, 34)}
    profile = sets[33][0][3:15]
    head = b"\1" + profile + bytes.fromhex("f000fcfdf8f800000f") + bytes([len(sets)])
    arrays = b"".join(
        struct.pack(">BH", 0x80 | kind, len(found)) + b"".join(struct.pack(">H", len(one)) + one for one in found)
        for kind, found in sets.items()
    )
    coded = [unit for unit in units if unit[0] >> 1 < 32]
    return _box(b"hvcC", head + arrays), b"".join(struct.pack(">I", len(unit)) + unit for unit in coded)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + body)
