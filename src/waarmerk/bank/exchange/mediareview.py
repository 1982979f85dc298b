"""MediaReview of fact-checkers (schema.org), as JSON-LD: a review, what it found, the medium it is about.

Rules:
- The medium is `itemReviewed`: `sha256` is schema.org's own, other hashes are `identifier`s with a `propertyID`. A
  review that names an address alone is told and passed over: nothing is fetched, hashes are made by `bank hash`.
- Transformed, edited or cropped, and staged content is known; original, out of context and satire is not a fake:
  the medium itself is genuine or declared, and only what was said about it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.common import document, each, left, written
from waarmerk.bank.exchange.hashes import item_of, texts_of
from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.errors import InputError
from waarmerk.values import Json

FAKE: Final = ("TransformedContent", "EditedOrCroppedContent", "StagedContent")
GENUINE: Final = ("OriginalMediaContent", "DecontextualizedContent", "SatireOrParodyContent")
_KNOWN: Final = ("@context", "@type", "@id", "datePublished", "mediaAuthenticityCategory", "description", "keywords")
_KINDS: Final = ("pdq", "vpdq", "md5", "waarmerk")


class MediaReview:
    """See the module."""

    name = "mediareview"
    withdraws = False
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether a review of media is in it."""
        return b'"MediaReview"' in head or b"mediaAuthenticityCategory" in head

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The reviews of a document: one, a list, or a graph."""
        value = document(file, where)
        rows = value.get("@graph", [value]) if isinstance(value, dict) else value
        if not isinstance(rows, list):
            raise InputError("there is no review in this document", where=where)
        return each(rows, _record, where, bad)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records."""
        written(out, {"@context": "https://schema.org", "@graph": [_row(record) for record in records]})


def _record(row: dict[str, Any]) -> Record | None:
    kinds = row.get("@type")
    if "MediaReview" not in (kinds if isinstance(kinds, list) else [kinds]):
        return None
    category = str(row.get("mediaAuthenticityCategory")).rpartition("/")[2]
    if category not in (*FAKE, *GENUINE):
        raise InputError(f"{category!r} is no category of MediaReview", hint=", ".join((*FAKE, *GENUINE)))
    medium = row.get("itemReviewed")
    if not isinstance(medium, dict):
        raise InputError("there is no itemReviewed")
    texts = {"sha256": str(medium["sha256"])} if medium.get("sha256") else {}
    others = medium.get("identifier") or []
    unknown = []
    for one in others if isinstance(others, list) else [others]:
        if isinstance(one, dict) and one.get("propertyID") in _KINDS:
            texts[str(one["propertyID"])] = str(one["value"])
        else:
            unknown.append(one)
    if not texts:
        raise InputError("the review names an address and no hash", hint="hash the medium: waarmerk bank hash FILE")
    fields = left(row, _KNOWN) | {"itemReviewed": left(medium, ("sha256", "identifier"))}
    fields |= {"identifier-others": unknown} if unknown else {}
    tags = (category, *(str(word) for word in row.get("keywords") or []))
    return Record(
        item_of(texts),
        "known" if category in FAKE else "not-a-fake",
        row.get("@id"),
        row.get("datePublished"),
        tags,
        str(row.get("description") or ""),
        fields,
    )


def _row(record: Record) -> dict[str, Json]:
    default = "TransformedContent" if record.state == "known" else "OriginalMediaContent"
    category = next((tag for tag in record.tags if tag in (*FAKE, *GENUINE)), default)
    texts = {} if record.item is None else texts_of(record.item)
    sha256 = texts.pop("sha256", None)
    fields = dict(record.fields)
    named: list[Json] = [
        {"@type": "PropertyValue", "propertyID": kind, "value": text} for kind, text in texts.items()
    ]
    named += fields.pop("identifier-others", [])
    kind = "ImageObject" if record.item is not None and record.item.kind == "image" else "VideoObject"
    medium = {"@type": kind} | fields.pop("itemReviewed", {})
    medium |= {"sha256": sha256} if sha256 is not None else {}
    medium |= {"identifier": named} if named else {}
    row: dict[str, Json] = {"@type": "MediaReview", "mediaAuthenticityCategory": category, "itemReviewed": medium}
    keywords = [tag for tag in record.tags if tag != category]
    more = {"@id": record.id, "datePublished": record.at, "description": record.note, "keywords": keywords}
    return row | {name: value for name, value in more.items() if value} | fields
