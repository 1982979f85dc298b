"""The records of a source, one by one, with the file and line they stand in.

Rules:
- `csv`: a heading, then a record a row, as text. `dump`: the same with the heading of the Commission's daily dumps.
  `jsonl`: a JSON object a line, read strictly. Files as they are or in a ZIP (`dsa.dumps.archive`).
- What cannot be read is named and the next line is read; a file that is none of this kind is named as a whole.
- A value that was not UTF-8 spoils its record: what would be imported is not what the source wrote.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from waarmerk.dsa.dumps.archive import Dumps, NotRead, Opened, list_files
from waarmerk.dsa.dumps.columns import MAX_LINE, Lines, Reader, read_heading, reread
from waarmerk.errors import InputError
from waarmerk.record.strict import loads
from waarmerk.values import Json

Format = Literal["csv", "dump", "jsonl"]
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError)


@dataclass(frozen=True)
class Row:
    """One record of the source."""

    file: str
    line: int
    values: dict[str, Json]


@dataclass(frozen=True)
class Unmapped:
    """A line that became no event, and why; line 0: the file as a whole."""

    file: str
    line: int
    why: str


def read_rows(paths: Sequence[Path], format_: Format, needed: frozenset[str]) -> Iterator[Row | Unmapped]:
    """Every record of the files; `needed`: the columns that a CSV must have.

    Raises `InputError` for a path that is not there or a folder that is empty.
    """
    for member in Dumps(list_files(paths)):
        if isinstance(member, NotRead):
            yield Unmapped(member.name, 0, "it is neither CSV nor a ZIP of such files")
        elif isinstance(member, InputError):
            yield Unmapped(member.where, 0, member.message)
        else:
            try:
                yield from _jsonl(member) if format_ == "jsonl" else _csv(member, format_, needed)
            except InputError as error:
                yield Unmapped(member.name, 0, error.message)
            except _DAMAGED as error:
                yield Unmapped(member.name, 0, f"the file breaks off or is damaged: {error}")


def _jsonl(member: Opened) -> Iterator[Row | Unmapped]:
    for number, line in enumerate(_bounded(member.stream), 1):
        if not line.strip():
            continue
        try:
            if len(line) > MAX_LINE:
                raise InputError(f"a line is longer than {MAX_LINE} bytes")
            values = loads(line)
            if not isinstance(values, dict):
                raise InputError("a record is a JSON object")
        except InputError as error:
            yield Unmapped(member.name, number, error.message)
            continue
        yield Row(member.name, number, values)


def _bounded(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines; of one that is too long only so much that this shows."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE + 1)


def _csv(member: Opened, format_: Format, needed: frozenset[str]) -> Iterator[Row | Unmapped]:
    lines = Lines(member.stream, member.name)
    try:
        reader = csv.reader(iter(lines))
        names = _names(reader, member.name, format_, needed)
        last = reader.line_num
        while True:
            try:
                for cells in reader:
                    line, last = last + 1, reader.line_num
                    if format_ == "dump" and len(cells) != len(names) and line == last:
                        cells = reread(lines.last) or cells  # noqa: PLW2901 - the same row, read as it was meant
                    if not cells:
                        continue
                    if len(cells) != len(names):
                        why = f"the row has {len(cells)} columns, the heading {len(names)}"
                        yield Unmapped(member.name, line, why)
                    elif lines.undecodable and any("\N{REPLACEMENT CHARACTER}" in cell for cell in cells):
                        yield Unmapped(member.name, line, "it holds bytes that are not UTF-8")
                    else:
                        yield Row(member.name, line, dict(zip(names, cells, strict=True)))
                return
            except csv.Error as error:
                yield Unmapped(member.name, last + 1, f"this is no CSV: {error}")
                last = reader.line_num
    finally:
        lines.release()


def _names(reader: Reader, where: str, format_: Format, needed: frozenset[str]) -> list[str]:
    if format_ == "dump":
        heading = read_heading(reader, where)
        names = [f"column {place + 1}" for place in range(heading.width)]
        for name, place in heading.index.items():
            names[place] = name
        return names
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise InputError(f"the heading is no CSV: {error}", where=where) from error
    if len(set(names)) < len(names):
        raise InputError("a column stands twice in the heading", where=where)
    if missing := sorted(needed.difference(names)):
        raise InputError(f"the heading lacks {', '.join(missing)}, which the map reads", where=where)
    return names
