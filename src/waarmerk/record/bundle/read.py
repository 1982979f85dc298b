"""The parts of a bundle, read one by one; whether they are true is `record.verify`'s question.

Rules:
- What is there is what the manifest says, and nothing else: checkpoint, events, the blobs by name, tiles.
- Tiles and events are read when they are asked for; in memory are the directory, one tile a level and one line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.bundle.archive import Archive, open_file
from waarmerk.record.bundle.manifest import (
    BLOBS,
    CHECKPOINT,
    EVENTS,
    MANIFEST,
    MAX_LINE,
    MAX_MANIFEST,
    parse_line,
    parse_manifest,
)
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import HASH_SIZE
from waarmerk.record.log.note import MAX_NOTE
from waarmerk.record.log.tiles import WIDTH, Place
from waarmerk.record.store import Stored
from waarmerk.record.verify import tiles_for

_CHUNK = 1 << 20


class Bundle:
    """An open bundle: well formed, and nothing in it trusted yet."""

    def __init__(self, archive: Archive, where: str) -> None:
        self._archive = archive
        self._where = where
        self.manifest = parse_manifest(archive.read(MANIFEST, MAX_MANIFEST))
        self._check_names()

    def signed(self, log_keys: Sequence[VerifierKey]) -> SignedCheckpoint:
        """The head of the log, with the cosignatures it carries.

        Raises `IntegrityError` where no given key signed it, or where it is not the one that the manifest speaks of.
        """
        signed = open_checkpoint(self._archive.read(CHECKPOINT, MAX_NOTE), log_keys, log_keys[0].name)
        head, manifest = signed.head, self.manifest
        if (head.origin, head.size) != (manifest.origin, manifest.size):
            raise IntegrityError(
                f"{MANIFEST} speaks of {manifest.size} entries of {manifest.origin}, the checkpoint of {head.size} of"
                f" {head.origin}",
                where=self._where,
                evidence=(signed.note.data,),
            )
        return signed

    def tile(self, place: Place) -> bytes:
        """A tile. Raises `InputError` where it is missing."""
        return self._archive.read(place.path, WIDTH * HASH_SIZE)

    def events(self) -> Iterator[Stored]:
        """The events as they stand there, in the order of their index, within the range and as many as promised."""
        last, number = self.manifest.first - 1, 0
        for number, line in enumerate(self._archive.lines(EVENTS, MAX_LINE), 1):
            stored = parse_line(line, number)
            if not last < stored.index < self.manifest.end:
                raise InputError(
                    f"entry {stored.index} comes after {last} in a bundle of {self.manifest.first} to"
                    f" {self.manifest.end - 1}",
                    where=f"{EVENTS} line {number}",
                )
            last = stored.index
            yield stored
        if number != self.manifest.events:
            raise InputError(
                f"there are {number} events, bundle.json promises {self.manifest.events}",
                where=f"{self._where}: {EVENTS}",
            )

    def check_blobs(self) -> None:
        """Raises `IntegrityError` for the first blob that is not what its name says."""
        for digest in self.manifest.blobs:
            found = sha256()
            with self._archive.open(BLOBS + digest) as stream:
                while chunk := stream.read(_CHUNK):
                    found.update(chunk)
            if found.hexdigest() != digest:
                raise IntegrityError(f"the blob's SHA-256 is {found.hexdigest()}", where=BLOBS + digest)

    def _check_names(self) -> None:
        manifest = self.manifest
        if (manifest.end - manifest.first) // WIDTH > len(self._archive.names):
            raise InputError(
                f"the tiles of {manifest.end - manifest.first} entries cannot be among"
                f" {len(self._archive.names)} members",
                where=self._where,
            )
        blobs = {BLOBS + digest for digest in manifest.blobs}
        fixed = {MANIFEST, CHECKPOINT, EVENTS} | blobs
        tiles = {place.path for place in tiles_for(manifest.first, manifest.end, manifest.size)}
        for name in sorted(self._archive.names - fixed - tiles):
            raise InputError(f"{name} does not belong into a bundle of this range", where=self._where)
        for name in sorted((fixed | tiles) - self._archive.names):
            raise InputError(f"{name} is missing", where=self._where)


@contextlib.contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """The bundle in a file. Raises `InputError` where it is none."""
    with open_file(path) as stream:
        yield Bundle(Archive(stream, str(path), (EVENTS,)), str(path))
