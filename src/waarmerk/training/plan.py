"""The settings of a run and its learning rate: data and arithmetic, without PyTorch."""

from __future__ import annotations

import math

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of a run. `stages`: (share of the steps, side in pixels), in order; small pictures first."""

    steps: int
    pairs: int = 16
    stages: tuple[tuple[float, int], ...] = ((0.64, 160), (0.36, 192))
    rate: float = 5e-4
    decay: float = 0.02
    average: float = 0.995
    self_blends: float = 0.5
    alike: float = 0.6
    codec: bool = True
    strength: float = 0.6
    pretrained: bool = True
    map_weight: float = 0.5
    seed: int = 1
    crops: str = ""


def learning_rate(settings: Settings, step: int) -> float:
    """A short warm-up, then half a cosine to a hundredth."""
    warm = max(1, settings.steps // 40)
    if step < warm:
        return settings.rate * (step + 1) / warm
    through = (step - warm) / max(1, settings.steps - warm)
    return settings.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * through)))
