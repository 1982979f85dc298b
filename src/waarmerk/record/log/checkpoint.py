"""Checkpoints: the signed head of a log.

Rules (C2SP tlog-checkpoint):
- The text is the origin, the size in decimal without zeros in front, the root in base64, then extension lines.
- No line is empty; the root is 32 bytes.
- The origin must be the expected one; a key of the log must have signed (C2SP signed-note).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.log.base64 import decode, encode
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import HASH_SIZE, MAX_SIZE
from waarmerk.record.log.note import Note, Signature, open_note, parse_note, verified

CHECKPOINT = "checkpoint"
"""The path below the log's prefix."""
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: how many entries it has and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), encode(self.root), *self.extensions))


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint that was verified: the note as it came, and the signatures of known keys."""

    head: Checkpoint
    note: Note
    signatures: dict[VerifierKey, Signature]

    def cosigned_by(self, witness_keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """The witnesses whose cosignature it carries. Raises `IntegrityError` where one of them does not hold."""
        return list(verified(self.note, witness_keys))


def parse_size(text: str) -> int | None:
    """A size in decimal without zeros in front, None where it is none or above 2^63 - 1."""
    size = int(text) if _SIZE.fullmatch(text) else None
    return size if size is not None and size <= MAX_SIZE else None


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that the text of a note states. Raises `InputError` naming the line."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise InputError("a checkpoint has three lines: origin, size and root")
    origin, size_line, root_line, *extensions = lines
    size, root = parse_size(size_line), decode(root_line)
    for number, line in enumerate(lines, 1):
        if not line:
            raise InputError("a line of a checkpoint is empty", where=f"line {number}")
    if size is None:
        raise InputError("a size is a decimal number without zeros in front", where="line 2")
    if root is None or len(root) != HASH_SIZE:
        raise InputError("a root is the base64 of 32 bytes", where="line 3")
    return Checkpoint(origin, size, root, tuple(extensions))


def open_checkpoint(data: bytes, log_keys: Sequence[VerifierKey], origin: str) -> SignedCheckpoint:
    """A checkpoint of the log `origin`, signed by one of its keys.

    Raises `InputError` where it cannot be read, `IntegrityError` where it is another log's or a signature fails.
    """
    note, signatures = open_note(data, log_keys)
    head = parse_checkpoint(note.text)
    if head.origin != origin:
        raise IntegrityError(f"the checkpoint is of the log {head.origin}, expected {origin}", evidence=(data,))
    return SignedCheckpoint(head, note, signatures)


def unverified_origin(data: bytes) -> str:
    """The origin that a checkpoint claims, to look up its keys with. Raises `InputError`."""
    return parse_note(data).text.partition("\n")[0]
