"""The crops to train on: one flat file of pixels, one of landmarks, and a list; read through memory maps.

Layout of a store: `pixels.bin` (uint8, the wide crops one after the other), `landmarks.npy` (float16 [n, 468, 2],
pixels of the crop), `crops.jsonl` (one line a crop). A crop is wide: about twice the face, at native pixels up to
`WIDEST`, so that blending happens before any resize.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

import msgspec
import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import InputError
from waarmerk.training.recipes.pictures import Picture, Points

WIDEST = 448
"""Longest side of a stored crop: a face of 220 px, which is what the network sees at most."""


class Crop(msgspec.Struct, frozen=True, kw_only=True):
    """Where a wide crop came from and where it lies. `box`: the face, x, y, width, height in pixels of the crop."""

    folder: str
    name: str
    source: str
    group: str
    method: str
    pair: str
    label: str
    side: str
    box: tuple[float, float, float, float]
    score: float
    native: float
    t_s: float
    offset: int
    height: int
    width: int

    @property
    def fake(self) -> bool:
        """Whether the picture is labelled fake."""
        return self.label == "fake"


class Writer:
    """Appends crops to a new store in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.offset = folder, 0
        self._pixels = (folder / "pixels.bin").open("wb")
        self._lines = (folder / "crops.jsonl").open("wb")
        self._landmarks: list[NDArray[np.float16]] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pixels.close()
        self._lines.close()
        stacked = np.stack(self._landmarks) if self._landmarks else np.zeros((0, 468, 2), np.float16)
        np.save(self.folder / "landmarks.npy", stacked)

    def add(self, rgb: Picture, landmarks: Points, **about: object) -> None:
        """Stores one wide crop with its landmarks; `about` holds the other fields of `Crop`."""
        line = {"offset": self.offset, "height": rgb.shape[0], "width": rgb.shape[1], **about}
        self._pixels.write(np.ascontiguousarray(rgb).tobytes())
        self._lines.write(msgspec.json.encode(msgspec.convert(line, Crop)) + b"\n")
        self._landmarks.append(landmarks[:, :2].astype(np.float16))
        self.offset += rgb.size


class Store:
    """One or more finished stores as one, read-only; cheap to open in every worker."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.crops: list[Crop] = []
        self._parts: list[tuple[int, NDArray[np.uint8], NDArray[np.float16]]] = []
        for folder in folders:
            lines = folder / "crops.jsonl"
            if not lines.is_file():
                raise InputError("there are no crops here", where=str(folder), hint="waarmerk train crops DATA STORE")
            pixels = np.memmap(folder / "pixels.bin", dtype=np.uint8, mode="r")
            self._parts.append((len(self.crops), pixels, np.load(folder / "landmarks.npy", mmap_mode="r")))
            self.crops += [msgspec.json.decode(line, type=Crop) for line in lines.read_bytes().splitlines()]

    def __len__(self) -> int:
        return len(self.crops)

    def picture(self, number: int) -> Picture:
        """The wide crop `number`, uint8 [h, w, 3]."""
        crop = self.crops[number]
        end = crop.offset + crop.height * crop.width * 3
        return np.array(self._part(number)[1][crop.offset : end]).reshape(crop.height, crop.width, 3)

    def landmarks(self, number: int) -> Points:
        """Its face mesh, float32 [468, 2] in pixels of the crop."""
        first, _, landmarks = self._part(number)
        return np.asarray(landmarks[number - first], dtype=np.float32)

    def _part(self, number: int) -> tuple[int, NDArray[np.uint8], NDArray[np.float16]]:
        return next(part for part in reversed(self._parts) if part[0] <= number)

    def digest(self) -> str:
        """SHA-256 over the lists of crops: names the data that a run stood on."""
        return hashlib.sha256(b"".join((f / "crops.jsonl").read_bytes() for f in self.folders)).hexdigest()
