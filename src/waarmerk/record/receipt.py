"""A receipt: one event, and the proof that it is in the log, as one text that its holder keeps.

Rules (schema `waarmerk.receipt/1`):
- Canonical JSON (RFC 8785) of `schema`, `event`, `salt` (64 hexadecimal digits) and `proof`; nothing else, and no
  second spelling, so that every changed bit is found.
- `proof` is a C2SP tlog-proof without extra data: the index, the hashes, the checkpoint with its cosignatures.
- The log's entry is SHA-256(0x00 || salt || canonical JSON of the event); the leaf is SHA-256(0x00 || entry).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import SALT_SIZE, canonical, commitment
from waarmerk.record.events.catalogue import MAX_EVENT, decode
from waarmerk.record.events.types import Event
from waarmerk.record.log.checkpoint import SignedCheckpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.proof import MAX_PROOF, InclusionProof, parse_proof, verify_proof
from waarmerk.record.log.reader import Reader
from waarmerk.record.store import Stored
from waarmerk.record.strict import exact, loads
from waarmerk.values import Json

SCHEMA = "waarmerk.receipt/1"
MAX_RECEIPT = MAX_EVENT + MAX_PROOF + 4096


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    schema: Literal["waarmerk.receipt/1"]
    event: dict[str, Json]
    salt: str
    proof: str


@dataclass(frozen=True)
class Receipt:
    """An event in canonical JSON, its salt, and the proof of its place; nothing in it is trusted yet."""

    event: bytes
    salt: bytes
    proof: InclusionProof

    @property
    def data(self) -> bytes:
        """The receipt as it is handed out."""
        return canonical(
            {
                "schema": SCHEMA,
                "event": loads(self.event),
                "salt": self.salt.hex(),
                "proof": self.proof.data.decode(),
            }
        )


def make_receipt(log: Reader, log_keys: Sequence[VerifierKey], stored: Stored) -> Receipt:
    """The receipt of a stored event under the log's newest checkpoint.

    Raises `InputError` where the log is not that long, `IntegrityError` where it holds something else there.
    """
    proof = log.prove(stored.index)
    receipt = Receipt(
        stored.event, stored.salt, InclusionProof(proof.index, proof.hashes, log.signed.note.data, entry=None)
    )
    verify_receipt(receipt, log_keys)
    return receipt


def parse_receipt(data: bytes) -> Receipt:
    """The parts of a receipt, unverified. Raises `InputError` saying what is not as it should be."""
    if len(data) > MAX_RECEIPT:
        raise InputError(f"a receipt of {len(data)} bytes is above the limit of {MAX_RECEIPT}")
    written = exact(data.removesuffix(b"\n"), _Written, "receipt")
    if re.fullmatch(f"[0-9a-f]{{{2 * SALT_SIZE}}}", written.salt) is None:
        raise InputError(f"the salt of a receipt is {2 * SALT_SIZE} hexadecimal digits, in lower case")
    text = written.proof.encode()
    proof = parse_proof(text)
    if proof.entry is not None or proof.data != text:
        raise InputError("the proof of a receipt has its index, hashes and checkpoint, and nothing else")
    return Receipt(canonical(written.event), bytes.fromhex(written.salt), proof)


def verify_receipt(receipt: Receipt, log_keys: Sequence[VerifierKey]) -> tuple[Event, SignedCheckpoint]:
    """The event, and the head under which it is proved to be in the log that the keys name.

    Raises `InputError` where the event is none of the catalogue, `IntegrityError` where it is not what was logged.
    """
    event = decode(receipt.event, "the event of the receipt")
    return event, verify_proof(receipt.proof, log_keys, commitment(receipt.salt, receipt.event))
