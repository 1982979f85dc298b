"""What an audit says, as published JSON (schema `waarmerk.audit/1`): values alone, no clock, no machine."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from waarmerk.audit.conclude import Conclusion
from waarmerk.audit.loaded import Setter

SCHEMA = "waarmerk.audit/1"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation: the log entries that show it, what was expected, what came; `hours`: how long it took or lasts.

    `harm`: views that could have been spared, where known.
    """

    indexes: tuple[int, ...]
    at: str
    expected: str
    came: str
    hours: float | None = None
    lasts: bool = False
    harm: int | None = None


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark in hours and who set it; `changed`: how often it was declared anew with another value."""

    hours: float
    set_by: Setter
    changed: int
    words: str


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Materiality as it was applied."""

    share: float
    lone_among: int
    set_by: str


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Times to the answer in hours; null: no case, or half of the cases never came so far."""

    cases: int
    median_decided: float | None
    median_with_open: float | None
    still_open: int
    oldest_open: float | None


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The most that could follow by law; a ceiling is no prediction. `at_most`: EUR, where a turnover was given."""

    id: str
    article: str
    share: Decimal
    at_most: Decimal | None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The same counts over the record as it was first written, before corrections."""

    tested: int
    deviations: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The working paper of one obligation.

    `population`: all cases; `tested`: those that were kept or deviate; the others are open or cannot be tested.
    `confirmed_by`: the outside evidence held against the population; empty: it rests on the platform's word.
    `against`: who could contradict it. `if_complete`: where a kind is missing, the deviations if it were whole.
    """

    id: str
    question: str
    article: str
    basis: str
    tier: str
    conclusion: Conclusion
    fail: bool
    reason: str
    population: int
    tested: int
    deviations: int
    open: int
    questions: int
    untestable: dict[str, int]
    share: float | None
    upper: float | None
    benchmark: Yardstick | None
    materiality: Material
    times: Times | None
    comments: tuple[str, ...]
    against: tuple[str, ...]
    confirmed_by: tuple[str, ...]
    worst: tuple[Deviation, ...]
    asked: tuple[Deviation, ...]
    ceiling: Ceiling | None
    as_recorded: Counted | None
    if_complete: int | None


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader must know of the record before its results."""

    code: str
    count: int
    indexes: tuple[int, ...]
    sentence: str


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """The audit of one service over the entries `first` to `last` of a log; times as the record spells them."""

    service: str
    origin: str
    first: int
    last: int
    start: str
    end: str
    tier: str
    declared_tier: str | None
    micro_small: bool
    events: dict[str, int]
    remarks: tuple[Remark, ...]
    results: tuple[Result, ...]
    conclusions: dict[str, int]
    """By basis and conclusion: `law negative`."""


class Audit(msgspec.Struct, frozen=True, kw_only=True, rename={"form": "schema"}):
    """All services of a bundle, each its own audit."""

    form: str = SCHEMA
    version: str
    table: str
    audits: tuple[Audited, ...]

    def failed(self, basis: str) -> bool:
        """Whether an obligation of this basis has a negative conclusion."""
        return any(
            result.basis == basis and result.conclusion == "negative"
            for audited in self.audits
            for result in audited.results
        )
