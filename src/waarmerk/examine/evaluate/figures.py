"""From items to the figures of `waarmerk.eval/1`: the list as a whole, its pairs, its parts, what stands beside it.

Rules: those of `rows`. Sizes of faces are pixels of the longer side of the box (median over the pictures of the face
seen most); compression is the file's bits a pixel and picture, so a higher number is a lighter compression.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from waarmerk.examine.evaluate import metrics
from waarmerk.examine.evaluate.baselines import format_scores, sharpness_scores
from waarmerk.examine.evaluate.metrics import Figure, Floats, finite, with_interval
from waarmerk.examine.evaluate.rows import (
    AbstainedRow,
    FramesRow,
    Interval,
    MethodRow,
    PairsRow,
    PerturbedRow,
    PointRow,
    SharpnessRow,
    SubsetRow,
    Value,
    VideoRow,
)
from waarmerk.examine.evaluate.run import Examined, Item, PairOfItems, pairs_of

FACE_SIZES = (80.0, 160.0, 320.0)
BITS_VIDEO = (0.03, 0.08, 0.2)
BITS_PICTURE = (0.5, 1.0, 2.0)
BINS, PER_BIN = 10, 10


class Table:
    """Items as arrays: `ratio` [n] log10 (0: abstained), `fake` [n], `groups` [n]."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.ratio = np.array([item.log10_lr for item in items], dtype=np.float64)
        self.fake = np.array([item.row.fake for item in items], dtype=bool)
        self.groups = [item.row.group for item in items]

    def figure(self, figure: Figure, scores: Floats | None = None) -> tuple[Value, Interval]:
        """A figure of the ratios, or of other scores of the same items, with its interval."""
        return with_interval(figure, self.ratio if scores is None else scores, self.fake, self.groups)

    def of(self, wanted: Callable[[Item], bool]) -> Table:
        """The items for which `wanted` holds."""
        return Table([item for item in self.items if wanted(item)])

    @property
    def silent(self) -> list[Item]:
        """The items without an answer."""
        return [item for item in self.items if item.measured.log10_lr is None]


def video(table: Table) -> VideoRow:
    """The figures over media."""
    answered = table.of(lambda item: item.measured.log10_lr is not None)
    found = {
        "auc": table.figure(metrics.auc),
        "auc_answered": answered.figure(metrics.auc),
        "ap": table.figure(metrics.average_precision),
        "eer": table.figure(metrics.equal_error_rate),
        "tpr_at_fpr_001": table.figure(metrics.true_positive_rate(0.01)),
        "tpr_at_fpr_0001": table.figure(metrics.true_positive_rate(0.001)),
        "cllr": table.figure(metrics.cllr),
        "cllr_min": table.figure(metrics.cllr_min),
    }
    values = {name: value for name, (value, _) in found.items()}
    intervals = {f"{name}_ci": interval for name, (_, interval) in found.items()}
    of_fakes, of_reals = halves(table)
    return VideoRow(**values, **intervals, cllr_fake=of_fakes, cllr_real=of_reals)  # type: ignore[arg-type]


def halves(table: Table) -> tuple[Value, Value]:
    """The two halves of Cllr; None for a class that is not there."""
    if not table.items:
        return None, None
    of_fakes, of_reals = metrics.cllr_halves(table.ratio, table.fake, np.ones(len(table.fake)))
    return finite(of_fakes[0]), finite(of_reals[0])


def frames(table: Table) -> FramesRow:
    """The figures over single pictures."""
    scores = np.array([score for item in table.items for score in item.measured.scores], dtype=np.float64)
    counts = [len(item.measured.scores) for item in table.items]
    groups = np.repeat(np.asarray(table.groups, dtype=object), counts)
    auc, interval = with_interval(metrics.auc, scores, np.repeat(table.fake, counts), list(groups))
    return FramesRow(n=len(scores), auc=auc, auc_ci=interval)


