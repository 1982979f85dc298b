"""Finds what a bank knows of a medium: by its digest, its pictures, its sound.

Rules: an equal file is told by its digest and, where they match too, by pictures and sound as well. Hashes that a
*harmless* bank knows (a test card, a logo, a channel's opening) are taken out of the query before anything is
looked up, so they neither match nor count.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from waarmerk.bank.hearing import hear
from waarmerk.bank.match import Pictures
from waarmerk.bank.signals.interface import Asked, Lookup, Match, MediumSignals
from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.bank.signals.vpdq import FrameHashes


def find(
    query: MediumSignals, known: Lookup, *, radius: int = DISTANCE, harmless: Lookup | None = None
) -> list[Match]:
    """Every entry of `known` that shares something with `query`, the surest first; partial matches last.

    `radius`: the greatest distance, in bits, of two hashes that match.
    """
    asked, frames = query.asked, query.frames
    if harmless is not None:
        asked, frames = _without(asked, frames, harmless, radius)
    pictures = Pictures(known, radius)
    pictures.see(asked)
    exact = [Match(entry, "sha256", 0, 1.0, 1.0, "none", (), partial=False) for entry in known.exact(query.sha256)]
    sounds = [] if query.audio is None else hear(query.audio, known)
    return sorted([*exact, *pictures.matches(frames), *sounds], key=lambda match: match.partial)


def _without(asked: Asked, frames: FrameHashes, harmless: Lookup, radius: int) -> tuple[Asked, FrameHashes]:
    # A frame goes as a whole: its other views show the same.
    kept = ~np.isin(asked.frame, asked.frame[harmless.near(asked.codes, radius).query])
    # A frame of which nothing is left to look up counts as one below the floor.
    quality = np.where(np.isin(np.arange(len(frames)), asked.frame[kept]), frames.quality, 0).astype(np.uint8)
    return Asked(asked.codes[kept], asked.frame[kept], asked.view[kept]), replace(frames, quality=quality)
