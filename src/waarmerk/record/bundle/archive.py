"""A ZIP of strangers, read in flat memory: no path leaves it, nothing in it can swell, nothing is read twice.

Rules (APPNOTE 6.3.10):
- The first member begins the file and the directory ends it (no comment, nothing behind); no more than 64 MiB of
  directory and 2^20 members are read.
- A name is plain relative ASCII without `.` and `..`, a folder, a link or a second member of that name.
- Only the members that the caller names may be compressed (deflate); all others are stored, so that what comes out is
  never more than what lies there. Members do not overlap, so that nothing is counted twice.
- Nothing is encrypted. Every member carries its CRC-32, which says damage and proves nothing.
"""

from __future__ import annotations

import contextlib
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from waarmerk.errors import InputError

MAX_MEMBERS = 1 << 20
_MAX_DIRECTORY = 1 << 26
_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]+(/(?!\.)[A-Za-z0-9._-]+)*")
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_SIZE, _LOCATOR_SIZE, _END_64_SIZE = 22, 20, 56
_ENCRYPTED = 1
_LOCAL_HEADER = 30


class Archive:
    """An open ZIP whose directory was found sound. `deflated`: the names that may be compressed."""

    def __init__(self, stream: IO[bytes], where: str, deflated: Collection[str]) -> None:
        self._where = where
        self._deflated = deflated
        _check_end(stream, where)
        with damage(where):
            self._zip = zipfile.ZipFile(stream)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._zip.infolist():
            self._check(member)
            if self._members.setdefault(member.filename, member) is not member:
                raise InputError("two members of the ZIP have the same name", where=self._place(member.filename))
        self._check_overlap()

    @property
    def names(self) -> set[str]:
        """The names of all members."""
        return set(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """A whole member. Raises `InputError` where there is none, or above `limit` bytes."""
        with self.open(name) as stream, damage(self._place(name)):
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise InputError(f"it has more than {limit} bytes", where=self._place(name))
        return data

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member as a stream. Raises `InputError` where there is none, or where it is damaged."""
        member = self._members.get(name)
        if member is None:
            raise InputError(f"there is no {name} in it", where=self._where)
        with damage(self._place(name)), self._zip.open(member) as stream:
            yield stream

    def lines(self, name: str, limit: int) -> Iterator[bytes]:
        """The lines of a member, each with its newline; one above `limit` bytes comes cut, without."""
        with self.open(name) as stream:
            while line := stream.readline(limit):
                yield line

    def _place(self, name: str) -> str:
        return f"{self._where}: {name}"

    def _check(self, member: zipfile.ZipInfo) -> None:
        where = self._place(ascii(member.filename)[1:-1])
        if _NAME.fullmatch(member.filename) is None or member.filename != member.orig_filename:
            raise InputError("a name in a bundle is a plain relative path", where=where)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise InputError("a member of a bundle is a regular file, this is another thing", where=where)
        if member.flag_bits & _ENCRYPTED:
            raise InputError("a member of a bundle is not encrypted", where=where)
        if member.filename in self._deflated and member.compress_type == zipfile.ZIP_DEFLATED:
            return
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise InputError(
                "it is compressed, expected stored", where=where, hint=f"only {', '.join(self._deflated)} may be"
            )

    def _check_overlap(self) -> None:
        end = 0
        if self._members and min(member.header_offset for member in self._members.values()):
            raise InputError("there is something before the first member of the ZIP", where=self._where)
        for member in sorted(self._members.values(), key=lambda member: member.header_offset):
            if member.header_offset < end:
                raise InputError("two members of the ZIP lie over each other", where=self._place(member.filename))
            end = member.header_offset + _LOCAL_HEADER + len(member.filename) + member.compress_size


@contextlib.contextmanager
def damage(where: str) -> Iterator[None]:
    """Turns what the ZIP reader raises into one sentence."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InputError(f"the ZIP is damaged: {error or 'it is cut short'}", where=where) from error
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror or error}", where=where) from error


@contextlib.contextmanager
def open_file(path: Path) -> Iterator[IO[bytes]]:
    """A regular file. Raises `InputError` where it is none or cannot be opened."""
    if path.exists() and not path.is_file():
        raise InputError("this is not a regular file", where=str(path))
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=str(path)) from error
    with stream:
        yield stream


def _check_end(stream: IO[bytes], where: str) -> None:
    """Looks at the size of the directory before the ZIP reader takes all of it into memory."""
    size = stream.seek(0, 2)
    tail_size = min(size, _END_SIZE + _LOCATOR_SIZE + _END_64_SIZE)
    stream.seek(size - tail_size)
    tail = stream.read(tail_size)
    end, rest = tail[-_END_SIZE:], tail[:-_END_SIZE]
    if len(end) < _END_SIZE or not end.startswith(_END) or end[20:] != b"\0\0":
        raise InputError("a bundle is a ZIP that ends where its directory ends; this does not", where=where)
    members, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if rest[:4] == _END_64 and len(rest) == _END_64_SIZE + _LOCATOR_SIZE:
        members, directory = int.from_bytes(rest[32:40], "little"), int.from_bytes(rest[40:48], "little")
    if members > MAX_MEMBERS or directory > _MAX_DIRECTORY:
        raise InputError(
            f"its directory has {members} members in {directory} bytes, the limits are {MAX_MEMBERS} and"
            f" {_MAX_DIRECTORY}",
            where=where,
            hint="export it in parts",
        )
    stream.seek(0)
