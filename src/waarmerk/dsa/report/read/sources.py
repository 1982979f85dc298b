"""A path as sheets of text: a folder of CSV files, a ZIP of them (nested once), one CSV file, an XLSX workbook.

Rules: sizes are bounded before anything is unpacked; what is not read is told, never skipped silently.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from waarmerk.dsa.report.model import Deviation
from waarmerk.dsa.report.read.texts import Sheet, sheet_of
from waarmerk.errors import InputError
from waarmerk.text.terminal import plain

_LARGEST_FILE = 64 << 20
_LARGEST_WHOLE = 256 << 20
_MOST_FILES = 500
_TABLES = {".csv", ".tsv", ".txt"}
_BOOKS = {".xlsx", ".xlsm"}
_HINT = "give the folder or ZIP of CSV files, or the XLSX, as the service published it"


@dataclass
class Given:
    """What a path held: sheets, and notes about what was not read."""

    sheets: list[Sheet] = field(default_factory=list)
    notes: list[Deviation] = field(default_factory=list)
    size: int = 0


def open_path(path: Path) -> Given:
    """The sheets of a path; InputError with one sentence for everything that is no report."""
    given = Given()
    try:
        _open(path, given)
    except OSError as failed:
        raise InputError(f"cannot be read: {failed.strerror or failed}", where=str(path)) from failed
    if not given.sheets:
        raise InputError("holds no table of a report", where=str(path), hint=_HINT)
    return given


def _open(path: Path, given: Given) -> None:
    if not path.exists():
        raise InputError("does not exist", where=str(path))
    if path.is_dir():
        _folder(path, given)
    else:
        if not path.is_file():
            raise InputError("is no file and no folder", where=str(path), hint=_HINT)
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"is larger than {_LARGEST_FILE >> 20} MiB; no report is", where=str(path), hint=_HINT)
        _file(plain(path.name), path.read_bytes(), given, depth=0)


def _folder(path: Path, given: Given) -> None:
    files = [one for one in sorted(path.rglob("*"), key=_natural) if one.is_file() and not _hidden(one, path)]
    if not files:
        raise InputError("is an empty folder", where=str(path), hint=_HINT)
    if len(files) > _MOST_FILES:
        raise InputError(f"holds more than {_MOST_FILES} files", where=str(path), hint=_HINT)
    named = [(plain(one.relative_to(path).as_posix()), one) for one in files]
    tables = [(name, one) for name, one in named if one.suffix.lower() in _TABLES]
    books = [(name, one) for name, one in named if one.suffix.lower() in _BOOKS]
    archives = [(name, one) for name, one in named if one.suffix.lower() == ".zip"]
    chosen = tables or books or archives
    if not chosen:
        kinds = ", ".join(sorted({one.suffix.lower() or one.name for _, one in named}))
        raise InputError(f"holds no CSV, ZIP or XLSX, only {kinds}", where=str(path), hint=_HINT)
    for name, one in named:
        if (name, one) in chosen:
            if one.stat().st_size > _LARGEST_FILE:
                raise InputError(f"is larger than {_LARGEST_FILE >> 20} MiB; no report is", where=name, hint=_HINT)
            _file(name, one.read_bytes(), given, depth=0)
        else:
            given.notes.append(Deviation("file_not_read", 0, name, asks=False))


def _file(name: str, data: bytes, given: Given, *, depth: int) -> None:
    given.size += len(data)
    if given.size > _LARGEST_WHOLE:
        raise InputError(f"holds more than {_LARGEST_WHOLE >> 20} MiB unpacked; no report does", where=name)
    if not data.strip(b"\x00 \t\r\n"):
        given.notes.append(Deviation("empty_file", 0, name, asks=False))
        return
    if data.startswith(b"%PDF"):
        raise InputError("is a PDF, which has no cells to read", where=name, hint=_HINT)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise InputError(
            "is an XLSX protected by a password, or an old XLS workbook; neither can be read",
            where=name,
            hint="open it, save it without password as XLSX or CSV",
        )
    if data.startswith(b"PK\x03\x04"):
        _archive(name, data, given, depth=depth)
        return
    if data.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise InputError("is a web page or XML, not a CSV", where=name, hint=_HINT)
    given.sheets.append(sheet_of(name, data))


def _archive(name: str, data: bytes, given: Given, *, depth: int) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as broken:
        raise InputError(f"is a broken ZIP: {broken}", where=name, hint="download it again") from broken
    total = sum(one.file_size for one in members)
    if len(members) > _MOST_FILES or total > _LARGEST_WHOLE or given.size + total > _LARGEST_WHOLE:
        raise InputError(
            f"would unpack to {len(members)} files and {total >> 20} MiB; no report is so large, so it stays packed",
            where=name,
            hint="if it is a report, unpack it and give the folder of its CSV files",
        )
    names = {one.filename for one in members}
    if any(entry.startswith("xl/worksheets/") for entry in names) and "[Content_Types].xml" in names:
        # Only a workbook needs the audit extra.
        from waarmerk.dsa.report.read.xlsx import workbook

        sheets, notes = workbook(name, data)
        given.sheets += sheets
        given.notes += notes
        given.size += total
        return
    if "mimetype" in names and "content.xml" in names:
        raise InputError("is an OpenDocument file", where=name, hint="save its sheets as CSV, or as XLSX")
    _members(name, archive, members, given, depth=depth)


def _members(
    name: str, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], given: Given, *, depth: int
) -> None:
    readable = [one for one in members if not _hidden(Path(one.filename), None)]
    tables = [one for one in readable if Path(one.filename).suffix.lower() in _TABLES]
    others = [one for one in readable if Path(one.filename).suffix.lower() in _BOOKS | {".zip"}]
    chosen = tables or others
    for one in sorted(readable, key=lambda entry: _natural(Path(entry.filename))):
        inside = f"{name}/{plain(one.filename)}"
        if one not in chosen:
            given.notes.append(Deviation("file_not_read", 0, inside, asks=False))
            continue
        if one.flag_bits & 1:
            raise InputError("is protected by a password", where=inside, hint="give it without password")
        if one.filename.lower().endswith(".zip") and depth >= 1:
            raise InputError("is a ZIP in a ZIP in a ZIP", where=inside, hint="unpack it and give its CSV files")
        try:
            with archive.open(one) as stream:
                data = stream.read(_LARGEST_FILE + 1)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as broken:
            raise InputError(f"cannot be unpacked: {broken}", where=inside, hint="download it again") from broken
        except Exception as broken:
            # zlib.error and lzma.LZMAError have no common base but this.
            raise InputError(f"cannot be unpacked: {broken}", where=inside, hint="download it again") from broken
        if len(data) > _LARGEST_FILE:
            raise InputError(f"unpacks to more than {_LARGEST_FILE >> 20} MiB; no report does", where=inside)
        _file(inside, data, given, depth=depth + 1)


def _hidden(path: Path, base: Path | None) -> bool:
    parts = (path.relative_to(base) if base else path).parts
    return any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    return [
        (0, int(bit), "") if bit.isdigit() else (1, 0, bit) for bit in re.split(r"(\d+)", path.as_posix().lower())
    ]
