"""What a policy's condition may ask of a case: flat, typed variables, and their defaults for a test.

Rules:
- A ratio is only a number where `ratio_known` is true; a condition that asks `ratio` asks `ratio_known` too.
- Three findings are kept apart: `synthetic` (generated or manipulated: detectors and declarations speak to this one
  alone), `resembles` (an existing person or event; a person's or a notice's word) and `authentic_looking` (would
  falsely appear authentic; a person's word). Regulation (EU) 2024/1689 Art. 3(60) needs all three.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Category = Literal[
    "satire",
    "declared",
    "political_deception",
    "fraud",
    "intimate",
    "incitement",
    "child_abuse",
    "harassment",
    "other",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
Finding = Literal["yes", "no", "unknown"]


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a case when the policy is asked."""

    why: Literal["upload", "notice", "order", "challenge", "retroactive"] = "upload"
    category: Category = "other"
    synthetic: Finding = "unknown"
    resembles: Finding = "unknown"
    authentic_looking: Finding = "unknown"
    ratio_known: bool = False
    ratio: float = 0.0
    match: Literal["none", "seeded", "confirmed"] = "none"
    match_category: str = ""
    provenance: Literal["none", "valid", "trusted", "invalid"] = "none"
    declared_synthetic: bool = False
    declared_satire: bool = False
    noticed: bool = False
    notice_category: str = ""
    trusted_flagger: bool = False
    depicted: bool = False
    csam: bool = False
    ordered: bool = False
    order_territory: tuple[str, ...] = ()
    video: bool = False
    language: str = ""
    views: int = 0
    views_per_hour: float = 0.0
    election: bool = False
    public_person: bool = False
    times_warned: int = 0


def names() -> tuple[str, ...]:
    """The variables in the order in which the documentation lists them."""
    return Facts.__struct_fields__


def values(facts: Facts) -> dict[str, object]:
    """The facts as a condition sees them."""
    return {name: list(value) if isinstance(value := getattr(facts, name), tuple) else value for name in names()}
