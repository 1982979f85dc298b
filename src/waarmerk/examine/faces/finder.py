"""Finders by name. What is chosen is what runs: no finder ever stands in for another."""

from __future__ import annotations

from waarmerk.errors import UsageError
from waarmerk.examine.faces.blazeface import ANCHORS, BlazeFace
from waarmerk.examine.faces.interface import FaceFinder
from waarmerk.examine.faces.yunet import YuNet

DEFAULT = "blazeface-back"
"""The better of the two on small faces, at 3 ms more: docs/adr/0002-face-finder.md."""
BUILT_IN = tuple(ANCHORS)


def load_finder(name: str = DEFAULT) -> FaceFinder:
    """The finder of that name; UsageError where there is none, DependencyError where its file is not usable."""
    if name in ANCHORS:
        return BlazeFace(name)
    kind, colon, argument = name.partition(":")
    if kind == "yunet" and colon:
        return YuNet(argument)
    raise UsageError(
        f"there is no face finder {name!r}", where="faces", hint=f"face finders: {', '.join(BUILT_IN)}, yunet:FILE"
    )
