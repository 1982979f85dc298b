"""The plots of an evaluation, from its row alone: calibration, Tippett, ROC, DET, the fall under perturbation."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from markupsafe import Markup

from waarmerk.examine.evaluate.metrics import rates
from waarmerk.examine.evaluate.rows import EvalRow
from waarmerk.text.plots.bars import Bar, bars
from waarmerk.text.plots.curves import Axis, Curve, curves
from waarmerk.text.words import Words

_PROBITS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9)
_EDGE = 0.0005
"""Share at which a DET curve is cut: the axis of normal deviates has no end."""


def _arrays(row: EvalRow) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([item.log10_lr for item in row.items], dtype=np.float64),
        np.array([item.label == "fake" for item in row.items], dtype=bool),
    )


def both_classes(row: EvalRow) -> bool:
    """Whether there is anything to plot."""
    _, fake = _arrays(row)
    return bool(fake.any() and not fake.all())


def calibration(row: EvalRow, say: Words) -> Markup | None:
    """The ratio that was stated against the one that the labels show; None where a class is missing."""
    points = [(p.stated, p.observed, float(p.real + p.fake)) for p in row.calibration]
    if not points:
        return None
    reach = max(0.5, *(abs(value) for stated, observed, _ in points for value in (stated, observed)))
    line = Curve(
        say.say("plot.calibration.line"),
        [(stated, observed) for stated, observed, _ in points],
        dots=True,
        sizes=[size for _, _, size in points],
    )
    return curves(
        [line],
        Axis(say.say("plot.calibration.across"), -reach, reach),
        Axis(say.say("plot.calibration.up"), -reach, reach),
        title=say.say("plot.calibration.title"),
        description=say.say("plot.calibration.description"),
        diagonal=True,
    )


def tippett(row: EvalRow, say: Words) -> Markup:
    """The share of fakes and of reals whose log10 ratio is greater than each value."""
    ratio, fake = _arrays(row)
    reach = max(0.5, float(np.abs(ratio).max()) * 1.05)
    lines = []
    for name, values in (("fake", ratio[fake]), ("real", ratio[~fake])):
        ordered = np.sort(values)
        points = [(-reach, 1.0)]
        for index, value in enumerate(ordered):
            points += [(float(value), 1 - index / len(ordered)), (float(value), 1 - (index + 1) / len(ordered))]
        lines.append(Curve(say.say(f"plot.tippett.{name}", count=len(ordered)), [*points, (reach, 0.0)]))
    return curves(
        lines,
        Axis(say.say("plot.tippett.across"), -reach, reach),
        Axis(say.say("plot.tippett.up"), 0.0, 1.0),
        title=say.say("plot.tippett.title"),
        description=say.say("plot.tippett.description"),
    )


def roc(row: EvalRow, say: Words) -> Markup:
    """True against false positive rate."""
    ratio, fake = _arrays(row)
    alarms, hits = rates(ratio, fake, np.ones(len(ratio)))
    line = Curve(say.say("plot.roc.line"), list(zip(alarms[0].tolist(), hits[0].tolist(), strict=True)))
    return curves(
        [line],
        Axis(say.say("plot.roc.across"), 0.0, 1.0),
        Axis(say.say("plot.roc.up"), 0.0, 1.0),
        title=say.say("plot.roc.title"),
        description=say.say("plot.roc.description"),
        diagonal=True,
    )


def det(row: EvalRow, say: Words) -> Markup:
    """Misses against false alarms, both on the scale of normal deviates (Martin et al., Eurospeech 1997)."""
    ratio, fake = _arrays(row)
    alarms, hits = rates(ratio, fake, np.ones(len(ratio)))
    deviate = NormalDist().inv_cdf
    points = [
        (deviate(min(max(a, _EDGE), 1 - _EDGE)), deviate(min(max(1 - h, _EDGE), 1 - _EDGE)))
        for a, h in zip(alarms[0].tolist(), hits[0].tolist(), strict=True)
    ]
    ticks = [(deviate(share), f"{share * 100:g} %") for share in _PROBITS]
    low, high = deviate(_EDGE), deviate(_PROBITS[-1])
    return curves(
        [Curve(say.say("plot.det.line"), points)],
        Axis(say.say("plot.roc.across"), low, high, ticks),
        Axis(say.say("plot.det.up"), low, high, ticks),
        title=say.say("plot.det.title"),
        description=say.say("plot.det.description"),
        diagonal=True,
    )


def fall(row: EvalRow, say: Words) -> Markup | None:
    """AUC as it is and under each perturbation; None where none was asked for."""
    if not row.perturbed or row.video.auc is None:
        return None
    found = [Bar(say.say("perturbation.as-it-is"), (row.video.auc,))]
    found += [Bar(say.find(f"perturbation.{name}") or name, (again.auc,)) for name, again in row.perturbed.items()]
    return bars(
        found,
        series=[("AUC", "mark")],
        write=lambda value: say.number(value, 2),
        title=say.say("plot.fall.title"),
        description=say.say("plot.fall.description"),
    )
