"""A proof that an entry is in a log, as one text that is verified offline.

Rules (C2SP tlog-proof):
- The first line is `c2sp.org/tlog-proof@v1`; then `extra` with base64 (optional), `index`, the hashes in base64 from
  the leaf's neighbour up, an empty line, and the checkpoint as the log issued it.
- The extra data is trusted by nobody: here it is the entry itself, which its own hash vouches for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.base64 import decode, encode
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint, parse_size
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import leaf_hash, verify_inclusion

_HEAD = "c2sp.org/tlog-proof@v1"
MAX_PROOF = 1 << 21
_MAX_HASHES = 63


@dataclass(frozen=True)
class InclusionProof:
    """Where an entry is (`index`, from 0), the hashes up to the root, the signed head, and perhaps the entry."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    entry: bytes | None = None

    @property
    def data(self) -> bytes:
        """The proof as text."""
        extra = [] if self.entry is None else [f"extra {encode(self.entry)}"]
        lines = [_HEAD, *extra, f"index {self.index}", *map(encode, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_proof(data: bytes) -> InclusionProof:
    """The parts of a proof, unverified. Raises `InputError` naming the line."""
    if len(data) > MAX_PROOF:
        raise InputError(f"a proof of {len(data)} bytes is above the limit of {MAX_PROOF}")
    top, blank, checkpoint = data.partition(b"\n\n")
    if not blank or top.partition(b"\n")[0] != _HEAD.encode():
        raise InputError(f"a proof begins with the line {_HEAD} and has an empty line before its checkpoint")
    try:
        lines = top.decode("ascii").split("\n")[1:]
    except UnicodeDecodeError as error:
        raise InputError("a proof is ASCII above its checkpoint") from error
    entry, number = None, 2
    if lines and lines[0].startswith("extra "):
        entry = decode(lines.pop(0).removeprefix("extra "))
        if entry is None:
            raise InputError("the extra data is not base64", where="line 2")
        number = 3
    index = parse_size(lines[0].removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise InputError("here stands `index` and the number of the entry", where=f"line {number}")
    hashes = []
    for count, line in enumerate(lines[1:], 1):
        digest = decode(line)
        if digest is None or count > _MAX_HASHES:
            raise InputError(
                "a proof has at most 63 hashes, each in base64 on a line", where=f"line {number + count}"
            )
        hashes.append(digest)
    return InclusionProof(index, tuple(hashes), checkpoint, entry)


def verify_proof(
    proof: InclusionProof,
    log_keys: Sequence[VerifierKey],
    entry: bytes | None = None,
) -> SignedCheckpoint:
    """The head under which the entry is proved to be in the log that the keys name.

    `entry`: what is asked about; None takes the one that the proof carries. Raises `InputError`, `IntegrityError`.
    """
    entry = proof.entry if entry is None else entry
    if entry is None:
        raise UsageError("the proof does not carry its entry", hint="give the entry as a file")
    if not log_keys:
        raise UsageError("a proof is checked with the verifier key of its log", hint="give --key")
    signed = open_checkpoint(proof.checkpoint, log_keys, log_keys[0].name)
    if proof.index >= signed.head.size:
        raise IntegrityError(f"the proof is about entry {proof.index}, the checkpoint has {signed.head.size} entries")
    verify_inclusion(leaf_hash(entry), proof.index, signed.head.size, proof.hashes, signed.head.root)
    return signed
