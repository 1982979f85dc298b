"""The figures of a working paper: shares with exact bounds, medians with and without the open cases.

Rules:
- A bound is Clopper-Pearson, exact and one-sided, 95 %: were the period one draw of how the platform works, a
  higher share could hardly have given so few deviations.
- A median with the open cases is Kaplan-Meier's: an open case counts as "not yet" at its age, so that a platform
  which never decides cannot look best. It is None where half of the cases never came so far.
- Durations are hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

CONFIDENCE = 0.95
_STEPS = 200
_TINY = 1e-300


def upper_bound(deviations: int, tested: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided upper bound of a share (Clopper and Pearson 1934), 0..1; 1 where nothing was tested."""
    if deviations >= tested:
        return 1.0
    return _root(lambda share: 1 - incomplete_beta(deviations + 1, tested - deviations, share) - (1 - confidence))


def lower_bound(deviations: int, tested: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided lower bound of a share, 0..1; 0 where nothing deviates."""
    return 1 - upper_bound(tested - deviations, tested, confidence) if deviations else 0.0


def binomial_tail(least: int, tested: int, share: float) -> float:
    """The probability that at least so many of `tested` deviate, each with this share."""
    if least <= 0:
        return 1.0
    return 0.0 if least > tested else incomplete_beta(least, tested - least + 1, share)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges quickly below the mean alone.
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(b, a, 1 - x) / b
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _root(falling: Callable[[float], float]) -> float:
    """Where a falling function of 0..1 is zero, by bisection to the last bit."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high


def median(hours: Sequence[float]) -> float | None:
    """The median of the decided cases alone; None of none."""
    return float(np.median(np.asarray(hours))) if len(hours) else None


def median_with_open(closed: Sequence[float], still_open: Sequence[float]) -> float | None:
    """Kaplan and Meier's (1958) median: the first time by which half were closed; None where that never came."""
    times, shares = closed_by(closed, still_open)
    half = np.flatnonzero(shares >= 0.5 - 1e-12)
    return float(times[half[0]]) if len(half) else None


def closed_by(closed: Sequence[float], still_open: Sequence[float]) -> tuple[Floats, Floats]:
    """Kaplan and Meier's curve: at each closing, ascending, the share of cases that were closed by then, 0..1."""
    times = np.concatenate([np.asarray(closed, dtype=float), np.asarray(still_open, dtype=float)])
    ends = np.concatenate([np.ones(len(closed), bool), np.zeros(len(still_open), bool)])
    # At the same time closings come before censorings.
    order = np.lexsort((~ends, times))
    times, ends = times[order], ends[order]
    at_risk = np.arange(len(times), 0, -1)
    staying = np.cumprod(np.where(ends, 1 - 1 / at_risk, 1.0))
    return times[ends], 1 - staying[ends]
