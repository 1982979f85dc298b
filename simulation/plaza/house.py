"""What the rooms of the platform share: its clock, log, people, items and decisions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulation.plaza.habits import Habits
from simulation.plaza.recorder import Recorder
from simulation.plaza.setting import Setting
from simulation.plaza.staff import Pool
from simulation.world.acts import Notice, Order, Outside, Person, Upload
from simulation.world.chance import Chance
from simulation.world.clock import HOUR, Loop
from simulation.world.words import Harm


def number(value: float) -> float:
    """A fraction of two decimals as canonical JSON has it: whole ones are whole numbers."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(slots=True)
class Item:
    """An upload. `lr`: log10 ratio, None where the detector abstained; `reach`: views in all.

    `fate`: when it was acted on; `open`: cases about it that nobody decided yet.
    """

    id: str
    upload: Upload
    pid: str
    posted_at: int
    reach: int
    lr: float | None = None
    down: bool = False
    labelled: bool = False
    watched: bool = False
    fate: int = 0
    open: list[Case] = field(default_factory=list)

    def views(self, now: int) -> int:
        """How often it has been seen: fast at first, half of all within a day."""
        until = self.fate if self.down and self.fate else now
        return int(self.reach * (1 - math.exp(-max(until - self.posted_at, 0) / (35 * HOUR))))


@dataclass(slots=True)
class Received:
    """A notice as logged: its id, its number, the notice itself."""

    id: str
    notice: Notice
    at: int


@dataclass(slots=True)
class Case:
    """Something to decide about an item. `why`: notice, order, own; `softly`: what is restricted is labelled."""

    item: Item
    why: str
    notices: list[Received] = field(default_factory=list)
    order: Order | None = None
    order_id: str = ""
    taken_up_at: int = 0
    settled: bool = False
    softly: bool = False


@dataclass(slots=True)
class Decision:
    """A decision that was taken. `notices`: which it answered; `inverted`: its statement says the opposite.

    `back`: by how much it claims to be older than it is (milliseconds).
    """

    id: str
    item: Item | None
    pid: str
    person: Person
    why: str
    outcome: str
    restrictions: tuple[str, ...]
    harm: Harm
    rule: str
    deciders: tuple[str, ...]
    at: int
    posted_at: int
    automated_detection: bool
    automated_decision: str
    territory: tuple[str, ...]
    notices: list[Received] = field(default_factory=list)
    effect_at: int = 0
    spam: bool = False
    language: str = "EN"
    inverted: bool = False
    back: int = 0
    synthetic: str = "unknown"
    item_was_down: bool = False


@dataclass
class House:
    """The platform's state. `chance`: its own stream; `pids`: the mapping that dies with an erasure."""

    loop: Loop
    recorder: Recorder
    setting: Setting
    habits: Habits
    chance: Chance
    general: Pool
    seniors: Pool
    outside: Outside
    admin: str
    pids: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    innocents: dict[str, list[str]] = field(default_factory=dict)

    def pid(self, person: Person) -> str:
        """Somebody's pseudonym, one for as long as records are kept."""
        found = self.pids.get(person.name)
        if found is None:
            found = self.pids[person.name] = self.chance.name()
        return found

    def after(self, seconds: tuple[float, float], act: Callable[..., object], *given: Any) -> None:
        """Do it within a span of seconds from now."""
        self.loop.after(self.chance.uniform(*seconds) * 1000, act, *given)

    def innocent(self, what: str, name: str) -> None:
        """Write down what looks like negligence and is none."""
        self.innocents.setdefault(what, []).append(name)
