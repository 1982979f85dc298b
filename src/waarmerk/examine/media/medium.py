"""The stranger's file, opened safely and measured: regular files only, digested as a stream.

The file is opened once, and everything after works on that one open file: what was digested is what is decoded,
whatever happens to the name meanwhile. What is no regular file is refused before it is opened, since opening can
act (a tape rewinds) or block (a FIFO); the open file is checked once more, since names can be moved in between.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from waarmerk.errors import InputError, NoMediumError
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.values import Sha256

_BLOCK = 1 << 20

_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a pipe (FIFO), not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
)
_REASONS = {
    errno.ENOENT: ("does not exist", "check the name"),
    errno.ENOTDIR: ("does not exist: a part of its path is a file", "check the name"),
    errno.EACCES: ("may not be read", "check its permissions"),
    errno.EPERM: ("may not be read", "check its permissions"),
    errno.ELOOP: ("is a loop of symbolic links", "name the file itself"),
    errno.ENAMETOOLONG: ("has a name that is too long", "rename it"),
    errno.ENXIO: ("is a socket or device, not a file", ""),
}


@dataclass(frozen=True)
class Medium:
    """One open file: its name as given, open descriptor, size in bytes and SHA-256. Close it, or use `with`."""

    path: str
    descriptor: int
    bytes: int
    sha256: Sha256

    def close(self) -> None:
        """Closes the file; the object is of no use afterwards."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_medium(path: Path | str, limits: Limits = LIMITS) -> Medium:
    """Opens a regular file and digests it; raises InputError in one sentence for everything else."""
    given = os.fspath(path)
    name = given.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")  # a name need not be text
    try:
        _refuse_kinds(Path(given).stat(), name)
        descriptor = os.open(given, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError:
        raise InputError("has a name that holds a zero byte", where=name.replace("\0", "\\0")) from None
    except OSError as error:
        reason, hint = _REASONS.get(error.errno or 0, (f"cannot be opened: {os.strerror(error.errno or 0)}", ""))
        raise InputError(reason, where=name, hint=hint) from None
    try:
        size = _regular_size(descriptor, name, limits)
        return Medium(path=name, descriptor=descriptor, bytes=size, sha256=_digest(descriptor, name, size))
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_kinds(status: os.stat_result, name: str) -> None:
    for holds, sentence in _KINDS:
        if holds(status.st_mode):
            raise NoMediumError(sentence, where=name)


def _regular_size(descriptor: int, name: str, limits: Limits) -> int:
    status = os.fstat(descriptor)
    _refuse_kinds(status, name)
    if status.st_size == 0:
        raise InputError("is empty", where=name)
    if status.st_size > limits.file_bytes:
        raise InputError(
            f"is larger than the limit of {limits.file_bytes >> 30} GiB", where=name, hint="examine a part of it"
        )
    return status.st_size


def _digest(descriptor: int, name: str, size: int) -> Sha256:
    digest = hashlib.sha256()
    read = 0
    try:
        while block := os.pread(descriptor, _BLOCK, read):
            digest.update(block)
            read += len(block)
            if read > size:
                break
    except OSError as error:
        raise InputError(f"cannot be read: {os.strerror(error.errno or 0)}", where=name) from None
    if read != size:
        raise InputError("changes while it is read", where=name, hint="wait until it is complete")
    return Sha256(digest.hexdigest())
