"""The batches: pairs of a real and a fake crop of one size, degraded alike; everything drawn from (seed, number).

`Mix` says how many pairs are self-blends of a real picture and how many are made fakes (landmark swaps, re-syntheses:
`make.py`); the rest are labelled fakes beside their original (the frame of the same pair that is nearest in time),
or, where a fake has none, beside a real picture that is as like as the data allow. A source of n pictures is drawn
with weight n^0.4 in all: sources count, not pictures. Each pair says which heads of the network learn from it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from waarmerk.examine.faces.crops import cut, resized
from waarmerk.training.cutting import cut_map, drawn_crop, trimmed
from waarmerk.training.recipes import augment
from waarmerk.training.recipes.pictures import Map, Picture, resize_map
from waarmerk.training.recipes.self_blend import self_blend
from waarmerk.training.recipes.sharpness import made_alike
from waarmerk.training.sides import shippable
from waarmerk.training.store import Store

MAP_STRIDE = 16
HARD = {"expert-photoshop": 2.0}
"""Methods that count more among labelled pictures, because they are learned last."""
SEAM = frozenset({"face-swap", "lip-sync", "expert-photoshop"})
"""Methods of labelled fakes that paste something into a recording; the others make the face as a whole."""
PAIRED = 2.0
"""How much more clips count whose source shows reals too: their content does not give the label away."""
ALONE = 0.5
"""Weight in the first head's loss of a labelled fake from a source that shows none."""


@dataclass(frozen=True)
class Mix:
    """Shares of the batch; how often blur is made alike; how strong the degradation.

    `faces`: the share of pictures, not of clips, among labelled fakes; `shippable`: only sources that may be
    redistributed.
    """

    self_blends: float = 0.5
    made: float = 0.0
    faces: float = 0.45
    alike: float = 0.6
    codec: bool = True
    strength: float = 1.0
    shippable: bool = False


@dataclass(frozen=True)
class Teaches:
    """What a fake is to the heads any, seam and whole: label 0..1, and weight in the loss (0: not asked)."""

    labels: tuple[float, float, float]
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0)


PASTED = Teaches((1.0, 1.0, 0.0))
"""Real pixels in another place: something is pasted, nothing is generated."""
PASTED_IN = Teaches((1.0, 1.0, 1.0), (1.0, 1.0, 0.0))
"""Something made elsewhere is pasted; whether it was generated is not known."""
GENERATED = Teaches((1.0, 0.0, 1.0), (1.0, 0.0, 1.0))
BOTH = Teaches((1.0, 1.0, 1.0))
MADE = {"landmark-swap": PASTED, "re-synthesis": GENERATED, "re-synthesis-blended": BOTH}


@dataclass(frozen=True)
class Pair:
    """`real`, `fake`: uint8 [s, s, 3]; `mask`: float32 [s/16, s/16] or None where nobody knows where.

    `teaches`: what the fake is to each head.
    """

    real: Picture
    fake: Picture
    mask: Map | None
    teaches: Teaches


