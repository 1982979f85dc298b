"""What the log holds of an event: a salted commitment, never the event.

Rules:
- An event has one form in bytes: canonical JSON (RFC 8785). Two spellings of one event would be two commitments.
- The commitment is SHA-256(0x00 || salt || canonical JSON); the salt is 32 random bytes, one an event, never shared,
  so that a value of few possibilities cannot be guessed from what is public.
- Who has event and salt can check the leaf; who deletes the salt and the event leaves a leaf that says nothing.
"""

from __future__ import annotations

from hashlib import sha256

import rfc8785

from waarmerk.errors import InputError
from waarmerk.values import Json

SALT_SIZE = 32


def canonical(value: Json) -> bytes:
    """The canonical JSON of plain values (RFC 8785). Raises `InputError` where a value has none."""
    try:
        data: bytes = rfc8785.dumps(value)
    except RecursionError as error:
        raise InputError("this is nested too deep for canonical JSON") from error
    except rfc8785.CanonicalizationError as error:
        raise InputError(f"this has no canonical JSON: {error}", hint="whole numbers end at 2^53 - 1") from error
    return data


def commitment(salt: bytes, event: bytes) -> bytes:
    """The 32 bytes that go into the log for an event in canonical JSON. Raises `InputError` on another salt."""
    if len(salt) != SALT_SIZE:
        raise InputError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    return sha256(b"\x00" + salt + event).digest()
