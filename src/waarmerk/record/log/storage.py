"""What a log needs of the place it lies in, and the simplest such place: memory.

Rules, for every storage:
- A file appears whole or not at all.
- Groups of files become visible in the order given; each group is durable before the next one appears.
- `public/` is readable by all and is all that is ever served; what lies under `private/` is the owner's alone.
- One writer holds the lock; a second is refused with the process id of the first.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from waarmerk.errors import InputError, UnavailableError

PUBLIC = "public/"
PRIVATE = "private/"


class Storage(Protocol):
    """What a log needs of the place it lies in; paths are relative, with slashes."""

    def read(self, path: str, limit: int) -> bytes | None:
        """The file's bytes, None where there is none. Raises `InputError` above `limit` bytes."""

    def settle(self) -> None:
        """Makes durable whatever can be read now, before anything is built on it. Raises `UnavailableError`."""

    def write(self, *groups: Mapping[str, bytes]) -> None:
        """All files, atomically each, durable when it returns. Raises `UnavailableError` where it cannot."""

    def delete(self, paths: Iterable[str]) -> None:
        """Removes files; one that is gone already is no error."""

    def files(self, folder: str) -> Iterator[str]:
        """The paths of all files below a folder (which ends in a slash), in the order of their names."""

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Held by the one writer. Raises `UnavailableError` where another holds it."""


class MemoryStorage:
    """A log in memory: for tests, and for a log that lives as long as its process."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def read(self, path: str, limit: int) -> bytes | None:
        data = self.content.get(path)
        if data is not None and len(data) > limit:
            raise InputError(f"the file has more than {limit} bytes", where=path)
        return data

    def settle(self) -> None:
        """Memory has nothing to settle."""

    def write(self, *groups: Mapping[str, bytes]) -> None:
        for group in groups:
            self.content.update(group)

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.content.pop(path, None)

    def files(self, folder: str) -> Iterator[str]:
        yield from sorted(path for path in self.content if path.startswith(folder))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise UnavailableError(f"process {os.getpid()} writes this log already", hint="one writer at a time")
        try:
            yield
        finally:
            self._lock.release()
