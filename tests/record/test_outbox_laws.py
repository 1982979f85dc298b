"""Whatever callers and crashes do in whatever order, the log has every committed event once."""

import os
import sqlite3

from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.record.making import ORIGIN, SEED
from tests.record.outboxing import NOW, fresh
from waarmerk.errors import UnavailableError
from waarmerk.record.commitment import commitment
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.storage import MemoryStorage
from waarmerk.record.outbox import SQLITE, Outbox, Rows

CHANNELS = strategies.sampled_from("ab")


class FailingStorage(MemoryStorage):
    """Memory that fails before its `left`-th group of files from now."""

    left = -1

    def write(self, *groups) -> None:
        for group in groups:
            if not self.left:
                raise UnavailableError("the storage failed")
            self.left -= 1
            super().write(group)


class OneOutbox(RuleBasedStateMachine):
    """One connection records and delivers; the log may fail at any group of files."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = FailingStorage()
        create_log(self.storage, ORIGIN, SEED)
        self.connection = sqlite3.connect(":memory:")
        self.rows = Rows(self.connection, SQLITE)
        self.rows.create()
        self.outbox = Outbox(SQLITE, lambda: NOW, os.urandom)
        self.committed: dict[str, set[str]] = {"a": set(), "b": set()}
        self.open: list[tuple[str, str]] = []

    @rule(channel=CHANNELS, number=strategies.integers(0, 9), commit=strategies.booleans())
    def record(self, channel: str, number: int, commit: bool) -> None:
        written = self.outbox.record(self.connection, fresh(number, channel=channel, service="s"))
        self.open.append((channel, written.id))
        assert written.n == len(self.committed[channel]) + sum(name == channel for name, _ in self.open)
        if commit:
            self.commit()

    @rule()
    def commit(self) -> None:
        self.connection.commit()
        for channel, event_id in self.open:
            self.committed[channel].add(event_id)
        self.open = []

    @rule()
    def roll_back(self) -> None:
        self.connection.rollback()
        self.open = []

    @rule(left=strategies.integers(0, 3), times=strategies.integers(1, 2))
    def deliver_over_a_failing_log(self, left: int, times: int) -> None:
        self.roll_back()
        with open_dispatcher(self.storage) as dispatcher:
            for _ in range(times):
                self.storage.left = left
                try:
                    dispatcher.deliver(self.rows)
                except UnavailableError:
                    continue
                finally:
                    self.storage.left = -1

    @rule()
    def append_something_else(self) -> None:
        with open_dispatcher(self.storage) as dispatcher:
            dispatcher.log.append([os.urandom(32)])

    @invariant()
    def what_is_noted_is_there(self) -> None:
        log = Reader(self.storage, [key.verifier for key in read_keys(self.storage)])
        for one in self.rows.between(0, log.size):
            assert log.entry(one.index) == commitment(one.salt, one.event)

    def teardown(self) -> None:
        self.roll_back()
        with open_dispatcher(self.storage) as dispatcher:
            dispatcher.deliver(self.rows)
            size = dispatcher.log.signed.head.size
        ids = {row[0] for row in self.rows.all("SELECT id FROM waarmerk_outbox WHERE position IS NOT NULL")}
        assert ids == self.committed["a"] | self.committed["b"]
        log = Reader(self.storage, [key.verifier for key in read_keys(self.storage)])
        ours = {row[0] for row in self.rows.all("SELECT commitment FROM waarmerk_outbox")}
        assert sum(log.entry(index) in ours for index in range(size)) == len(ids)
        self.connection.close()


OneOutbox.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestOneOutbox = OneOutbox.TestCase
