"""An examination as the event `item.examined`, for the record.

Rules:
- What the medium cannot tell (who posted it, when, why it was looked at) comes from whoever asks, never from a guess.
- A finding goes in where a tool gave a ratio, said that it cannot tell, or found an entry of a bank; it is in its
  domain unless it said that it cannot tell.
- A tool is named by the SHA-256 of its name and version, a space between; `tool.adopted` says the same.
- A match is an entry of a bank that the medium shows. One that shares only a part, one that a harmless bank explains,
  and one with a file (`--known`), which is no entry of a bank, stay out.
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
        "findings": [_tool_finding(one) for one in answering(examination)],
        "matches": [match for one in examination.findings for match in _entries(one)],
    }
    known = {"language": about.language, "views_total": about.views_total}
    return canonical(value | {name: one for name, one in known.items() if one is not None})


def answering(examination: Examination) -> list[Finding]:
    """The findings whose tools the event names."""
    return [one for one in examination.findings if one.answer is not None or _entries(one)]


def _tool_finding(finding: Finding) -> Json:
    tool = tool_digest(finding.analyzer, finding.version)
    if isinstance(finding.answer, Abstention):
        return {"tool": tool, "in_domain": False, "abstained": finding.answer.reason}
    ratio = {"log10_lr": finding.answer.log10_lr} if isinstance(finding.answer, Ratio) else {}
    return {"tool": tool, "in_domain": True, **ratio}


def _entries(finding: Finding) -> list[Json]:
    """The entries of banks that one finding matched."""
    if finding.analyzer != "matching":
        return []
    return [
        {"entry": match["entry"], "signal": match["signal"], "distance": match["distance"]}
        for match in finding.facts.get("known") or ()
        if "entry" in match
    ]
