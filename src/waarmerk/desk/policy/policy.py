"""A policy as a value: its rules in order, the contexts that name a category, its own tests."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from waarmerk.desk.policy.choice import Basis
from waarmerk.desk.policy.conditions import Condition
from waarmerk.desk.policy.facts import Category, Facts

Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as it is written: the first whose condition holds is proposed.

    `restrictions`, `category`, `keywords`: codes of the DSA's vocabulary; `deadline_h`: hours from the opening.
    """

    name: Name
    when: str
    outcome: Literal["restrict", "no_action"] = "restrict"
    restrictions: tuple[str, ...] = ()
    ground: Literal["law", "terms"]
    ground_ref: Annotated[str, Meta(min_length=1, max_length=500)]
    category: str
    keywords: tuple[str, ...] = ()
    needs_person: bool = True
    needs_two: bool = False
    deadline_h: Annotated[float, Meta(gt=0)] | None = None
    mode: Literal["live", "shadow"] = "live"
    basis: tuple[Basis, ...] = ()
    satire_weighed: bool | None = None
    art18: bool = False
    explanation: dict[str, str] = {}


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category that words, a notice or a date suggest: all that are given must hold, any word of `words`.

    `reason`: why, as the case page shows it. A person may overrule it.
    """

    category: Category
    words: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    declared: Literal["synthetic", "satire"] | None = None
    election: bool = False
    reason: str


class Election(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A protected time: days from and to, both included, and where."""

    name: str
    start: str
    end: str
    member_state: str | None = None


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of the policy in its own file: of a case with these facts, this rule is proposed (or none)."""

    name: str
    given: Facts
    rule: Name | None = None
    needs_person: bool | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A checked policy. `digest`: SHA-256 of the file; `conditions`: one a rule, in order."""

    name: str
    digest: str
    rules: tuple[Rule, ...]
    conditions: tuple[Condition, ...]
    contexts: tuple[Context, ...]
    elections: tuple[Election, ...]
    public_persons: tuple[str, ...]
    restricted_roles: tuple[str, ...]
    significant: bool
    tests: tuple[Trial, ...]
