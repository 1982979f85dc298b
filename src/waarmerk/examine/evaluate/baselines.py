"""What cheap features alone reach on the same list, so that nobody takes the container or the blur for the forgery.

Rules:
- `format`: size of the file and of the picture, duration, frame rate and bit rate, in logarithms and their squares;
  a ridge logistic regression, fitted on all groups but a fifth and asked about that fifth, five times.
- `sharpness`: "the blurrier one is the fake", without any fitting; a medium without a face counts as the median one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from waarmerk.examine.evaluate.metrics import Bools, Floats
from waarmerk.examine.evaluate.work import Measured

FOLDS = 5
RIDGE = 1.0


def format_scores(measured: Sequence[Measured], fake: Bools, groups: Sequence[str]) -> Floats | None:
    """Out-of-fold log odds by format alone, [n]; None with fewer than two groups of either class."""
    names = np.asarray(groups, dtype=object).astype(str)
    if min(len(set(names[fake])), len(set(names[~fake]))) < 2:
        return None
    features = np.array([_format(one) for one in measured])
    distinct, inverse = np.unique(names, return_inverse=True)
    folds = np.random.default_rng(5).permutation(len(distinct))[inverse] % min(FOLDS, len(distinct))
    scores = np.zeros(len(measured))
    for fold in np.unique(folds):
        held = folds == fold
        if fake[~held].all() or not fake[~held].any():
            continue
        centre, spread = features[~held].mean(axis=0), features[~held].std(axis=0)
        scaled = np.clip((features - centre) / np.where(spread > 1e-9, spread, 1.0), -5, 5)
        design = np.concatenate([np.ones((len(scaled), 1)), scaled, scaled**2], axis=1)
        scores[held] = design[held] @ logistic(design[~held], fake[~held])
    return scores


def sharpness_scores(measured: Sequence[Measured]) -> Floats:
    """Minus the sharpness of the face, [n]: higher, blurrier; the median where no face was seen, 0 where none was."""
    known = [one.sharpness for one in measured if one.sharpness is not None]
    middle = float(np.median(known)) if known else 0.0
    return -np.array([middle if one.sharpness is None else one.sharpness for one in measured], dtype=np.float64)


def logistic(design: Floats, fake: Bools) -> Floats:
    """Coefficients of a ridge logistic regression with both classes weighing alike, by Newton's method."""
    weights = np.where(fake, 0.5 / fake.sum(), 0.5 / (~fake).sum()) * len(fake)
    ridge = RIDGE * np.eye(design.shape[1])
    ridge[0, 0] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weights * (chance - fake)) + ridge @ beta
        hessian = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(hessian, gradient)
        beta = beta - step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(beta, np.float64)


def _format(one: Measured) -> list[float]:
    duration = one.duration_s or 0.0
    rate = 8 * one.bytes / duration if duration else 0.0
    return [
        math.log1p(one.bytes),
        math.log1p(one.width),
        math.log1p(one.height),
        math.log1p(duration),
        one.fps or 0.0,
        math.log1p(rate),
    ]
