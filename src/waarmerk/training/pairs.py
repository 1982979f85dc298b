"""The batches: pairs of a real and a fake crop of one size, degraded alike; everything drawn from (seed, number).

Half of the pairs are self-blends of a real picture, the rest labelled fakes beside their original (the frame of the
same pair that is nearest in time), or, where a fake has none, beside a real picture that is as like as the data
allow. A source of n pictures is drawn with weight n^0.4 in all: sources count, not pictures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from waarmerk.examine.faces.crops import cut, resized
from waarmerk.training.cutting import cut_map, drawn_crop
from waarmerk.training.recipes import augment
from waarmerk.training.recipes.pictures import Map, Picture, resize_map
from waarmerk.training.recipes.self_blend import self_blend
from waarmerk.training.recipes.sharpness import made_alike
from waarmerk.training.store import Store

MAP_STRIDE = 16
VIDEO = 1.7
"""How much more a source of clips counts among labelled fakes than one of pictures: clips are what is examined."""


@dataclass(frozen=True)
class Mix:
    """Share of self-blends in the batch; how often blur is made alike; how strong the degradation."""

    self_blends: float = 0.5
    alike: float = 0.6
    codec: bool = True
    strength: float = 1.0


@dataclass(frozen=True)
class Pair:
    """`real`, `fake`: uint8 [s, s, 3]; `mask`: float32 [s/16, s/16] or None where nobody knows where."""

    real: Picture
    fake: Picture
    mask: Map | None


class Pool:
    """The crops of one side, indexed by how they are drawn."""

    def __init__(self, store: Store, side: str = "train") -> None:
        self.store = store
        self.reals: dict[str, list[int]] = defaultdict(list)
        self.fakes: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.of_pair: dict[str, list[int]] = defaultdict(list)
        self.of_group: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.of_folder: dict[str, list[int]] = defaultdict(list)
        for number, crop in enumerate(store.crops):
            if crop.side != side:
                continue
            if crop.fake:
                self.fakes[crop.source, crop.method].append(number)
                continue
            self.reals[crop.source].append(number)
            self.of_folder[crop.folder].append(number)
            self.of_group[crop.source, crop.group].append(number)
            if crop.pair:
                self.of_pair[crop.pair].append(number)
        self._real_keys, self._real_odds = list(self.reals), _odds([len(v) for v in self.reals.values()])
        self._fake_keys = list(self.fakes)
        favours = [VIDEO if store.crops[v[0]].folder == "clips" else 1.0 for v in self.fakes.values()]
        self._fake_odds = _odds([len(v) for v in self.fakes.values()], favours)

    def real(self, rng: Generator) -> int:
        """A real crop, its source drawn first."""
        return _one(self.reals[self._real_keys[int(rng.choice(len(self._real_keys), p=self._real_odds))]], rng)

    def fake(self, rng: Generator) -> int:
        """A labelled fake crop, its source and method drawn first."""
        return _one(self.fakes[self._fake_keys[int(rng.choice(len(self._fake_keys), p=self._fake_odds))]], rng)

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
            return _one(self.of_folder["clips"], rng)
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
        wide, landmarks = pool.store.picture(number), pool.store.landmarks(number)
        blend = self_blend(wide, landmarks, rng)
        where = drawn_crop(pool.store.crops[number].box, rng)
        mask = cut_map(blend.mask, where)
        if mask.max() > 0.2 and mask.mean() > 0.02 * mask.max():
            break
    real, fake = cut(wide, where), cut(blend.fake, where)
    what = augment.draw(rng, codec=mix.codec, strength=mix.strength)
    cells = size // MAP_STRIDE
    mask = resize_map(np.ascontiguousarray(mask[:, ::-1] if what.flip else mask), (cells, cells))
    return Pair(_finished(real, size, what), _finished(fake, size, what), mask)


def labelled_pair(pool: Pool, size: int, mix: Mix, rng: Generator) -> Pair:
    """A labelled fake and the real crop beside it, brought to one size and, often, to one sharpness."""
    fake_number = pool.fake(rng)
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
    what = augment.draw(rng, codec=mix.codec, strength=mix.strength)
    return Pair(_finished(real, size, what), _finished(fake, size, what), None)


def _finished(rgb: Picture, size: int, what: augment.Degradation) -> Picture:
    return resized(augment.apply(rgb, what), size, size)


def batch(pool: Pool, pairs: int, size: int, mix: Mix, seed: int, number: int) -> dict[str, NDArray[Any]]:
    """Batch `number` of a run: `pairs` reals, then their fakes.

    `x`: uint8 [2 pairs, 3, s, s]; `y`: float32 [2 pairs]; `mask`: float32 [2 pairs, s/16, s/16]; `known`: float32
    [2 pairs], 1 where the mask is known (reals: nowhere).
    """
    rng = np.random.default_rng([seed, number])
    made = []
    for index in range(pairs):
        blended = index < round(pairs * mix.self_blends)
        made.append((blended_pair if blended else labelled_pair)(pool, size, mix, rng))
    empty = np.zeros((size // MAP_STRIDE,) * 2, np.float32)
    pictures = np.stack([pair.real for pair in made] + [pair.fake for pair in made])
    masks = np.stack([empty for _ in made] + [empty if pair.mask is None else pair.mask for pair in made])
    known = [1.0] * pairs + [float(pair.mask is not None) for pair in made]
    return {
        "x": np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)),
        "y": np.repeat(np.array([0, 1], np.float32), pairs),
        "mask": masks.astype(np.float32),
        "known": np.array(known, np.float32),
    }


class Batches:
    """The batches of a run as a sequence: opened lazily, so that each worker has its own memory maps."""

    def __init__(self, folder: Path, pairs: int, size: int, mix: Mix, seed: int, steps: range) -> None:
        self.folder, self.pairs, self.size, self.mix, self.seed, self.steps = folder, pairs, size, mix, seed, steps
        self._pool: Pool | None = None

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        if self._pool is None:
            self._pool = Pool(Store(self.folder))
        return batch(self._pool, self.pairs, self.size, self.mix, self.seed, self.steps[index])
