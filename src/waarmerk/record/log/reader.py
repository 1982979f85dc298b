"""Reads a log as any outsider can: its checkpoint, its tiles, its entries; makes proofs of them.

Rules:
- Nothing read is believed until it leads to the signed root: every proof is verified before it is given out.
- A partial tile that is gone is cut from the full one (C2SP tlog-tiles, "Partial Tiles").
- A few tiles are kept in memory, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.checkpoint import CHECKPOINT, SignedCheckpoint, open_checkpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    Span,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    perfect_root,
    root_from_inclusion,
    span_hash,
    verify_consistency,
)
from waarmerk.record.log.note import MAX_NOTE
from waarmerk.record.log.proof import InclusionProof
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import ENTRIES, MAX_BUNDLE, WIDTH, Place, pack_bundle, unpack_bundle, width_at

_KEPT = 64


class Reader:
    """A log of one size, below `prefix` of a storage; `keys` are the verifier keys of the log."""

    def __init__(self, storage: Storage, keys: Sequence[VerifierKey], prefix: str = PUBLIC) -> None:
        self._storage = storage
        self._prefix = prefix
        self._tiles: dict[Place, bytes] = {}
        self.signed = read_checkpoint(storage, keys, prefix)
        self.size = self.signed.head.size

    def entry(self, index: int) -> bytes:
        """The entry at `index`, unverified. Raises `InputError` where there is none."""
        inclusion_spans(index, self.size)
        place = Place(ENTRIES, index // WIDTH, width_at(self.size, ENTRIES, index // WIDTH))
        return read_entries(self._storage, place, self._prefix)[index % WIDTH]

    def prove(self, index: int) -> InclusionProof:
        """The proof that the entry at `index` is in the log.

        Raises `InputError` where there is no such entry, `IntegrityError` where a tile or the entry does not lead to
        the signed root.
        """
        hashes = self._inclusion(index)
        entry = self.entry(index)
        if root_from_inclusion(leaf_hash(entry), index, self.size, hashes) != self.signed.head.root:
            raise IntegrityError(
                f"the files of the log do not prove entry {index}",
                where=self.signed.head.origin,
                hint="run waarmerk log fsck",
            )
        return InclusionProof(index, hashes, self.signed.note.data, entry)

    def leads_to_root(self, leaf: bytes, index: int) -> bool:
        """Whether a leaf hash at `index` and the tiles around it lead to the signed root."""
        try:
            hashes = self._inclusion(index)
        except IntegrityError:
            return False
        return root_from_inclusion(leaf, index, self.size, hashes) == self.signed.head.root

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """The hashes that prove that the log of `old` entries is the beginning of this one."""
        hashes = tuple(span_hash(span, self._perfect) for span in consistency_spans(old, self.size))
        if old:
            verify_consistency(old, self.root_at(old), self.size, self.signed.head.root, hashes)
        return hashes

    def check_extends(self, old: SignedCheckpoint) -> None:
        """Raises `IntegrityError`, with both checkpoints as evidence, unless this log begins with that of `old`."""
        evidence = (old.note.data, self.signed.note.data)
        where = self.signed.head.origin
        if old.head.size > self.size:
            raise IntegrityError(
                f"the log had {old.head.size} entries and has {self.size} now: entries were lost or taken out",
                where=where,
                evidence=evidence,
            )
        root = self.root_at(old.head.size) if old.head.size else EMPTY_ROOT
        if root != old.head.root:
            raise IntegrityError(
                f"the log signed another root for its first {old.head.size} entries than the ones it has now",
                where=where,
                hint="both checkpoints carry its signature: that is the proof",
                evidence=evidence,
            )

    def root_at(self, size: int) -> bytes:
        """The root that the log had when it had `size` entries, 1 or more."""
        return span_hash(Span(0, size), self._perfect)

    def _inclusion(self, index: int) -> tuple[bytes, ...]:
        return tuple(span_hash(span, self._perfect) for span in inclusion_spans(index, self.size))

    def _perfect(self, span: Span) -> bytes:
        height = (span.end - span.begin).bit_length() - 1
        level = height // 8
        first, last = span.begin >> (8 * level), span.end >> (8 * level)
        index = first // WIDTH
        place = Place(level, index, width_at(self.size, level, index))
        tile = self._tiles.get(place)
        if tile is None:
            tile = read_place(self._storage, place, self._prefix)
            if len(tile) != place.width * HASH_SIZE:
                raise IntegrityError(f"a tile of {place.width} hashes has {len(tile)} bytes", where=place.path)
            if len(self._tiles) >= _KEPT:
                self._tiles.pop(next(iter(self._tiles)))
            self._tiles[place] = tile
        start = first - index * WIDTH
        return perfect_root(tile[start * HASH_SIZE : (start + last - first) * HASH_SIZE])


def read_checkpoint(storage: Storage, keys: Sequence[VerifierKey], prefix: str = PUBLIC) -> SignedCheckpoint:
    """The head of the log whose keys are given. Raises `UsageError` for none, `IntegrityError` for an unsound one."""
    if not keys:
        raise UsageError("a log is checked with its verifier key", hint="give --key")
    data = storage.read(prefix + CHECKPOINT, MAX_NOTE)
    if data is None:
        raise UsageError("there is no checkpoint here", hint="a log's public folder has `checkpoint` and `tile/`")
    try:
        return open_checkpoint(data, keys, keys[0].name)
    except InputError as error:
        raise IntegrityError(error.message, where=f"{CHECKPOINT} {error.where}".strip(), evidence=(data,)) from error


def read_place(storage: Storage, place: Place, prefix: str = PUBLIC) -> bytes:
    """The bytes of a tile or bundle, cut from the full one if need be. Raises `IntegrityError` if missing."""
    limit = MAX_BUNDLE if place.level == ENTRIES else WIDTH * HASH_SIZE
    try:
        data = storage.read(prefix + place.path, limit)
        if data is not None:
            return data
        data = storage.read(prefix + place.full_path, limit)
        if data is None:
            raise IntegrityError("a file of the log is missing", where=place.path)
        return cut(data, place)
    except InputError as error:
        raise IntegrityError(error.message, where=place.path) from error


def read_entries(storage: Storage, place: Place, prefix: str = PUBLIC) -> Sequence[bytes]:
    """The entries of a bundle. Raises `IntegrityError` where it is missing or cannot be read."""
    try:
        return unpack_bundle(read_place(storage, place, prefix), place.width)
    except InputError as error:
        raise IntegrityError(error.message, where=place.path) from error


def cut(full: bytes, place: Place) -> bytes:
    """The first `place.width` hashes or entries of a tile or bundle. Raises `InputError` where it cannot be read."""
    if place.level == ENTRIES:
        return pack_bundle(unpack_bundle(full)[: place.width])
    return full[: place.width * HASH_SIZE]
