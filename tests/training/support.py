"""A small store of synthetic wide crops with a mesh that is roughly a face: enough to draw pairs from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waarmerk.training.recipes import hulls
from waarmerk.training.store import Store, Writer


def mesh(side: float = 100.0, x: float = 100.0, y: float = 100.0) -> NDArray[np.float32]:
    """float32 [468, 3]: an oval, eyes, brows, nose and lips where a face has them, all else in the middle."""
    points = np.full((468, 3), 0.5, np.float32)
    points[:, 2] = 0
    for index, number in enumerate(hulls.OVAL):
        angle = 2 * np.pi * index / len(hulls.OVAL) - np.pi / 2
        points[number, :2] = 0.5 + 0.5 * np.cos(angle), 0.5 + 0.5 * np.sin(angle)
    for numbers, middle_x, middle_y, radius in (
        (hulls.LEFT_EYE, 0.68, 0.4, 0.07),
        (hulls.RIGHT_EYE, 0.32, 0.4, 0.07),
        (hulls.LEFT_BROW, 0.68, 0.28, 0.08),
        (hulls.RIGHT_BROW, 0.32, 0.28, 0.08),
        (hulls.NOSE, 0.5, 0.55, 0.1),
        (hulls.LIPS, 0.5, 0.76, 0.12),
    ):
        for index, number in enumerate(numbers):
            angle = 2 * np.pi * index / len(numbers)
            points[number, :2] = middle_x + radius * np.cos(angle), middle_y + radius * np.sin(angle)
    for numbers, middle_x in ((hulls.LEFT_CHEEK[4:], 0.72), (hulls.RIGHT_CHEEK[4:], 0.28)):
        for index, number in enumerate(numbers):
            points[number, :2] = middle_x + 0.08 * np.cos(index), 0.6 + 0.08 * np.sin(index)
    points[:, :2] = points[:, :2] * side + (x, y)
    return points


def wide(seed: int, side: int = 300) -> NDArray[np.uint8]:
    """A textured picture, uint8 [side, side, 3]."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (side // 10 + 1, side // 10 + 1, 3)).astype(np.uint8)
    blocks = np.kron(coarse, np.ones((10, 10, 1), np.uint8))[:side, :side]
    return blocks // 2 + rng.integers(0, 100, (side, side, 3), dtype=np.uint8)


def store(folder: Path, people: int = 4) -> Store:
    """Reals of two portrait sources and a clip with its fake, all on the training side."""
    with Writer(folder) as writer:
        for number in range(people):
            for folder_name, source, label, pair in (
                ("portraits", f"studio-{number % 2}", "real", ""),
                ("clips", "page", "real", f"pair-{number}"),
                ("clips", "page", "fake", f"pair-{number}"),
            ):
                writer.add(
                    wide(number * 3 + len(label)),
                    mesh(),
                    folder=folder_name,
                    name=f"{source}-{label}-{number}",
                    source=source,
                    group=f"person-{number}",
                    method="face-swap" if label == "fake" else "none",
                    pair=pair,
                    label=label,
                    side="train",
                    box=(100.0, 100.0, 100.0, 100.0),
                    score=0.9,
                    native=100.0,
                    t_s=0.0,
                )
    return Store(folder)
