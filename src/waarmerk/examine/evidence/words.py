"""A likelihood ratio in words: codes on the verbal scale of the ENFSI guideline (2015), which catalogues word.

Rules:
- 1 to 2: no support. 2-10 weak, 10-100 moderate, 100-1,000 moderately strong, 1,000-10,000 strong,
  10,000-1,000,000 very strong, above that extremely strong; a ratio on an edge takes the stronger word, but
  for "extremely strong", which starts above 1,000,000.
- Symmetrical: a ratio of 1/50 supports the other proposition as moderately as 50 supports the first.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

Support = Literal[
    "none",
    "weak-h1",
    "moderate-h1",
    "moderately-strong-h1",
    "strong-h1",
    "very-strong-h1",
    "extremely-strong-h1",
    "weak-h2",
    "moderate-h2",
    "moderately-strong-h2",
    "strong-h2",
    "very-strong-h2",
    "extremely-strong-h2",
]
SUPPORTS: tuple[Support, ...] = get_args(Support)

_STEPS = (math.log10(2), 1.0, 2.0, 3.0, 4.0)


def support(log10_lr: float) -> Support:
    """The code for a log10 likelihood ratio: `none`, or a strength with the proposition that it supports.

    Source: ENFSI Guideline for Evaluative Reporting in Forensic Science (2015), table of verbal equivalents.
    """
    size = abs(log10_lr)
    step = sum(size >= edge for edge in _STEPS) + (size > 6.0)
    if step == 0:
        return "none"
    return SUPPORTS[step if log10_lr > 0 else step + 6]


def strength(code: Support) -> int:
    """How strong a code is, signed towards the first proposition: 0 none, 1 weak ... 6 extremely strong."""
    place = SUPPORTS.index(code)
    return place if place <= 6 else 6 - place
