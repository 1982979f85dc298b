"""From what a person brings to entries: media, frame hashes, the output of `bank hash`, plain lists of hashes.

Rules:
- A medium is hashed here and never kept. Its hashes may come instead: a file in vPDQ's format, or the JSON that
  `waarmerk bank hash` wrote on another machine.
- A plain list has one hash a line; lines without a sign and lines that begin with # are passed over.
- A bad line is told with its line and column. Either it refuses the list, or all good lines are taken and every bad
  one is counted and told: as the caller chose, never silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, Literal

import numpy as np

from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.printed import parse_signals
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.signals.pdq import QUALITY_FLOOR, print_hash
from waarmerk.bank.signals.vpdq import FrameHashes, read_vpdq
from waarmerk.bank.store.packing import pack_hash, pack_item, unpack_item
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.values import NewEntry, Status
from waarmerk.errors import InputError
from waarmerk.values import Json, Sha256

ListSignal = Literal["pdq", "sha256"]
LONGEST_LINE: Final = 4096
_HEX: Final = re.compile(rb"[0-9a-fA-F]{64}")
_NO_FRAMES: Final = FrameHashes(
    np.empty(0, np.int64), np.empty(0, np.uint8), np.empty((0, 4), np.uint64), np.empty(0, np.float64)
)
_TOP_QUALITY: Final = 100
"""A plain list says nothing of quality: whoever listed the hash answers for it."""

BadLine = Callable[[InputError], None]


def entry_of(item: KnownItem, status: Status, note: str = "", extra: str | None = None) -> NewEntry:
    """An item as a new entry; raises InputError where no signal of it could ever match."""
    names: list[str] = []
    if len(item.codes()):
        names.append("pdq" if item.kind == "image" else "vpdq")
    if item.audio is not None and len(item.audio):
        names.append("audio")
    if item.sha256 is not None:
        names.append("sha256")
    if item.md5 is not None:
        names.append("md5")
    if not names:
        raise InputError(
            f"no hash of this item has a quality of {QUALITY_FLOOR} or better, so it would match nothing",
            hint="flat and black pictures resemble each other",
        )
    return NewEntry(pack_item(item), tuple(names), item.sha256, status, note, extra)


def read_items(path: Path) -> list[KnownItem]:
    """The items in a file: a medium, hashed with all that finds its copies; its hashes in vPDQ's format; or the JSON
    of `waarmerk bank hash`, one item a line.

    Raises InputError as an examination or the reader of that format does.
    """
    head = _head(path)
    if head.startswith(b"{"):
        with path.open("rb") as file:
            return [_hashed(line, f"{path} line {number}") for number, line in enumerate(file, 1) if line.strip()]
    if head and all(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in head):
        return [KnownItem("video", read_vpdq(path))]
    return [KnownItem.of(hash_medium(path, "keep").signals)]


def _hashed(line: bytes, where: str) -> KnownItem:
    """The item in a line of `waarmerk bank hash --format json`."""
    try:
        value: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no line of `waarmerk bank hash`: {error}", where=where) from error
    return parse_signals(value, where)


def read_list(
    file: IO[bytes], signal: ListSignal, status: Status, where: str, bad: BadLine | None = None
) -> Iterator[NewEntry]:
    """The entries of a plain list. Raises InputError at the first bad line, or gives each to `bad` and goes on."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        text = line.strip()
        if not text or text.startswith(b"#"):
            continue
        if _HEX.fullmatch(text):
            yield _listed(text, signal, status)
            continue
        error = _fault(line, number, signal, where, refused=bad is None)
        if bad is None:
            raise error
        bad(error)
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def listed(reader: Reader, bank: str, signal: ListSignal) -> Iterator[str]:
    """The hashes of a bank's entries that match now, as `read_list` reads them, each once; unusable ones left out."""
    told: set[bytes] = set()
    for _, page in reader.changed(0):
        for live in page:
            if live.bank != bank or live.packed is None:
                continue
            item = unpack_item(live.packed, f"entry number {live.number}")
            frames = item.frames.usable()
            digests = [item.sha256] if item.sha256 is not None else []
            for text in map(print_hash, frames.codes) if signal == "pdq" else digests:
                key = bytes.fromhex(text)
                if key not in told:
                    told.add(key)
                    yield text


def _listed(text: bytes, signal: ListSignal, status: Status) -> NewEntry:
    if signal == "pdq":
        return NewEntry(pack_hash(bytes.fromhex(text.decode("ascii"))[::-1], _TOP_QUALITY), ("pdq",), None, status)
    digest = Sha256(text.decode("ascii").lower())
    return NewEntry(pack_item(KnownItem("video", _NO_FRAMES, sha256=digest)), ("sha256",), digest, status)


def _fault(line: bytes, number: int, signal: str, where: str, *, refused: bool) -> InputError:
    text = line.rstrip(b"\r\n")
    first = len(text) - len(text.lstrip())
    value = text.strip()
    strange = re.search(rb"[^0-9a-fA-F]", value)
    if strange is not None:
        column = first + strange.start() + 1
        sign = value[strange.start() : strange.start() + 1].decode("ascii", "backslashreplace")
        what = f"the sign {sign!r} is no hexadecimal digit"
    else:
        column, what = first + min(len(value), 64) + 1, f"the hash has {len(value)} digits, not 64"
    hint = "nothing of this list was stored; mend the line, or choose --bad-lines skip" if refused else ""
    return InputError(f"line {number}, column {column}: {what} (a {signal} hash)", where=where, hint=hint)


def _head(path: Path) -> bytes:
    """How a file begins; nothing where it cannot be read, for whoever reads it then says why."""
    try:
        with path.open("rb") as file:
            return file.read(64)
    except (OSError, ValueError):
        return b""
