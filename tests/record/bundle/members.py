"""A bundle's members taken out, changed, and put back as one who wants to deceive would: every CRC right."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from waarmerk.record.bundle.manifest import EVENTS


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as made:
        return {name: made.read(name) for name in made.namelist()}


def packed(path: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in content.items():
            made.writestr(name, data, zipfile.ZIP_DEFLATED if name == EVENTS else zipfile.ZIP_STORED)
    return path


class Loose:
    """The members of a bundle without their ZIP: what `Archive` offers, so quick that every bit can be tried."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self.content = content
        self.names = set(content)

    def read(self, name: str, limit: int) -> bytes:
        return self.content[name]

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        yield io.BytesIO(self.content[name])

    def lines(self, name: str, limit: int) -> Iterator[bytes]:
        yield from io.BytesIO(self.content[name])
