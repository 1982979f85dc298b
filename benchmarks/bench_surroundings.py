"""What the detail of a face says beside that of its surroundings, alone and fused with the shipped network.

`python benchmarks/bench_surroundings.py --store STORE`. Needs the extra `train`; the clips of STORE come from
`waarmerk train crops`. Sides: training and calibration only; the test side stays unseen. Every measure's sign was
fixed beforehand: a generated face carries less fine detail than what was recorded around it. Fusion: the score in
its standard deviations, plus the measure in those of the training side, with a weight that was not fitted. Cllr: with
each source left out in turn, bounded by what the recordings support.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from waarmerk.examine.evidence.calibration import bent, cllr, cllr_min, supported_bounds
from waarmerk.examine.networks.load import built_in
from waarmerk.training.calibrate import LEAST_BOUND, left_out
from waarmerk.training.evaluate import Item, auc, interval, item_auc, pairs_auc, scored
from waarmerk.training.recipes.hulls import LEFT_EYE, LIPS, OVAL, RIGHT_EYE
from waarmerk.training.recipes.pictures import Picture, Points
from waarmerk.training.store import Store

STEP = 4
"""Every fourth stored picture of a clip is measured."""
FLOOR = 0.15
"""Grey levels added to a mean before its logarithm: flat areas are noise of rounding."""
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def _polygon(points: Points, shape: tuple[int, int], scale: float) -> Mask:
    centre = points.mean(0)
    image = Image.new("L", shape[::-1])
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in centre + scale * (points - centre)], fill=1)
    return np.array(image, dtype=bool)


def measures(rgb: Picture, landmarks: Points) -> dict[str, float]:
    """The measures of one wide crop at its stored pixels; higher: the face has less detail. nan where none fits."""
    grey = rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    once, twice, wide = (gaussian_filter(grey, sigma) for sigma in (0.7, 1.4, 2.8))
    fine, middle, coarse = np.abs(grey - once), np.abs(once - twice), np.abs(twice - wide)

    def part(indices: Sequence[int], scale: float) -> Mask:
        return _polygon(landmarks[list(indices), :2], (grey.shape[0], grey.shape[1]), scale)

    face = part(OVAL, 1.12)
    outside, beside, inner = ~face, part(OVAL, 1.45) & ~face, part(OVAL, 0.88)
    eyes = part(LEFT_EYE, 1.3) | part(RIGHT_EYE, 1.3)
    mouth = part(LIPS, 1.15) & face
    cheeks = inner & ~mouth & ~part(LEFT_EYE, 1.8) & ~part(RIGHT_EYE, 1.8)

    def level(band: NDArray[np.float32], where: Mask) -> float:
        return float(np.log(band[where].mean() + FLOOR)) if where.sum() > 30 else float("nan")

    def peak(where: Mask) -> float:
        return float(np.log(np.quantile(middle[where], 0.99) + FLOOR)) if where.sum() > 30 else float("nan")

    def slope(where: Mask) -> float:
        return level(fine, where) - level(middle, where)

    return {
        "sharpest hundredth, face / rest": peak(outside) - peak(inner),
        "sharpest hundredth, face / beside": peak(beside) - peak(inner),
        "fine detail, eyes / rest": level(fine, outside) - level(fine, eyes),
        "middle detail, eyes / rest": level(middle, outside) - level(middle, eyes),
        "middle detail, cheeks / rest": level(middle, outside) - level(middle, cheeks),
        "middle detail, cheeks / beside": level(middle, beside) - level(middle, cheeks),
        "fine / coarse in the eyes": level(coarse, eyes) - level(fine, eyes),
        "fall of the bands, face / beside": slope(beside) - slope(inner),
        "fall of the bands, mouth / eyes": slope(eyes) - slope(mouth),
        "fall of the bands, mouth / cheeks": slope(cheeks) - slope(mouth),
    }


def measured(store: Store, side: str) -> tuple[list[Item], dict[str, Floats]]:
    """Every clip of a side, scoreless, and the median of each measure over its pictures."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, crop in enumerate(store.crops):
        if crop.folder == "clips" and crop.side == side:
            rows[crop.source, crop.name].append(number)
    items, found = [], defaultdict(list)
    for numbers in rows.values():
        c = store.crops[numbers[0]]
        items.append(
            Item(
                c.name, c.folder, c.source, c.group, c.method, c.pair, side, c.fake, 0.0, 0.0, c.native, len(numbers)
            )
        )
        values = [measures(store.picture(n), store.landmarks(n)) for n in numbers[::STEP]]
        for name in values[0]:
            kept = [value[name] for value in values if not np.isnan(value[name])]
            found[name].append(float(np.median(kept)) if kept else float("nan"))
    return items, {name: np.array(column) for name, column in found.items()}


