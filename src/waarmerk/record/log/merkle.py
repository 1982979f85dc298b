"""Merkle tree hashes and their proofs, as pure functions over bytes.

Rules (RFC 6962 section 2.1, RFC 9162 section 2.1):
- A leaf hashes to SHA-256(0x00 || entry), a node to SHA-256(0x01 || left || right), the empty tree to SHA-256("").
- A tree of n leaves splits at the largest power of two below n.
- A proof is the list of hashes of fixed spans of leaves, lowest first; how many and which follows from the
  numbers alone, so a proof that is longer or shorter than that is refused before anything is hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from waarmerk.errors import InputError, IntegrityError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
MAX_SIZE = 2**63 - 1


class Span(NamedTuple):
    """The leaves `begin` to `end`, the end not included."""

    begin: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf (RFC 6962 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 6962 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root over a power of two of hashes that lie one behind the other, 32 bytes each."""
    while len(hashes) > HASH_SIZE:
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])
    return hashes


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaf hashes; a node without a neighbour rises unchanged (RFC 6962 2.1)."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        alone = level[len(level) & ~1 :]
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)] + alone
    return level[0]


def perfect_spans(begin: int, end: int) -> list[Span]:
    """The perfect, aligned subtrees that make up `begin`..`end`, left to right; `begin` must be aligned to them."""
    spans = []
    while begin < end:
        width = 1 << ((end - begin).bit_length() - 1)
        spans.append(Span(begin, begin + width))
        begin += width
    return spans


def span_hash(span: Span, perfect: Callable[[Span], bytes]) -> bytes:
    """The hash of a span of leaves, from the hashes of its perfect subtrees."""
    *left, last = perfect_spans(*span)
    digest = perfect(last)
    for subtree in reversed(left):
        digest = node_hash(perfect(subtree), digest)
    return digest


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Which spans prove leaf `index` in a tree of `size`, the leaf's neighbour first (RFC 6962 2.1.1).

    Raises `InputError` where the leaf is not in the tree.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise InputError(f"there is no entry {index} in a log of {size}", hint="entries are numbered from 0")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(begin, middle))
            begin = middle
    return path[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Which spans prove that the tree of `new` leaves begins with the tree of `old` (RFC 6962 2.1.2).

    Empty where `old` is 0 or equals `new`. Raises `InputError` where `old` is the larger one.
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise InputError(f"a log of {new} entries cannot follow one of {old}", hint="the older size comes first")
    if old in (0, new):
        return []
    path, begin, end = [], 0, new
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(begin, middle))
            begin = middle
    # A tree that is itself a perfect subtree of the new one needs no hash: the verifier has its root.
    if begin:
        path.append(Span(begin, end))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 2.1.3.2). Raises `IntegrityError` on a wrong length."""
    spans = inclusion_spans(index, size)
    _check_length(spans, proof, f"inclusion of entry {index} in a log of {size}")
    digest = leaf
    for span, sibling in zip(spans, proof, strict=True):
        digest = node_hash(sibling, digest) if span.end <= index else node_hash(digest, sibling)
    return digest


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises `IntegrityError` unless `proof` puts the leaf hash at `index` of the tree (`size`, `root`)."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise IntegrityError(f"the inclusion proof of entry {index} does not lead to the root of the log of {size}")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises `IntegrityError` unless `proof` shows that the new tree only appended to the old (RFC 9162 2.1.4.2)."""
    spans = consistency_spans(old, new)
    _check_length(spans, proof, f"consistency of a log of {new} with one of {old}")
    if old == 0:
        if old_root != EMPTY_ROOT:
            raise IntegrityError("the root of the empty log is not the hash of nothing")
        return
    before = after = old_root
    steps = list(zip(spans, proof, strict=True))
    if steps and steps[0][0].end == old:
        before = after = steps.pop(0)[1]
    for span, sibling in steps:
        if span.end <= old:
            before = node_hash(sibling, before)
            after = node_hash(sibling, after)
        else:
            after = node_hash(after, sibling)
    if before != old_root or after != new_root:
        raise IntegrityError(f"the log of {new} entries does not begin with the log of {old}")


def _split(leaves: int) -> int:
    return 1 << ((leaves - 1).bit_length() - 1)


def _check_length(spans: list[Span], proof: Sequence[bytes], what: str) -> None:
    if len(proof) != len(spans):
        raise IntegrityError(f"a proof of the {what} has {len(spans)} hashes, not {len(proof)}")
    if any(len(digest) != HASH_SIZE for digest in proof):
        raise IntegrityError(f"a proof of the {what} holds a hash that is not 32 bytes long")
