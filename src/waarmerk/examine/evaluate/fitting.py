"""Fits the calibration of an operator's network on the operator's own labelled list.

Rules:
- The score of a recording is that of the face seen most: the trimmed mean over its pictures.
- A straight line from score to log10 ratio, logistic regression with both classes weighing alike and every (source,
  method) of a class counting by n^-0.6 a recording: one page with thirty clips does not set it alone.
- Bounds stand on ratios by lines that were fitted without the recording's source (its group, where the list has
  fewer than three sources): what the list supports (ELUB), and never less than `LEAST_BOUND`, under which the verbal
  scale claims nothing.
- Too few recordings, or scores that do not rise with fakes, give no calibration.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waarmerk.errors import InputError
from waarmerk.examine.evaluate import metrics
from waarmerk.examine.evaluate.metrics import Bools, Floats
from waarmerk.examine.evaluate.run import Item
from waarmerk.examine.evidence.calibration import SCHEMA, Fitted, Model, bent, cllr, cllr_min, supported_bounds
from waarmerk.examine.evidence.fusion import MANIPULATION
from waarmerk.values import Sha256

LEAST_RECORDINGS = 10
LEAST_GROUPS = 5
LEAST_BOUND = 0.2
RIDGE = 0.02


@dataclass(frozen=True)
class Scored:
    """Recordings as arrays: `scores` float64 [n], `fake` bool [n]; `parts`: what is left out together."""

    scores: Floats
    fake: Bools
    kinds: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]

    def without(self, part: str) -> Scored:
        """All recordings but those of one part."""
        keep = [index for index, name in enumerate(self.parts) if name != part]
        return Scored(
            self.scores[keep],
            self.fake[keep],
            tuple(self.kinds[index] for index in keep),
            tuple(self.parts[index] for index in keep),
        )


def fit(items: Sequence[Item], network: Sha256, population: str) -> Fitted:
    """The calibration of a network on a list; InputError where the list cannot carry one."""
    usable = [item for item in items if item.measured.score is not None]
    counts = _checked(usable, [item for item in items if item.measured.score is None])
    data = _scored(usable)
    slope, intercept = line(data)
    auc = float(metrics.auc(data.scores, data.fake, np.ones(len(data.scores)))[0])
    if slope <= 0 or auc <= 0.5:
        raise InputError(
            f"the scores of this network do not rise with fakes on this list (AUC {auc:.2f})",
            hint="is `fake` in its card the right class? is the list one that it can tell apart?",
        )
    carried = _left_out(data)
    supported = supported_bounds(carried[data.fake], carried[~data.fake])
    bounds = min(supported[0], -LEAST_BOUND), max(supported[1], LEAST_BOUND)
    fitted = np.array([bent(float(v), bounds) for v in intercept + slope * data.scores])
    outside = np.array([bent(float(v), bounds) for v in carried])
    return Fitted(
        schema=SCHEMA,
        network=network,
        propositions=MANIPULATION,
        population=population,
        sources=len({item.row.source for item in usable}),
        real=int((~data.fake).sum()),
        fake=int(data.fake.sum()),
        model=Model(intercept=round(intercept, 6), slope=round(slope, 6), bounds=bounds),
        cllr=round(cllr(fitted[data.fake], fitted[~data.fake]), 4),
        cllr_min=round(cllr_min(data.scores, data.fake), 4),
        notes={
            "auc": round(auc, 4),
            "cllr_left_out": round(cllr(outside[data.fake], outside[~data.fake]), 4),
            "groups": counts,
            "without_a_score": len(items) - len(usable),
        },
    )


def line(data: Scored) -> tuple[float, float]:
    """Slope and intercept of log10 ratio over score: weighted ridge logistic regression, Newton's method."""
    weights = _weights(data)
    centre = float(np.average(data.scores, weights=weights))
    spread = float(data.scores.std()) or 1.0
    design = np.stack([np.ones(len(data.scores)), (data.scores - centre) / spread], axis=1)
    beta, ridge = np.zeros(2), np.diag([0.0, RIDGE])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weights * (chance - data.fake)) + ridge @ beta
        curvature = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + ridge + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        beta = beta - step
        if np.abs(step).max() < 1e-10:
            break
    slope = float(beta[1]) / spread / math.log(10)
    return slope, float(beta[0]) / math.log(10) - slope * centre


def _left_out(data: Scored) -> Floats:
    """The log10 ratio of each recording by a line without its part; 0 where the rest lacks a class."""
    ratios = np.zeros(len(data.scores))
    parts = np.array(data.parts, dtype=object)
    for part in sorted(set(data.parts)):
        rest, out = data.without(part), parts == part
        if rest.fake.any() and not rest.fake.all():
            slope, intercept = line(rest)
            ratios[out] = intercept + slope * data.scores[out]
    return ratios


def _scored(items: Sequence[Item]) -> Scored:
    sources = {item.row.source for item in items}
    return Scored(
        np.array([item.measured.score for item in items], dtype=np.float64),
        np.array([item.row.fake for item in items], dtype=bool),
        tuple((item.row.source, item.row.method) for item in items),
        tuple(item.row.source if len(sources) >= 3 else item.row.group for item in items),
    )


def _weights(data: Scored) -> Floats:
    counts = Counter(zip(data.kinds, data.fake.tolist(), strict=True))
    raw = np.array([counts[key] ** -0.6 for key in zip(data.kinds, data.fake.tolist(), strict=True)])
    return np.asarray(np.where(data.fake, 0.5 * raw / raw[data.fake].sum(), 0.5 * raw / raw[~data.fake].sum()))


def _checked(items: Sequence[Item], silent: Sequence[Item]) -> int:
    """The number of groups; InputError where there are too few recordings or groups of a class."""
    for fake, name in ((False, "real"), (True, "fake")):
        chosen = [item for item in items if item.row.fake == fake]
        groups = len({item.row.group for item in chosen})
        if len(chosen) < LEAST_RECORDINGS or groups < LEAST_GROUPS:
            first = silent[0].measured if silent else None
            why = "" if first is None else f"; {len(silent)} have none, the first: {first.detail or first.abstained}"
            raise InputError(
                f"{len(chosen)} {name} recordings of {groups} groups with a score are too few to calibrate on{why}",
                hint=f"a list needs {LEAST_RECORDINGS} of each class, of {LEAST_GROUPS} groups",
            )
    return len({item.row.group for item in items})
