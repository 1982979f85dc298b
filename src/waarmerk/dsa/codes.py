"""The few codes that rules ask for by name, found in the vocabulary by their ending: never spelled here."""

from __future__ import annotations

from functools import cache

from waarmerk.dsa import vocabulary


@cache
def code(field: str, ending: str) -> str:
    """The one code of `field`'s list that ends in `_ENDING` (as `OTHER`); KeyError unless exactly one does."""
    enum = vocabulary.fields()[field].enum or field
    found = [value for value in vocabulary.enum(enum) if value.endswith(f"_{ending}")]
    if len(found) != 1:
        raise KeyError(f"{len(found)} codes of {field} end in _{ending}")
    return found[0]


GROUNDS: dict[str, str] = {
    code("decision_ground", "ILLEGAL_CONTENT"): "illegal_content_",
    code("decision_ground", "INCOMPATIBLE_CONTENT"): "incompatible_content_",
}
"""Each decision ground with the beginning of its own fields' names."""
