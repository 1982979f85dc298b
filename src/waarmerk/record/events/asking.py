"""What others asked: notices, orders, complaints and disputes."""

from __future__ import annotations

from typing import Literal

from waarmerk.record.events.types import (
    Automation,
    Category,
    Event,
    Id,
    Keyword,
    Language,
    MemberState,
    Native,
    OrderCategory,
    Pid,
    Territory,
    Time,
    Value,
    Word,
)


class NoticeElements(Value, frozen=True):
    """Which of the four elements of DSA Art. 16(2) the notice had."""

    reason: bool
    location: bool
    name_email: bool
    good_faith: bool


class NoticeReceived(Event, frozen=True, tag="notice.received"):
    """A notice came in. `flagger_ref`: the trusted flagger's number in the public register. `csam`: Art. 16(2)(c)."""

    notice: Id
    items: Native[tuple[Id, ...]] = None
    sender_type: Native[Literal["individual", "entity", "trusted_flagger", "authority"]] = None
    has_contact: Native[bool] = None
    elements: Native[NoticeElements] = None
    csam: Native[bool] = None
    category: Native[Category] = None
    keyword: Native[Keyword] = None
    language: Native[Language] = None
    sender: Pid | None = None
    flagger_ref: Word | None = None
    member_state: MemberState | None = None


class OrderReceived(Event, frozen=True, tag="order.received"):
    """An authority ordered to act (DSA Art. 9) or to inform (Art. 10)."""

    order: Id
    type: Literal["act", "inform"]
    authority_ref: Word
    member_state: MemberState
    category: OrderCategory
    keyword: Keyword
    items: tuple[Id, ...]
    territory: tuple[Territory, ...]
    deadline: Time | None = None


class ChallengeReceived(Event, frozen=True, tag="challenge.received"):
    """A complaint (DSA Art. 20) or a dispute (Art. 21) came in. `admitted`: whether it is dealt with."""

    challenge: Id
    forum: Literal["internal", "out_of_court"]
    decision: Native[Id] = None
    sender: Native[Pid] = None
    grounds: Native[Literal["20_1_a", "20_1_b", "20_1_c", "20_1_d", "no_action"]] = None
    admitted: Native[bool] = None
    refusal: Word | None = None


class ChallengeClosed(Event, frozen=True, tag="challenge.closed"):
    """A complaint or dispute was decided. `carried_out_by`: the decision that follows from it."""

    challenge: Id
    outcome: Literal["upheld", "partially_reversed", "reversed", "omitted"]
    deciders: Native[tuple[Pid, ...]] = None
    automated: Native[Automation] = None
    carried_out_by: Id | None = None
    body_ref: Word | None = None
