"""The outline of a file: the lines that two files of the same maker share, and their digest.

A line is the path of one element, in file order, with what depends on the maker and not on the recording. Elements
that repeat as a group (fragments, clusters) are written once: how many there are depends on the length.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from waarmerk.values import Json

GROUP_MOST = 4
"""styp, sidx, moof, mdat: the longest group that muxers repeat."""
LINES_MOST = 2_000


@dataclass
class Described:
    """What a parser says of one file. `traits`: what the maker chose, by name; `facts`: the rest, for people."""

    form: str
    outline: list[str]
    traits: dict[str, Json]
    facts: dict[str, Json] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """The facts of the container analyzer."""
        lines = self.outline[:LINES_MOST]
        return {
            "form": self.form,
            "digest": digest(self.form, lines) if lines else None,
            "outline": lines,
            "traits": self.traits,
            "damage": self.damage[:20],
            **self.facts,
        }


def digest(form: str, lines: Iterable[str]) -> str:
    """SHA-256 of the outline, as hexadecimal digits."""
    return hashlib.sha256("\n".join((form, *lines)).encode()).hexdigest()


def without_repeats(groups: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """`groups` of lines, where a run of up to `GROUP_MOST` of them that repeats stands once."""
    kept: list[tuple[str, ...]] = []
    for group in groups:
        kept.append(group)
        for length in range(1, GROUP_MOST + 1):
            if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
                break
    return kept