class Pool:
    """The crops of one side, indexed by how they are drawn."""

    def __init__(self, store: Store, side: str = "train", only: frozenset[str] | None = None) -> None:
        """`only`: the sources to draw from, None for all."""
        self.store = store
        self.reals: dict[str, list[int]] = defaultdict(list)
        self.fakes: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.of_pair: dict[str, list[int]] = defaultdict(list)
        self.of_group: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.of_folder: dict[str, list[int]] = defaultdict(list)
        for number, crop in enumerate(store.crops):
            if crop.side != side or (only is not None and crop.source not in only):
                continue
            if crop.fake:
                # Made fakes count by method: their source is that of the original.
                self.fakes[crop.source if crop.folder != "made" else "made", crop.method].append(number)
                continue
            if crop.pair:
                self.of_pair[crop.pair].append(number)
            if crop.folder == "made":
                continue
            self.reals[crop.source].append(number)
            self.of_folder[crop.folder].append(number)
            self.of_group[crop.source, crop.group].append(number)
        self._real_keys, self._real_odds = list(self.reals), _odds([len(v) for v in self.reals.values()])
        self._fake_keys: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, numbers in self.fakes.items():
            self._fake_keys[store.crops[numbers[0]].folder].append(key)
        self._fake_odds = {
            folder: _odds([len(self.fakes[key]) for key in keys], [self._favour(key) for key in keys])
            for folder, keys in self._fake_keys.items()
        }

    def _favour(self, key: tuple[str, str]) -> float:
        in_clips = self.store.crops[self.fakes[key][0]].folder == "clips"
        return PAIRED if in_clips and key[0] in self.reals else HARD.get(key[1], 1.0)

    def teaches(self, number: int) -> Teaches:
        """What a labelled or made fake is to the heads."""
        crop = self.store.crops[number]
        if crop.folder == "made":
            return MADE[crop.method]
        known = PASTED_IN if crop.method in SEAM else GENERATED
        alone = crop.folder == "clips" and crop.source not in self.reals
        return replace(known, weights=(ALONE, *known.weights[1:])) if alone else known

    def real(self, rng: Generator) -> int:
        """A real crop, its source drawn first."""
        return _one(self.reals[self._real_keys[int(rng.choice(len(self._real_keys), p=self._real_odds))]], rng)

    def fake(self, rng: Generator, folder: str) -> int:
        """A fake crop of `folder` (of another, where that has none), its source and method drawn first."""
        folder = folder if folder in self._fake_keys else next(iter(self._fake_keys))
        keys = self._fake_keys[folder]
        return _one(self.fakes[keys[int(rng.choice(len(keys), p=self._fake_odds[folder]))]], rng)

    def counterpart(self, number: int, rng: Generator) -> int:
        """The original of a fake, nearest in time; else a real crop of its group, source, or kind of picture."""
        crop = self.store.crops[number]
        originals = self.of_pair.get(crop.pair) if crop.pair else None
        if originals:
            return min(originals, key=lambda other: abs(self.store.crops[other].t_s - crop.t_s))
        for choice in (self.of_group.get((crop.source, crop.group)), self.reals.get(crop.source)):
            # A page that shows a single original would teach that person's face as "real".
            if choice and len({self.store.crops[other].group for other in choice}) >= 3:
                return _one(choice, rng)
        if crop.folder == "clips":
            # Of any source: beside the reals of other clips alone, "looks like a portrait" would mean fake.
            return self.real(rng)
        return _one(self.of_folder["portraits"] or self.of_folder["faces"], rng)


def _odds(counts: list[int], favours: list[float] | None = None) -> NDArray[np.float64]:
    weights = np.asarray(counts, dtype=np.float64) ** 0.4 * (1.0 if favours is None else np.asarray(favours))
    return np.asarray(weights / weights.sum() if len(weights) else weights, dtype=np.float64)


def _one(numbers: list[int], rng: Generator) -> int:
    return numbers[int(rng.integers(len(numbers)))]


def blended_pair(pool: Pool, size: int, mix: Mix, rng: Generator) -> Pair:
    """A real crop and its self-blend."""
    while True:
        number = pool.real(rng)
        where = drawn_crop(pool.store.crops[number].box, rng)
        # What the network will not see need not be blended: a third less work.
        wide, landmarks, where = trimmed(pool.store.picture(number), pool.store.landmarks(number), where)
        blend = self_blend(wide, landmarks, rng)
        mask = cut_map(blend.mask, where)
        if mask.max() > 0.2 and mask.mean() > 0.02 * mask.max():
            return _pair(cut(wide, where), cut(blend.fake, where), mask, size, mix, rng, PASTED)


def made_pair(pool: Pool, size: int, mix: Mix, rng: Generator) -> Pair:
    """A fake that a recipe made and its original."""
    return _beside(pool, pool.fake(rng, "made"), size, mix, rng)


def labelled_pair(pool: Pool, size: int, mix: Mix, rng: Generator) -> Pair:
    """A labelled fake and the real crop beside it."""
    return _beside(pool, pool.fake(rng, "faces" if rng.random() < mix.faces else "clips"), size, mix, rng)


