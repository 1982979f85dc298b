"""Where the samples of a fragmented MP4 lie: each `moof` tells of its own (ISO/IEC 14496-12, 8.8)."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.examine.media.structure.boxes import Box
from waarmerk.examine.media.structure.window import Window

RUN_MOST = 10_000
_BASE, _DESCRIPTION, _DURATION, _SIZE = 0x1, 0x2, 0x8, 0x10
_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_EACH = (0x100, 0x200, 0x400, 0x800)
_EACH_SIZE = 0x200


def fragment_places(window: Window, root: Box, track: int, most: int) -> Iterator[tuple[int, int]]:
    """Offset and size of the first `most` samples of a track in the file's fragments, in decoding order."""
    usual = _usual_size(window, root, track)
    left = most
    for fragment in root.all("moof"):
        for part in fragment.all("traf"):
            header = part.find("tfhd")
            if header is None or _number(window, header.body + 4) != track:
                continue
            base, size = _defaults(window, header, fragment.start, usual)
            following = base
            for run in part.all("trun"):
                for position, length in _run(window, run, base, following, size):
                    if left <= 0:
                        return
                    yield position, length
                    left -= 1
                    following = position + length


def _number(window: Window, offset: int, count: int = 4) -> int:
    return int.from_bytes(window.at(offset, count), "big")


def _flags(window: Window, box: Box) -> int:
    return _number(window, box.body + 1, 3)


def _usual_size(window: Window, root: Box, track: int) -> int:
    extends = root.find("moov", "mvex")
    for box in extends.all("trex") if extends else []:
        if _number(window, box.body + 4) == track:
            return _number(window, box.body + 16)
    return 0


def _defaults(window: Window, header: Box, moof: int, usual: int) -> tuple[int, int]:
    """Where offsets count from (the file's `moof`, if nothing else is said), and the size of a sample without one."""
    flags, position, base, size = _flags(window, header), header.body + 8, moof, usual
    if flags & _BASE:
        base, position = _number(window, position, 8), position + 8
    for flag in (_DESCRIPTION, _DURATION):
        position += 4 if flags & flag else 0
    if flags & _SIZE:
        size = _number(window, position)
    return base, size


def _run(window: Window, run: Box, base: int, following: int, usual: int) -> Iterator[tuple[int, int]]:
    flags, count = _flags(window, run), min(_number(window, run.body + 4), RUN_MOST)
    at, position = run.body + 8, following
    if flags & _OFFSET:
        offset = int.from_bytes(window.at(at, 4), "big", signed=True)
        at, position = at + 4, base + offset
    at += 4 if flags & _FIRST_FLAGS else 0
    width = sum(4 for flag in _EACH if flags & flag)
    before = 4 if flags & _EACH[0] else 0
    data = window.at(at, min(count * width, run.end - at))
    for index in range(count):
        if flags & _EACH_SIZE:
            field = data[index * width + before : index * width + before + 4]
            if len(field) < 4:
                return
            size = int.from_bytes(field, "big")
        else:
            size = usual
        yield position, size
        position += size
