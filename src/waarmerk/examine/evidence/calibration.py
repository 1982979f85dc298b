"""From a network's scores to a likelihood ratio: a monotone model, fitted elsewhere, read from `calibration.json`.

Rules:
- Frames are not independent. They are aggregated first: a track's score is the trimmed mean of its frames, and only
  that is calibrated.
- A medium's ratio is the mean of its tracks' ratios (not of their logarithms), weighted by their pictures. That is
  the ratio when one face, nobody knows which, was manipulated. The strongest track alone would raise an alarm on
  any film that is long enough.
- The model is a straight line from score to log10 ratio with a slope that is not negative, so a higher score never
  means a lower ratio. It is fitted by `waarmerk.training` on sources that the network was not trained on.
- The line bends towards bounds: what so few recordings can support (empirical lower and upper bound, ELUB; Vergeer
  et al., Science & Justice 56, 2016). It nears them and never passes them, so that a stronger score keeps its rank.
- A calibration belongs to one network by its digest and is refused for another.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import DependencyError, InputError
from waarmerk.values import Calibration, Json, Propositions, Ratio, Sha256

SCHEMA = "waarmerk.calibration/1"
TRIM = 0.2
"""Share of a track's frames left out at each end: a blink or one blurred frame does not decide."""

Floats = NDArray[np.float64]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """log10 ratio = intercept + slope x score, bent towards `bounds` (log10)."""

    intercept: float
    slope: float
    bounds: tuple[float, float]


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """What `calibration.json` holds. Counts are of recordings, `sources` of where they came from."""

    schema: str
    network: Sha256
    propositions: Propositions
    population: str
    sources: int
    real: int
    fake: int
    model: Model
    cllr: float
    cllr_min: float
    notes: dict[str, Json] = {}


def trimmed_mean(scores: Sequence[float], trim: float = TRIM) -> float:
    """The mean of `scores` without the lowest and the highest `trim` of them; ValueError where there are none."""
    if not len(scores):
        raise ValueError("a track without frames has no score")
    ordered = sorted(scores)
    cut = int(len(ordered) * trim)
    kept = ordered[cut : len(ordered) - cut]
    return min(max(math.fsum(kept) / len(kept), ordered[0]), ordered[-1])


def log10_lr(score: float, model: Model) -> float:
    """The calibrated log10 likelihood ratio of a track's or a medium's score, within the bounds."""
    return bent(model.intercept + model.slope * score, model.bounds)


def bent(value: float, bounds: tuple[float, float]) -> float:
    """`value` bent towards the bound on its side: bound x tanh(value / bound), 0 where that side supports nothing."""
    bound = bounds[1] if value > 0 else bounds[0]
    return bound * math.tanh(value / bound) if abs(bound) > 1e-9 else 0.0


def read_calibration(path: Path, network: Sha256) -> tuple[Fitted, Sha256]:
    """A calibration and the digest of its file.

    Raises DependencyError where it is missing or belongs to another network, InputError where it is none.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DependencyError(
            f"the calibration of this network cannot be read: {error.strerror or error}",
            where=str(path),
            hint="a network without calibration gives no ratios; fit one with waarmerk train calibrate",
        ) from error
    try:
        fitted = msgspec.json.decode(content, type=Fitted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is no calibration: {error}", where=str(path)) from error
    low, high = fitted.model.bounds
    if fitted.schema != SCHEMA:
        raise InputError(f"this calibration has schema {fitted.schema!r}, not {SCHEMA!r}", where=str(path))
    if not (fitted.model.slope >= 0 and low <= 0 <= high and math.isfinite(fitted.model.intercept)):
        raise InputError("this calibration is not monotone, or its bounds do not contain 0", where=str(path))
    if fitted.network != network:
        raise DependencyError(
            f"this calibration belongs to the network {fitted.network}, not to {network}",
            where=str(path),
            hint="fit the calibration anew for this network",
        )
    return fitted, Sha256(hashlib.sha256(content).hexdigest())


def medium_log10_lr(tracks: Sequence[tuple[float, float]]) -> float:
    """A medium's log10 ratio from its tracks, (log10 ratio, weight > 0) each; ValueError where there is none."""
    if not tracks:
        raise ValueError("a medium without tracks has no ratio")
    top = max(ratio for ratio, _ in tracks)
    whole = math.fsum(weight for _, weight in tracks)
    mean = math.fsum(weight / whole * 10.0 ** (ratio - top) for ratio, weight in tracks)
    return min(max(top + math.log10(mean), min(ratio for ratio, _ in tracks)), top)


