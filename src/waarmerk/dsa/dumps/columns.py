"""Read a dump's CSV bytes as rows: the heading resolved once, lines of bounded length, bad bytes counted.

Rules:
- The heading names today's columns or those before 1 July 2025, all or without those that the light variant lacks,
  in any order; further columns are told and passed over; another heading is refused with what is missing.
- A line longer than `MAX_LINE` ends the reading, so that a file without line ends cannot fill the memory.
- Bytes that are not UTF-8 are replaced and counted.
- The database's export does not double a quote that stands behind a backslash; a line that has the wrong number of
  columns for that reason alone is read again as it was meant (`reread`).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Protocol

from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError

MAX_LINE = 2**20


class Reader(Protocol):
    """What `csv.reader` returns: rows, and the line where the last one ended."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True)
class Heading:
    """Where each known column stands, how many columns a row has, and which are none of the database's."""

    index: dict[str, int]
    width: int
    unknown: tuple[str, ...]


class Lines:
    """Text lines of a binary CSV stream, the latest as `last`; InputError at one that is too long.

    `undecodable` counts the places that were not UTF-8.
    """

    def __init__(self, stream: IO[bytes], where: str) -> None:
        self.last = ""
        self.undecodable = 0
        handler = f"waarmerk-{id(self)}"
        codecs.register_error(handler, self._replace)
        head = stream.read(4)
        stream.seek(0)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError("the file is UTF-16; dumps are UTF-8", where=where, hint="save it as UTF-8")
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors=handler, newline="")

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, MAX_LINE), ""):
            if len(line) >= MAX_LINE:
                raise InputError(
                    f"a line is longer than {MAX_LINE // 2**20} MiB; no row of a dump is", hint="fetch the file anew"
                )
            self.last = line
            yield line

    def _replace(self, error: UnicodeError) -> tuple[str, int]:
        self.undecodable += 1
        end = error.end if isinstance(error, UnicodeDecodeError) else 0
        return "\N{REPLACEMENT CHARACTER}", end

    def release(self) -> None:
        """Let go of the stream without closing it: whoever opened it does."""
        self._text.detach()


def reread(line: str) -> list[str]:
    """One line with a quote behind a backslash taken as part of its text; [] where that does not apply."""
    if '\\"' not in line:
        return []
    try:
        return next(csv.reader([line], escapechar="\\"), [])
    except csv.Error:
        return []


def read_heading(reader: Reader, where: str) -> Heading:
    """The first row as a heading; InputError where it is none of the database's."""
    try:
        names = next(reader, None)
    except csv.Error as error:
        raise InputError(f"the heading is no CSV: {error}", where=where) from error
    if names is None:
        raise InputError("the file is empty", where=where, hint="fetch it anew")
    dumps = vocabulary.dumps()
    if len(names) == 1 and ";" in names[0]:
        raise InputError(
            "the columns are parted by semicolons; the database parts them by commas",
            where=where,
            hint="give the file as published, not as a spreadsheet saved it",
        )
    known = {name for name in names if name in dumps.columns}
    optional = {*dumps.added_2025_07_01, *dumps.light_drops}
    missing = [name for name in dumps.columns if name not in known and name not in optional]
    if missing:
        shown = ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else "")
        raise InputError(
            f"the first line is not the heading of a dump: {len(missing)} columns are missing ({shown})",
            where=where,
            hint="give a daily dump of statements as the database publishes it",
        )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"the column {twice} stands twice in the heading", where=where)
    return Heading(
        index={name: place for place, name in enumerate(names) if name in known},
        width=len(names),
        unknown=tuple(name for name in names if name not in known),
    )
