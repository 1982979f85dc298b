"""Bounded looks into an open file, and text out of it that is safe to show."""

from __future__ import annotations

import os
from typing import BinaryIO

TEXT_MOST = 400
"""Characters of any text that is taken over: an encoder's options are the longest, others are cut."""


class Window:
    """Reads at offsets of a file of known size; short where the file ends."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset` on."""
        if offset < 0 or offset >= self.size or count <= 0:
            return b""
        self._file.seek(offset)
        return self._file.read(min(count, self.size - offset))


def printable(data: bytes, most: int = TEXT_MOST) -> str:
    """`data` as text: UTF-8 where it is, else Latin-1; what cannot be printed becomes an escape; cut to `most`."""
    raw = data[: 4 * most].strip(b"\0 ")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    safe = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def four(code: bytes) -> str:
    """A four-character code as text."""
    return "".join(chr(byte) if 32 <= byte < 127 or byte == 0xA9 else f"\\x{byte:02x}" for byte in code)
