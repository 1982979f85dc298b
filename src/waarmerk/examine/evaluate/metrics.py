"""How well scores tell fakes from reals: every figure for one weighting of the items, or for many at once.

Rules:
- `scores` and `fake` are [n]; `weights` [n] or [draws, n] count how often each item stands in a sample (1 each, or
  the draws of a bootstrap). A figure is a float64 [draws], nan where a class is empty.
- Equal scores are one threshold: ties count half in AUC, and no order among them is assumed anywhere.
- An interval is the middle 95 % over draws of whole groups (`group_weights`): items of one person, or pictures of one
  video, are not independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.evidence.calibration import pooled_adjacent_violators

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Figure = Callable[[Floats, Bools, Floats], Floats]

DRAWS = 1000
SEED = 7
LEVEL = 0.95
_CELLS = 4_000_000
"""Numbers in one block of draws: bounds memory whatever the length of a list."""


def blocks(scores: Floats, fake: Bools, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """The distinct scores [k] ascending, and the weight of fakes and of reals at each, [draws, k]."""
    given = np.atleast_2d(np.asarray(weights, np.float64))
    values, inverse = np.unique(np.asarray(scores, np.float64), return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.searchsorted(inverse[order], np.arange(len(values)))
    sorted_weights, sorted_fake = given[:, order], fake[order]
    positive = np.add.reduceat(sorted_weights * sorted_fake, starts, axis=1)
    negative = np.add.reduceat(sorted_weights * ~sorted_fake, starts, axis=1)
    return values, positive, negative


def auc(scores: Floats, fake: Bools, weights: Floats) -> Floats:
    """P(fake > real) + half the ties."""
    _, positive, negative = blocks(scores, fake, weights)
    below = np.cumsum(negative, axis=1) - negative / 2
    return _over((positive * below).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def average_precision(scores: Floats, fake: Bools, weights: Floats) -> Floats:
    """Sum over thresholds of the step in recall times the precision there."""
    _, positive, negative = blocks(scores, fake, weights)
    hits, alarms = (np.cumsum(part[:, ::-1], axis=1) for part in (positive, negative))
    precision = np.divide(hits, hits + alarms, out=np.zeros_like(hits), where=hits + alarms > 0)
    value = _over((positive[:, ::-1] * precision).sum(axis=1), hits[:, -1])
    return np.where(alarms[:, -1] > 0, value, np.nan)


def rates(scores: Floats, fake: Bools, weights: Floats) -> tuple[Floats, Floats]:
    """False and true positive rates [draws, k + 1], from "nothing is called fake" to "everything is"."""
    _, positive, negative = blocks(scores, fake, weights)
    result = []
    for part in (negative, positive):
        total = part.sum(axis=1, keepdims=True)
        share = np.divide(np.cumsum(part[:, ::-1], axis=1), total, out=np.full_like(part, np.nan), where=total > 0)
        result.append(np.concatenate([np.zeros((len(part), 1)), share], axis=1))
    return result[0], result[1]


def equal_error_rate(scores: Floats, fake: Bools, weights: Floats) -> Floats:
    """Where false alarms and misses are equally frequent, on the straight lines between thresholds."""
    alarms, hits = rates(scores, fake, weights)
    gap = alarms - (1 - hits)
    found = np.full(len(gap), np.nan)
    for draw, row in enumerate(gap):
        if np.isnan(row[-1]):
            continue
        after = int(np.argmax(row >= 0))
        before = max(after - 1, 0)
        step = row[after] - row[before]
        share = -row[before] / step if step > 0 else 0.0
        found[draw] = alarms[draw, before] + share * (alarms[draw, after] - alarms[draw, before])
    return found


def true_positive_rate(at: float) -> Figure:
    """The figure "share of fakes above the lowest threshold that at most `at` of the reals pass"."""

    def figure(scores: Floats, fake: Bools, weights: Floats) -> Floats:
        alarms, hits = rates(scores, fake, weights)
        best: Floats = np.where(alarms <= at + 1e-12, hits, 0.0).max(axis=1)
        return np.where(np.isnan(alarms[:, -1]) | np.isnan(hits[:, -1]), np.nan, best)

    return figure


def cllr(log10_lr: Floats, fake: Bools, weights: Floats) -> Floats:
    """Cost of log10 ratios: the mean of its two halves (`cllr_halves`)."""
    of_fakes, of_reals = cllr_halves(log10_lr, fake, weights)
    return np.asarray((of_fakes + of_reals) / 2, np.float64)


def cllr_halves(log10_lr: Floats, fake: Bools, weights: Floats) -> tuple[Floats, Floats]:
    """Mean over fakes of log2(1 + 1/LR), and over reals of log2(1 + LR): 0 perfect, 1 no answer.

    Source: Brümmer and du Preez, Computer Speech & Language 20 (2006).
    """
    given = np.atleast_2d(np.asarray(weights, np.float64))
    ratio = np.asarray(log10_lr, np.float64) * math.log2(10)
    halves = []
    for cost, chosen in ((np.logaddexp2(0, -ratio), fake), (np.logaddexp2(0, ratio), ~fake)):
        part = given[:, chosen]
        halves.append(_over(part @ cost[chosen], part.sum(axis=1)))
    return halves[0], halves[1]


def cllr_min(scores: Floats, fake: Bools, weights: Floats) -> Floats:
    """The least Cllr that any monotone calibration of the scores reaches (PAV)."""
    values, positive, negative = blocks(scores, fake, weights)
    is_fake = np.repeat([True, False], len(values))
    found = np.full(len(positive), np.nan)
    for draw, (fakes, reals) in enumerate(zip(positive, negative, strict=True)):
        if not fakes.sum() or not reals.sum():
            continue
        balanced = np.concatenate([fakes / fakes.sum(), reals / reals.sum()]) / 2
        seen = np.flatnonzero(balanced > 0)
        share = pooled_adjacent_violators(np.tile(values, 2)[seen], is_fake[seen], balanced[seen])
        ratio = np.log10(np.clip(share, 1e-12, 1)) - np.log10(np.clip(1 - share, 1e-12, 1))
        found[draw] = cllr(ratio, is_fake[seen], balanced[seen])[0]
    return found


def group_weights(groups: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> Floats:
    """How often each item stands in each of `draws` bootstrap samples of whole groups, [draws, n]."""
    counts, inverse = _drawn(groups, draws, seed)
    return counts[:, inverse].astype(np.float64)


def _drawn(groups: Sequence[str], draws: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """How often each group stands in each sample, [draws, groups], and which group each item is of, [n]."""
    names, inverse = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    rng = np.random.default_rng(seed)
    return rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws), inverse


def with_interval(
    figure: Figure, scores: Floats, fake: Bools, groups: Sequence[str]
) -> tuple[float | None, tuple[float, float] | None]:
    """A figure with its 95 % interval over `DRAWS` samples of groups; None where a class is empty.

    The interval is None with fewer than two groups of either class, or where half of the samples lack a class.
    """
    if not len(scores):
        return None, None
    value = finite(figure(scores, fake, np.ones(len(scores)))[0])
    names = np.asarray(groups, dtype=object).astype(str)
    if value is None or min(len(set(names[fake])), len(set(names[~fake]))) < 2:
        return value, None
    counts, inverse = _drawn(list(names), DRAWS, SEED)
    step = max(1, _CELLS // len(scores))
    drawn = [
        figure(scores, fake, counts[at : at + step][:, inverse].astype(np.float64)) for at in range(0, DRAWS, step)
    ]
    return value, middle(np.concatenate(drawn))


def middle(drawn: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the draws that have a value; None where fewer than half have one."""
    valid = drawn[np.isfinite(drawn)]
    if len(valid) < len(drawn) / 2:
        return None
    low, high = np.quantile(valid, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def finite(value: float) -> float | None:
    """The number, or None for what is none."""
    return float(value) if math.isfinite(value) else None


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan, dtype=np.float64), where=bottom > 0)
