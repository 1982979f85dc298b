"""What the tests of this room share: a whole pass in one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FileReading, FrameSample, Picture
from waarmerk.examine.media.reading import Plan, Reading
from waarmerk.values import Asset, Sampling


@dataclass
class Pass:
    """Everything that one pass gave; pictures copied out of the ring."""

    asset: Asset
    readings: list[FileReading]
    samples: list[FrameSample]
    pictures: list[Picture]
    lumas: list[Picture]
    sampling: Sampling
    layers: tuple[str, ...]


def whole_pass(path: Path | str, plan: Plan | None = None, limits: Limits = LIMITS) -> Pass:
    """Opens, reads and closes a medium."""
    readings: list[FileReading] = []
    samples: list[FrameSample] = []
    pictures: list[Picture] = []
    lumas: list[Picture] = []
    with open_medium(path, limits) as medium, Reading(medium, plan or Plan(), limits) as reading:
        for piece in reading:
            if isinstance(piece, FileReading):
                readings.append(piece)
            else:
                samples.append(piece)
                pictures.append(piece.rgb.copy())
                lumas.append(piece.luma.copy())
        return Pass(reading.asset, readings, samples, pictures, lumas, reading.sampling, reading.layers)
