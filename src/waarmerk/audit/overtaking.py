"""Are trusted flaggers overtaken more often than chance would have it? An exact test by permutation.

Rules:
- A notice is overtaken by every untrusted one of its category and week that came later and was taken up earlier.
- The null: within a category and week it does not matter who sent a notice. Then those that were overtaken most
  (above a threshold) are as often trusted as a draw without replacement gives; over all weeks the draws add up
  (convolution of hypergeometric distributions). The thresholds are the most overtaken 0.5 to 25 %; the smallest
  probability counts, times their number.
- A category that is hard for everybody, or a flagger whose notices take longer to decide, moves neither.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from waarmerk.audit.rows import Row

THRESHOLDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25)
_CHUNK = 512


@dataclass(frozen=True)
class Waiting:
    """A notice in its queue: `stratum`: category and week; `taken`: when it was taken up (ms), None: not yet."""

    row: Row
    stratum: tuple[object, ...]
    trusted: bool
    taken: int | None


@dataclass(frozen=True)
class Tested:
    """`overtaken`: by how many, one for each notice given; `marked`: above the threshold that speaks most; `p`."""

    overtaken: tuple[int, ...]
    marked: tuple[bool, ...]
    p: float


def overtaking_test(waiting: Sequence[Waiting], end: int) -> Tested:
    """The test over all notices of a record; `end`: when it ends, milliseconds."""
    overtaken = np.zeros(len(waiting), dtype=np.int64)
    strata: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(waiting):
        strata[one.stratum].append(at)
    for members in strata.values():
        overtaken[members] = _overtaken([waiting[at] for at in members], end)
    trusted = np.array([one.trusted for one in waiting], dtype=bool)
    groups = [np.array(members) for members in strata.values()]
    best, limit = 1.0, None
    tried = sorted({_cut(overtaken, share) for share in THRESHOLDS})
    for cut in tried:
        marked = overtaken > cut
        p = _tail(
            int((marked & trusted).sum()),
            [(len(group), int(trusted[group].sum()), int(marked[group].sum())) for group in groups],
        )
        if p < best:
            best, limit = p, cut
    marked = np.zeros(len(waiting), bool) if limit is None else (overtaken > limit)
    return Tested(tuple(overtaken.tolist()), tuple((marked & trusted).tolist()), min(1.0, best * max(1, len(tried))))


def _overtaken(notices: Sequence[Waiting], end: int) -> Any:
    """By how many later untrusted notices each was overtaken; int64 [n]."""
    came = np.array([one.row.at for one in notices])
    taken = np.array([end + 1 if one.taken is None else one.taken for one in notices])
    untrusted = np.array([not one.trusted and one.taken is not None for one in notices])
    others_came, others_taken = came[untrusted], taken[untrusted]
    found = np.zeros(len(notices), dtype=np.int64)
    for first in range(0, len(notices), _CHUNK):
        mine = slice(first, first + _CHUNK)
        later = others_came[None, :] > came[mine, None]
        earlier = others_taken[None, :] < taken[mine, None]
        found[mine] = (later & earlier).sum(axis=1)
    return found


def _cut(overtaken: Any, share: float) -> int:
    """The smallest count above which at most this share of all lies."""
    most = math.floor(share * len(overtaken))
    ordered = np.sort(overtaken)[::-1]
    return int(ordered[most]) if most < len(ordered) else 0


def _tail(seen: int, strata: Iterable[tuple[int, int, int]]) -> float:
    """The probability of at least `seen` trusted among the marked; strata: (notices, trusted, marked)."""
    total = np.ones(1)
    for notices, trusted, marked in strata:
        if marked and trusted:
            total = np.convolve(total, _hypergeometric(notices, trusted, marked))
    return float(total[seen:].sum()) if seen < len(total) else 0.0


def _hypergeometric(notices: int, trusted: int, marked: int) -> Any:
    """Probabilities of 0 .. min(trusted, marked) trusted among the marked."""

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    whole = log_choose(notices, marked)
    return np.array(
        [
            math.exp(log_choose(trusted, k) + log_choose(notices - trusted, marked - k) - whole)
            if marked - k <= notices - trusted
            else 0.0
            for k in range(min(trusted, marked) + 1)
        ]
    )
