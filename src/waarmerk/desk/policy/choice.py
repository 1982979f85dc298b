"""What can be chosen about an item: the value that a policy proposes, a person picks, and a decision records."""

from __future__ import annotations

from typing import Literal

import msgspec

Basis = Literal["ratio", "match", "provenance", "declaration", "context", "person"]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A choice with its ground, in the law's codes. `explanation`: what those concerned are told, by language.

    `territory` empty: everywhere. `rule`: the policy's rule; `ground`: law or terms, with its reference.
    """

    outcome: Literal["restrict", "no_action", "restore"]
    rule: str
    category: str
    restrictions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    ground: Literal["law", "terms"] | None = None
    ground_ref: str | None = None
    until: str | None = None
    basis: tuple[Basis, ...] = ()
    synthetic: Literal["yes", "no", "unknown"] = "unknown"
    satire_weighed: bool | None = None
    art18: bool = False
    commercial_spam: bool = False
    explanation: dict[str, str] = {}
    mode: Literal["live", "shadow"] = "live"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy says of a case: a choice, whether and how many persons must decide it, by when, and why.

    `reasons`: the sentences that the case page shows. `policy`: digest of the policy; `automated`: nobody need look.
    """

    choice: Choice
    policy: str
    needs_person: bool
    needs_two: bool
    deadline_h: float | None
    reasons: tuple[str, ...]
    detected: bool
    tools: tuple[str, ...] = ()
