"""Rows that share an identifier, found exactly in bounded memory.

Rules:
- Of each row only 40 bytes are kept: identifier, hash of the row, platform, file, line; in 256 parts by the
  identifier's first byte, each written to a temporary file whenever it holds `_FLUSH` bytes.
- Memory: at most 256 x `_FLUSH` bytes while reading (8 MiB), then one part at a time: 1/256 of the rows.
- Disk: 40 bytes a row (4 GB for 100 million), given back at the end.
- The same row twice, word for word, is an innocent repeat; rows that differ under one identifier are a finding.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from waarmerk.errors import UnavailableError

_FLUSH = 32 * 1024
_PARTS = 256
_ROW = struct.Struct("=16sqIIQ")


@dataclass(frozen=True)
class Shared:
    """A later row of an identifier that an earlier row has: `same` when word for word; numbers as they were given."""

    uuid: str
    same: bool
    platform: int
    file: int
    line: int


class Duplicates:
    """Takes rows one by one, then tells which identifiers are shared."""

    def __init__(self) -> None:
        self._parts = [bytearray() for _ in range(_PARTS)]
        self._files: list[IO[bytes] | None] = [None] * _PARTS

    def add(self, uuid: str, row_hash: int, platform: int, file: int, line: int) -> None:
        """Keep one row; an identifier that is no UUID is kept by its digest."""
        try:
            key = bytes.fromhex(uuid.replace("-", ""))
        except ValueError:
            key = b""
        if len(key) != 16:
            key = hashlib.blake2b(uuid.encode("utf-8", "replace"), digest_size=16).digest()
        part = self._parts[key[0]]
        part += _ROW.pack(key, row_hash, platform, file, line)
        if len(part) >= _FLUSH:
            self._write(key[0])

    def shared(self) -> Iterator[Shared]:
        """Every row whose identifier an earlier row has, part by part; within a part in the order of the files."""
        for number in range(_PARTS):
            seen: dict[bytes, int] = {}
            for key, row_hash, platform, file, line in _ROW.iter_unpack(self._read(number)):
                first = seen.get(key)
                if first is None:
                    seen[key] = row_hash
                else:
                    yield Shared(_text(key), first == row_hash, platform, file, line)

    def close(self) -> None:
        """Give the temporary files back."""
        for file in self._files:
            if file is not None:
                file.close()

    def _write(self, number: int) -> None:
        try:
            file = self._files[number]
            if file is None:
                file = self._files[number] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
            file.write(self._parts[number])
        except OSError as error:
            raise UnavailableError(
                f"the temporary folder took no more rows: {error.strerror}",
                where=tempfile.gettempdir(),
                hint="40 bytes a row are needed; set TMPDIR to a larger disk",
            ) from error
        self._parts[number].clear()

    def _read(self, number: int) -> bytes:
        file = self._files[number]
        if file is None:
            return bytes(self._parts[number])
        file.seek(0)
        return file.read() + bytes(self._parts[number])


def _text(key: bytes) -> str:
    digits = key.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
