"""Fits the calibration: a weighted logistic line on sources that were not trained on, with supported bounds.

- Every (source, method) of a class counts by n^-0.6 a recording, and both classes weigh the same: the ratio stands
  for no prior, and one page with thirty clips does not set it alone.
- A little ridge on the slope keeps few recordings from making it steep.
- How well it carries to a source that it has not seen is measured by leaving each source out in turn
  (`cllr_left_out`); the bounds stand on those ratios, not on the fitted ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.evidence.calibration import SCHEMA, Fitted, Model, cllr, cllr_min, supported_bounds
from waarmerk.training.evaluate import Item
from waarmerk.values import Propositions, Sha256

RIDGE = 0.02
"""Weight of the squared slope (of standardised scores) in the loss."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """log10 ratio = intercept + slope x score, before any bound."""

    intercept: float
    slope: float

    def __call__(self, scores: Floats) -> Floats:
        return np.asarray(self.intercept + self.slope * scores, dtype=np.float64)


def weights_of(items: Sequence[Item]) -> Floats:
    """Each recording's weight: n^-0.6 of its source and method, the two classes alike, 1 in all."""
    counts = Counter((item.source, item.method) for item in items)
    raw = np.array([counts[item.source, item.method] ** -0.6 for item in items])
    fake = np.array([item.fake for item in items], dtype=bool)
    return np.asarray(np.where(fake, 0.5 * raw / raw[fake].sum(), 0.5 * raw / raw[~fake].sum()), dtype=np.float64)


def fit_line(scores: Floats, fake: NDArray[np.bool_], weights: Floats) -> Line:
    """Weighted ridge logistic regression by Newton's method; the slope is not allowed below 0."""
    centre, spread = float(np.average(scores, weights=weights)), float(scores.std()) or 1.0
    design = np.stack([np.ones_like(scores), (scores - centre) / spread], axis=1)
    beta = np.zeros(2)
    ridge = np.diag([0.0, RIDGE])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weights * (chance - fake)) + ridge @ beta
        hessian = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + ridge + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        beta = beta - step
        if np.abs(step).max() < 1e-10:
            break
    slope = max(float(beta[1]), 0.0) / spread / np.log(10)
    return Line(float(beta[0]) / np.log(10) - slope * centre, float(slope))


def left_out(items: Sequence[Item]) -> Floats:
    """The log10 ratio of each recording by a line fitted without its source."""
    scores = np.array([item.score for item in items])
    fake = np.array([item.fake for item in items], dtype=bool)
    ratios = np.zeros(len(items))
    for source in {item.source for item in items}:
        out = np.array([item.source == source for item in items])
        rest = [item for item in items if item.source != source]
        if not any(item.fake for item in rest) or all(item.fake for item in rest):
            continue
        ratios[out] = fit_line(scores[~out], fake[~out], weights_of(rest))(scores[out])
    return ratios


def fit(items: Sequence[Item], network: Sha256, population: str) -> Fitted:
    """The calibration of `network` on `items`, which it was not trained on."""
    scores = np.array([item.score for item in items])
    fake = np.array([item.fake for item in items], dtype=bool)
    line = fit_line(scores, fake, weights_of(items))
    without = left_out(items)
    low, high = supported_bounds(without[fake], without[~fake])
    bounded = np.clip(line(scores), low, high)
    return Fitted(
        schema=SCHEMA,
        network=network,
        propositions=Propositions(h1="face-manipulated", h2="face-unmanipulated"),
        population=population,
        sources=len({item.source for item in items}),
        real=int((~fake).sum()),
        fake=int(fake.sum()),
        model=Model(intercept=round(line.intercept, 6), slope=round(line.slope, 6), bounds=(low, high)),
        cllr=round(cllr(bounded[fake], bounded[~fake]), 4),
        cllr_min=round(cllr_min(scores, fake), 4),
        notes={
            "cllr_left_out": round(cllr(np.clip(without, low, high)[fake], np.clip(without, low, high)[~fake]), 4),
            "groups": len({item.group for item in items}),
            "score": "logit; track: mean of its frames without the highest and lowest fifth; medium: strongest track",
        },
    )
