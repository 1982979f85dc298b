"""Hashes a medium's frames, as they come from the decoder, on the machine where the medium lies."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from waarmerk.bank.signals.pdq import coefficients, hash_of
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.errors import InputError
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.examine.media.reading import Plan, Reading
from waarmerk.examine.media.wire import Skip
from waarmerk.values import Sha256


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


@dataclass(frozen=True)
class HashedMedium:
    """A medium that was hashed, and what it takes to see one of its pictures again."""

    path: Path
    sha256: Sha256
    skip: Skip
    hashes: FrameHashes

    def picture(self, t_s: float) -> Picture | None:
        """The sampled picture nearest to a moment, uint8 [height, width, 3]; None where the file has changed."""
        frame = int(self.hashes.frame[np.abs(self.hashes.t_s - t_s).argmin()])
        with open_medium(self.path) as medium:
            if medium.sha256 != self.sha256:
                return None
            with Reading(medium, Plan(frames=(frame,), skip=self.skip)) as reading:
                # Copied, since the next piece may take its place in the ring.
                seen = [piece.rgb.copy() for piece in reading if isinstance(piece, FrameSample)]
        return seen[0] if seen else None


def hash_medium(path: Path) -> HashedMedium:
    """Hashes a file's sampled pictures, about four a second; raises InputError as an examination does."""
    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        hashes = hash_frames(piece for piece in reading if isinstance(piece, FrameSample))
        if not len(hashes):
            raise InputError("holds no picture that can be hashed", where=str(path))
        return HashedMedium(path, medium.sha256, cast(Skip, reading.sampling.skipped), hashes)
