"""From the outbox into the log: the one dispatcher, exactly once in effect.

Rules:
- The log's lock makes it the only one: a second dispatcher is refused while the first holds the log.
- An outbox belongs to one log, by origin, from its first delivery on; a log that is shorter than, or differs from,
  what the outbox has noted is refused.
- Commitments are appended first and their places noted after. What a crash or a failed append leaves between the two
  is found in the log by its commitment before anything else is appended: nothing lost, nothing twice.
- No transaction is open while the log is written: recording never waits for it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from waarmerk.errors import IntegrityError, UnavailableError, UsageError
from waarmerk.record.log.reader import read_entries
from waarmerk.record.log.sequencer import Sequencer, open_log
from waarmerk.record.log.storage import Storage
from waarmerk.record.log.tiles import ENTRIES, WIDTH, Place, width_at
from waarmerk.record.outbox import Rows

_BATCH = 4096


@contextlib.contextmanager
def open_dispatcher(storage: Storage) -> Iterator[Dispatcher]:
    """The dispatcher of the log in `storage`, which it holds. Raises what `open_log` does."""
    with open_log(storage) as log:
        yield Dispatcher(storage, log)


class Dispatcher:
    """Delivers for as long as `open_dispatcher` holds the log; one delivery at a time. `log`: the open log."""

    def __init__(self, storage: Storage, log: Sequencer) -> None:
        self.log = log
        self._storage = storage
        self._turn = threading.Lock()
        self._caught_up = False

    def deliver(self, rows: Rows) -> int:
        """Brings all that waits into the log and notes the places; gives how many events that were.

        `rows`: a connection of the dispatcher's own, on which it commits. Raises `UsageError` where the outbox
        belongs to another log, `IntegrityError` where the log is not the one that was delivered to,
        `UnavailableError` where log or database fail: call again.
        """
        with self._turn, _database(rows):
            if not self._caught_up:
                self._catch_up(rows)
            self._caught_up = False
            count = 0
            while waiting := rows.waiting(_BATCH):
                rows.connection.rollback()  # ends the reading transaction: the log takes its time
                rows.placed(self.log.append(waiting).first, waiting)
                count += len(waiting)
            rows.connection.rollback()
            self._caught_up = True
            return count

    def _catch_up(self, rows: Rows) -> None:
        """Makes sure of the log, then notes the places of what it holds and the outbox does not know of."""
        head = self.log.signed.head
        origin = rows.origin(head.origin)
        if origin != head.origin:
            raise UsageError(
                f"the events of this outbox go to the log {origin}, not to {head.origin}", hint="one outbox, one log"
            )
        last = rows.last()
        place = 0 if last is None else last[0] + 1
        if place > head.size:
            raise IntegrityError(
                f"the outbox has noted {place} entries of the log, which has {head.size}",
                where=head.origin,
                hint="an older copy of the log was put back",
            )
        if last is not None and self._entries(last[0] // WIDTH, head.size)[last[0] % WIDTH] != last[1]:
            raise IntegrityError(
                f"entry {last[0]} of the log is not what was delivered there",
                where=head.origin,
                hint="another log of the same name?",
            )
        for index in range(place // WIDTH, -(-head.size // WIDTH)):
            start = max(place - index * WIDTH, 0)
            rows.placed(index * WIDTH + start, self._entries(index, head.size)[start:])

    def _entries(self, index: int, size: int) -> list[bytes]:
        return list(read_entries(self._storage, Place(ENTRIES, index, width_at(size, ENTRIES, index))))


@contextlib.contextmanager
def _database(rows: Rows) -> Iterator[None]:
    """A failing database in one sentence; the transaction is given up in any case."""
    # DB-API 2 (PEP 249) offers the driver's errors on the connection: none is imported.
    failures: type[Exception] = getattr(rows.connection, "Error", Exception)
    try:
        yield
    except failures as error:
        with contextlib.suppress(failures):
            rows.connection.rollback()
        raise UnavailableError(f"the database of the outbox failed: {error}", hint="call again") from error
    except BaseException:
        with contextlib.suppress(failures):
            rows.connection.rollback()
        raise
