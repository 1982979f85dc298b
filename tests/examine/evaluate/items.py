"""Rows that were measured, made up for tests of figures: no medium is examined."""

from __future__ import annotations

from typing import Literal

from waarmerk.examine.evaluate.lists import Row
from waarmerk.examine.evaluate.run import Item
from waarmerk.examine.evaluate.work import Measured


def item(
    line: int,
    label: Literal["real", "fake"],
    log10_lr: float | None,
    *,
    group: str = "",
    pair: str = "",
    source: str = "lab",
    method: str = "",
    people: str = "",
    size: int = 100_000,
    sharpness: float | None = 5.0,
    face: float | None = 120.0,
    score: float | None = 0.0,
    kind: str = "video",
) -> Item:
    """One row with what was measured of it."""
    row = Row(
        line=line,
        listed=f"{line}.mp4",
        path=f"{line}.mp4",
        label=label,
        method=method or ("face-swap" if label == "fake" else ""),
        source=source,
        group=group or f"g{line}",
        pair=pair,
        people=people,
    )
    measured = Measured(
        log10_lr=log10_lr,
        abstained=None if log10_lr is not None else "no-face",
        detail="",
        scores=[] if log10_lr is None else [log10_lr - 0.1, log10_lr + 0.1],
        score=score,
        face=face,
        curve=None if sharpness is None else [sharpness / (1 + place) for place in range(10)],
        kind=kind,
        bytes=size,
        duration_s=4.0 if kind == "video" else None,
        width=640,
        height=360,
        fps=25.0 if kind == "video" else None,
        sha256="0" * 64,
    )
    return Item(row, measured)
