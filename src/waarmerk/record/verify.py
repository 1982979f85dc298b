"""Is what a bundle or receipt holds what was logged? Pure functions over bytes, to be read in ten minutes.

Rules:
1. The checkpoint (origin, size, root) is signed by a key that the verifier brought; the one in the file is a hint.
2. The tree has levels of tiles, up to 256 hashes each. The unfinished tile at the right edge of every level, put
   together (RFC 6962 2.1), is the root. Any other tile is full, and its own root is a hash in the tile above it, so
   that from the edge downwards every tile is what was signed.
3. Entry i of the log is SHA-256(0x00 || salt || event); SHA-256(0x00 || entry) is hash i of level 0.
4. An event is canonical JSON of a known kind and version (`record.events`).
5. An entry without its event is named, not condemned: the event may have been erased. What never was logged, no log
   can know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from waarmerk.errors import IntegrityError
from waarmerk.record.commitment import commitment
from waarmerk.record.events.catalogue import decode
from waarmerk.record.events.types import Event
from waarmerk.record.log.checkpoint import Checkpoint
from waarmerk.record.log.merkle import HASH_SIZE, Span, perfect_root, span_hash
from waarmerk.record.log.tiles import WIDTH, Place, width_at


class Located(Protocol):
    """An event with its place and salt, as a file claims it."""

    @property
    def index(self) -> int: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def event(self) -> bytes: ...


@dataclass(frozen=True)
class Verified:
    """An event that is in the log at `index`."""

    index: int
    event: Event


def tiles_for(first: int, end: int, size: int) -> list[Place]:
    """The tiles that prove the entries `first` to `end` (not included) of a log of `size`, lowest level first."""
    places, level = [], 0
    while size >> (8 * level):
        shift = 8 * level
        last = (size >> shift) // WIDTH
        indices = set(range((first >> shift) // WIDTH, ((end - 1) >> shift) // WIDTH + 1)) | {last}
        widths = ((index, width_at(size, level, index)) for index in sorted(indices))
        places += [Place(level, index, width) for index, width in widths if width]
        level += 1
    return places


class Tree:
    """A signed tree, of which tiles are believed as soon as they lead to its root; `tile` reads them.

    Raises `IntegrityError` at once where the right edge does not make the root.
    """

    def __init__(self, head: Checkpoint, tile: Callable[[Place], bytes]) -> None:
        self._size = head.size
        self._read = tile
        self._edge = {
            place: self._load(place)
            for level in range(-(-head.size.bit_length() // 8))
            if (place := self._place(level, (head.size >> (8 * level)) // WIDTH)).width
        }
        self._kept: dict[int, tuple[Place, bytes]] = {}
        if span_hash(Span(0, head.size), self._subtree) != head.root:
            raise IntegrityError("the tiles at the edge of the tree do not lead to the root that was signed")

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile, one behind the other. Raises `IntegrityError` where it does not lead to the root."""
        place = self._place(level, index)
        if place in self._edge:
            return self._edge[place]
        kept = self._kept.get(level)
        if kept is not None and kept[0] == place:
            return kept[1]
        data = self._load(place)
        above = self.tile(level + 1, index // WIDTH)
        at = index % WIDTH * HASH_SIZE
        if perfect_root(data) != above[at : at + HASH_SIZE]:
            raise IntegrityError("the tile does not lead to the root that was signed", where=place.path)
        self._kept[level] = (place, data)
        return data

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`."""
        at = index % WIDTH * HASH_SIZE
        return self.tile(0, index // WIDTH)[at : at + HASH_SIZE]

    def root_at(self, size: int) -> bytes:
        """The root that the log had at an earlier size."""
        return span_hash(Span(0, size), self._subtree)

    def _load(self, place: Place) -> bytes:
        data = self._read(place)
        if len(data) != place.width * HASH_SIZE:
            raise IntegrityError(
                f"the tile has {len(data)} bytes, expected {place.width} hashes of {HASH_SIZE}", where=place.path
            )
        return data

    def _place(self, level: int, index: int) -> Place:
        return Place(level, index, width_at(self._size, level, index))

    def _subtree(self, span: Span) -> bytes:
        """The root over a perfect subtree: within one tile of the highest level whose hashes are smaller."""
        level = ((span.end - span.begin).bit_length() - 1) // 8
        first, last = span.begin >> (8 * level), span.end >> (8 * level)
        index = first // WIDTH
        start = first - index * WIDTH
        return perfect_root(self.tile(level, index)[start * HASH_SIZE : (start + last - first) * HASH_SIZE])


def verify_event(claimed: Located, leaf: bytes) -> Verified:
    """The event, where it is the one behind the leaf hash.

    Raises `InputError` where it is none of the catalogue, `IntegrityError` where another one was logged.
    """
    where = f"entry {claimed.index}"
    entry = commitment(claimed.salt, claimed.event)
    if sha256(b"\x00" + entry).digest() != leaf:
        raise IntegrityError("the event, or its salt, is not the one that was logged", where=where)
    return Verified(claimed.index, decode(claimed.event, where))


def verify_events(tree: Tree, claimed: Iterable[Located], first: int, end: int) -> Iterator[Verified]:
    """Every claimed event from `first` to `end` (not included), verified, one at a time."""
    for one in claimed:
        if first <= one.index < end:
            yield verify_event(one, tree.leaf(one.index))
