"""The frame of an hour's uploads: what is committed to, so that an auditor can draw what nobody acted on.

A leaf is SHA-256(0x00, 32 bytes of salt, 16 bytes of item id); an hour's leaves are sorted, its root is the tree's of
RFC 9162 over them. Without the salts nobody can ask the log whether an item was uploaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from waarmerk.record.log.merkle import leaf_hash, root_hash

SALT_SIZE = 32


def frame_leaf(salt: str, item: str) -> bytes:
    """What stands for an item in its hour's frame, 32 bytes; both in hexadecimal."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(salt) + bytes.fromhex(item)).digest()


def frame_root(leaves: Iterable[bytes]) -> str:
    """The root over an hour's leaves, whatever order they come in."""
    return root_hash([leaf_hash(each) for each in sorted(leaves)]).hex()
