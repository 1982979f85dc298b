"""STIX 2.1: a bundle of indicators, with techniques of DISARM as attack patterns.

Rules (OASIS STIX 2.1, sections 3 and 4.7):
- An item is an indicator; its pattern names the hashes that STIX can compare, `x_waarmerk_hashes` all of them.
- A tag such as T0087.001 is a technique: a relationship `indicates` leads to its attack pattern. Others are labels.
- `revoked` takes an item back. Ids are made from the item, so the same item has the same id in every bundle.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.common import document, each, left, rows_of, written
from waarmerk.bank.exchange.hashes import item_of, texts_of
from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.bank.store.packing import pack_item
from waarmerk.errors import InputError
from waarmerk.values import Json

TECHNIQUES: Final = {
    "T0086.002": "Develop AI-Generated Images (Deepfakes)",
    "T0087.001": "Develop AI-Generated Videos (Deepfakes)",
    "T0087.002": "Deceptively Edit Video (Cheap Fakes)",
    "T0143.004": "Parody Persona",
}
DEFAULT: Final = {"image": "T0086.002", "video": "T0087.001"}
"""The technique of an item of which nothing else is said."""
_SPACE: Final = uuid.UUID("6f8e1c3a-52f2-5c5b-9d6a-0c6b8f4f6d01")
_EPOCH: Final = "1970-01-01T00:00:00.000Z"
_TECHNIQUE: Final = re.compile(r"T\d{4}(?:\.\d{3})?")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_NAMES: Final = {"sha256": "'SHA-256'", "md5": "MD5", "pdq": "PDQ"}
_COMPARISON: Final = re.compile(r"file:hashes\.'?([A-Za-z0-9_-]+)'?\s*=\s*'([0-9a-fA-F]+)'")
_KNOWN: Final = (
    "type", "spec_version", "id", "created", "modified", "pattern", "pattern_type", "valid_from", "labels", "revoked",
    "description", "x_waarmerk_hashes", "x_waarmerk_id", "x_waarmerk_at", "x_waarmerk_state",
)  # fmt: skip


class Stix:
    """See the module."""

    name = "stix"
    withdraws = True
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether it is a bundle."""
        return head.lstrip()[:1] == b"{" and re.search(rb'"type"\s*:\s*"bundle"', head) is not None

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The indicators of a bundle that name a hash."""
        rows = rows_of(document(file, where), "objects", where)
        techniques = _techniques([row for row in rows if isinstance(row, dict)])
        return each(rows, lambda row: _record(row, techniques), where, bad)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records."""
        given = list(records)
        indicators = [_indicator(record) for record in given if record.item is not None or record.id is not None]
        used = sorted({tag for record in given for tag in record.tags if _TECHNIQUE.fullmatch(tag)})
        patterns = {name: _attack_pattern(name) for name in used}
        links = [
            _relationship(indicator["id"], patterns[tag]["id"], indicator["created"])
            for record, indicator in zip(given, indicators, strict=True)
            for tag in record.tags
            if tag in patterns
        ]
        objects = [*patterns.values(), *indicators, *links]
        name = uuid.uuid5(_SPACE, json.dumps([one["id"] for one in objects]))
        written(out, {"type": "bundle", "id": f"bundle--{name}", "objects": objects})


def _record(row: dict[str, Any], techniques: dict[str, list[str]]) -> Record | None:
    if row.get("type") != "indicator":
        return None
    texts = {str(kind): str(text) for kind, text in (row.get("x_waarmerk_hashes") or {}).items()}
    if not texts:
        pattern = str(row.get("pattern", ""))
        back = {"SHA-256": "sha256", "MD5": "md5", "PDQ": "pdq"}
        texts = {back[kind.upper()]: text for kind, text in _COMPARISON.findall(pattern) if kind.upper() in back}
    state = row.get("x_waarmerk_state", "withdrawn" if row.get("revoked") is True else "known")
    if state not in ("known", "withdrawn", "not-a-fake"):
        raise InputError(f"{state!r} is no state")
    item = None if state == "withdrawn" and not texts else item_of(texts)
    name, at = row.get("x_waarmerk_id", row.get("id")), row.get("x_waarmerk_at", row.get("created"))
    tags = (*techniques.get(str(row.get("id")), []), *(str(label) for label in row.get("labels") or []))
    return Record(item, state, name, at, tags, str(row.get("description") or ""), left(row, _KNOWN))


def _techniques(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The techniques that every indicator indicates, by its id."""
    names: dict[str, str] = {}
    for row in rows:
        if row.get("type") == "attack-pattern":
            references = [one for one in row.get("external_references") or [] if isinstance(one, dict)]
            found = [
                str(one.get("external_id")) for one in references if "disarm" in str(one.get("source_name")).lower()
            ]
            names |= {str(row.get("id")): found[0]} if found else {}
    told: dict[str, list[str]] = {}
    for row in rows:
        if row.get("type") == "relationship" and row.get("target_ref") in names:
            told.setdefault(str(row.get("source_ref")), []).append(names[row["target_ref"]])
    return told


def _indicator(record: Record) -> dict[str, Json]:
    texts = {} if record.item is None else texts_of(record.item)
    packed = b"" if record.item is None else pack_item(record.item)
    name = record.id if record.id is not None and re.fullmatch(r"indicator--[0-9a-f-]{36}", record.id) else None
    made = f"indicator--{uuid.uuid5(_SPACE, f'{record.id} {packed.hex()}')}"
    at = record.at if record.at is not None and _TIME.fullmatch(record.at) else _EPOCH
    compared = [f"file:hashes.{_NAMES[kind]} = '{text}'" for kind, text in texts.items() if kind in _NAMES]
    if not compared:
        # A pattern is asked for: where STIX compares nothing that we have, it names a hash of the hashes.
        compared = [f"file:hashes.x_waarmerk = '{uuid.uuid5(_SPACE, packed.hex())}'"]
    labels = [tag for tag in record.tags if not _TECHNIQUE.fullmatch(tag)]
    row: dict[str, Json] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": name or made,
        "created": at,
        "modified": at,
        "pattern": f"[{' OR '.join(compared)}]",
        "pattern_type": "stix",
        "valid_from": at,
        "x_waarmerk_hashes": texts,
        "x_waarmerk_id": record.id,
        "x_waarmerk_at": record.at,
        "x_waarmerk_state": record.state,
    }
    row |= {"labels": labels} if labels else {}
    row |= {"description": record.note} if record.note else {}
    row |= {"revoked": True} if record.state == "withdrawn" else {}
    return record.fields | row


def _attack_pattern(technique: str) -> dict[str, Json]:
    return {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": f"attack-pattern--{uuid.uuid5(_SPACE, technique)}",
        "created": _EPOCH,
        "modified": _EPOCH,
        "name": TECHNIQUES.get(technique, technique),
        "external_references": [{"source_name": "DISARM", "external_id": technique}],
    }


def _relationship(source: str, target: str, at: str) -> dict[str, Json]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid.uuid5(_SPACE, source + target)}",
        "created": at,
        "modified": at,
        "relationship_type": "indicates",
        "source_ref": source,
        "target_ref": target,
    }
