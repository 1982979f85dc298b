"""Pictures of the world's fakes: small, one a fake, every copy with bytes of its own; written by hand as PNG."""

from __future__ import annotations

import struct
import zlib

from simulation.world.chance import Chance, stream

SIZE = 64
_CELL = 8


def picture(name: str, copy: Chance) -> bytes:
    """A copy of the picture called `name`: blocks of grey that the name decides, and a little noise of the copy's."""
    cells = stream(0, f"picture {name}")
    side = SIZE // _CELL
    blocks = [[cells.randrange(20, 236) for _ in range(side)] for _ in range(side)]
    lines = bytearray()
    for y in range(SIZE):
        lines.append(0)  # this line is not filtered
        lines += bytes(blocks[y // _CELL][x // _CELL] + copy.randrange(-3, 4) for x in range(SIZE))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(lines)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
