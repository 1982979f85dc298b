"""Hashes a medium's frames and sound, as they come from the decoder, on the machine where the medium lies."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np

from waarmerk.bank.ladder import Cutter
from waarmerk.bank.signals.audio import MISSING, TOO_SHORT, Listener
from waarmerk.bank.signals.interface import Asked, MediumSignals, Parts
from waarmerk.bank.signals.pdq import QUALITY_FLOOR, coefficients, hash_of
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.views import views
from waarmerk.examine.media.medium import Medium, open_medium
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.examine.media.reading import Plan, Reading
from waarmerk.examine.media.wire import Skip
from waarmerk.values import Sha256

Purpose = Literal["list", "ask", "keep"]
"""`list`: hashes of whole frames alone; `ask`: to look the medium up; `keep`: to add it to a bank, and look it up."""


class FrameHasher:
    """Takes samples in the order of time; 49 bytes a sample, and 41 a hash of a part."""

    def __init__(self, purpose: Purpose = "list") -> None:
        self._purpose = purpose
        self._cutter = Cutter()
        self._frame, self._quality, self._codes, self._t_s = array("q"), bytearray(), bytearray(), array("d")

    def see(self, sample: FrameSample) -> Asked:
        """Hashes one sample; what it is looked up by, nothing where the purpose is `list`."""
        number = len(self._frame)
        seen = views(sample.luma) if self._purpose != "list" else iter([(0, coefficients(sample.luma))])
        codes, usable = [], bytearray()
        for view, found in seen:
            code = hash_of(found)
            if view == 0:
                whole, quality = code, found.quality
            if found.quality >= QUALITY_FLOOR:
                codes.append(code)
                usable.append(view)
        self._frame.append(sample.frame)
        self._quality.append(quality)
        self._codes += whole.tobytes()
        self._t_s.append(sample.t_s)
        if self._purpose == "keep" and quality >= QUALITY_FLOOR:
            self._cutter.see(number, sample.t_s, sample.luma, whole)
        if self._purpose == "list" or not codes:
            return Asked.none()
        return Asked(np.stack(codes), np.full(len(codes), number), np.frombuffer(bytes(usable), np.uint8))

    def frames(self) -> FrameHashes:
        """The hash of every sample's whole frame, whatever its quality."""
        return FrameHashes(
            np.asarray(self._frame, np.int64),
            np.frombuffer(bytes(self._quality), np.uint8),
            np.frombuffer(bytes(self._codes), np.uint64).reshape(-1, 4),
            np.asarray(self._t_s, np.float64),
        )

    def parts(self) -> Parts:
        """The parts by which cropped copies are found; nothing where the purpose is not `keep`."""
        return self._cutter.parts()


def hash_frames(samples: Iterable[FrameSample]) -> FrameHashes:
    """The PDQ hash of every sample's luma, whatever its quality, in the order of the samples."""
    hasher = FrameHasher()
    for sample in samples:
        hasher.see(sample)
    return hasher.frames()


@dataclass(frozen=True)
class HashedMedium:
    """A medium that was hashed, and what it takes to see one of its pictures again."""

    path: Path
    skip: Skip
    signals: MediumSignals

    def picture(self, t_s: float) -> Picture | None:
        """The sampled picture nearest to a moment, uint8 [height, width, 3]; None where the file has changed."""
        frames = self.signals.frames
        frame = int(frames.frame[np.abs(frames.t_s - t_s).argmin()])
        with open_medium(self.path) as medium:
            if medium.sha256 != self.signals.sha256:
                return None
            with Reading(medium, Plan(frames=(frame,), skip=self.skip)) as reading:
                # Copied, since the next piece may take its place in the ring.
                seen = [piece.rgb.copy() for piece in reading if isinstance(piece, FrameSample)]
        return seen[0] if seen else None


def hash_medium(path: Path, purpose: Purpose = "list", *, sound: bool = True) -> HashedMedium:
    """Hashes a file's pictures, about four a second, and its `sound`; raises InputError as an examination does."""
    with open_medium(path) as medium:
        listener = Listener.start() if sound else None
        try:
            hashed = _hashed(path, medium, purpose, None if listener is None else listener.pipe)
            if purpose == "ask":
                hashed = replace(hashed, signals=replace(hashed.signals, md5=_md5(path)))
            if not sound or hashed.signals.kind == "image":
                return hashed
            return replace(hashed, signals=_with_sound(hashed.signals, listener))
        finally:
            if listener is not None:
                listener.close()


def _md5(path: Path) -> str:
    """The MD5 of a file: no secret stands on it, lists of others name files by it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _hashed(path: Path, medium: Medium, purpose: Purpose, pipe: int | None) -> HashedMedium:
    hasher, asked = FrameHasher(purpose), list[Asked]()
    with Reading(medium, Plan(sound=pipe)) as reading:
        for piece in reading:
            if isinstance(piece, FrameSample):
                asked.append(hasher.see(piece))
        asset = reading.asset
        signals = MediumSignals(
            sha256=Sha256(medium.sha256),
            kind=asset.kind,
            duration_s=asset.duration_s,
            frames=hasher.frames(),
            asked=Asked.joined(asked),
            parts=hasher.parts(),
            absent={} if reading.silent is None or asset.kind == "image" else {"audio": reading.silent},
        )
        return HashedMedium(path, cast(Skip, reading.sampling.skipped), signals)


def _with_sound(signals: MediumSignals, listener: Listener | None) -> MediumSignals:
    if listener is None:
        return replace(signals, absent={"audio": MISSING})
    codes = listener.codes()
    if codes is None:
        return replace(signals, absent={"audio": signals.absent.get("audio", TOO_SHORT)})
    return replace(signals, audio=codes)
