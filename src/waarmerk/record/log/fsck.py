"""Rebuilds a whole log from its entries and compares: is every file what the signed root says?

Rules:
- The checkpoint must be signed by a given key; every tile of every level is made anew from the entries and must be
  the same bytes; the root over them must be the signed one. The first file that differs is named.
- A partial tile that a full one replaced may stay, and must then be its beginning (C2SP tlog-tiles).
- What a crash leaves beyond the checkpoint, and files that are no log's, prove nothing and are only counted.
- One bundle and one tile a level are in memory, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from waarmerk.errors import IntegrityError
from waarmerk.record.log.checkpoint import CHECKPOINT, SignedCheckpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.reader import Reader, cut, read_checkpoint, read_entries, read_place
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import ENTRIES, WIDTH, Place, parse_path, split_hashes, width_at
from waarmerk.record.log.tree import Edge


@dataclass(frozen=True)
class Sound:
    """What was found in order, and how many files lie there that the checkpoint says nothing about."""

    signed: SignedCheckpoint
    beyond: int
    foreign: int


def fsck(storage: Storage, keys: Sequence[VerifierKey], prefix: str = PUBLIC) -> Sound:
    """Checks the log below `prefix` against the verifier keys of the log.

    Raises `IntegrityError` naming the first thing that is wrong, `UsageError` where there is no log.
    """
    signed = read_checkpoint(storage, keys, prefix)
    size = signed.head.size
    edge = Edge()
    for index in range(-(-size // WIDTH)):
        place = Place(ENTRIES, index, width_at(size, ENTRIES, index))
        entries = read_entries(storage, place, prefix)
        for changed, tile in edge.append([sha256(b"\x00" + entry).digest() for entry in entries]):
            # Unfinished tiles of the upper levels are compared once, below, when nothing more comes.
            if changed.width == WIDTH:
                _compare(storage, keys, changed, tile, prefix)
    for changed, tile in edge.unfinished():
        _compare(storage, keys, changed, tile, prefix)
    if edge.root() != signed.head.root:
        raise IntegrityError(
            f"the {size} entries do not lead to the root that was signed",
            where=CHECKPOINT,
            evidence=(signed.note.data,),
        )
    return Sound(signed, *_look_around(storage, size, prefix))


def _compare(storage: Storage, keys: Sequence[VerifierKey], place: Place, tile: bytes, prefix: str) -> None:
    stored = read_place(storage, place, prefix)
    if stored == tile:
        return
    if place.level == 0 and len(stored) == len(tile):
        pairs = zip(split_hashes(stored), split_hashes(tile), strict=True)
        at, leaf = next((at, old) for at, (old, new) in enumerate(pairs) if old != new)
        index = place.index * WIDTH + at
        # Which of the two was changed? A stored hash that still leads to the signed root accuses the entry.
        if Reader(storage, keys, prefix).leads_to_root(leaf, index):
            raise IntegrityError(
                f"entry {index} is not the one that was logged", where=Place(ENTRIES, place.index, place.width).path
            )
    raise IntegrityError("the tile is not what the entries below it make", where=place.path)


def _look_around(storage: Storage, size: int, prefix: str) -> tuple[int, int]:
    """Compares replaced partial tiles with the later ones; counts files beyond the checkpoint, and foreign ones."""
    beyond = foreign = 0
    for path in storage.files(prefix):
        name = path.removeprefix(prefix)
        place = parse_path(name)
        if place is None:
            foreign += name != CHECKPOINT
            continue
        width = width_at(size, place.level, place.index)
        if place.width > width:
            beyond += 1
        elif place.width < width:
            whole = read_place(storage, Place(place.level, place.index, width), prefix)
            if read_place(storage, place, prefix) != cut(whole, place):
                raise IntegrityError("the partial tile is not the beginning of the one after it", where=name)
    return beyond, foreign
