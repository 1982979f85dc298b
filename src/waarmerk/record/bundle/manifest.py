"""What a bundle says of itself, and how one event is a line in it.

Rules (schema `waarmerk.bundle/1`):
- `bundle.json` is canonical JSON: the log's origin, its size under the checkpoint, the range `first` to `end` (`end`
  not included), how many events are in it, the digests of the blobs, and the keys that its maker says belong to it.
- The keys are hints: a verifier brings its own.
- A line of `events.jsonl` is `{"event":E,"index":I,"salt":"S"}`, canonical, with a newline; lines in the order of I.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.events.catalogue import MAX_EVENT
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.log.merkle import MAX_SIZE
from waarmerk.record.store import Stored
from waarmerk.record.strict import exact, loads

SCHEMA = "waarmerk.bundle/1"
MANIFEST, EVENTS, CHECKPOINT, BLOBS = "bundle.json", "events.jsonl", "checkpoint", "blobs/"
MAX_MANIFEST = 1 << 24
MAX_LINE = MAX_EVENT + 200
_HEAD = b'{"event":'
_TAIL = re.compile(rb',"index":(0|[1-9][0-9]{0,18}),"salt":"([0-9a-f]{64})"}\n')
_LONGEST_TAIL = 120

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_SIZE)]
BlobDigest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bundle.json`. `first`, `end`: entries of the log, `end` not included; `events`: how many have their event."""

    schema: Literal["waarmerk.bundle/1"] = "waarmerk.bundle/1"
    origin: str
    size: Count
    first: Count
    end: Count
    events: Count
    blobs: tuple[BlobDigest, ...]
    keys: tuple[str, ...]
    witness_keys: tuple[str, ...]

    @property
    def data(self) -> bytes:
        """The manifest as it stands in the bundle."""
        return canonical(msgspec.to_builtins(self))


def parse_manifest(data: bytes) -> Manifest:
    """What a bundle says of itself. Raises `InputError`, naming the version where that is not known."""
    schema = loads(data, MANIFEST)
    said = schema.get("schema") if isinstance(schema, dict) else None
    if said != SCHEMA:
        raise InputError(f"the schema is {said!r}, expected {SCHEMA}", where=MANIFEST, hint="a newer Waarmerk?")
    manifest = exact(data, Manifest, MANIFEST)
    if not manifest.first < manifest.end <= manifest.size:
        raise InputError(
            f"the range {manifest.first} to {manifest.end} is not in a log of {manifest.size} entries",
            where=MANIFEST,
        )
    if manifest.events > manifest.end - manifest.first:
        raise InputError(f"there cannot be {manifest.events} events in the range", where=MANIFEST)
    if list(manifest.blobs) != sorted(set(manifest.blobs)):
        raise InputError("the blobs stand in order, each once", where=MANIFEST)
    for text in (*manifest.keys, *manifest.witness_keys):
        parse_verifier_key(text)
    return manifest


def print_line(stored: Stored) -> bytes:
    """One event as a line of `events.jsonl`, its newline included."""
    return b'%s%s,"index":%d,"salt":"%s"}\n' % (_HEAD, stored.event, stored.index, stored.salt.hex().encode())


def parse_line(line: bytes, number: int) -> Stored:
    """The parts of a line; whether the event is one is not looked at. Raises `InputError` with the line's number."""
    end = line.rfind(b',"index":', max(len(line) - _LONGEST_TAIL, 0))
    tail = _TAIL.fullmatch(line, end) if end >= 0 else None
    if tail is None or not line.startswith(_HEAD):
        what = "it has no end" if len(line) > MAX_LINE or not line.endswith(b"\n") else "this one does not"
        raise InputError(
            f'a line reads {{"event":{{...}},"index":N,"salt":"64 digits"}}; {what}',
            where=f"{EVENTS} line {number}",
        )
    return Stored(int(tail[1]), bytes.fromhex(tail[2].decode()), line[len(_HEAD) : end])
