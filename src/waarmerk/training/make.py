"""Made fakes: landmark swaps between people, and faces generated anew, each beside its original, in a store.

    waarmerk train decoders STORE FOLDER
    waarmerk train make STORE MADE --decoders FOLDER

Made once, because a swap takes ten times as long as a training step; what happens to a pair on its way (size, codec,
blur) is drawn anew each time that it is seen. Rules:

- both people of a swap, and the pictures that a decoder learned from, stand on one side of the split;
- a made pair keeps the side, source and group of its original, so that held-out people make held-out pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.random import Generator

from waarmerk.errors import InputError
from waarmerk.examine.faces.crops import MARGIN, crop_of
from waarmerk.training.cutting import trimmed
from waarmerk.training.recipes.hulls import Hull
from waarmerk.training.recipes.pictures import Picture, Points
from waarmerk.training.recipes.resynthesis import Autoencoder, fit, load, resynthesised, save
from waarmerk.training.recipes.swap import swap
from waarmerk.training.store import Crop, Store, Writer

SWAP_HULLS: tuple[Hull, ...] = ("face", "jaw", "raised")
METHODS = ("landmark-swap", "re-synthesis", "re-synthesis-blended")
FOLDER = "made"
ROOM = 1.25
"""Side of a stored picture / side of the crop: room for the jitter of training."""
DECODERS = (
    ("nearest", 3, 12),
    ("bilinear", 2, 4),
    ("transposed", 3, 12),
    ("transposed", 2, 4),
    ("shuffle", 2, 6),
)
"""Up-sampling, halvings, channels of the latent."""


def drawn(store: Store, side: str, rng: Generator) -> Iterator[int]:
    """Real crops of `side` without end, a source drawn first: sources count, not pictures."""
    by_source: dict[str, list[int]] = {}
    for number, crop in enumerate(store.crops):
        if crop.side == side and not crop.fake and crop.folder != FOLDER and min(crop.height, crop.width) >= 64:
            by_source.setdefault(crop.source, []).append(number)
    if not by_source:
        raise InputError(f"no real crop stands on the side {side!r}", where=str(store.folders[0]))
    sources = list(by_source.values())
    odds = np.array([len(numbers) for numbers in sources], np.float64) ** 0.5
    while True:
        numbers = sources[int(rng.choice(len(sources), p=odds / odds.sum()))]
        yield numbers[int(rng.integers(len(numbers)))]


def train_decoders(store: Store, folder: Path, *, steps: int, seed: int) -> dict[str, float]:
    """Trains every decoder of `DECODERS` on reals of the training side; their mean absolute errors, 0..1."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    errors = {}
    for index, (upsampling, depth, latent) in enumerate(DECODERS):
        torch.manual_seed(seed + index)
        rng = np.random.default_rng([seed, index])
        numbers = drawn(store, "train", rng)
        patches = [_around(store, next(numbers))[0] for _ in range(600)]
        network = Autoencoder(upsampling, depth, latent)  # type: ignore[arg-type]
        name = f"{upsampling}-{depth}-{latent}"
        errors[name] = round(fit(network, patches, rng, steps), 4)
        save(network, folder / f"{name}.pt")
    return errors


def _around(store: Store, number: int) -> tuple[Picture, Points, Crop]:
    """The picture around the crop, its landmarks, and its line in the list, moved along."""
    crop = store.crops[number]
    where = crop_of(crop.box, MARGIN * ROOM)
    rgb, landmarks, moved = trimmed(store.picture(number), store.landmarks(number), where, room=0.0)
    dx, dy = moved.x - where.x, moved.y - where.y
    box = (crop.box[0] + dx, crop.box[1] + dy, *crop.box[2:])
    return rgb, landmarks, msgspec.structs.replace(crop, box=box)


def make(store: Store, target: Path, decoders: Path, *, train: int, held_out: int, seed: int) -> Counter[str]:
    """Writes `train` + `held_out` pairs of each method into a new store; how many by side and method."""
    networks = [load(path) for path in sorted(decoders.glob("*.pt"))]
    if not networks:
        raise InputError(
            "there are no decoders here",
            where=str(decoders),
            hint="waarmerk train decoders STORE FOLDER",
        )
    counted: Counter[str] = Counter()
    with Writer(target) as writer:
        for side, count in (("calibrate", held_out), ("train", train)):
            rng = np.random.default_rng([seed, len(side)])
            numbers = drawn(store, side, rng)
            while min(counted[f"{side} {method}"] for method in METHODS) < count:
                method = min(METHODS, key=lambda each: counted[f"{side} {each}"])
                number = next(numbers)
                rgb, landmarks, crop = _around(store, number)
                made = _made(store, method, rgb, landmarks, crop, next(numbers), networks, rng)
                if made is None:
                    continue
                _add(writer, crop, (rgb, made), landmarks, method, f"made-{side}-{sum(counted.values())}")
                counted[f"{side} {method}"] += 1
    return counted


def _made(
    store: Store,
    method: str,
    rgb: Picture,
    landmarks: Points,
    crop: Crop,
    other: int,
    networks: list[Autoencoder],
    rng: Generator,
) -> Picture | None:
    """The fake of `rgb`, or None where the landmarks do not allow it."""
    if method != "landmark-swap":
        network = networks[int(rng.integers(len(networks)))]
        blended = method == "re-synthesis-blended"
        return resynthesised(network, rgb, landmarks, rng, blended=blended).picture
    giver, points, about = _around(store, other)
    if about.group == crop.group:
        return None
    try:
        made = swap(
            rgb,
            landmarks,
            giver,
            points,
            kind=SWAP_HULLS[int(rng.integers(len(SWAP_HULLS)))],
            blend="membrane" if rng.random() < 0.4 else "feather",
            feather=float(rng.uniform(0.03, 0.15)),
            recolour=float(rng.uniform(0.6, 1.0)),
        )
    except InputError:
        return None
    return made.picture if made.mask.mean() > 0.02 else None


def _add(
    writer: Writer, crop: Crop, pictures: tuple[Picture, Picture], landmarks: Points, method: str, pair: str
) -> None:
    for rgb, label in zip(pictures, ("real", "fake"), strict=True):
        writer.add(
            rgb,
            landmarks,
            folder=FOLDER,
            name=f"{pair}-{label}",
            source=crop.source,
            group=crop.group,
            method=method if label == "fake" else "none",
            pair=pair,
            label=label,
            side=crop.side,
            box=crop.box,
            score=crop.score,
            native=crop.native,
            t_s=0.0,
        )
