"""ThreatExchange's descriptors (Graph API, `threat_updates` too): `{"data": [{"id", "raw_indicator", "type", ...}]}`.

Rules: an update with `should_delete` takes an item back; `NON_MALICIOUS` is not a fake. Indicators of other types
(addresses, domains) are refused one by one: they are no hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.common import document, each, left, rows_of, written
from waarmerk.bank.exchange.hashes import WHOLE, item_of, texts_of
from waarmerk.bank.exchange.interface import Bad, Record, State
from waarmerk.errors import InputError

_KINDS: Final = {
    "HASH_PDQ": "pdq", "HASH_VPDQ": "vpdq", "HASH_MD5": "md5", "HASH_VIDEO_MD5": "md5", "HASH_SHA256": "sha256",
    "HASH_WAARMERK": WHOLE,
}  # fmt: skip
_TYPES: Final = {"pdq": "HASH_PDQ", "vpdq": "HASH_VPDQ", "md5": "HASH_VIDEO_MD5", "sha256": "HASH_SHA256"}
_KNOWN: Final = ("id", "raw_indicator", "indicator", "type", "tags", "added_on", "description", "waarmerk_hashes")


class ThreatExchange:
    """See the module."""

    name = "threatexchange"
    withdraws = True
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether it names an indicator."""
        return head.lstrip()[:1] in (b"{", b"[") and (b'"raw_indicator"' in head or b'"should_delete"' in head)

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of a file."""
        return each(rows_of(document(file, where), "data", where), _record, where, bad)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records."""
        written(out, {"data": [_row(record) for record in records]})


def _record(row: dict[str, Any]) -> Record:
    gone = row.get("should_delete") is True
    state: State = "withdrawn" if gone else "not-a-fake" if row.get("status") == "NON_MALICIOUS" else "known"
    text = row.get("raw_indicator") or row.get("indicator")
    item = None
    if text or not gone:
        kind = _KINDS.get(str(row.get("type")))
        if kind is None:
            raise InputError(f"{row.get('type')!r} is no hash that is known here", hint=", ".join(_KINDS))
        item = item_of({kind: str(text), **{str(k): str(v) for k, v in row.get("waarmerk_hashes", {}).items()}})
    tags = row.get("tags") or []
    words = [
        tag.get("text") if isinstance(tag, dict) else tag
        for tag in (tags.get("data", []) if isinstance(tags, dict) else tags)
    ]
    return Record(
        item,
        state,
        None if row.get("id") is None else str(row["id"]),
        None if row.get("added_on") is None else str(row["added_on"]),
        tuple(str(word) for word in words),
        str(row.get("description") or ""),
        left(row, _KNOWN),
    )


def _row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {} if record.id is None else {"id": record.id}
    if record.item is not None:
        texts = texts_of(record.item)
        kind = next(iter(texts))
        row |= {"raw_indicator": texts.pop(kind), "type": _TYPES.get(kind, "HASH_WAARMERK")}
        row |= {"waarmerk_hashes": texts} if texts else {}
    row |= {"tags": list(record.tags)} if record.tags else {}
    row |= {"added_on": record.at} if record.at is not None else {}
    row |= {"description": record.note} if record.note else {}
    row |= record.fields
    row.setdefault("status", "NON_MALICIOUS" if record.state == "not-a-fake" else "MALICIOUS")
    return row | ({"should_delete": True} if record.state == "withdrawn" else {})
