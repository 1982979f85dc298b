"""Trees of strangers' facts: bounded, whole, and never going round in circles."""

from hypothesis import given
from hypothesis import strategies as st

from tests.examine.report.test_html import provenance
from waarmerk.examine.report.container_tree import container_tree
from waarmerk.examine.report.provenance_tree import provenance_tree
from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.report.tree import DEPTH, LONGEST, NODES, Node, of_json

EN = Sentences("en")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def size(node: Node) -> int:
    return 1 + sum(size(child) for child in node.children)


def depth(node: Node) -> int:
    return 1 + max((depth(child) for child in node.children), default=0)


@given(json_values)
def test_any_json_becomes_a_tree(value: object) -> None:
    assert size(of_json("root", value)) >= 1


def test_a_tree_is_bounded_and_counts_what_it_leaves_out() -> None:
    wide = of_json("root", list(range(5 * NODES)))
    assert size(wide) <= NODES + 1
    assert wide.note.startswith("… + ")
    deep: object = 0
    for _ in range(5 * DEPTH):
        deep = [deep]
    assert depth(of_json("root", deep)) <= DEPTH + 2
    assert len(of_json("root", "x" * 10_000).note) == LONGEST


def test_a_manifest_that_names_itself_as_its_source_ends() -> None:
    root = provenance_tree(provenance("Maker").facts, EN)
    assert root is not None
    assert size(root) < 20


def test_a_signer_on_no_list_is_not_told_as_something_broken() -> None:
    facts = {**provenance("Maker").facts, "codes": [{"code": "signingCredential.untrusted", "outcome": "failure"}]}
    root = provenance_tree(facts, EN)
    assert root is not None
    assert EN.words.say("tree.codes") not in [child.text for child in root.children]


def test_provenance_without_a_manifest_has_no_tree() -> None:
    assert provenance_tree({"manifest": "none", "manifests": []}, EN) is None


def test_boxes_nest_by_their_depth() -> None:
    facts = {
        "digest": "d",
        "tree": [[0, "ftyp", 32], [0, "moov", 100], [1, "trak", 80], [2, "tkhd", 20], [0, "mdat", 9]],
    }
    (structure,) = container_tree(facts, EN)
    assert [node.text for node in structure.children] == ["ftyp", "moov", "mdat"]
    assert structure.children[1].children[0].children[0].text == "tkhd"


def test_a_difference_shows_only_what_differs() -> None:
    difference = {"kind": "trait", "where": "w", "here": {"a": 1, "b": 2}, "reference": {"a": 1, "b": 3}}
    (reference,) = container_tree({"references": [{"path": "r.mp4", "differences": [difference]}]}, EN)
    here, there = reference.children[0].children
    assert [(node.text, node.note) for node in (*here.children, *there.children)] == [("b", "2"), ("b", "3")]