def grouped(wins: Sequence[tuple[str, float]]) -> tuple[Value, Interval]:
    """The mean over groups of their mean, with its interval; `wins`: group, and 1, 0.5 or 0."""
    by_group: dict[str, list[float]] = defaultdict(list)
    for group, win in wins:
        by_group[group].append(win)
    if not by_group:
        return None, None
    means = np.array([np.mean(values) for values in by_group.values()])
    if len(means) < 2:
        return float(means.mean()), None
    weights = metrics.group_weights(list(by_group))
    return float(means.mean()), metrics.middle(weights @ means / weights.sum(axis=1))


def _win(fake: float, real: float) -> float:
    return float(fake > real) + 0.5 * float(fake == real)


def pairs(couples: Sequence[PairOfItems]) -> PairsRow:
    """The figures within pairs."""
    auc, interval = grouped([(c.group, _win(c.fake.log10_lr, c.real.log10_lr)) for c in couples])
    matched, matched_interval = grouped([(c.group, _win(*c.matched)) for c in couples if c.matched is not None])
    return PairsRow(
        n=len(couples),
        groups=len({c.group for c in couples}),
        auc=auc,
        auc_ci=interval,
        auc_matched=matched,
        auc_matched_ci=matched_interval,
        softened=sum(c.softened for c in couples),
        failed=sum(c.matched is None for c in couples),
    )


def by_format(table: Table) -> tuple[Value, Interval]:
    """AUC of the format alone."""
    scores = format_scores([item.measured for item in table.items], table.fake, table.groups)
    return (None, None) if scores is None else table.figure(metrics.auc, scores)


def by_sharpness(table: Table, couples: Sequence[PairOfItems]) -> SharpnessRow:
    """AUC of the sharpness alone, over all media and within pairs."""
    scores = sharpness_scores([item.measured for item in table.items])
    auc, interval = table.figure(metrics.auc, scores)
    of = {id(item): score for item, score in zip(table.items, scores, strict=True)}
    within, within_interval = grouped([(c.group, _win(of[id(c.fake)], of[id(c.real)])) for c in couples])
    return SharpnessRow(auc=auc, auc_ci=interval, pairs=within, pairs_ci=within_interval)


def abstained(table: Table) -> AbstainedRow:
    """Who did not answer, and why."""
    silent = table.silent
    reasons = Counter(item.measured.abstained or "no-answer" for item in silent)
    return AbstainedRow(
        n=len(silent),
        share=len(silent) / max(len(table.items), 1),
        real=sum(not item.row.fake for item in silent),
        fake=sum(item.row.fake for item in silent),
        reasons=dict(sorted(reasons.items())),
    )


