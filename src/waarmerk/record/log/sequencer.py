"""The one writer of a log: many callers, one order, batches.

Rules:
- An entry is acknowledged after the checkpoint that covers it is durable, never before.
- A batch is first committed to the journal with its signed checkpoint; then tiles and bundles, then the checkpoint
  become visible. After a crash the journal is played again, so what lies beyond the checkpoint is only ever
  overwritten with the same bytes, and no second checkpoint of the same size is ever signed.
- After a failure nothing in memory is believed: the next append begins by reading the log anew.
- Callers that arrive while a batch is being written go into the next one together; one of them writes it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from waarmerk.errors import UnavailableError, UsageError, WaarmerkError
from waarmerk.record.log.checkpoint import Checkpoint, SignedCheckpoint
from waarmerk.record.log.journal import JOURNAL, MAX_JOURNAL, Batch
from waarmerk.record.log.keyring import KEYS, read_keys, ring_text
from waarmerk.record.log.keys import SigningKey
from waarmerk.record.log.note import Note, Signature
from waarmerk.record.log.state import HEAD_PATH, State, grow, load, open_own, sign_head
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import ENTRIES, WIDTH, Place, pack_bundle

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
    packed: bytes
    result: Appended | None = None
    error: WaarmerkError | None = None

    @property
    def done(self) -> bool:
        return self.result is not None or self.error is not None


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
        self._state: State | None = load(self._storage)

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Adds the entries, one behind the other, and returns when they are durable and published.

        Raises `InputError` for an entry over 65,535 bytes (none of the entries is added then), `UnavailableError`
        where the storage failed: the entries may then still appear, whole, when the log is next written.
        """
        ticket = _Ticket(entries, pack_bundle(entries))
        if len(ticket.packed) > MAX_JOURNAL // 2:
            raise UsageError(f"a batch of {len(ticket.packed)} bytes is too large", hint="append it in parts")
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
        self, state: State, keys: Sequence[SigningKey], more: Sequence[Signature], *before: dict[str, bytes]
    ) -> None:
        """The same head again: signed by `keys`, with what others signed before and `more`."""
        own = sign_head(state.signed.head, keys)
        ring = {(key.name, key.verifier.id) for key in [*keys, *read_keys(self._storage)]}
        lines = {(line.name, line.key_id): line for line in [*state.signed.note.signatures, *more]}
        others = [line for name, line in lines.items() if name not in ring]
        note = Note(own.text, (*own.signatures, *others))
        self._state = None
        self._storage.write(*before, {HEAD_PATH: note.data})
        self._state = State(open_own(note.data, keys), state.edge, state.bundle)

    def _take(self) -> list[_Ticket]:
        with self._waiting_lock:
            total = 0
            for count, ticket in enumerate(self._waiting):
                total += len(ticket.packed)
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
        self, state: State, keys: Sequence[SigningKey], tickets: list[_Ticket]
    ) -> tuple[State, list[Appended]]:
        entries = [entry for ticket in tickets for entry in ticket.entries]
        base = state.edge.size
        new, files = grow(state, entries, [sha256(b"\x00" + entry).digest() for entry in entries])
        if entries:
            head = Checkpoint(state.signed.head.origin, new.edge.size, new.edge.root())
            note = sign_head(head, keys)
            batch = Batch(base, note.data, b"".join(ticket.packed for ticket in tickets))
            self._storage.write({JOURNAL: batch.data}, files, {HEAD_PATH: note.data})
            new.signed = open_own(note.data, keys)
            self._tidy(base, new.edge.size)
        results, first = [], base
        for ticket in tickets:
            results.append(Appended(first, new.edge.size, new.signed.note.data))
            first += len(ticket.entries)
        return new, results

    def _current(self) -> State:
        if self._closed:
            raise UsageError("the log was closed", hint="open it again")
        if self._state is None:
            self._state = load(self._storage)
        return self._state

    def _tidy(self, before: int, after: int) -> None:
        """Deletes partial tiles whose full one is there; one that stays is lawful (tlog-tiles) and harmless."""
        with contextlib.suppress(OSError, UnavailableError):
            for level in range(ENTRIES, 64):
                shift = 8 * max(level, 0)
                index = (before >> shift) // WIDTH
                if (after >> shift) // WIDTH == index:
                    return
                folder = f"{PUBLIC}{Place(level, index).path}.p/"
                self._storage.delete(list(self._storage.files(folder)))
