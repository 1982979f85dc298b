"""Cosignatures that a quantum computer does not forge: ML-DSA-44 over a tree, or a subtree, of a log.

Rules (C2SP tlog-cosignature, "ML-DSA-44 signed message"):
- The signature is eight bytes of POSIX time, high one first, then ML-DSA-44 (FIPS 204) over a structure of the label
  "subtree/v1\\n\\0", the cosigner's name, the time, the log's origin, start, end and root; texts have a length byte.
- On a checkpoint start is 0 and end the size; extension lines are not signed. The time of a checkpoint is not 0.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from waarmerk.errors import InputError
from waarmerk.record.log.base64 import decode

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

    AVAILABLE = True
except ImportError:  # an older `cryptography`
    AVAILABLE = False

PUBLIC_SIZE, SIGNATURE_SIZE = 1312, 2428
_LABEL = b"subtree/v1\n\x00"
_TIME_SIZE = 8
_MAX_TIME = 2**63 - 1
_HASH_SIZE = 32


def subtree_message(name: str, time: int, origin: str, start: int, end: int, root: bytes) -> bytes | None:
    """What a cosigner called `name` signs of the leaves `start`..`end`; None where a text is empty or too long."""
    cosigner, log = name.encode(), origin.encode()
    if not 0 < len(cosigner) < 256 or not 0 < len(log) < 256 or len(root) != _HASH_SIZE:
        return None
    numbers = start.to_bytes(8, "big") + end.to_bytes(8, "big")
    return b"".join(
        (_LABEL, bytes([len(cosigner)]), cosigner, time.to_bytes(8, "big"), bytes([len(log)]), log, numbers, root)
    )


def subtree_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an ML-DSA-44 signature (2,420 bytes) is over the message."""
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def public_of(seed: bytes) -> bytes:
    """The public key of a seed of 32 bytes."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def sign(name: str, seed: bytes, text: bytes, time: int) -> bytes:
    """The cosignature on the text of a checkpoint. Raises `InputError` where the text is none."""
    message = _checkpoint_message(name, text, time)
    if message is None:
        raise InputError("only checkpoints are cosigned with ML-DSA-44")
    return time.to_bytes(_TIME_SIZE, "big") + MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def holds(name: str, public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether a cosignature is over the text of a checkpoint, at a time that is not 0."""
    time = int.from_bytes(signature[:_TIME_SIZE], "big")
    message = _checkpoint_message(name, text, time) if 0 < time <= _MAX_TIME else None
    return message is not None and subtree_holds(public, message, signature[_TIME_SIZE:])


def _checkpoint_message(name: str, text: bytes, time: int) -> bytes | None:
    lines = text.decode().split("\n")
    if len(lines) < 4 or not lines[1].isascii() or not lines[1].isdigit() or len(lines[1]) > 19:
        return None
    size, root = int(lines[1]), decode(lines[2])
    return None if root is None or size > _MAX_TIME else subtree_message(name, time, lines[0], 0, size, root)
