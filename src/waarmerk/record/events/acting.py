"""What the platform did: decisions, their effects, what it told whom, statements of reasons."""

from __future__ import annotations

from typing import Literal

from waarmerk.record.events.types import (
    Automation,
    Category,
    Count,
    Date,
    Digest,
    Event,
    Ground,
    Id,
    Keyword,
    Language,
    Native,
    Pid,
    Restriction,
    Territory,
    Time,
    Value,
    Word,
)
from waarmerk.values import Json


class Subject(Value, frozen=True):
    """What a decision is about."""

    type: Literal["item", "account"]
    id: Id


class Because(Value, frozen=True):
    """What a decision answers: notices, an order, the platform's own looking, a complaint, a dispute."""

    type: Literal["notice", "order", "own", "challenge", "dispute"]
    ids: tuple[Id, ...]


class Misuse(Value, frozen=True):
    """The factors of DSA Art. 23(3): absolute number, share, gravity, intent. One that was not weighed is absent."""

    type: Literal["content", "notices", "complaints"]
    absolute: Count | None = None
    share: float | None = None
    gravity: Word | None = None
    intent: Word | None = None


class DecisionMade(Event, frozen=True, tag="decision.made"):
    """A decision on one item or account; "no action" is one."""

    decision: Id
    outcome: Literal["restrict", "no_action", "restore"]
    subject: Native[Subject] = None
    because: Native[Because] = None
    taken_up_at: Native[Time] = None
    restrictions: Native[tuple[Restriction, ...]] = None
    category: Native[Category] = None
    keywords: Native[tuple[Keyword, ...]] = None
    territory: Native[tuple[Territory, ...]] = None
    policy: Native[Digest] = None
    rule: Native[Word] = None
    mode: Native[Literal["live", "shadow"]] = None
    basis: Native[tuple[Literal["ratio", "match", "provenance", "declaration", "context", "person"], ...]] = None
    tools: Native[tuple[Digest, ...]] = None
    automated_detection: Native[bool] = None
    automated_decision: Native[Automation] = None
    deciders: Native[tuple[Pid, ...]] = None
    synthetic: Native[Literal["yes", "no", "unknown"]] = None
    art18: Native[bool] = None
    uploader_contact: Native[bool] = None
    commercial_spam: Native[bool] = None
    until: Date | None = None
    ground: Ground | None = None
    ground_ref: Word | None = None
    language: Language | None = None
    satire_weighed: bool | None = None
    misuse: Misuse | None = None


class EffectApplied(Event, frozen=True, tag="effect.applied"):
    """What the platform's own system confirmed. `decision` is absent for a label by declaration."""

    effect: Literal["applied", "lifted", "label_shown", "label_lost", "failed"]
    subject: Native[Id] = None
    restrictions: Native[tuple[Restriction, ...]] = None
    territory: Native[tuple[Territory, ...]] = None
    ack: Native[Word] = None
    decision: Id | None = None
    views_total: Count | None = None


class MessageSent(Event, frozen=True, tag="message.sent"):
    """Somebody was told something; `elements`: which of the parts that the law asks for the message had."""

    what: Literal[
        "receipt",
        "incomplete",
        "decision",
        "statement",
        "warning",
        "challenge_outcome",
        "order_receipt",
        "order_effect",
        "order_user",
        "authority_18",
        "restored",
        "terms_change",
    ]
    about: Id
    to: Word
    elements: tuple[
        Literal[
            "restriction",
            "territory",
            "duration",
            "facts",
            "source",
            "automated_detection",
            "automated_decision",
            "ground",
            "redress_20",
            "redress_21",
            "redress_court",
        ],
        ...,
    ]
    language: Language
    delivered: bool
    text: Digest


class StatementSubmitted(Event, frozen=True, tag="statement.submitted"):
    """A statement of reasons was sent to the Commission's database; `body` as sent, which is public anyway."""

    puid: Word
    decision: Id
    body: dict[str, Json]
    result: Literal["created", "rejected", "duplicate"]
    uuid: Word | None = None
