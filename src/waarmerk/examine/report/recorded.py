"""An examination as the event `item.examined`, for the record.

Rules:
- What the medium cannot tell (who posted it, when, why it was looked at) comes from whoever asks, never from a guess.
- A finding goes in where a tool gave a ratio or said that it cannot tell; it is in its domain where it gave one.
- A tool is named by the SHA-256 of its name and version, a space between; `tool.adopted` says the same.
- Matches with files (`--known`) stay out: an event names entries of a bank, which such files do not have.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.events.types import Count, Id, Language, Pid, Time, Word
from waarmerk.values import Abstention, Examination, Finding, Json, Ratio


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform knows of the items of one call; `item` where it has an id for it."""

    service: Word
    posted_at: Time
    uploader: Pid
    why: Literal["upload", "notice", "order", "challenge", "retroactive", "sample"]
    item: Id | None = None
    language: Annotated[Language | None, msgspec.Meta(description="as statements of reasons write it")] = None
    views_total: Count | None = None


def parse_about(data: bytes, where: str) -> About:
    """What a JSON file says about the items. Raises `InputError` naming the field."""
    try:
        return msgspec.json.decode(data, type=About)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"this does not say what the event needs: {error}",
            where=where,
            hint="service, posted_at, uploader, why; perhaps item, language, views_total",
        ) from error


def tool_digest(name: str, version: str) -> str:
    """The digest by which events name an analyzer."""
    return sha256(f"{name} {version}".encode()).hexdigest()


def examined_event(
    examination: Examination, about: About, *, event: str, item: str, at: str, channel: str, number: int, version: str
) -> bytes:
    """The event as canonical JSON without `logged_at`, which the recorder sets.

    `event`, `item`: ids; `at`: RFC 3339, UTC, milliseconds; `version`: Waarmerk's. Raises `InputError` where the
    provenance could not be read, for the event has to say it.
    """
    provenance = next((one for one in examination.findings if one.analyzer == "provenance"), None)
    if provenance is None or isinstance(provenance.answer, Abstention):
        raise InputError("its provenance could not be read, and the event has to say it")
    kind = f"_{examination.asset.kind.upper()}"
    value: Json = {
        "kind": "item.examined",
        "v": 1,
        "id": event,
        "at": at,
        "service": about.service,
        "channel": channel,
        "n": number,
        "by": {"type": "machine", "tool": tool_digest("waarmerk", version)},
        "src": "native",
        "item": about.item or item,
        "posted_at": about.posted_at,
        "uploader": about.uploader,
        "why": about.why,
        "content_type": [code for code in vocabulary.enum("content_type") if code.endswith(kind)],
        "declared": ["synthetic"] if provenance.facts["declared_synthetic"] else [],
        "provenance": provenance.facts["state"] or "none",
        "findings": [_tool_finding(one) for one in examination.findings if one.answer is not None],
        "matches": [],
    }
    known = {"language": about.language, "views_total": about.views_total}
    return canonical(value | {name: one for name, one in known.items() if one is not None})


def _tool_finding(finding: Finding) -> Json:
    tool = tool_digest(finding.analyzer, finding.version)
    if isinstance(finding.answer, Ratio):
        return {"tool": tool, "in_domain": True, "log10_lr": finding.answer.log10_lr}
    abstained = finding.answer.reason if finding.answer is not None else ""
    return {"tool": tool, "in_domain": False, "abstained": abstained}
