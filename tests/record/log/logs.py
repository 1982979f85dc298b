"""Small logs for tests, and what must be true of every log."""

from collections.abc import Sequence

from waarmerk.record.log.checkpoint import open_checkpoint
from waarmerk.record.log.fsck import fsck
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import leaf_hash, root_hash
from waarmerk.record.log.reader import read_entries
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import MemoryStorage, Storage
from waarmerk.record.log.tiles import ENTRIES, places_of

ORIGIN = "example.com/log"
SEED = bytes(range(32))


def entries(first: int, count: int) -> list[bytes]:
    """Entries that say which they are."""
    return [b"entry %d" % number for number in range(first, first + count)]


def log_of(size: int, storage: Storage | None = None) -> Storage:
    """A log of `size` entries."""
    storage = MemoryStorage() if storage is None else storage
    create_log(storage, ORIGIN, SEED)
    with open_log(storage) as log:
        log.append(entries(0, size))
    return storage


def verifier_keys(storage: Storage) -> list[VerifierKey]:
    return [key.verifier for key in read_keys(storage)]


def all_entries(storage: Storage) -> list[bytes]:
    """What the log holds, after it was found sound."""
    size = fsck(storage, verifier_keys(storage)).signed.head.size
    places = [place for place in places_of(size) if place.level == ENTRIES]
    return [entry for place in places for entry in read_entries(storage, place)]


def is_history_of(checkpoints: Sequence[bytes], held: Sequence[bytes], keys: Sequence[VerifierKey]) -> bool:
    """Whether every checkpoint ever shown is the head of a beginning of what the log holds, in growing order."""
    heads = [open_checkpoint(data, keys, ORIGIN).head for data in checkpoints]
    leaves = [leaf_hash(entry) for entry in held]
    sizes = [head.size for head in heads]
    return sizes == sorted(sizes) and all(head.root == root_hash(leaves[: head.size]) for head in heads)
