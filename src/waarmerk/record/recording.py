"""Events into the log: stored first, then their commitments appended, then their places noted.

Rules:
- The recorder alone sets `logged_at`; whoever brings it is refused.
- What an earlier run stored and did not get into the log, or did not note, is finished before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.events.catalogue import decode
from waarmerk.record.log.reader import read_entries
from waarmerk.record.log.sequencer import Sequencer
from waarmerk.record.log.storage import Storage
from waarmerk.record.log.tiles import ENTRIES, WIDTH, Place, width_at
from waarmerk.record.store import EventStore
from waarmerk.record.strict import loads

_BATCH = 65_536


class _Header(msgspec.Struct):
    id: str


_header = msgspec.json.Decoder(_Header)


@dataclass(frozen=True)
class Recorded:
    """What became of the events of one call: how many are new, how many ids were there already, the log's size."""

    new: int
    seen: int
    size: int


def parse_line(line: bytes, logged_at: str, where: str = "") -> tuple[str, bytes]:
    """Id and canonical JSON of an event that was brought without `logged_at`, in any spelling of JSON.

    `logged_at`: RFC 3339, UTC, milliseconds. Raises `InputError` for what is no event of the catalogue.
    """
    value = loads(line, where)
    if not isinstance(value, dict):
        raise InputError("an event is a JSON object", where=where)
    if "logged_at" in value:
        raise InputError("logged_at is set by the recorder alone", where=where, hint="leave it out")
    try:
        body = canonical({**value, "logged_at": logged_at})
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
    decode(body, where)
    return _header.decode(body).id, body


def record(
    storage: Storage,
    log: Sequencer,
    store: EventStore,
    events: Sequence[tuple[str, bytes]],
    salt: Callable[[], bytes],
) -> Recorded:
    """Brings events (id, canonical JSON) into store and log, durable when it returns.

    `log` is the open log of `storage`; `salt` gives 32 new random bytes. Raises what `EventStore.add` and the log do.
    """
    _catch_up(storage, log, store)
    seen = store.add((event_id, salt(), body) for event_id, body in events)
    while waiting := store.waiting(_BATCH):
        store.placed(log.append(waiting).first, waiting)
    return Recorded(len(events) - seen, seen, log.signed.head.size)


def _catch_up(storage: Storage, log: Sequencer, store: EventStore) -> None:
    """Notes the places of commitments that the log holds and the store does not know of: a crash came between."""
    size = log.signed.head.size
    place = store.next_place()
    for index in range(place // WIDTH, -(-size // WIDTH)):
        entries = read_entries(storage, Place(ENTRIES, index, width_at(size, ENTRIES, index)))
        start = max(place - index * WIDTH, 0)
        store.placed(index * WIDTH + start, entries[start:])
