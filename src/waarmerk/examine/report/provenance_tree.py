"""The provenance of a file as a tree: who signed which manifest, what it declares, what it was made from."""

from __future__ import annotations

from collections.abc import Mapping

from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.report.tree import DEPTH, Node, short
from waarmerk.values import Json

_UNKNOWN_SIGNER = "signingCredential.untrusted"
"""C2PA counts it as a failure; it says that the signer is on no list, which the state says already."""


def provenance_tree(facts: Mapping[str, Json], say: Sentences) -> Node | None:
    """The active manifest with its ingredients beneath; None where there is no manifest to show."""
    manifests = {one["label"]: one for one in facts.get("manifests") or () if "label" in one}
    if not manifests:
        return None
    active = next((label for label, one in manifests.items() if one.get("active")), next(iter(manifests)))
    root = _manifest(manifests[active], manifests, say, frozenset())
    state = facts.get("state")
    if state is not None:
        root.note = say.words.say(f"tree.state.{state}")
        root.tone = "for" if state == "invalid" else "against" if state == "trusted" else ""
    codes = [code["code"] for code in facts.get("codes") or () if code.get("outcome") == "failure"]
    failures = [code for code in codes if code != _UNKNOWN_SIGNER]
    if failures:
        broken = [Node(short(code), tone="for") for code in failures]
        root.children.insert(0, Node(say.words.say("tree.codes"), children=broken))
    return root


def _manifest(
    one: Mapping[str, Json], manifests: Mapping[str, Mapping[str, Json]], say: Sentences, above: frozenset[str]
) -> Node:
    word = say.words.say
    node = Node(word("tree.manifest", title=short(one.get("title") or one["label"])))
    signer = one.get("signer") or {}
    names = ", ".join(dict.fromkeys(part for part in (signer.get("name"), signer.get("organisation")) if part))
    if names:
        node.children.append(Node(word("tree.signed-by", signer=short(names)), short(signer.get("signed_at") or "")))
    if one.get("made_with"):
        node.children.append(Node(word("tree.made-with", tools=short(", ".join(filter(None, one["made_with"]))))))
    for kind in one.get("digital_source_types") or ():
        node.children.append(Node(word("tree.source", kind=say.source(kind)), short(kind)))
    for action in one.get("actions") or ():
        code = str(action.get("action") or "?").removeprefix("c2pa.")
        text = word("tree.action", action=say.words.find(f"action.{code}") or short(code))
        node.children.append(Node(text, short(action.get("when") or "")))
    for ingredient in one.get("ingredients") or ():
        node.children.append(_ingredient(ingredient, manifests, say, above | {one["label"]}))
    return node


def _ingredient(
    one: Mapping[str, Json], manifests: Mapping[str, Mapping[str, Json]], say: Sentences, above: frozenset[str]
) -> Node:
    word = say.words.say
    relationship = one.get("relationship")
    node = Node(
        word("tree.ingredient", title=short(one.get("title") or "?")),
        say.words.find(f"tree.relationship.{relationship}") or short(relationship or ""),
    )
    if one.get("intact") is False:
        node.tone = "for"
        node.note += f" · {word('tree.not-intact')}"
    label = str(one.get("manifest"))
    # A manifest can name itself among its ingredients.
    if label in manifests and label not in above and len(above) < DEPTH:
        node.children.append(_manifest(manifests[label], manifests, say, above))
    return node
