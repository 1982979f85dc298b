"""Hashes a medium's frames, as they come from the decoder, on the machine where the medium lies."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from waarmerk.bank.signals.pdq import coefficients, hash_of
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.media.reading import Plan, Reading


def hash_frames(samples: Iterable[FrameSample]) -> FrameHashes:
    """The PDQ hash of every sample's luma, whatever its quality, in the order of the samples."""
    frame, quality, codes, t_s = array("q"), bytearray(), bytearray(), array("d")
    for sample in samples:
        found = coefficients(sample.luma)
        frame.append(sample.frame)
        quality.append(found.quality)
        codes += hash_of(found).tobytes()
        t_s.append(sample.t_s)
    return FrameHashes(
        np.asarray(frame, np.int64),
        np.frombuffer(bytes(quality), np.uint8),
        np.frombuffer(bytes(codes), np.uint64).reshape(-1, 4),
        np.asarray(t_s, np.float64),
    )


def hash_video(path: Path) -> FrameHashes:
    """The hashes of a file's sampled pictures, about four a second; raises InputError as an examination does."""
    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        return hash_frames(piece for piece in reading if isinstance(piece, FrameSample))