def with_scores(items: Sequence[Item], scores: Floats) -> list[Item]:
    """The items with other scores."""
    return [replace(item, score=float(score)) for item, score in zip(items, scores, strict=True)]


def _by_method(items: Sequence[Item]) -> str:
    methods = sorted({i.method for i in items if i.fake})
    return ", ".join(f"{m} {item_auc([i for i in items if not i.fake or i.method == m]):.2f}" for m in methods)


def _fused_line(name: str, items: Sequence[Item]) -> str:
    scores, fake = np.array([i.score for i in items]), np.array([i.fake for i in items], dtype=bool)
    ratios = left_out(items)
    low, high = supported_bounds(ratios[fake], ratios[~fake])
    bounds = min(low, -LEAST_BOUND), max(high, LEAST_BOUND)
    bounded = np.array([bent(float(v), bounds) for v in ratios])
    ends = interval(items, item_auc)
    largest = Counter(i.source for i in items).most_common(1)[0][0]
    without = item_auc([i for i in items if i.source != largest])
    return (
        f"| {name} | {auc(scores, fake):.2f} ({ends[0]:.2f}-{ends[1]:.2f}) | {without:.2f} | {pairs_auc(items):.2f} "
        f"| {cllr(bounded[fake], bounded[~fake]):.3f} | {cllr_min(scores, fake):.3f} | {_by_method(items)} |"
    )


def main() -> None:
    """Prints both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    store = Store(parser.parse_args().store)
    sides = {side: measured(store, side) for side in ("train", "calibrate")}
    middles = {name: float(np.nanmedian(column)) for name, column in sides["train"][1].items()}
    spreads = {name: float(np.nanstd(column)) for name, column in sides["train"][1].items()}
    standard = {
        side: {n: (np.where(np.isnan(c), middles[n], c) - middles[n]) / spreads[n] for n, c in columns.items()}
        for side, (_, columns) in sides.items()
    }
    print("| measure | training side: AUC, pairs | calibration side: AUC, pairs | by method, calibration side |")
    print("| --- | --- | --- | --- |")
    for name in middles:
        train, held = (with_scores(sides[side][0], standard[side][name]) for side in ("train", "calibrate"))
        cells = [f"{item_auc(items):.2f}, {pairs_auc(items):.2f}" for items in (train, held)]
        print(f"| {name} | {cells[0]} | {cells[1]} | {_by_method(held)} |")
    items = sides["calibrate"][0]
    scores = {(i.source, i.name): i.score for i in scored(store, built_in("manipulation"), {"calibrate"}, {"clips"})}
    network = np.array([scores[i.source, i.name] for i in items])
    network = network / network.std()
    print(
        "\n| calibration side | AUC (95 %) | without the largest source | pairs | Cllr, source left out | least Cllr "
        "| by method |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(_fused_line("network", with_scores(items, network)))
    for name, column in standard["calibrate"].items():
        print(_fused_line(f"network + half of: {name}", with_scores(items, network + 0.5 * column)))


if __name__ == "__main__":
    main()
