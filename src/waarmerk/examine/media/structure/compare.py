"""How the structure of one file differs from a reference's: which line, which trait, on which side.

A difference says that the two were not written alike; it does not say who wrote either, or why.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from waarmerk.values import Json

DIFFERENCES_MOST = 60


def differences(here: dict[str, Json], reference: dict[str, Json]) -> list[dict[str, Json]]:
    """Each difference as `kind` (form, only-here, only-in-reference, trait), `where`, and both values."""
    if here["form"] != reference["form"]:
        return [{"kind": "form", "where": "", "here": here["form"], "reference": reference["form"]}]
    found = [*_lines(here["outline"], reference["outline"]), *_traits(here["traits"], reference["traits"])]
    return found[:DIFFERENCES_MOST]


def comparison(here: dict[str, Json], reference: dict[str, Json]) -> dict[str, Json]:
    """One reference's name and digest, whether its structure is the same, and what differs."""
    found = differences(here, reference)
    return {
        "path": reference["path"],
        "sha256": reference["sha256"],
        "same_structure": here["digest"] is not None and here["digest"] == reference["digest"],
        "same_traits": here["form"] == reference["form"] and here["traits"] == reference["traits"],
        "differences": found,
    }


def _lines(here: list[str], reference: list[str]) -> Iterator[dict[str, Json]]:
    matcher = SequenceMatcher(None, reference, here, autojunk=False)
    for change, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        if change == "equal":
            continue
        for line in _topmost(reference[from_a:to_a]):
            yield {"kind": "only-in-reference", "where": line, "here": None, "reference": line}
        for line in _topmost(here[from_b:to_b]):
            yield {"kind": "only-here", "where": line, "here": line, "reference": None}


def _topmost(lines: list[str]) -> Iterator[str]:
    """The lines that lie below none before them: a track that is only here is one difference, not twenty."""
    above = None
    for line in lines:
        if above is None or not line.startswith(above + "/"):
            above = line
            yield line


def _traits(here: dict[str, Json], reference: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for name in sorted(here.keys() | reference.keys()):
        if here.get(name) != reference.get(name):
            yield {"kind": "trait", "where": name, "here": here.get(name), "reference": reference.get(name)}
