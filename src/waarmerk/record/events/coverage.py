"""Which fields of the record every obligation, and every part of the official report, reads.

Rules:
- The table is data (`coverage.toml`); whoever adds an obligation adds a row, and a test holds rows and catalogue
  together: no row names a field that does not exist, no kind serves nothing.
- A bundle that lacks a kind which a row reads answers that row "cannot be tested: kind missing", never "pass".
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

ANY = "*"
"""Stands for every kind where a row reads the header."""


class Benchmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A yardstick: how long something may take where nobody says otherwise."""

    value: float
    unit: Literal["minutes", "hours", "days"]

    @property
    def hours(self) -> float:
        """In hours."""
        return self.value * {"minutes": 1 / 60, "hours": 1.0, "days": 24.0}[self.unit]


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds where a row says nothing; `materiality`: a share of cases; `set_by`: who chose these."""

    set_by: str
    benchmark: Benchmark
    materiality: float
    lone_among: int


class Obligation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row: what is asked (`title`), on what basis and of whom, what it reads, who could contradict a lie.

    `optional`: kinds without which it can still be tested. `benchmark`, `materiality`: its own defaults.
    """

    id: str
    title: str
    basis: Literal["law", "own", "proof"]
    article: str
    tier: Literal["", "h", "p", "v"]
    reads: tuple[str, ...]
    against: tuple[Literal["R", "D", "F", "B", "L", "U"], ...]
    outside: tuple[Literal["probes", "receipts", "flagger", "orders", "dump", "report", "checkpoints"], ...] = ()
    question_en: str = ""
    question_nl: str = ""
    benchmark: Benchmark | None = None
    materiality: float | None = None
    optional: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of the official report and what it is filled from."""

    number: int
    title: str
    reads: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table, with its source and version."""

    source: str
    version: str
    defaults: Defaults
    obligation: tuple[Obligation, ...]
    part: tuple[Part, ...]


@cache
def coverage() -> Coverage:
    """The table, read once."""
    text = (files("waarmerk.record.events") / "coverage.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Coverage)


def split(read: str) -> tuple[str, str]:
    """Kind and field of one entry of `reads`; the kind of `*.at` is `*`."""
    kind, _, field = read.rpartition(".")
    return kind, field


def kinds_of(obligation: Obligation) -> frozenset[str]:
    """The kinds that a bundle must have for the obligation to be tested at all.

    `service.declared` is never one: benchmarks have defaults.
    """
    spared = {ANY, "service.declared", *obligation.optional}
    return frozenset(kind for kind, _ in map(split, obligation.reads) if kind not in spared)
