"""What a call names: files, folders that are walked, a list on a stream; each input once named, in order.

Rules:
- A folder is walked in the order of its names, links to folders are followed once: a loop ends where it began.
- In a folder only regular files are opened: a pipe, a device, or plain text by its first bytes is no medium and costs
  no decoder. A link that leads nowhere is an input, so that it is told. A file that was named itself is always
  examined, whatever it is.
- A list has a path a line, or is separated by zero bytes (`find -print0`) where names may hold newlines.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from waarmerk.errors import InputError

_HEAD = 4096


@dataclass(frozen=True)
class Input:
    """One file to examine. `folder`: the named folder that it was found in, or None where it was named itself.

    `error`: it cannot be looked at; `no_medium`: it is seen to be none. `work`: what is done with it in
    place of an examination of the whole file, `work(examiner, path, progress=...)`; it travels between processes.
    """

    path: str
    folder: str | None = None
    error: InputError | None = None
    no_medium: bool = False
    work: Any = None


def inputs(paths: Iterable[str], listed: BinaryIO) -> Iterator[Input]:
    """The inputs behind `paths`; `-` stands for the list on `listed`."""
    for path in paths:
        if path == "-":
            empty = True
            for name in names(listed):
                empty = False
                yield from _of(name)
            if empty:
                error = InputError("the list on standard input names no file", hint="a path a line")
                yield Input(path, error=error)
        else:
            yield from _of(path)


def names(listed: BinaryIO) -> Iterator[str]:
    """The paths of a list, read as it comes; bytes that are no UTF-8 are kept as the system keeps them."""
    first = listed.readline()
    if b"\0" in first:
        data = first + listed.read()
        yield from (os.fsdecode(name) for name in data.split(b"\0") if name)
        return
    for line in _lines(first, listed):
        name = line.rstrip(b"\n").removesuffix(b"\r")
        if name:
            yield os.fsdecode(name)


def _lines(first: bytes, listed: BinaryIO) -> Iterator[bytes]:
    yield first
    yield from listed


def _of(path: str) -> Iterator[Input]:
    if not _is_folder(path):
        yield Input(path)
        return
    empty = True
    for found in _walk(path, path, set()):
        empty = False
        yield found
    if empty:
        yield Input(path, folder=path, error=InputError("holds no file", where=path, hint="is it the right folder?"))


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except ValueError:  # a zero byte in the name: opening it has the sentence
        return False


def _walk(folder: str, root: str, seen: set[tuple[int, int]]) -> Iterator[Input]:
    try:
        status = Path(folder).stat()
        identity = (status.st_dev, status.st_ino)
        if identity in seen:
            return
        seen.add(identity)
        with os.scandir(folder) as entries:
            ordered = sorted(entry.name for entry in entries)
    except OSError as error:
        yield Input(
            folder,
            folder=root,
            error=InputError(
                f"cannot be read: {os.strerror(error.errno or 0)}", where=folder, hint="check its permissions"
            ),
        )
        return
    for name in ordered:
        path = os.path.join(folder, name)  # noqa: PTH118 a path stays as it was written: "./a" too
        try:
            mode = Path(path).stat().st_mode
        except OSError:
            yield Input(path, folder=root)  # a link that leads nowhere, or gone since: opening it has the sentence
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(path, root, seen)
        else:
            yield Input(path, folder=root, no_medium=not stat.S_ISREG(mode) or _plain_text(path))


def _plain_text(path: str) -> bool:
    """Whether the file's beginning is UTF-8 without control characters: no format of moving pictures is."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if not head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(head) < _HEAD or error.start < _HEAD - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character >= " " or character in "\t\n\r\f" for character in text)
