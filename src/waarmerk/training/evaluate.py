"""How good a network is on a store: frames, videos, pairs, by method and source, with intervals and baselines.

- A frame's score is the logit on the crop of the rule; a track's the trimmed mean of its frames (a fifth off each
  end); here a row is one track, since its face was chosen by the list.
- Intervals are bootstrapped over groups (people, originals): frames of one video are not independent.
- Beside the network stands what sharpness alone reaches, since blur is the commonest shortcut.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.evaluate import metrics
from waarmerk.examine.evidence.calibration import trimmed_mean
from waarmerk.examine.faces.crops import crop_of, cut, resized
from waarmerk.examine.faces.interface import Box
from waarmerk.examine.networks.load import Network
from waarmerk.training.recipes.pictures import Picture
from waarmerk.training.recipes.sharpness import made_alike, sharpness
from waarmerk.training.store import Store

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """One row of the data: a picture or a clip with its score. `sharp`: mean sharpness of its crops."""

    name: str
    folder: str
    source: str
    group: str
    method: str
    pair: str
    side: str
    fake: bool
    score: float
    sharp: float
    size: float
    frames: int


def auc(scores: Floats, fake: NDArray[np.bool_]) -> float:
    """P(fake > real) + half the ties; nan where a class is empty."""
    if fake.all() or not fake.any():
        return float("nan")
    return float(metrics.auc(scores, fake, np.ones(len(scores)))[0])


def interval(
    items: Sequence[Item], figure: Callable[[Sequence[Item]], float], draws: int = 500, seed: int = 7
) -> tuple[float, float]:
    """95 % interval of `figure` over bootstrap draws of whole groups."""
    by_group: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_group[item.group].append(item)
    groups, rng = list(by_group.values()), np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        drawn = [item for index in rng.integers(0, len(groups), len(groups)) for item in groups[index]]
        value = figure(drawn)
        if not np.isnan(value):
            values.append(value)
    return (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) if values else (float("nan"),) * 2


def item_auc(items: Sequence[Item]) -> float:
    """AUC of the scores of `items`."""
    return auc(np.array([i.score for i in items]), np.array([i.fake for i in items], dtype=bool))


def pairs_auc(items: Sequence[Item]) -> float:
    """Mean over pairs' names of P(fake > its original) + half the ties."""
    by_pair: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for item in items:
        if item.pair:
            by_pair[item.pair][item.fake].append(item.score)
    values = [
        float(np.mean([(f > r) + 0.5 * (f == r) for f in fakes for r in reals]))
        for reals, fakes in by_pair.values()
        if reals and fakes
    ]
    return float(np.mean(values)) if values else float("nan")


def scored(
    store: Store,
    network: Network,
    sides: set[str],
    folders: set[str],
    batch: int = 16,
    change: Callable[[Picture], Picture] | None = None,
    moved: float = 0.0,
) -> list[Item]:
    """Every row of the named sides and folders as one item; `change` is done to each crop before it is resized.

    `moved`: the crop is shifted to the right by this share of the face's side.
    """
    height, width = network.size
    logits: dict[int, float] = {}
    sharps: dict[int, float] = {}
    numbers = [n for n, c in enumerate(store.crops) if c.side in sides and c.folder in folders]
    for start in range(0, len(numbers), batch):
        chunk = numbers[start : start + batch]
        native = [cut(store.picture(n), crop_of(_moved(store.crops[n].box, moved))) for n in chunk]
        crops = [resized(crop if change is None else change(crop), height, width) for crop in native]
        out = network.run(np.stack(crops))[0].reshape(-1)
        logits |= {n: float(v) for n, v in zip(chunk, out, strict=True)}
        sharps |= {n: sharpness(c) for n, c in zip(chunk, crops, strict=True)}
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for n in numbers:
        rows[store.crops[n].folder, store.crops[n].source, store.crops[n].name].append(n)
    return [_item(store, members, logits, sharps) for members in rows.values()]


def _moved(box: Box, share: float) -> Box:
    return box[0] + share * max(box[2:]), *box[1:]


def _item(store: Store, members: list[int], logits: dict[int, float], sharps: dict[int, float]) -> Item:
    crop = store.crops[members[0]]
    return Item(
        name=crop.name,
        folder=crop.folder,
        source=crop.source,
        group=crop.group,
        method=crop.method,
        pair=crop.pair,
        side=crop.side,
        fake=crop.fake,
        score=trimmed_mean([logits[n] for n in members]),
        sharp=float(np.mean([sharps[n] for n in members])),
        size=float(np.median([store.crops[n].native for n in members])),
        frames=len(members),
    )


def matched_pairs_auc(store: Store, network: Network, items: Sequence[Item], frames: int = 4) -> float:
    """`pairs_auc` again after the sharper side of each pair was softened to the other's sharpness, frame by frame."""
    height, width = network.size
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, c in enumerate(store.crops):
        by_name[c.source, c.name].append(n)
    originals = {i.pair: i for i in items if i.pair and not i.fake}
    values: dict[str, list[float]] = defaultdict(list)
    for item in items:
        if not item.fake or item.pair not in originals:
            continue
        sides = [by_name[i.source, i.name] for i in (originals[item.pair], item)]
        count = min(frames, *(len(s) for s in sides))
        reals, fakes = [], []
        for index in range(count):
            pair = [
                resized(cut(store.picture(n), crop_of(store.crops[n].box)), height, width)
                for n in (s[(index * len(s)) // count] for s in sides)
            ]
            real, fake = made_alike(pair[0], pair[1])
            reals.append(real)
            fakes.append(fake)
        out = network.run(np.stack(reals + fakes))[0].reshape(-1)
        real_score, fake_score = trimmed_mean(list(out[:count])), trimmed_mean(list(out[count:]))
        values[item.pair].append(float(fake_score > real_score) + 0.5 * float(fake_score == real_score))
    return float(np.mean([np.mean(v) for v in values.values()])) if values else float("nan")


def figures(items: Sequence[Item]) -> dict[str, object]:
    """The table of one set of items: AUC with interval, by method against all reals, pairs, sharpness alone."""
    reals = [item for item in items if not item.fake]
    methods = sorted({item.method for item in items if item.fake})
    sharp = np.array([-item.sharp for item in items])
    fake = np.array([item.fake for item in items], dtype=bool)
    return {
        "n": {"real": len(reals), "fake": len(items) - len(reals), "groups": len({i.group for i in items})},
        "auc": item_auc(items),
        "auc_ci": interval(items, item_auc),
        "by_method": {
            method: {
                "n": len(chosen),
                "auc": item_auc([*reals, *chosen]),
                "auc_ci": interval([*reals, *chosen], item_auc),
            }
            for method in methods
            for chosen in [[item for item in items if item.fake and item.method == method]]
        },
        "pairs_auc": pairs_auc(items),
        "pairs_ci": interval(items, pairs_auc),
        "sharpness_only": {"auc": auc(sharp, fake), "pairs": pairs_auc([_sharpened(item) for item in items])},
    }


def _sharpened(item: Item) -> Item:
    from dataclasses import replace

    return replace(item, score=-item.sharp)
