"""NCMEC's hash sharing, version 2: the XML that a query answers.

Rules:
- Entries (`image`, `video`) carry a member and an id, fingerprints, a classification; `deletedImage` and
  `deletedVideo`, and entries below an element whose name begins so, take the item of that member and id back. The
  member is told by its number where it has one: a name may change between the two.
- MD5, SHA-256 and PDQ are read; an entry with other fingerprints alone (PhotoDNA, SHA-1) is told and passed over.
- Entities and document types are refused: nothing in such a file may grow or lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Final
from xml.parsers import expat

from waarmerk.bank.exchange.hashes import item_of
from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.errors import InputError, UsageError
from waarmerk.values import Json

_ENTRIES: Final = ("image", "video", "deletedimage", "deletedvideo")
_KINDS: Final = {"md5": "md5", "sha256": "sha256", "pdq": "pdq"}
_DEPTH: Final = 50
_LONGEST: Final = 1 << 20


class Ncmec:
    """See the module."""

    name = "ncmec"
    withdraws = True
    writes = False

    def sniff(self, head: bytes) -> bool:
        """Whether it is XML of this kind."""
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"queryResult" in head

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of an answer, as its text comes."""
        reader = _Reader(where, bad)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.text
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reader.refuse
        reader.line = lambda: parser.CurrentLineNumber
        try:
            while chunk := file.read(1 << 16):
                parser.Parse(chunk, False)
                yield from reader.taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, "no XML")
            raise InputError(f"line {error.lineno}, column {error.offset + 1}: {what}", where=where) from error
        yield from reader.taken()

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:  # noqa: ARG002
        """Refuses."""
        raise UsageError("hashes of NCMEC are read here, not written")


@dataclass
class _Entry:
    depth: int
    line: int
    member: str
    deleted: bool
    texts: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Json] = field(default_factory=dict)


class _Reader:
    """Takes the events of the parser."""

    def __init__(self, where: str, bad: Bad) -> None:
        self._where, self._bad = where, bad
        self._path: list[str] = []
        self._text: list[str] = []
        self._size = 0
        self._entry: _Entry | None = None
        self._done: list[Record] = []
        self.line: Callable[[], int] = lambda: 0

    def taken(self) -> list[Record]:
        done, self._done = self._done, []
        return done

    def refuse(self, *_: object) -> None:
        raise InputError(
            f"line {self.line()}: a document type or an entity is declared",
            where=self._where,
            hint="refused: not data",
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self._path.append(name)
        if len(self._path) > _DEPTH:
            raise InputError(f"line {self.line()}: elements are nested too deep", where=self._where)
        self._text, self._size = [], 0
        if name.lower() in _ENTRIES and self._entry is None:
            deleted = any(part.lower().startswith("deleted") for part in self._path)
            member = attributes.get("member") or attributes.get("memberId", "")
            self._entry = _Entry(len(self._path), self.line(), member, deleted)
            self._entry.fields |= dict(attributes)
        elif self._entry is not None and attributes:
            self._entry.fields |= {f"{name}@{key}": value for key, value in attributes.items()}

    def text(self, data: str) -> None:
        self._size += len(data)
        if self._size > _LONGEST:
            raise InputError(f"line {self.line()}: a text is too long", where=self._where)
        self._text.append(data)

    def end(self, name: str) -> None:
        depth, name = len(self._path), self._path.pop()
        text, self._text = "".join(self._text).strip(), []
        entry = self._entry
        if entry is None:
            return
        if depth == entry.depth:
            self._entry = None
            self._finish(entry)
        elif name.lower() in _KINDS and text:
            entry.texts[_KINDS[name.lower()]] = text
        elif name.lower() == "member" and text:
            entry.member = text
        elif text:
            entry.fields[name] = text

    def _finish(self, entry: _Entry) -> None:
        own = entry.fields.pop("id", None)
        name = None if own is None else f"{entry.fields.get('member@id', entry.member)}/{own}"
        at = entry.fields.pop("timestamp", None)
        tags = (str(entry.fields["classification"]),) if "classification" in entry.fields else ()
        try:
            texts = dict(entry.texts)
            item = item_of(texts) if texts or not (entry.deleted and name) else None
        except InputError as error:
            self._bad(InputError(f"line {entry.line}: {error.message}", where=self._where, hint=error.hint))
            return
        state = "withdrawn" if entry.deleted else "known"
        self._done.append(
            Record(
                item,
                "withdrawn" if state == "withdrawn" else "known",
                name,
                None if at is None else str(at),
                tags,
                "",
                entry.fields,
            )
        )
