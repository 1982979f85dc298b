"""A log as it stands, for its one writer: loaded from its files, grown by entries, finished after a crash.

Rules:
- What is loaded is a tile a level and one bundle, whatever the size; they must lead to the signed root.
- A journal that goes beyond the checkpoint is played again: the same files, the same checkpoint.
- A journal that does not continue the checkpoint means that an older copy was put back: refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.log.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    SignedCheckpoint,
    open_checkpoint,
    parse_checkpoint,
)
from waarmerk.record.log.journal import JOURNAL, MAX_JOURNAL, Batch
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.keys import SigningKey
from waarmerk.record.log.merkle import HASH_SIZE
from waarmerk.record.log.note import MAX_NOTE, Note, parse_note, sign_note, verified
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import ENTRIES, MAX_BUNDLE, WIDTH, Place, pack_bundle, unpack_bundle
from waarmerk.record.log.tree import Edge

HEAD_PATH = PUBLIC + CHECKPOINT


@dataclass
class State:
    """The log's head, its right edge, and the entries of the unfinished bundle."""

    signed: SignedCheckpoint
    edge: Edge
    bundle: list[bytes] = field(default_factory=list)


def load(storage: Storage) -> State:
    """The log as its files say, after finishing what a crash cut off.

    Raises `UsageError` where there is no log, `IntegrityError` where its files contradict its checkpoint.
    """
    storage.settle()
    keys = read_keys(storage)
    try:
        return _play_journal(storage, _load_files(storage, keys), keys)
    except InputError as error:
        hint = error.hint or "run waarmerk log fsck"
        raise IntegrityError(f"the log cannot be read: {error.message}", where=error.where, hint=hint) from error


def _load_files(storage: Storage, keys: Sequence[SigningKey]) -> State:
    data = storage.read(HEAD_PATH, MAX_NOTE)
    if data is None:
        raise IntegrityError("the log has keys but no checkpoint", where=HEAD_PATH, hint="put it back")
    signed = open_own(data, keys)
    size = signed.head.size
    state = State(signed, Edge.load(size, lambda place: _read(storage, place, WIDTH * HASH_SIZE)))
    if state.edge.root() != signed.head.root:
        raise IntegrityError("the tiles do not lead to the root of the checkpoint", hint="run waarmerk log fsck")
    if size % WIDTH:
        place = Place(ENTRIES, size // WIDTH, size % WIDTH)
        entries = unpack_bundle(_read(storage, place, MAX_BUNDLE), place.width)
        if [sha256(b"\x00" + entry).digest() for entry in entries] != list(state.edge.leaves):
            raise IntegrityError("the entries do not fit their tile", where=place.path, hint="run waarmerk log fsck")
        state.bundle = list(entries)
    return state


def _play_journal(storage: Storage, state: State, keys: Sequence[SigningKey]) -> State:
    data = storage.read(JOURNAL, MAX_JOURNAL)
    if data is None:
        return state
    batch = Batch.parse(data)
    size = state.signed.head.size
    note = parse_note(batch.checkpoint)
    signed = verified(note, [key.verifier for key in keys])
    head = parse_checkpoint(note.text)
    # A batch that is in the tiles already may be signed by keys that were retired since.
    if head.size <= size:
        return state
    if not signed or head.origin != state.signed.head.origin:
        raise IntegrityError("the journal is not signed by a key of this log", where=JOURNAL)
    if batch.base != size:
        raise IntegrityError(
            f"the journal goes from {batch.base} to {head.size} entries, the checkpoint has {size}",
            where=HEAD_PATH,
            hint="an older copy of the public folder was put back",
            evidence=(batch.checkpoint, state.signed.note.data),
        )
    entries = unpack_bundle(batch.packed)
    new, files = grow(state, entries, [sha256(b"\x00" + entry).digest() for entry in entries])
    if (new.edge.size, new.edge.root()) != (head.size, head.root):
        raise IntegrityError("the entries of the journal do not lead to its checkpoint", where=JOURNAL)
    own = sign_head(head, keys)
    storage.write(files, {HEAD_PATH: own.data})
    new.signed = open_own(own.data, keys)
    return new


def grow(state: State, more: Sequence[bytes], leaves: Sequence[bytes]) -> tuple[State, dict[str, bytes]]:
    """The state after the entries, its head still the old one, and every file that changed."""
    edge = state.edge.copy()
    index = edge.size // WIDTH
    entries = [*state.bundle, *more]
    files = {}
    for start in range(0, len(entries), WIDTH):
        bundle = entries[start : start + WIDTH]
        files[PUBLIC + Place(ENTRIES, index, len(bundle)).path] = pack_bundle(bundle)
        index += 1
    for place, tile in edge.append(leaves):
        files[PUBLIC + place.path] = tile
    rest = entries[len(entries) - len(entries) % WIDTH :]
    return State(state.signed, edge, rest), files


def sign_head(head: Checkpoint, keys: Sequence[SigningKey]) -> Note:
    """The head signed by every key of the ring."""
    return parse_note(sign_note(head.text, keys, 0))


def open_own(data: bytes, keys: Sequence[SigningKey]) -> SignedCheckpoint:
    """A checkpoint of the log whose ring this is. Raises `IntegrityError` where it is not."""
    try:
        return open_checkpoint(data, [key.verifier for key in keys], keys[0].name)
    except InputError as error:
        raise IntegrityError(error.message, where=f"{CHECKPOINT} {error.where}".strip()) from error


def _read(storage: Storage, place: Place, limit: int) -> bytes:
    data = storage.read(PUBLIC + place.path, limit)
    if data is None:
        raise IntegrityError("a file of the log is missing", where=place.path, hint="run waarmerk log fsck")
    return data
