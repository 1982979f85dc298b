"""The settings of a run and its learning rate: data and arithmetic, without PyTorch."""

from __future__ import annotations

import math

import msgspec

from waarmerk.errors import UsageError


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of a run. `stages`: (share of the steps, side in pixels), in order; small pictures first.

    `folded`: how many of the first normalisations are merged into their convolutions before the first step.
    `content`: side in pixels at which content is explained away (`content.py`), 0 for not at all.
    `shippable`: only sources whose terms allow redistribution (`sides.json`).
    `start`: SHA-256 of the checkpoint whose averaged weights the run began with, empty for ImageNet or nothing.
    """

    steps: int
    pairs: int = 16
    stages: tuple[tuple[float, int], ...] = ((0.64, 160), (0.36, 192))
    rate: float = 5e-4
    decay: float = 0.02
    average: float = 0.995
    self_blends: float = 0.5
    made: float = 0.0
    faces: float = 0.45
    folded: int = 0
    shippable: bool = False
    content: int = 0
    start: str = ""
    alike: float = 0.6
    codec: bool = True
    strength: float = 0.6
    pretrained: bool = True
    map_weight: float = 0.5
    seed: int = 1
    crops: str = ""


def planned(content: bytes, given: dict[str, object]) -> Settings:
    """Settings from a JSON object and what is `given` over it; UsageError where they are none."""
    try:
        stated: dict[str, object] = msgspec.json.decode(content, type=dict)
        return msgspec.convert(stated | given, Settings, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"these are no settings of a run: {error}", hint="see run.json of a finished run") from error


def learning_rate(settings: Settings, step: int) -> float:
    """A short warm-up, then half a cosine to a hundredth."""
    warm = max(1, settings.steps // 40)
    if step < warm:
        return settings.rate * (step + 1) / warm
    through = (step - warm) / max(1, settings.steps - warm)
    return settings.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * through)))
