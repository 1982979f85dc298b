"""Trees for the page: what strangers' files and analyzers say, nested, bounded, and nothing but text.

Rules: at most `NODES` nodes and `DEPTH` levels; what is left out is counted. Long values are shortened. Escaping is
the template's; nothing here is markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from waarmerk.examine.report.rows import without_pictures
from waarmerk.values import Json

NODES = 600
DEPTH = 12
LONGEST = 300


@dataclass
class Node:
    """One line of a tree: `text`, a quieter `note`, a `tone` ("", "for", "against"), and what lies beneath."""

    text: str
    note: str = ""
    tone: str = ""
    children: list[Node] = field(default_factory=list)


def of_json(name: str, value: Json) -> Node:
    """Any JSON value as a tree, without pictures."""
    return _Growth().node(name, without_pictures(value), 0)


class _Growth:
    def __init__(self) -> None:
        self._left = NODES

    def node(self, name: str, value: Json, depth: int) -> Node:
        self._left -= 1
        if not isinstance(value, (Mapping, list, tuple)):
            return Node(name, short(_scalar(value)))
        node = Node(name)
        entries = _entries(value)
        for place, (key, inner) in enumerate(entries):
            if self._left <= 0 or depth >= DEPTH:
                node.note = f"… + {len(entries) - place}"
                break
            node.children.append(self.node(key, inner, depth + 1))
        return node


def _entries(value: Mapping[str, Json] | Sequence[Json]) -> list[tuple[str, Json]]:
    if isinstance(value, Mapping):
        return [(str(key), inner) for key, inner in value.items()]
    return [(str(place + 1), inner) for place, inner in enumerate(value)]


def _scalar(value: Json) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def short(text: str) -> str:
    """At most `LONGEST` characters of a stranger's text."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
