"""Find and open the CSV files of daily dumps: as they are, in a ZIP, in a ZIP of ZIPs, in folders of all that.

Rules:
- Nothing is unpacked but inner ZIPs, one at a time, into a temporary file up to `MAX_INNER` bytes.
- A member that would unpack more than `MAX_RATIO`-fold is refused (deflate of real rows stays below 60-fold).
- An encrypted, damaged or unknown archive is named and the next one is read; other files are named as not read.
- One variant a day: a full and a light dump of the same day would count every statement twice.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from waarmerk.errors import InputError

MAX_INNER = 8 * 2**30
MAX_RATIO = 500
MAX_MEMBERS = 100_000
_MAX_DEPTH = 2
_CHUNK = 2**20
_RATIO_FROM = 2**20
_NAME = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})-(?P<variant>full|light)")


@dataclass(frozen=True)
class Opened:
    """One CSV file, open for reading bytes; `name` shows the way to it through the archives."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True)
class NotRead:
    """A file beside the dumps that is none (a checksum, a note)."""

    name: str


@dataclass(frozen=True)
class Listed:
    """A file to look into; `named`: given as such, so that it is read whatever its name, not found in a folder."""

    path: Path
    named: bool


Member = Opened | NotRead | InputError


def list_files(paths: Sequence[Path]) -> list[Listed]:
    """Every file given or in a given folder, once; InputError for a missing path, an empty folder, mixed variants."""
    found: list[Listed] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
            if not inside:
                raise InputError("the folder is empty", where=str(path), hint="give a folder of dumps (CSV or ZIP)")
            found.extend(Listed(each, False) for each in inside)
        elif path.is_file():
            found.append(Listed(path, True))
        else:
            raise InputError("there is no such file or folder", where=str(path))
    by_path: dict[Path, Listed] = {}
    for file in found:
        by_path.setdefault(file.path.resolve(), file)
    once = list(by_path.values())
    _one_variant([file.path for file in once])
    return once


class Dumps:
    """Every CSV in the files, in order, opened one after another; `position()` bytes of them are behind us."""

    def __init__(self, files: Sequence[Listed]) -> None:
        self._files = files
        self._behind = 0
        self._tell: Callable[[], int] = int
        self._variants: dict[str, str] = {}
        self.total = sum(file.path.stat().st_size for file in files)

    def position(self) -> int:
        """How many bytes of the files, as they lie there, were read."""
        return self._behind + self._tell()

    def __iter__(self) -> Iterator[Member]:
        for file in self._files:
            path = file.path
            try:
                with path.open("rb") as stream:
                    self._tell = stream.tell
                    for member in _open(str(path), stream, 0, explicit=file.named):
                        yield self._of_one_variant(member)
            except OSError as error:
                yield InputError(f"the file cannot be read: {error.strerror or error}", where=str(path))
            self._tell = int
            self._behind += path.stat().st_size

    def _of_one_variant(self, member: Member) -> Member:
        """The member, or why it would count a day's statements twice: the names inside archives tell as well."""
        named = _NAME.search(member.name.rpartition("/")[2]) if isinstance(member, Opened) else None
        if not isinstance(member, Opened) or named is None:
            return member
        read = self._variants.setdefault(named["day"], named["variant"])
        if read == named["variant"]:
            return member
        return InputError(
            f"{named['day']} was read as {read} already; this is {named['variant']}, so it was left out",
            where=member.name,
            hint="give one of the two, or every statement would count twice",
        )


def _open(name: str, stream: IO[bytes], depth: int, *, explicit: bool) -> Iterator[Member]:
    lower = name.lower()
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(b"PK"):
        if depth >= _MAX_DEPTH:
            yield InputError("ZIPs are nested deeper than the database does", where=name, hint="unpack it once")
        else:
            yield from _open_zip(name, stream, depth)
    elif lower.endswith(".zip"):
        yield InputError("this is no ZIP file, whatever its name says", where=name, hint="fetch it anew")
    elif head == b"%PDF" and (explicit or lower.endswith(".csv")):
        yield InputError(
            "this is a PDF, not a dump", where=name, hint="give the CSV or ZIP that the database publishes"
        )
    elif lower.endswith(".csv") or explicit:
        yield Opened(name, stream)
    else:
        yield NotRead(name)


def _open_zip(name: str, stream: IO[bytes], depth: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield InputError(f"the ZIP is damaged: {error}", where=name, hint="fetch it anew and compare its checksum")
        return
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if not members:
            yield InputError("the ZIP is empty", where=name)
        if len(members) > MAX_MEMBERS:
            yield InputError(f"the ZIP holds {len(members)} files, more than {MAX_MEMBERS}", where=name)
            return
        for info in sorted(members, key=lambda each: each.filename):
            yield from _open_member(f"{name}/{info.filename}", archive, info, depth)


def _open_member(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int) -> Iterator[Member]:
    lower = info.filename.lower()
    if not lower.endswith((".csv", ".zip")):
        yield NotRead(name)
        return
    problem = _refused(info)
    if problem:
        yield InputError(problem[0], where=name, hint=problem[1])
        return
    try:
        with archive.open(info) as member:
            if lower.endswith(".csv"):
                yield Opened(name, member)
                return
            if info.file_size > MAX_INNER:
                yield InputError(f"the inner ZIP is larger than {MAX_INNER // 2**30} GiB", where=name)
                return
            with tempfile.TemporaryFile() as unpacked:
                while chunk := member.read(_CHUNK):
                    unpacked.write(chunk)
                unpacked.seek(0)
                yield from _open(name, unpacked, depth + 1, explicit=False)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        yield InputError(f"the archive is damaged or packed in an unknown way: {error}", where=name)


def _refused(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    if info.flag_bits & 1:
        return "the file is encrypted", "give a dump as the database publishes it, without a password"
    if info.file_size > _RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        ratio = info.file_size // max(info.compress_size, 1)
        return f"the file would unpack {ratio}-fold: a ZIP bomb?", f"rows of a dump stay far below {MAX_RATIO}-fold"
    return None


def _one_variant(files: Sequence[Path]) -> None:
    variants: dict[str, tuple[str, Path]] = {}
    for path in files:
        named = _NAME.search(path.name)
        if named is None:
            continue
        variant, first = variants.setdefault(named["day"], (named["variant"], path))
        if variant != named["variant"]:
            raise InputError(
                f"{named['day']} is given as {variant} ({first.name}) and as {named['variant']} ({path.name})",
                hint="give one of the two, or every statement would count twice",
            )
