"""Small records for tests: events, a log of their commitments, and where they are kept."""

import io
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec

from tests.record.events.examples import EXAMPLES
from waarmerk.record.bundle.write import write_bundle
from waarmerk.record.commitment import commitment
from waarmerk.record.events.catalogue import encode
from waarmerk.record.log.keyring import create_log
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import MemoryStorage
from waarmerk.record.store import Stored

ORIGIN = "example.com/log"
SEED = bytes(range(32))


def event(number: int) -> bytes:
    """One event, of the kinds in turn."""
    example = EXAMPLES[number % len(EXAMPLES)]
    return encode(msgspec.structs.replace(example, id=f"{number:032x}", n=number + 1))


def salt(number: int) -> bytes:
    return sha256(b"salt %d" % number).digest()


class Record:
    """A log in memory whose entry I is the commitment of event I, and its events."""

    def __init__(self, size: int) -> None:
        self.storage = MemoryStorage()
        self.key: VerifierKey = create_log(self.storage, ORIGIN, SEED)
        self.events = {number: Stored(number, salt(number), event(number)) for number in range(size)}
        self.blobs: dict[str, bytes] = {}
        self.log(list(self.events.values()))

    def log(self, stored: Sequence[Stored]) -> None:
        """Appends the commitments of events to the log, and nothing else."""
        with open_log(self.storage) as log:
            log.append([commitment(one.salt, one.event) for one in stored])

    def grow(self, size: int) -> None:
        """Brings the record to `size` events."""
        more = {number: Stored(number, salt(number), event(number)) for number in range(len(self.events), size)}
        self.events |= more
        self.log(list(more.values()))

    def between(self, first: int, end: int) -> Iterator[Stored]:
        yield from (self.events[index] for index in range(first, end) if index in self.events)

    def blob(self, digest: str) -> IO[bytes] | None:
        return io.BytesIO(self.blobs[digest]) if digest in self.blobs else None

    def bundle(self, path: Path, first: int = 0, end: int | None = None, **more) -> Path:
        """A bundle of a range, in a file."""
        write_bundle(path, self.storage, self, [self.key], first=first, end=end, **more)
        return path
