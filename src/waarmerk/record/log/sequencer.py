"""The one writer of a log: many callers, one order, batches.

Rules:
- An entry is acknowledged after the checkpoint that covers it is durable, never before.
- A batch is first committed to the journal with its signed checkpoint; then tiles and bundles, then the checkpoint
  become visible. After a crash the journal is played again, so what lies beyond the checkpoint is only ever
  overwritten with the same bytes, and no second checkpoint of the same size is ever signed.
- After a failure nothing in memory is believed: the next append begins by reading the log anew.
- Callers that arrive while a batch is being written go into the next one together; one of them writes it.
- A journal that does not continue the published checkpoint means that an old copy was put back: refused.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from waarmerk.errors import InputError, IntegrityError, UnavailableError, UsageError, WaarmerkError
from waarmerk.record.log.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    SignedCheckpoint,
    open_checkpoint,
    parse_checkpoint,
)
from waarmerk.record.log.journal import JOURNAL, MAX_JOURNAL, Batch
from waarmerk.record.log.keyring import KEYS, read_keys, ring_text
from waarmerk.record.log.keys import SigningKey
from waarmerk.record.log.merkle import HASH_SIZE
from waarmerk.record.log.note import MAX_NOTE, Note, Signature, parse_note, sign_note, verified
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import ENTRIES, MAX_BUNDLE, WIDTH, Place, pack_entries, unpack_bundle
from waarmerk.record.log.tree import Edge

_CHECKPOINT = PUBLIC + CHECKPOINT
_BATCH_BYTES = 1 << 26


@dataclass(frozen=True)
class Appended:
    """Where a caller's entries are: `first` index, and the size of the log whose `checkpoint` covers them."""

    first: int
    size: int
    checkpoint: bytes


@dataclass(eq=False)
class _Ticket:
    entries: Sequence[bytes]
    packed: list[bytes]
    bytes: int
    result: Appended | None = None
    error: WaarmerkError | None = None

    @property
    def done(self) -> bool:
        return self.result is not None or self.error is not None


@dataclass
class _State:
    """The log as it stands: its head, the right edge, and the entries of the unfinished bundle, packed."""

    signed: SignedCheckpoint
    edge: Edge
    bundle: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def open_log(storage: Storage) -> Iterator[Sequencer]:
    """The log in `storage`, held as its one writer; finishes what a crash cut off.

    Raises `UsageError` where there is no log, `UnavailableError` where another process writes it, `IntegrityError`
    where its files contradict its checkpoint.
    """
    with storage.lock():
        sequencer = Sequencer(storage)
        try:
            yield sequencer
        finally:
            sequencer.close()


