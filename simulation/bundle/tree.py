"""The Merkle tree of a log (RFC 6962 2.1) that grows by one leaf, with its tiles and proofs (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

_WIDTH = 256


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of an entry."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands above two hashes."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """The whole hashes of every level, level 0 the leaves: 64 bytes a leaf in all."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """One more leaf."""
        self._levels[0] += leaf
        self.size += 1
        size, level = self.size, 0
        while size % 2 == 0:
            below = self._levels[level]
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += sha256(b"\1" + below[-64:]).digest()
            size //= 2

    def root(self) -> bytes:
        """The root over all leaves."""
        return self._over(0, self.size) if self.size else sha256(b"").digest()

    def proof(self, index: int) -> list[bytes]:
        """The hashes from the leaf's neighbour up to the root."""
        return self._path(index, 0, self.size)

    def tiles(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every tile of the log."""
        level = 0
        while count := self.size >> (8 * level):
            hashes = self._levels[8 * level]
            for number in range(-(-count // _WIDTH)):
                width = min(_WIDTH, count - number * _WIDTH)
                start = number * _WIDTH * 32
                yield _path_of(level, number, width), bytes(hashes[start : start + width * 32])
            level += 1

    def _over(self, first: int, end: int) -> bytes:
        """The hash over the leaves `first` to `end`; `first` is a multiple of the power of two below the width."""
        width = end - first
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            start = (first >> level) * 32
            return bytes(self._levels[level][start : start + 32])
        middle = first + (1 << ((width - 1).bit_length() - 1))
        return node_hash(self._over(first, middle), self._over(middle, end))

    def _path(self, index: int, first: int, end: int) -> list[bytes]:
        if end - first == 1:
            return []
        middle = first + (1 << ((end - first - 1).bit_length() - 1))
        if index < middle:
            return [*self._path(index, first, middle), self._over(middle, end)]
        return [*self._path(index, middle, end), self._over(first, middle)]


def _path_of(level: int, number: int, width: int) -> str:
    groups, rest = [f"{number % 1000:03}"], number // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03}")
        rest //= 1000
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == _WIDTH else f".p/{width}")
