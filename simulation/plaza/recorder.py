"""The recorder: gives every event its header, its number and its time of logging, and puts it into the bundle.

Rules:
- Every channel counts from 1 without a gap. Times of logging never go back.
- A channel's clock may be wrong for a while (`jump`); times of logging are the recorder's own.
- Events that others imported keep the time of their source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.bundle.writer import BundleWriter
from simulation.world.chance import Chance
from simulation.world.clock import Loop, text

Event = dict[str, Any]
By = dict[str, str]
MACHINE: By = {"type": "machine"}


@dataclass(frozen=True)
class Jump:
    """A channel's clock is `ahead` milliseconds from `start` to `end`."""

    channel: str
    start: int
    end: int
    ahead: int


class Recorder:
    """The way into the log. `readers` see each event as it is logged, with its `at`."""

    def __init__(self, loop: Loop, service: str, bundle: BundleWriter, chance: Chance) -> None:
        self._loop, self._service, self._bundle, self._chance = loop, service, bundle, chance
        self._numbers: dict[str, int] = defaultdict(int)
        self._last = 0
        self.last_index = -1
        self.jumps: list[Jump] = []
        self.readers: list[Callable[[Event, int], None]] = []

    def record(
        self,
        kind: str,
        channel: str,
        by: By = MACHINE,
        *,
        at: int | None = None,
        src: str = "native",
        keep: bool = False,
        **fields: Any,
    ) -> Event:
        """Record an event that happened now, or `at`. `keep`: somebody keeps its receipt. Absent fields are None."""
        loop, chance = self._loop, self._chance
        moment = loop.now if at is None else at
        if at is None:
            for jump in self.jumps:
                if jump.channel == channel and jump.start <= moment < jump.end:
                    moment += jump.ahead
        self._numbers[channel] += 1
        self._last = max(self._last, loop.now + 5 + int(300 * chance.random()))
        event: Event = {
            "v": 1,
            "kind": kind,
            "id": chance.name(),
            "at": text(moment),
            "logged_at": text(self._last),
            "service": self._service,
            "channel": channel,
            "n": self._numbers[channel],
            "by": by,
            "src": src,
        }
        event.update((name, value) for name, value in fields.items() if value is not None)
        self.last_index = self._bundle.add(event, keep)
        for reader in self.readers:
            reader(event, moment)
        return event

    def next_number(self, channel: str) -> int:
        """The number that the next event of a channel will have."""
        return self._numbers[channel] + 1


def person(pid: str | None, role: str | None = None) -> By:
    """Somebody by pseudonym, with a role in the house."""
    by = {"type": "person"}
    if pid is not None:
        by["pid"] = pid
    if role is not None:
        by["role"] = role
    return by