class Sequencer:
    """Appends for as long as `open_log` holds the lock; safe to call from many threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._waiting: list[_Ticket] = []
        self._waiting_lock = threading.Lock()
        self._turn = threading.Lock()
        self._closed = False
        self._state: _State | None = self._load()

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Adds the entries, one behind the other, and returns when they are durable and published.

        Raises `InputError` for an entry over 65,535 bytes (none of the entries is added then), `UnavailableError`
        where the storage failed: the entries may then still appear, whole, when the log is next written.
        """
        packed = pack_entries(entries)
        ticket = _Ticket(entries, packed, sum(map(len, packed)))
        if ticket.bytes > MAX_JOURNAL // 2:
            raise UsageError(f"a batch of {ticket.bytes} bytes is too large", hint="append it in parts")
        with self._waiting_lock:
            self._waiting.append(ticket)
        with self._turn:
            while not ticket.done:
                self._write(self._take())
        if ticket.error is not None:
            raise ticket.error
        assert ticket.result is not None  # noqa: S101 -- done, and no error
        return ticket.result

    @property
    def signed(self) -> SignedCheckpoint:
        """The head of the log."""
        with self._turn:
            return self._current().signed

    def cosigned(self, text: str, signatures: Sequence[Signature]) -> None:
        """Publishes the checkpoint again with cosignatures that witnesses made over `text`.

        Raises `UnavailableError` where the log has grown since: they are then worth nothing here.
        """
        with self._turn:
            state = self._current()
            if text != state.signed.head.text:
                raise UnavailableError("the log has grown since the witness was asked", hint="ask again")
            self._publish(state, read_keys(self._storage), signatures)

    def rotate(self, keys: Sequence[SigningKey]) -> None:
        """Stores the ring of keys and has them, and them alone, sign the checkpoint and all that follow.

        Raises `UsageError` where the new ring shares no key with the old one.
        """
        with self._turn:
            state = self._current()
            if not set(keys) & set(read_keys(self._storage)):
                raise UsageError("a new ring of keys shares a key with the old one", hint="add first, retire later")
            self._publish(state, keys, (), {KEYS: ring_text(keys)})

    def close(self) -> None:
        """Waits for the batch under way; every later append is refused."""
        with self._turn:
            self._closed = True

    def _publish(
        self, state: _State, keys: Sequence[SigningKey], more: Sequence[Signature], *before: dict[str, bytes]
    ) -> None:
        """The same head again: signed by `keys`, with what others signed before and `more`."""
        own = _note(state.signed.head, keys)
        ring = {(key.name, key.verifier.id) for key in [*keys, *read_keys(self._storage)]}
        lines = {(line.name, line.key_id): line for line in [*state.signed.note.signatures, *more]}
        others = [line for name, line in lines.items() if name not in ring]
        note = Note(own.text, (*own.signatures, *others))
        self._state = None
        self._storage.write(*before, {_CHECKPOINT: note.data})
        self._state = _State(_open(note.data, keys), state.edge, state.bundle)

    def _take(self) -> list[_Ticket]:
        with self._waiting_lock:
            total = 0
            for count, ticket in enumerate(self._waiting):
                total += ticket.bytes
                if total > _BATCH_BYTES and count:
                    break
            else:
                count = len(self._waiting)
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
            return batch

    def _write(self, tickets: list[_Ticket]) -> None:
        error: WaarmerkError = UnavailableError("the append was interrupted", hint="look whether it is in the log")
        try:
            state = self._current()
            keys = read_keys(self._storage)
            # Until the last file is durable the old state is not true any more and the new one not yet.
            self._state = None
            self._state, appended = self._commit(state, keys, tickets)
            for ticket, result in zip(tickets, appended, strict=True):
                ticket.result = result
        except WaarmerkError as failure:
            error = failure
        finally:
            for ticket in tickets:
                if ticket.result is None:
                    ticket.error = error

    def _commit(
        self, state: _State, keys: Sequence[SigningKey], tickets: list[_Ticket]
    ) -> tuple[_State, list[Appended]]:
        leaves = [sha256(b"\x00" + entry).digest() for ticket in tickets for entry in ticket.entries]
        packed = [entry for ticket in tickets for entry in ticket.packed]
        base = state.edge.size
        new, files = _grow(state, packed, leaves)
        if packed:
            head = Checkpoint(state.signed.head.origin, new.edge.size, new.edge.root())
            note = _note(head, keys)
            batch = Batch(base, note.data, b"".join(packed))
            self._storage.write({JOURNAL: batch.data}, files, {_CHECKPOINT: note.data})
            new.signed = _open(note.data, keys)
            self._tidy(base, new.edge.size)
        results, first = [], base
        for ticket in tickets:
            results.append(Appended(first, new.edge.size, new.signed.note.data))
            first += len(ticket.packed)
        return new, results

    def _current(self) -> _State:
        if self._closed:
            raise UsageError("the log was closed", hint="open it again")
        if self._state is None:
            self._state = self._load()
        return self._state

    def _load(self) -> _State:
        keys = read_keys(self._storage)
        data = self._storage.read(_CHECKPOINT, MAX_NOTE)
        if data is None:
            raise IntegrityError("the log has keys but no checkpoint", where=_CHECKPOINT, hint="put it back")
        signed = _open(data, keys)
        size = signed.head.size
        state = _State(signed, Edge.load(size, self._tile))
        if state.edge.root() != signed.head.root:
            raise IntegrityError("the tiles do not lead to the root of the checkpoint", hint="run waarmerk log fsck")
        if size % WIDTH:
            place = Place(ENTRIES, size // WIDTH, size % WIDTH)
            entries = unpack_bundle(self._read(place, MAX_BUNDLE), place.width)
            if [sha256(b"\x00" + entry).digest() for entry in entries] != list(state.edge.leaves):
                raise IntegrityError(
                    "the entries do not fit their tile", where=place.path, hint="run waarmerk log fsck"
                )
            state.bundle = pack_entries(entries)
        return self._play_journal(state, keys)

    def _play_journal(self, state: _State, keys: Sequence[SigningKey]) -> _State:
        data = self._storage.read(JOURNAL, MAX_JOURNAL)
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
                where=_CHECKPOINT,
                hint="an older copy of the public folder was put back",
                evidence=(batch.checkpoint, state.signed.note.data),
            )
        entries = unpack_bundle(batch.packed)
        new, files = _grow(state, pack_entries(entries), [sha256(b"\x00" + entry).digest() for entry in entries])
        if (new.edge.size, new.edge.root()) != (head.size, head.root):
            raise IntegrityError("the entries of the journal do not lead to its checkpoint", where=JOURNAL)
        own = _note(head, keys)
        self._storage.write(files, {_CHECKPOINT: own.data})
        new.signed = _open(own.data, keys)
        return new

    def _tidy(self, before: int, after: int) -> None:
        """Deletes partial tiles whose full one is there; one that stays is lawful (tlog-tiles) and harmless."""
        with contextlib.suppress(OSError):
            for level in range(ENTRIES, 64):
                shift = 8 * max(level, 0)
                index = (before >> shift) // WIDTH
                if (after >> shift) // WIDTH == index:
                    return
                folder = f"{PUBLIC}{Place(level, index).path}.p/"
                self._storage.delete(list(self._storage.files(folder)))

    def _tile(self, place: Place) -> bytes:
        return self._read(place, WIDTH * HASH_SIZE)

    def _read(self, place: Place, limit: int) -> bytes:
        data = self._storage.read(PUBLIC + place.path, limit)
        if data is None:
            raise IntegrityError("a file of the log is missing", where=place.path, hint="run waarmerk log fsck")
        return data


def _grow(state: _State, packed: list[bytes], leaves: list[bytes]) -> tuple[_State, dict[str, bytes]]:
    """The state after the entries, its head still the old one, and every file that changed."""
    edge = state.edge.copy()
    index = edge.size // WIDTH
    entries = state.bundle + packed
    files = {}
    for start in range(0, len(entries), WIDTH):
        bundle = entries[start : start + WIDTH]
        files[PUBLIC + Place(ENTRIES, index, len(bundle)).path] = b"".join(bundle)
        index += 1
    for place, tile in edge.append(leaves):
        files[PUBLIC + place.path] = tile
    rest = entries[len(entries) - len(entries) % WIDTH :]
    return _State(state.signed, edge, rest), files


def _note(head: Checkpoint, keys: Sequence[SigningKey]) -> Note:
    return parse_note(sign_note(head.text, keys, 0))


def _open(data: bytes, keys: Sequence[SigningKey]) -> SignedCheckpoint:
    try:
        return open_checkpoint(data, [key.verifier for key in keys], keys[0].name)
    except InputError as error:
        raise IntegrityError(error.message, where=f"{CHECKPOINT} {error.where}".strip()) from error
