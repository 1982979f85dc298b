"""vPDQ: the PDQ hashes of a video's frames, as the text file that trust-and-safety teams exchange.

Rules (facebook/ThreatExchange, vpdq):
- one line a frame, `frame_number,quality,hash,timestamp`; quality 0..100, hash 64 lower-case hexadecimal
  digits, time in seconds with three decimals; no header, a newline at the end of every line;
- frames below the quality floor are left out of every comparison, on both sides, and equal hashes count once;
- query matched: of the query's distinct usable hashes, the share with a partner within the distance;
  known matched: the same of the known item's. Their denominators differ, so both are always named.
A file with one bad line is refused whole, with the line and column: half a list would match half of its item.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import QUALITY_FLOOR, print_hash
from waarmerk.errors import InputError

_LONGEST_LINE: Final = 128
"""Bytes: a frame number of 20 digits, three digits, 64 digits, and a time fit; a file without newlines does not."""
_HIGHEST_FRAME: Final = 2**63 - 1


@dataclass(frozen=True)
class FrameHashes:
    """The hashes of n frames, in the order of the file. Equal length; times in seconds.

    `frame`: int64 [n]; `quality`: uint8 [n], 0..100; `codes`: uint64 [n, 4]; `t_s`: float64 [n].
    """

    frame: NDArray[np.int64]
    quality: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    t_s: NDArray[np.float64]

    @staticmethod
    def none() -> FrameHashes:
        """Of no frame at all: an item that is known by its digest or its sound alone."""
        none = np.empty(0, np.int64)
        return FrameHashes(none, none.astype(np.uint8), np.empty((0, 4), np.uint64), none.astype(np.float64))

    def __len__(self) -> int:
        return len(self.frame)

    def usable_rows(self, floor: int = QUALITY_FLOOR) -> NDArray[np.int64]:
        """The places of those whose quality is `floor` or better, int64 [m]."""
        return np.flatnonzero(self.quality >= floor)

    def usable(self, floor: int = QUALITY_FLOOR) -> FrameHashes:
        """Those whose quality is `floor` or better."""
        kept = self.usable_rows(floor)
        return FrameHashes(self.frame[kept], self.quality[kept], self.codes[kept], self.t_s[kept])


def write_vpdq(hashes: FrameHashes) -> bytes:
    """The file's bytes."""
    lines = (
        f"{int(frame)},{int(quality)},{print_hash(code)},{float(t_s):.3f}\n"
        for frame, quality, code, t_s in zip(hashes.frame, hashes.quality, hashes.codes, hashes.t_s, strict=True)
    )
    return "".join(lines).encode("ascii")


def read_vpdq(path: Path) -> FrameHashes:
    """The hashes in a file; raises InputError where it is no regular file or a line of it is no vPDQ line."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is not a file", where=str(path), hint="give a file of frame hashes in vPDQ's format")
        with path.open("rb") as file:
            return parse_vpdq(_lines(file), where=str(path))
    except OSError as error:
        raise InputError(f"the frame hashes cannot be read: {error.strerror or error}", where=str(path)) from error
    except ValueError as error:  # a NUL in the path
        raise InputError(f"the frame hashes cannot be read: {error}", where=repr(str(path))) from error


_FIELDS: Final = (
    ("frame number", re.compile(rb"[0-9]{1,19}"), "digits"),
    ("quality", re.compile(rb"[0-9]{1,3}"), "a whole number from 0 to 100"),
    ("hash", re.compile(rb"[0-9a-fA-F]{64}"), "64 hexadecimal digits"),
    ("timestamp", re.compile(rb"[0-9]{1,12}(?:\.[0-9]{1,9})?"), "seconds, like 12.480"),
)
_LINE: Final = re.compile(b",".join(b"(" + pattern.pattern + b")" for _, pattern, _ in _FIELDS))


def parse_vpdq(lines: Iterable[bytes], *, where: str = "") -> FrameHashes:
    """The hashes in `lines` (without their newlines); raises InputError with the first bad line and column."""
    frame: list[int] = []
    quality = bytearray()
    codes = bytearray()
    t_s: list[float] = []
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None or int(found[2]) > 100 or int(found[1]) > _HIGHEST_FRAME:
            raise _fault(line, number, where)
        frame.append(int(found[1]))
        quality.append(int(found[2]))
        codes += bytes.fromhex(found[3].decode("ascii"))[::-1]
        t_s.append(float(found[4]))
    if not frame:
        raise InputError("holds no frame hash", where=where, hint="one line a frame: frame,quality,hash,seconds")
    return FrameHashes(
        np.asarray(frame, np.int64),
        np.frombuffer(bytes(quality), np.uint8),
        np.frombuffer(bytes(codes), "<u8").astype(np.uint64).reshape(-1, 4),
        np.asarray(t_s, np.float64),
    )


def _lines(file: BinaryIO) -> Iterable[bytes]:
    # Bounded reads: a file without a newline never comes into memory whole.
    while line := file.readline(_LONGEST_LINE):
        yield line.rstrip(b"\n").removesuffix(b"\r")


def _fault(line: bytes, number: int, where: str) -> InputError:
    """What is wrong with a line that did not parse, at the first field that is wrong."""
    values = line.split(b",")
    column = 1
    for (name, pattern, form), value in zip(_FIELDS, values, strict=False):
        bad_range = name == "quality" and value.isdigit() and int(value) > 100
        too_high = name == "frame number" and value.isdigit() and int(value) > _HIGHEST_FRAME
        if bad_range or too_high or not pattern.fullmatch(value):
            shown = value[:24].decode("ascii", "backslashreplace") + ("..." if len(value) > 24 else "")
            return _error(f"the {name} is {shown!r}, not {form}", number, column, where)
        column += len(value) + 1
    if len(values) < len(_FIELDS):
        return _error(f"the line ends before the {_FIELDS[len(values)][0]}", number, len(line) + 1, where)
    return _error(f"the line has {len(values)} fields, not {len(_FIELDS)}", number, column, where)


def _error(what: str, line: int, column: int, where: str) -> InputError:
    return InputError(
        f"line {line}, column {column}: {what}",
        where=where,
        hint="nothing of this file was used; mend or remove the line",
    )
