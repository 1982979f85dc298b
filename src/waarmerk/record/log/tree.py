"""The right edge of a growing tree: all that is needed to append, and nothing more.

Rules (C2SP tlog-tiles, "Merkle Tree"):
- Level 0 holds leaf hashes; a hash of level l+1 is the root of a full tile of level l.
- A partial tile is never hashed into the level above, so the edge is one unfinished tile a level: at most 255 hashes.
- Appending costs the batch and one tile a level, whatever the size of the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from waarmerk.errors import InputError
from waarmerk.record.log.merkle import EMPTY_ROOT, HASH_SIZE, node_hash, perfect_root, perfect_spans
from waarmerk.record.log.tiles import WIDTH, Place, split_hashes


class Edge:
    """The unfinished tile of every level, lowest first, and how many leaves there are."""

    def __init__(self, size: int = 0, levels: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self._levels = [list(level) for level in levels]

    @classmethod
    def load(cls, size: int, tile: Callable[[Place], bytes]) -> Edge:
        """The edge of a log of `size`, from the partial tiles that `tile` reads. Raises `InputError`."""
        levels: list[list[bytes]] = []
        for level in range(-(-size.bit_length() // 8)):
            hashes = size >> (8 * level)
            width = hashes % WIDTH
            if not width:
                levels.append([])
                continue
            place = Place(level, hashes // WIDTH, width)
            data = tile(place)
            if len(data) != width * HASH_SIZE:
                raise InputError(f"a tile of {width} hashes has {len(data)} bytes", where=place.path)
            levels.append(split_hashes(data))
        return cls(size, levels)

    def copy(self) -> Edge:
        """An edge that grows on its own."""
        return Edge(self.size, self._levels)

    def append(self, leaves: Sequence[bytes]) -> list[tuple[Place, bytes]]:
        """Takes leaf hashes and gives every tile that changed, full or partial, lowest level first."""
        changed: list[tuple[Place, bytes]] = []
        before, self.size = self.size, self.size + len(leaves)
        rising, level = list(leaves), 0
        while rising:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level] + rising
            index = (before >> (8 * level)) // WIDTH
            full = len(hashes) - len(hashes) % WIDTH
            rising = []
            for start in range(0, full, WIDTH):
                tile = b"".join(hashes[start : start + WIDTH])
                rising.append(perfect_root(tile))
                changed.append((Place(level, index, WIDTH), tile))
                index += 1
            self._levels[level] = rest = hashes[full:]
            if rest:
                changed.append((Place(level, index, len(rest)), b"".join(rest)))
            level += 1
        return changed

    def root(self) -> bytes:
        """The Merkle tree hash of everything appended (RFC 6962 2.1)."""
        digest = None
        for level in self._levels:
            for begin, end in reversed(perfect_spans(0, len(level))):
                subtree = perfect_root(b"".join(level[begin:end]))
                digest = subtree if digest is None else node_hash(subtree, digest)
        return EMPTY_ROOT if digest is None else digest

    def unfinished(self) -> list[tuple[Place, bytes]]:
        """The partial tile of every level that has one, lowest level first."""
        return [
            (Place(level, (self.size >> (8 * level)) // WIDTH, len(hashes)), b"".join(hashes))
            for level, hashes in enumerate(self._levels)
            if hashes
        ]

    @property
    def leaves(self) -> Sequence[bytes]:
        """The leaf hashes of the unfinished tile of level 0."""
        return self._levels[0] if self._levels else ()
