"""From counted cases to a suggested conclusion, in the words of Delegated Regulation (EU) 2024/436 Art. 8.

Rules:
- `positive`: no deviation. `positive_with_comments`: deviations below materiality, a lone one among many cases, or
  questions. `negative`: deviations above materiality. A conclusion is a suggestion; people conclude.
- The population is complete, so the share itself is compared with materiality, not a bound of it.
- `cannot_be_tested` is neither: a kind is missing, or there was no case. `not_binding`: the law does not bind this
  tier [DSA 19, 33].
- `fail` is for rows with a basis in law alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from waarmerk.audit.loaded import Tier
from waarmerk.record.events.coverage import Obligation

Conclusion = Literal["positive", "positive_with_comments", "negative", "cannot_be_tested", "not_binding"]


@dataclass(frozen=True)
class Materiality:
    """The share of cases above which deviations weigh; a lone one among `lone_among` or more is a comment."""

    share: float
    lone_among: int
    set_by: Literal["auditor", "default"]


def conclude(deviations: int, tested: int, questions: int, materiality: Materiality) -> Conclusion:
    """What the counts suggest; `tested`: cases that were kept or deviate, 0 where nothing could be tested."""
    if not tested:
        return "cannot_be_tested"
    lone = deviations == 1 and tested >= materiality.lone_among
    if deviations > materiality.share * tested and not lone:
        return "negative"
    return "positive_with_comments" if deviations or questions else "positive"


def binds(row: Obligation, tier: Tier, micro_small: bool) -> bool:
    """Whether the law binds this tier; own promises and proof bind whoever made them.

    Art. 19 and 29 exempt micro and small platforms from the duties of platforms, unless they are very large.
    """
    if row.basis != "law":
        return True
    if row.tier == "p":
        return tier == "vlop" or (tier == "platform" and not micro_small)
    return row.tier != "v" or tier == "vlop"
