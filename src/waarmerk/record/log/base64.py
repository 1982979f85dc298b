"""Base64 that has one spelling for one value (RFC 4648 section 4).

Rule: what is decoded is encoded again and compared, for base64 is malleable: its last character can carry bits that
no decoder looks at, so that a changed text would still read as the same bytes.
"""

from __future__ import annotations

import binascii


def encode(data: bytes) -> str:
    """Standard base64, padded, on one line."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode(text: str) -> bytes | None:
    """The bytes, None where `text` is not exactly what `encode` makes of them."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError:
        return None
    return data if encode(data) == text else None
