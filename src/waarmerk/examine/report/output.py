"""Where a report goes: a page written whole or not at all, and a file of rows that a later call goes on with.

Rules:
- Whether a place can be written is found out before the work starts, not after an hour of it.
- A page appears under its name only when it is complete.
- A file of rows is appended to, row by row; a half row that a killed call left is cut off. A file that holds
  anything but rows is refused, never changed. Two calls never write one file at the same time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.examine.report.rows import CheckErrorRow, CheckRow, line, parse_row


class WholeFile:
    """A file that appears under its name once `finish` is called."""

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise UsageError("cannot be written: it is a folder", where=str(path), hint="name a file in it")
        self._partial = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
        self._path = path
        try:
            self._file = self._partial.open("x", encoding="utf-8")
        except OSError as error:
            raise _unwritable(path, error) from error

    def finish(self, text: str) -> None:
        """Writes the text and gives the file its name."""
        try:
            self._file.write(text)
            self._file.close()
            self._partial.replace(self._path)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._partial.unlink()


class RowFile:
    """A file of rows, opened for appending; `held` are the rows that it holds, by path."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: BinaryIO = path.open("a+b")
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise UnavailableError("another call is writing this file", where=str(path)) from None
        self._path = path
        self.held: dict[str, CheckRow | CheckErrorRow] = {}
        try:
            self._read()
        except BaseException:
            self._file.close()
            raise

    def append(self, row: CheckRow | CheckErrorRow) -> None:
        """Writes one row and hands it to the system."""
        try:
            self._file.write(line(row))
            self._file.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _read(self) -> None:
        self._file.seek(0)
        whole = 0
        for number, text in enumerate(self._file, start=1):
            if not text.endswith(b"\n"):
                if not b'{"schema":"waarmerk.check'.startswith(text[:25]):
                    raise UsageError("holds something else than rows of a report", where=str(self._path))
                self._file.truncate(whole)
                break
            try:
                row = parse_row(text, where=f"{self._path}:{number}")
            except InputError as error:
                raise UsageError("holds something else than rows of a report", where=error.where) from error
            self.held[row.asset.path if isinstance(row, CheckRow) else row.path] = row
            whole += len(text)
        self._file.seek(0, os.SEEK_END)


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot be written: {os.strerror(error.errno or 0)}", where=str(path), hint="does its folder exist?"
    )