def ratio_of(value: float, fitted: Fitted, digest: Sha256) -> Ratio:
    """A medium's log10 ratio with all that it stands on."""
    return Ratio(
        log10_lr=value,
        bounds=fitted.model.bounds,
        propositions=fitted.propositions,
        calibration=Calibration(
            digest=digest,
            population=fitted.population,
            sources=fitted.sources,
            real=fitted.real,
            fake=fitted.fake,
        ),
    )


def cllr(log10_fake: Sequence[float] | Floats, log10_real: Sequence[float] | Floats) -> float:
    """Cost of log10 ratios: 0 perfect, 1 what an always-neutral system has.

    Source: Brümmer and du Preez, Computer Speech & Language 20 (2006).
    """
    fake = np.logaddexp2(0, -np.asarray(log10_fake, dtype=np.float64) * math.log2(10))
    real = np.logaddexp2(0, np.asarray(log10_real, dtype=np.float64) * math.log2(10))
    return float((fake.mean() + real.mean()) / 2)


def pooled_adjacent_violators(scores: Floats, fake: NDArray[np.bool_], weights: Floats) -> Floats:
    """The isotonic probability of fake at each score: weighted, equal scores together, between 0 and 1."""
    values, inverse = np.unique(scores, return_inverse=True)
    weight = np.bincount(inverse, weights=weights, minlength=len(values))
    share = np.bincount(inverse, weights=weights * fake, minlength=len(values)) / weight
    blocks: list[list[float]] = []
    for mean, total in zip(share, weight, strict=True):
        blocks.append([float(mean), float(total), 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            last = blocks.pop()
            first = blocks[-1]
            together = first[1] + last[1]
            blocks[-1] = [(first[0] * first[1] + last[0] * last[1]) / together, together, first[2] + last[2]]
    fitted = np.concatenate([np.full(int(count), mean) for mean, _, count in blocks])
    return np.asarray(fitted[inverse], dtype=np.float64)


def cllr_min(scores: Floats, fake: NDArray[np.bool_]) -> float:
    """The least Cllr that any monotone calibration of `scores` reaches (by PAV, priors taken out)."""
    balanced = np.where(fake, 0.5 / fake.sum(), 0.5 / (~fake).sum())
    share = np.clip(pooled_adjacent_violators(scores, fake, balanced), 1e-12, 1 - 1e-12)
    ratios = np.log10(share) - np.log10(1 - share)
    return cllr(ratios[fake], ratios[~fake])


def supported_bounds(log10_fake: Floats, log10_real: Floats) -> tuple[float, float]:
    """Lower and upper log10 bound that these recordings can support (ELUB with one misleading case a side).

    One recording of each kind is imagined at the worst place. A ratio is supported as long as deciding by it costs
    less than deciding without evidence, at every prior between even odds and the one where it would tip the scale.
    """
    fake, real = np.asarray(log10_fake, np.float64), np.asarray(log10_real, np.float64)
    low = high = 0.0
    for edge in np.arange(0, 6.001, 0.01):
        hits = (fake >= edge).sum() / (len(fake) + 1)
        alarms = ((real >= edge).sum() + 1) / (len(real) + 1)
        if 10**edge >= hits / alarms:
            break
        high = float(edge)
    for edge in np.arange(0, 6.001, 0.01):
        passes = (real <= -edge).sum() / (len(real) + 1)
        misses = ((fake <= -edge).sum() + 1) / (len(fake) + 1)
        if 10**edge >= passes / misses:
            break
        low = 0.0 - float(edge)
    return low, high
