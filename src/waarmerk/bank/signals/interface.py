"""What a medium is recognised by, and what a bank must offer so that it is found again.

A `Signal` is a kind of hash; `MediumSignals` is what one file gave; `KnownItem` is what a bank keeps of one entry
to compare with; `Lookup` is the bank as matching sees it. `waarmerk.bank.find` does the rest:

    signals = hash_medium(path)                       # bank.hashing: on the machine where the medium lies
    item = KnownItem.of(signals)                      # what a bank keeps
    find(signals, lookup) -> [Match, ...]             # the most shared first

A bank indexes `item.codes()`: a hit's `row` is a place in that array, its `entry` the bank's own number of the item.

Reference codes: a hash of the whole frame is lost by a crop of a few per cent. So an item also keeps the hashes of
parts of its frames (`waarmerk.bank.ladder`), and a copy that shows such a part is found by its one whole-frame hash.
Successive frames that are nearly equal share the parts of the first of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.values import Sha256

Codes = NDArray[np.uint64]
"""PDQ hashes, uint64 [n, 4], the lowest 64 bits first."""
AudioCodes = NDArray[np.uint32]
"""Chromaprint codes in the order of time, uint32 [n], `waarmerk.bank.signals.audio.STEP_S` seconds apart."""

SignalName = Literal["pdq", "vpdq", "audio", "sha256", "md5"]

_Value = TypeVar("_Value")


class Signal(Protocol, Generic[_Value]):
    """One kind of hash: how it is written, read and compared."""

    name: str

    def parse(self, text: str) -> _Value:
        """The value that `text` stands for; raises InputError in one sentence."""
        ...

    def print(self, value: _Value) -> str:
        """The value as text; `parse` gives it back."""
        ...

    def compare(self, a: _Value, b: _Value) -> tuple[bool, int]:
        """Whether the two match, and their distance in bits."""
        ...


@dataclass(frozen=True)
class Parts:
    """Hashes of parts of frames. Equal length n.

    `codes`: uint64 [n, 4]; `frame`: int64 [n], the place in the item's frames that the part is of (and that stands
    for the nearly equal ones after it); `part`: uint8 [n], the place in `waarmerk.bank.ladder.LADDER`.
    """

    codes: Codes
    frame: NDArray[np.int64]
    part: NDArray[np.uint8]

    @staticmethod
    def none() -> Parts:
        """No part at all: an item of which only the hashes of whole frames are known."""
        return Parts(np.empty((0, 4), np.uint64), np.empty(0, np.int64), np.empty(0, np.uint8))

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True)
class Asked:
    """The hashes with which a medium is looked up: each of its frames in a few views. Equal length n.

    `codes`: uint64 [n, 4]; `frame`: int64 [n], the place in the medium's frames; `view`: uint8 [n], the place in
    `waarmerk.bank.views.VIEWS`. Hashes below the quality floor are not among them.
    """

    codes: Codes
    frame: NDArray[np.int64]
    view: NDArray[np.uint8]

    @staticmethod
    def none() -> Asked:
        """Nothing to look up."""
        return Asked(np.empty((0, 4), np.uint64), np.empty(0, np.int64), np.empty(0, np.uint8))

    @staticmethod
    def joined(several: Sequence[Asked]) -> Asked:
        """All of them, one after the other."""
        parts = [Asked.none(), *several]
        codes = np.concatenate([part.codes for part in parts])
        frame = np.concatenate([part.frame for part in parts])
        return Asked(codes, frame, np.concatenate([part.view for part in parts]))

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True)
class MediumSignals:
    """What one file gave. `frames` has one row for a picture; `absent`: signals that could not be had, and why.

    `md5`: only to look up what older lists have; nothing is kept by it.
    """

    sha256: Sha256
    kind: Literal["image", "video"]
    duration_s: float | None
    frames: FrameHashes
    asked: Asked
    parts: Parts
    audio: AudioCodes | None = None
    absent: dict[str, str] = field(default_factory=dict)
    md5: str | None = None


@dataclass(frozen=True)
class KnownItem:
    """What a bank keeps of one entry to compare with; any of it may be missing.

    `frames`: int64 frame numbers, hashes and times in the order of time; of a picture one row at 0 s. `md5`: 32
    hexadecimal digits of the file, as older lists have them; it says that files are equal only to those who trust it.
    """

    kind: Literal["image", "video"]
    frames: FrameHashes
    parts: Parts = field(default_factory=Parts.none)
    audio: AudioCodes | None = None
    sha256: Sha256 | None = None
    md5: str | None = None

    @staticmethod
    def of(signals: MediumSignals) -> KnownItem:
        """The item that a hashed medium becomes when it is added."""
        return KnownItem(signals.kind, signals.frames, signals.parts, signals.audio, signals.sha256)

    def codes(self) -> Codes:
        """What an index holds of this item, uint64 [n, 4]: the usable whole frames, then the parts."""
        return np.concatenate([self.frames.codes[self._usable], self.parts.codes])

    def frame_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The place in `frames` of each row of `codes()`."""
        return np.concatenate([self._usable, self.parts.frame])[rows]

    def part_of(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The place in the ladder of each row of `codes()`; 0 is the whole frame."""
        return np.concatenate([np.zeros(len(self._usable), np.uint8), self.parts.part])[rows]

    @cached_property
    def until(self) -> NDArray[np.int64]:
        """Where the stretch of frames ends that share the parts of each, int64 [frames]; the next place if none."""
        ends = np.arange(1, len(self.frames) + 1)
        cut = np.unique(self.parts.frame)
        ends[cut] = np.append(cut[1:], len(self.frames))[: len(cut)]
        return ends

    def standing_for(self, hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which frames are meant where parts of the frames `hit`, bool [frames], are found: bool [frames]."""
        steps = np.zeros(len(hit) + 1, np.int64)
        places = np.flatnonzero(hit)
        np.add.at(steps, places, 1)
        np.add.at(steps, self.until[places], -1)
        found: NDArray[np.bool_] = np.cumsum(steps)[:-1] > 0
        return found

    @cached_property
    def _usable(self) -> NDArray[np.int64]:
        return self.frames.usable_rows()


@dataclass(frozen=True)
class Hits:
    """Pairs of a looked-up code and a known one within a distance. Equal length n.

    `query`: int64 [n], the place in the codes that were looked up; `entry`: int64 [n], the bank's number of the item;
    `row`: int64 [n], the place in that item's `codes()`; `distance`: uint16 [n], bits.
    """

    query: NDArray[np.int64]
    entry: NDArray[np.int64]
    row: NDArray[np.int64]
    distance: NDArray[np.uint16]

    def at(self, places: NDArray[np.int64]) -> Hits:
        """The pairs at these places, in their order."""
        return Hits(self.query[places], self.entry[places], self.row[places], self.distance[places])


@dataclass(frozen=True)
class Heard:
    """Pairs of equal Chromaprint codes. Equal length n: `query`, `entry`, `place`: int64 [n].

    `query` and `place` are places in the codes of the query and of the entry.
    """

    query: NDArray[np.int64]
    entry: NDArray[np.int64]
    place: NDArray[np.int64]


class Lookup(Protocol):
    """A bank as matching sees it. Entries are numbered by the bank; what may match (status) is its business."""

    def near(self, codes: Codes, radius: int) -> Hits:
        """Every pair of one of `codes`, uint64 [n, 4], and a known code at `radius` bits or less."""
        ...

    def heard(self, codes: AudioCodes) -> Heard:
        """Every pair of one of `codes`, uint32 [n], and an equal known code (of `signals.audio.landmarks` alone)."""
        ...

    def exact(self, sha256: Sha256) -> Sequence[int]:
        """The entries whose file has this digest."""
        ...

    def item(self, entry: int) -> KnownItem:
        """The item with this number."""
        ...


@dataclass(frozen=True)
class AlignedRange:
    """A stretch of the query and the stretch of the known item that it shows; seconds."""

    query_start_s: float
    query_end_s: float
    known_start_s: float
    known_end_s: float


@dataclass(frozen=True)
class Match:
    """What one entry and the query share, by one signal. One entry may be matched by picture and by sound.

    `distance`: bits, of the best pair of pictures; of sound the differing bits in a hundred; 0 for equal files.
    `query_matched`, `known_matched`: 0..1; of pictures the share of the distinct usable frames of that side that have
    a partner, of sound the share of its time. `transform`: what was done to the known item, `none` or words joined by
    "-" (`mirrored`, `bordered`, `cropped`, `covered`). `partial`: too little is shared to call it known: perhaps
    a common opening, or a scene that both quote. `best`: the times of the best pair, query and known.
    """

    entry: int
    signal: SignalName
    distance: int
    query_matched: float
    known_matched: float
    transform: str
    alignment: tuple[AlignedRange, ...]
    partial: bool
    best: tuple[float, float] = (0.0, 0.0)
