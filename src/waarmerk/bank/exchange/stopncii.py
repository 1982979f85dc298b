"""StopNCII's answers to FetchHashes, version 1: hashes of intimate pictures that the people in them have listed.

Rules: only `Active` records match; every other status (Withdrawn, Blocked, Disputed ...) takes the hash out. ImagePDQ
and VideoMD5 are read. It is read alone: what is listed there is not passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.common import document, each, left, rows_of
from waarmerk.bank.exchange.hashes import item_of
from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.errors import InputError, UsageError

_KINDS: Final = {"imagepdq": "pdq", "videomd5": "md5"}
_KNOWN: Final = ("hashValue", "signalType", "lastModtimestamp")


class StopNcii:
    """See the module."""

    name = "stopncii"
    withdraws = True
    writes = False

    def sniff(self, head: bytes) -> bool:
        """Whether it is such an answer."""
        return b'"hashRecords"' in head or b'"hashStatus"' in head

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of an answer."""
        return each(rows_of(document(file, where), "hashRecords", where), _record, where, bad)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:  # noqa: ARG002
        """Refuses."""
        raise UsageError("hashes of StopNCII are read here, not written")


def _record(row: dict[str, Any]) -> Record:
    kind = _KINDS.get(str(row.get("signalType", "")).lower())
    if kind is None:
        raise InputError(f"the signal type {row.get('signalType')!r} is not known", hint="ImagePDQ or VideoMD5")
    active = str(row["hashStatus"]).lower() == "active"
    at = row.get("lastModtimestamp")
    return Record(
        item_of({kind: str(row["hashValue"])}),
        "known" if active else "withdrawn",
        at=None if at is None else str(at),
        fields=left(row, _KNOWN),
    )
