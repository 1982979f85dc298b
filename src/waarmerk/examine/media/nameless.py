"""An open file as a stream that tells no name and shares no position with other readers of the same file."""

from __future__ import annotations

import io
import os
from typing import Any


class Nameless(io.RawIOBase):
    """A seekable reader on an open descriptor that shares no file position and tells no name."""

    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to `offset`, never before the start."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Reads on from the position."""
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, to the end without one."""
        wanted = max(self._size - self._position, 0) if size is None or size < 0 else size
        data = os.pread(self._descriptor, wanted, self._position)
        self._position += len(data)
        return data
