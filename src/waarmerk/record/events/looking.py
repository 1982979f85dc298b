"""What was looked at and what is known: uploads, examinations, the bank, exposure."""

from __future__ import annotations

from typing import Literal

from waarmerk.record.events.types import (
    Category,
    ContentType,
    Count,
    Digest,
    Event,
    Id,
    Language,
    Pid,
    Time,
    Value,
    Word,
)


class UploadsCounted(Event, frozen=True, tag="uploads.counted"):
    """The uploads of an hour, in place of a record of every harmless one.

    `abstained`: how many by reason. `frame_root`: Merkle root over salted digests of all items of the hour: the frame
    from which an auditor can draw, fixed before anybody knows the seed.
    """

    start: Time
    end: Time
    uploads: Count
    examined: Count
    abstained: dict[Word, Count]
    frame_root: Digest
    views_all: Count | None = None


class ToolFinding(Value, frozen=True):
    """What one tool said of an item: a ratio or an abstention, and whether the item was in its domain."""

    tool: Digest
    in_domain: bool
    log10_lr: float | None = None
    abstained: Word | None = None


class Match(Value, frozen=True):
    """An entry of the bank that an item matched, by which signal, at what distance (Hamming bits)."""

    entry: Id
    signal: Word
    distance: Count


class ItemExamined(Event, frozen=True, tag="item.examined"):
    """An item was looked at and something came of it, or it was asked for."""

    item: Id
    posted_at: Time
    uploader: Pid
    content_type: tuple[ContentType, ...]
    declared: tuple[Literal["synthetic", "satire"], ...]
    provenance: Literal["none", "valid", "trusted", "invalid"]
    why: Literal["upload", "notice", "order", "challenge", "retroactive", "sample"]
    findings: tuple[ToolFinding, ...]
    matches: tuple[Match, ...]
    language: Language | None = None
    source_type: Word | None = None
    views_total: Count | None = None


class BankChanged(Event, frozen=True, tag="bank.changed"):
    """An entry of the bank of known items came into a state, on whose word. `because`: the decision behind it."""

    entry: Id
    to: Literal["seeded", "confirmed", "disputed", "retired", "withdrawn"]
    origin: str
    confirmers: tuple[Pid, ...]
    category: Category
    signals: tuple[Word, ...]
    because: Id | None = None
    list: Digest | None = None


class ExposureRead(Event, frozen=True, tag="exposure.read"):
    """How often an item under watch had been seen."""

    item: Id
    views_total: Count
