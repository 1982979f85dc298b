"""HMA's contents as JSON: `[{"id", "signals": {"pdq": "..."}, "note", "metadata", ...}]`, or under `content`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.common import document, each, left, rows_of, written
from waarmerk.bank.exchange.hashes import item_of, texts_of
from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.errors import InputError

_KNOWN: Final = ("id", "signals", "tags", "note", "at", "withdrawn")


class Hma:
    """See the module."""

    name = "hma"
    withdraws = True
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether it holds signals by type."""
        return head.lstrip()[:1] in (b"{", b"[") and b'"signals"' in head and b'"path"' not in head

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of a file."""
        return each(rows_of(document(file, where), "content", where), _record, where, bad)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records."""
        written(out, [_row(record) for record in records])


def _record(row: dict[str, Any]) -> Record:
    signals = row.get("signals") or {}
    if not isinstance(signals, dict) or not all(isinstance(text, str) for text in signals.values()):
        raise InputError("signals are texts by their type")
    gone = row.get("withdrawn") is True
    texts = {"md5" if name == "video_md5" else str(name): text for name, text in signals.items()}
    return Record(
        None if gone and not texts else item_of(texts),
        "withdrawn" if gone else "known",
        None if row.get("id") is None else str(row["id"]),
        row.get("at"),
        tuple(str(tag) for tag in row.get("tags") or []),
        str(row.get("note") or ""),
        left(row, _KNOWN),
    )


def _row(record: Record) -> dict[str, Any]:
    texts = {} if record.item is None else texts_of(record.item)
    row: dict[str, Any] = {"signals": {{"md5": "video_md5"}.get(name, name): text for name, text in texts.items()}}
    more = {"id": record.id, "at": record.at, "tags": list(record.tags), "note": record.note}
    row |= {name: value for name, value in more.items() if value}
    row |= {"withdrawn": True} if record.state == "withdrawn" else {}
    return row | record.fields
