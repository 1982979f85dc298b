"""A process that kills itself at every step of recording and delivering, and looks each time what is left.

    python -m tests.record.outboxing sqlite|postgres ADDRESS FOLDER

Each step is one call of the database or one group of files of the log. For every step a child records transactions
and delivers them until it dies there (SIGKILL); another finishes the work and checks. Prints how many were killed.
"""

import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg

from tests.record.events.examples import EXAMPLES
from tests.record.making import ORIGIN, SEED
from waarmerk.record.commitment import commitment
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.outbox import POSTGRES, SQLITE, Outbox, Rows

NOW = datetime(2026, 3, 4, 5, 6, 7, 8000, UTC)
DIALECTS = {"sqlite": SQLITE, "postgres": POSTGRES}


def connect(name: str, address: str):
    return sqlite3.connect(address, timeout=20) if name == "sqlite" else psycopg.connect(address)


def fresh(number: int = 0, **changed) -> dict:
    """An event as a caller brings it: without id, number and time of recording."""
    value = msgspec.to_builtins(EXAMPLES[number % len(EXAMPLES)])
    return {name: inner for name, inner in value.items() if name not in ("id", "n", "logged_at")} | changed


class Steps:
    """Kills this process before step `last` (from 0)."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self) -> None:
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


class Counted:
    """A connection, or a cursor, each of whose calls is a step."""

    def __init__(self, inner, step: Steps) -> None:
        self._inner, self._step = inner, step

    def __getattr__(self, name: str):
        found = getattr(self._inner, name)
        if name == "cursor":
            return lambda: Counted(found(), self._step)
        if name not in ("execute", "executemany", "commit", "rollback"):
            return found

        def call(*given):
            self._step()
            return found(*given)

        return call


class CountedStorage(PosixStorage):
    """A folder, each group of whose files is a step; the groups are the same as without."""

    step = Steps(-1)

    def write(self, *groups) -> None:
        for group in groups:
            self.step()
            super().write(group)


def work(name: str, address: str, folder: Path, said: Path, step: Steps) -> None:
    """Two transactions, one of them with two events; each adds to a table of the platform's own."""
    storage = CountedStorage(folder)
    storage.step = step
    connection = Counted(connect(name, address), step)
    outbox = Outbox(DIALECTS[name], lambda: NOW, os.urandom)
    with said.open("ab", buffering=0) as acknowledged:
        for events in ([fresh(1, channel="a")], [fresh(2, channel="a"), fresh(3, channel="b")]):
            written = [outbox.record(connection, event) for event in events]
            for one in written:
                mark = DIALECTS[name].mark
                connection.cursor().execute(f"INSERT INTO platform (id) VALUES ({mark})", (one.id,))
            connection.commit()
            acknowledged.write("".join(f"{one.id}\n" for one in written).encode())
            with open_dispatcher(storage) as dispatcher:
                dispatcher.deliver(Rows(connection, DIALECTS[name]))


def look(name: str, address: str, folder: Path, said: Path) -> None:
    """Delivers what is left, then compares the platform's rows, the outbox and the log."""
    storage = PosixStorage(folder)
    rows = Rows(connect(name, address), DIALECTS[name])
    with open_dispatcher(storage) as dispatcher:
        dispatcher.deliver(rows)
    ids = {row[0] for row in rows.all("SELECT id FROM waarmerk_outbox")}
    assert ids == {row[0] for row in rows.all("SELECT id FROM platform")}
    assert set(said.read_text(encoding="ascii").split()) <= ids
    for channel in "ab":
        numbers = rows.all("SELECT n FROM waarmerk_outbox WHERE channel = ? ORDER BY n", (channel,))
        assert [row[0] for row in numbers] == list(range(1, len(numbers) + 1))
    log = Reader(storage, [key.verifier for key in read_keys(storage)])
    kept = list(rows.between(0, log.size))
    assert log.size == len(kept) == len(ids)
    assert all(log.entry(one.index) == commitment(one.salt, one.event) for one in kept)


def apart(action, *given) -> int:
    """Does it in a process of its own; gives how that ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        action(*given)
        code = 0
    except BaseException:  # noqa: BLE001 -- a process ends here, an assertion too
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def make(name: str, address: str) -> None:
    rows = Rows(connect(name, address), DIALECTS[name])
    rows.create()
    rows.change("CREATE TABLE platform (id TEXT PRIMARY KEY)")
    rows.connection.commit()


def main(name: str, address: str, folder: Path) -> None:
    said = folder.with_suffix(".said")
    said.touch()
    create_log(PosixStorage(folder), ORIGIN, SEED)
    assert apart(make, name, address) == 0
    killed = 0
    while (end := apart(work, name, address, folder, said, Steps(killed))) == -signal.SIGKILL:
        killed += 1
        assert apart(look, name, address, folder, said) == 0, f"after a kill at step {killed}"
    assert end == 0 and apart(look, name, address, folder, said) == 0
    print(killed)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