def calibration(table: Table) -> tuple[PointRow, ...]:
    """The calibration curve of the answered media, in bins of about equal numbers; equal ratios stay together.

    Half a recording is added to both sides of a bin, so that one without fakes or reals stays finite.
    """
    answered = table.of(lambda item: item.measured.log10_lr is not None)
    if answered.fake.all() or not answered.fake.any():
        return ()
    bins = min(BINS, max(3, len(answered.items) // PER_BIN))
    edges = np.unique(np.quantile(answered.ratio, np.linspace(0, 1, bins + 1))[1:-1])
    place = np.searchsorted(edges, answered.ratio, "right")
    points = []
    for number in np.unique(place):
        inside = place == number
        fake, real = int(answered.fake[inside].sum()), int((~answered.fake[inside]).sum())
        shares = (fake + 0.5) / (answered.fake.sum() + 1), (real + 0.5) / ((~answered.fake).sum() + 1)
        observed = float(np.log10(shares[0] / shares[1]))
        points.append(PointRow(stated=float(answered.ratio[inside].mean()), observed=observed, real=real, fake=fake))
    return tuple(points)


def by_method(table: Table, couples: Sequence[PairOfItems]) -> dict[str, MethodRow]:
    """The fakes of each method against all reals."""
    rows = {}
    for method in sorted({item.row.method for item in table.items if item.row.fake}):
        chosen = table.of(lambda item, m=method: not item.row.fake or item.row.method == m)  # type: ignore[misc]
        fakes = [item for item in chosen.items if item.row.fake]
        wins = [(c.group, _win(c.fake.log10_lr, c.real.log10_lr)) for c in couples if c.fake.row.method == method]
        auc, interval = chosen.figure(metrics.auc)
        rows[method or "unstated"] = MethodRow(
            n=len(fakes),
            groups=len({item.row.group for item in fakes}),
            auc=auc,
            auc_ci=interval,
            pairs=len(wins),
            pairs_auc=grouped(wins)[0],
            cllr_fake=halves(chosen)[0],
            abstained=sum(item.measured.log10_lr is None for item in fakes),
        )
    return rows


def subsets(table: Table, name_of: Callable[[Item], str | None], order: Sequence[str] = ()) -> dict[str, SubsetRow]:
    """The items by a name of theirs, each set among itself; names in `order`, else sorted; None: in no set."""
    sets: dict[str, list[Item]] = defaultdict(list)
    for item in table.items:
        name = name_of(item)
        if name is not None:
            sets[name].append(item)
    rows = {}
    for name in [n for n in order if n in sets] or sorted(sets):
        part = Table(sets[name])
        auc, interval = part.figure(metrics.auc)
        of_fakes, of_reals = halves(part)
        rows[name] = SubsetRow(
            real=int((~part.fake).sum()),
            fake=int(part.fake.sum()),
            auc=auc,
            auc_ci=interval,
            cllr_fake=of_fakes,
            cllr_real=of_reals,
            abstained=len(part.silent),
        )
    return rows


def _named(value: float | None, edges: Sequence[float], unit: str) -> str | None:
    if value is None:
        return None
    return (
        next((name for name, upto in zip(_names(edges, unit), edges, strict=False) if value < upto), None)
        or (_names(edges, unit)[-1])
    )


def _names(edges: Sequence[float], unit: str) -> list[str]:
    between = [f"{low:g}-{high:g} {unit}" for low, high in pairwise(edges)]
    return [f"< {edges[0]:g} {unit}", *between, f">= {edges[-1]:g} {unit}"]


def by_face_size(table: Table) -> dict[str, SubsetRow]:
    """By the size of the face seen most; media without a face are in no set."""
    return subsets(table, lambda item: _named(item.measured.face, FACE_SIZES, "px"), _names(FACE_SIZES, "px"))


def by_compression(table: Table) -> dict[str, SubsetRow]:
    """By bits a pixel, videos and pictures apart, since a picture needs more of them."""
    units = {"video": "bits/px of video", "image": "bits/px of picture"}
    edges = {"video": BITS_VIDEO, "image": BITS_PICTURE}
    order = [name for kind in units for name in _names(edges[kind], units[kind])]

    def name_of(item: Item) -> str | None:
        kind = item.measured.kind
        return _named(item.measured.bits, edges[kind], units[kind])

    return subsets(table, name_of, order)


def by_people(table: Table) -> dict[str, SubsetRow]:
    """By group of people, only for rows of which the list names one."""
    return subsets(table, lambda item: item.row.people or None)


def perturbed(plain: Mapping[int, Item], again: Examined) -> PerturbedRow:
    """The list again; the fall is taken on the rows that both could examine, with the same draws of groups."""
    table = Table(again.items)
    before = np.array([plain[item.row.line].log10_lr for item in again.items], dtype=np.float64)
    together = np.stack([before, table.ratio], axis=1) if len(before) else np.zeros((0, 2))
    auc, interval = table.figure(metrics.auc)
    fall, fall_interval = _fall(together, table)
    couples = pairs_of(again.items)
    return PerturbedRow(
        n=len(again.items),
        auc=auc,
        auc_ci=interval,
        fall=fall,
        fall_ci=fall_interval,
        pairs_auc=grouped([(c.group, _win(c.fake.log10_lr, c.real.log10_lr)) for c in couples])[0],
        cllr=table.figure(metrics.cllr)[0],
        abstained=len(table.silent),
        failed=len(again.unusable),
    )


def _fall(together: Floats, table: Table) -> tuple[Value, Interval]:
    if not len(together) or table.fake.all() or not table.fake.any():
        return None, None
    ones = np.ones(len(together))
    aucs = [metrics.auc(together[:, column], table.fake, ones)[0] for column in (0, 1)]
    weights = metrics.group_weights(table.groups)
    drawn = [metrics.auc(together[:, column], table.fake, weights) for column in (0, 1)]
    return float(aucs[0] - aucs[1]), metrics.middle(drawn[0] - drawn[1])
