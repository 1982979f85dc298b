"""Hashes and proofs against the known answers, and against the definition written down once more, slowly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.log.vectors import load
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.log.merkle import (
    EMPTY_ROOT,
    Span,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    perfect_root,
    root_hash,
    span_hash,
    verify_consistency,
    verify_inclusion,
)

KNOWN = load("merkle.json")
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN["leaves"]]
ROOTS = [bytes.fromhex(root) for root in KNOWN["roots"]]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def holds_by_rfc_9162(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2: the other way to check an inclusion proof, by the bits of the index."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def made(spans: list[Span], leaves: list[bytes]) -> list[bytes]:
    return [span_hash(span, lambda span: perfect_root(b"".join(leaves[span.begin : span.end]))) for span in spans]


SMALL = [leaf_hash(bytes([number])) for number in range(70)]
sizes = st.integers(1, len(SMALL))


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_eight_known_leaves(size: int) -> None:
    assert root_hash(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("known", KNOWN["inclusion"], ids=str)
def test_known_inclusion_proofs_are_made_and_verified(known: dict) -> None:
    index, size = known["index"], known["size"]
    proof = made(inclusion_spans(index, size), LEAVES)
    assert [digest.hex() for digest in proof] == known["proof"]
    verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize("known", KNOWN["consistency"], ids=str)
def test_known_consistency_proofs_are_made_and_verified(known: dict) -> None:
    old, new = known["old"], known["new"]
    proof = made(consistency_spans(old, new), LEAVES)
    assert [digest.hex() for digest in proof] == known["proof"]
    verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


@pytest.mark.parametrize("size", range(1, 70))
def test_every_proof_of_every_tree_up_to_69_leaves_is_the_rfcs(size: int) -> None:
    leaves = SMALL[:size]
    root = mth(leaves)
    assert root_hash(leaves) == root
    for index in range(size):
        proof = made(inclusion_spans(index, size), leaves)
        assert proof == path(index, leaves)
        verify_inclusion(leaves[index], index, size, proof, root)
        assert holds_by_rfc_9162(index, size, leaves[index], proof, root)
    for old in range(1, size):
        proof = made(consistency_spans(old, size), leaves)
        assert proof == subproof(old, leaves, whole=True)
        verify_consistency(old, mth(leaves[:old]), size, root, proof)


@given(st.data())
def test_a_changed_proof_of_inclusion_is_refused(data: st.DataObject) -> None:
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))
    root, leaf = root_hash(SMALL[:size]), SMALL[index]
    proof = made(inclusion_spans(index, size), SMALL)
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index) if size > 1 else st.just(size))
    with pytest.raises((IntegrityError, InputError)):
        verify_inclusion(leaf, other, size, proof, root)
    with pytest.raises(IntegrityError):
        verify_inclusion(leaf, index, size, [*proof, leaf], root)
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[place], "big") ^ 1 << bit).to_bytes(32, "big")
        with pytest.raises(IntegrityError):
            verify_inclusion(leaf, index, size, [*proof[:place], flipped, *proof[place + 1 :]], root)
        with pytest.raises(IntegrityError):
            verify_inclusion(leaf, index, size, proof[:-1], root)


@given(st.data())
def test_a_log_that_rewrote_its_past_cannot_prove_consistency(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, len(SMALL)))
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*SMALL[:changed], leaf_hash(b"rewritten"), *SMALL[changed + 1 : new]]
    proof = made(consistency_spans(old, new), rewritten)
    with pytest.raises(IntegrityError):
        verify_consistency(old, root_hash(SMALL[:old]), new, root_hash(rewritten), proof)


def test_an_equal_size_is_consistent_with_an_equal_root_alone() -> None:
    verify_consistency(3, ROOTS[3], 3, ROOTS[3], [])
    with pytest.raises(IntegrityError, match="does not begin with"):
        verify_consistency(3, ROOTS[3], 3, ROOTS[4], [])


def test_the_empty_log_is_the_beginning_of_every_log_but_has_one_root() -> None:
    verify_consistency(0, EMPTY_ROOT, 5, ROOTS[5], [])
    with pytest.raises(IntegrityError, match="hash of nothing"):
        verify_consistency(0, ROOTS[1], 5, ROOTS[5], [])


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 0), (0, 2**64)])
def test_an_entry_outside_the_log_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(InputError, match="there is no entry"):
        inclusion_spans(index, size)


def test_a_later_log_comes_after_an_earlier_one() -> None:
    with pytest.raises(InputError, match="cannot follow"):
        consistency_spans(4, 3)


def test_the_largest_tree_of_the_format_has_proofs_of_at_most_63_hashes() -> None:
    assert len(inclusion_spans(0, 2**63 - 1)) == 63
    assert len(consistency_spans(2**62 + 1, 2**63 - 1)) <= 64


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(IntegrityError, match="not 32 bytes"):
        verify_inclusion(LEAVES[0], 0, 2, [b"short"], ROOTS[2])
