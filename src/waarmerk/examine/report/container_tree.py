"""The structure of a file as a tree: its boxes in file order, and how it differs from the operator's references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.report.tree import NODES, Node, of_json, short
from waarmerk.values import Json

_PATTERN = 120
"""Picture kinds that are shown: several groups of pictures of any usual encoder."""


def container_tree(facts: Mapping[str, Json], say: Sentences) -> list[Node]:
    """The sections of one file's structure; empty where the analyzer read none."""
    return [node for node in _sections(facts, say) if node.children or node.note]


def _sections(facts: Mapping[str, Json], say: Sentences) -> Iterator[Node]:
    word = say.words.say
    for reference in facts.get("references") or ():
        yield _reference(reference, say)
    damage = [Node(short(say.said(str(rule))), tone="for") for rule in facts.get("damage") or ()]
    yield Node(word("tree.damage"), tone="for", children=damage)
    yield Node(word("tree.structure"), short(facts.get("digest") or ""), children=_boxes(facts))
    pictures = facts.get("pictures") or {}
    if pictures.get("pattern"):
        yield Node(word("tree.pattern"), str(pictures["pattern"])[:_PATTERN])
    yield of_json(word("tree.traits"), facts.get("traits") or {})


def _boxes(facts: Mapping[str, Json]) -> list[Node]:
    """The boxes with their sizes where the format has them, else the outline's elements."""
    rows: Sequence[Json] = facts.get("tree") or ()
    if not rows:
        return [Node(short(str(path))) for path in (facts.get("outline") or ())[:NODES]]
    root = Node("")
    open_: list[Node] = [root]
    for depth, kind, size in rows[:NODES]:
        node = Node(short(str(kind)), f"{size:,}")
        del open_[max(int(depth), 0) + 1 :]
        open_[-1].children.append(node)
        open_.append(node)
    if len(rows) > NODES:
        root.children.append(Node(f"… + {len(rows) - NODES}"))
    return root.children


def _reference(reference: Mapping[str, Json], say: Sentences) -> Node:
    word = say.words.say
    differences = reference.get("differences") or ()
    name = str(reference.get("path")).rpartition("/")[2]
    node = Node(word("tree.reference", reference=short(name)), _differences(len(differences), say))
    node.tone = "" if differences else "against"
    for difference in differences[:50]:
        where = Node(short(str(difference.get("where"))), word(f"tree.difference.{difference.get('kind')}"))
        here, there = _apart(difference.get("here"), difference.get("reference"))
        for side, value in (("here", here), ("reference", there)):
            if value is not None:
                where.children.append(of_json(word(f"tree.side.{side}"), value))
        node.children.append(where)
    return node


def _differences(count: int, say: Sentences) -> str:
    key = "none" if not count else "one" if count == 1 else "many"
    return say.words.say(f"tree.differences.{key}", count=count)


def _apart(here: Json, there: Json) -> tuple[Json, Json]:
    """Two values without what they share, where both are objects; a list of one value is that value."""
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        keys = [key for key in {**here, **there} if here.get(key) != there.get(key)]
        return {key: here.get(key) for key in keys}, {key: there.get(key) for key in keys}
    return _single(here), _single(there)


def _single(value: Json) -> Json:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