def _beside(pool: Pool, fake_number: int, size: int, mix: Mix, rng: Generator) -> Pair:
    """A fake and its counterpart, brought to one size and, often, to one sharpness."""
    real_number = pool.counterpart(fake_number, rng)
    seed = int(rng.integers(2**31))
    crops = []
    for number in (real_number, fake_number):
        where = drawn_crop(pool.store.crops[number].box, np.random.default_rng(seed))
        crops.append(cut(pool.store.picture(number), where))
    side = min(min(crop.shape[:2]) for crop in crops)
    real, fake = (resized(crop, side, side) for crop in crops)
    if rng.random() < mix.alike:
        real, fake = made_alike(real, fake)
    return _pair(real, fake, None, size, mix, rng, pool.teaches(fake_number))


def _pair(
    real: Picture, fake: Picture, mask: Map | None, size: int, mix: Mix, rng: Generator, teaches: Teaches
) -> Pair:
    """Both crops under one draw of degradation, at the network's size."""
    what = augment.draw(rng, codec=mix.codec, strength=mix.strength)
    if mask is not None:
        cells = size // MAP_STRIDE
        mask = resize_map(np.ascontiguousarray(mask[:, ::-1] if what.flip else mask), (cells, cells))
    return Pair(_finished(real, size, what), _finished(fake, size, what), mask, teaches)


def _finished(rgb: Picture, size: int, what: augment.Degradation) -> Picture:
    return resized(augment.apply(rgb, what), size, size)


def batch(pool: Pool, pairs: int, size: int, mix: Mix, seed: int, number: int) -> dict[str, NDArray[Any]]:
    """Batch `number` of a run: `pairs` reals, then their fakes.

    `x`: uint8 [2 pairs, 3, s, s]; `y`: float32 [2 pairs]; `mask`: float32 [2 pairs, s/16, s/16]; `known`: float32
    [2 pairs], 1 where the mask is known (reals: nowhere); `heads`, `labels`: float32 [2 pairs, 3], the
    weight of a picture in each head's loss and what it is to that head.
    """
    rng = np.random.default_rng([seed, number])
    kinds = [blended_pair] * round(pairs * mix.self_blends) + [made_pair] * round(pairs * mix.made)
    kinds = (kinds + [labelled_pair] * pairs)[:pairs]
    made = [kind(pool, size, mix, rng) for kind in kinds]
    empty = np.zeros((size // MAP_STRIDE,) * 2, np.float32)
    pictures = np.stack([pair.real for pair in made] + [pair.fake for pair in made])
    masks = np.stack([empty for _ in made] + [empty if pair.mask is None else pair.mask for pair in made])
    known = [1.0] * pairs + [float(pair.mask is not None) for pair in made]
    # A real is real to every head; in the first its weight is that of its fake.
    weights = [(pair.teaches.weights[0], 1.0, 1.0) for pair in made] + [pair.teaches.weights for pair in made]
    return {
        "x": np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)),
        "y": np.repeat(np.array([0, 1], np.float32), pairs),
        "mask": masks.astype(np.float32),
        "known": np.array(known, np.float32),
        "heads": np.array(weights, np.float32),
        "labels": np.array([(0.0, 0.0, 0.0)] * pairs + [pair.teaches.labels for pair in made], np.float32),
    }


class Batches:
    """The batches of a run as a sequence: opened lazily, so that each worker has its own memory maps."""

    def __init__(self, folders: tuple[Path, ...], pairs: int, size: int, mix: Mix, seed: int, steps: range) -> None:
        self.folders, self.pairs, self.size, self.mix, self.seed, self.steps = folders, pairs, size, mix, seed, steps
        self._pool: Pool | None = None

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        if self._pool is None:
            self._pool = Pool(Store(*self.folders), only=shippable() if self.mix.shippable else None)
        return batch(self._pool, self.pairs, self.size, self.mix, self.seed, self.steps[index])
