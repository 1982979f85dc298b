"""How sharp a face is, and making two faces alike in it, so that blur cannot be what separates real from fake."""

from __future__ import annotations

import numpy as np

from waarmerk.training.recipes.pictures import Picture, blur


def sharpness(rgb: Picture) -> float:
    """Mean absolute Laplacian of the green channel over the central 70 % of a crop, in grey levels."""
    height, width = rgb.shape[:2]
    top, left = round(0.15 * height), round(0.15 * width)
    grey = rgb[top : height - top, left : width - left, 1].astype(np.float32)
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    laplacian = 4 * inner - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(np.abs(laplacian).mean())


def made_alike(first: Picture, second: Picture, steps: int = 5) -> tuple[Picture, Picture]:
    """Both crops (of one size), the sharper one softened until both are alike within a bisection of `steps`."""
    levels = sharpness(first), sharpness(second)
    sharp, goal = (first, levels[1]) if levels[0] > levels[1] else (second, levels[0])
    if max(levels) <= min(levels) * 1.05:
        return first, second
    low, high = 0.0, 4.0
    softened = sharp
    for _ in range(steps):
        sigma = (low + high) / 2
        softened = blur(sharp, sigma)
        if sharpness(softened) > goal:
            low = sigma
        else:
            high = sigma
    return (softened, second) if levels[0] > levels[1] else (first, softened)
