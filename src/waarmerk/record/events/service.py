"""What the service is, promises and uses: declarations, policies, tools, published reports."""

from __future__ import annotations

from typing import Literal

from waarmerk.record.events.types import (
    Count,
    Digest,
    Event,
    Language,
    Period,
    Restriction,
    Time,
    Value,
    Word,
)


class Benchmark(Value, frozen=True):
    """A yardstick of the provider's own (Implementing Regulation (EU) 2024/2835, instructions; 2024/436 Art. 5)."""

    value: float
    unit: Word


class ServiceDeclared(Event, frozen=True, tag="service.declared"):
    """What the service is and promises; again at each change.

    `can`: the restrictions it is able to impose, which decides between blank and 0 in the report. `amar`: average
    monthly active recipients by Member State. `staff`: people by language. `texts`: qualitative texts by indicator.
    """

    period: Period
    tier: Literal["hosting", "platform", "vlop", "vlose"]
    micro_small: bool
    can: tuple[Restriction, ...]
    benchmarks: dict[Word, Benchmark]
    channels: tuple[Word, ...]
    amar: dict[Word, Count] | None = None
    staff: dict[Language, float] | None = None
    texts: dict[Word, Digest] | None = None


class Rule(Value, frozen=True):
    """One rule of a policy: what it rests on, what it may do, whether a person or two must decide, in what time."""

    rule: Word
    ground: Literal["law", "terms"]
    ground_ref: Word
    restrictions: tuple[Restriction, ...]
    needs_person: bool
    needs_two: bool
    mode: Literal["live", "shadow"]
    deadline_h: float | None = None


class PolicyAdopted(Event, frozen=True, tag="policy.adopted"):
    """A policy came into force. `significant`: users must be told (DSA Art. 14(2))."""

    policy: Digest
    in_force_from: Time
    rules: tuple[Rule, ...]
    restricted_roles: tuple[Word, ...]
    significant: bool


class ToolAdopted(Event, frozen=True, tag="tool.adopted"):
    """A detector, matcher or classifier came into use, with what it was made for and evaluated on."""

    tool: Digest
    name: Word
    version: Word
    type: Word
    domain: tuple[Word, ...]
    in_use_from: Time
    threshold: float | None = None
    calibration: Digest | None = None
    evaluated_at: Time | None = None
    groups_evaluated: tuple[Word, ...] | None = None
    in_use_to: Time | None = None


class ReportPublished(Event, frozen=True, tag="report.published"):
    """A transparency report was published, perhaps in place of an earlier one."""

    period: Period
    files: Digest
    replaces: Digest | None = None
    reason: Word | None = None
