"""The simulation's own tree, notes and tiles, held against the published vectors and Waarmerk's verifier."""

from __future__ import annotations

from simulation.bundle.note import Key, checkpoint, inclusion
from simulation.bundle.tree import Tree, leaf_hash

from waarmerk.record.log.checkpoint import open_checkpoint
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.log.merkle import verify_inclusion
from waarmerk.record.log.proof import parse_proof, verify_proof
from waarmerk.record.log.tiles import parse_path

# The eight test leaves of certificate-transparency, and roots of the trees over the first of them.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def tree_of(count: int) -> Tree:
    tree = Tree()
    for number in range(count):
        tree.add(leaf_hash(bytes.fromhex(LEAVES[number]) if count <= 8 else b"%d" % number))
    return tree


def test_roots_are_those_of_the_vectors() -> None:
    assert {count: tree_of(count).root().hex() for count in ROOTS} == ROOTS


def test_a_proof_of_any_leaf_leads_to_the_root() -> None:
    for count in (1, 2, 7, 256, 300):
        tree = tree_of(count)
        for index in {0, 1, count // 2, count - 1} & set(range(count)):
            entry = bytes.fromhex(LEAVES[index]) if count <= 8 else b"%d" % index
            verify_inclusion(leaf_hash(entry), index, count, tuple(tree.proof(index)), tree.root())


def test_tiles_stand_at_their_places_with_their_widths() -> None:
    tiles = dict(tree_of(600).tiles())
    assert [*tiles] == ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
    for path, data in tiles.items():
        place = parse_path(path)
        assert place is not None and len(data) == 32 * place.width


def test_a_checkpoint_and_a_proof_are_read_by_others() -> None:
    log, witness = Key("example.com/log", bytes(32)), Key("witness.example/w", bytes([1]) * 32, witness=True)
    keys = [parse_verifier_key(log.verifier)]
    tree = tree_of(300)
    head = checkpoint(300, tree.root(), log, witness, 1_772_000_000)
    signed = open_checkpoint(head, keys, "example.com/log")
    witnesses = [parse_verifier_key(witness.verifier)]
    assert (signed.head.size, signed.cosigned_by(witnesses)) == (300, witnesses)
    proof = parse_proof(inclusion(77, tree.proof(77), head).encode())
    assert verify_proof(proof, keys, b"77").head.root == tree.root()
