"""Does a medium show again what is known? Its frame hashes against lists of known ones.

Rules:
- Only hashes of quality 50 or better are compared: a black frame or a flat picture resembles every other one.
- Search is exact: every query hash against every known one, by counting differing bits.
- An item is a match where at least `SHARE` of the query's or of the known item's distinct usable hashes have a
  partner: an excerpt of the item covers the query, an hour around the item covers the item. Less is a *partial*
  match: shared, but perhaps only a common opening or a scene that both quote.
- The mirror image is compared too; the orientation in which more was found is the one that counts.
A match says that pictures are the same to a hash that can be deceived on purpose; it decides about nobody.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.align import AlignedRange, Timed, align, distances
from waarmerk.bank.signals.pdq import DISTANCE, QUALITY_FLOOR, Coefficients, Hash, hash_of
from waarmerk.bank.signals.vpdq import FrameHashes

SHARE: Final = 0.5

Status = Literal["confirmed", "seeded"]
Orientation = Literal["none", "mirrored"]


@dataclass(frozen=True)
class KnownItem:
    """A medium whose frame hashes somebody listed; `status`: confirmed by a person, or seeded from a list."""

    item: str
    status: Status
    hashes: FrameHashes


@dataclass(frozen=True)
class BestPair:
    """The two frames that resemble each other most: their times (seconds) and their distance (bits)."""

    query_t_s: float
    known_t_s: float
    distance: int


@dataclass(frozen=True)
class Match:
    """What one known item and the query share. Shares are 0..1 of the distinct usable hashes of each side.

    `index`: the item's place in the list that was given.
    """

    index: int
    item: str
    status: Status
    query_matched: float
    known_matched: float
    transform: Orientation
    best: BestPair
    alignment: tuple[AlignedRange, ...]

    @property
    def partial(self) -> bool:
        """Too little is shared on both sides to call it the same medium."""
        return max(self.query_matched, self.known_matched) < SHARE


@dataclass
class _Found:
    """What one orientation of the query had in common with one item so far."""

    known_hit: NDArray[np.bool_]
    query_hit: array[int] = field(default_factory=lambda: array("I"))
    best: BestPair | None = None


class Matcher:
    """Takes a query's frames one after the other and compares each with every known item.

    Memory: about 80 bytes a query frame, one byte a known hash and orientation, four bytes a match.
    """

    def __init__(self, items: Sequence[KnownItem], radius: int = DISTANCE, floor: int = QUALITY_FLOOR) -> None:
        self._radius = radius
        self._floor = floor
        self._items = items
        self._usable = [item.hashes.usable(floor) for item in items]
        distinct = [np.unique(part.codes, axis=0, return_index=True) for part in self._usable]
        # One array for all items, so that a frame costs one search however many files were given.
        self._known = np.asfortranarray(
            np.concatenate([np.empty((0, 4), np.uint64), *(codes for codes, _ in distinct)])
        )
        self._first = np.concatenate([np.empty(0, np.int64), *(first for _, first in distinct)])
        self._start = np.cumsum([0, *(len(codes) for codes, _ in distinct)])
        self._found: list[dict[Orientation, _Found]] = [
            {side: _Found(np.zeros(len(codes), np.bool_)) for side in ("none", "mirrored")} for codes, _ in distinct
        ]
        self._codes: dict[Orientation, bytearray] = {"none": bytearray(), "mirrored": bytearray()}
        self._t_s = array("d")
        self.frames = 0

    @property
    def usable_frames(self) -> int:
        """Query frames so far whose quality is at the floor or better."""
        return len(self._t_s)

    def add(self, t_s: float, plain: Coefficients, mirrored: Coefficients) -> list[int]:
        """Compares one frame; answers the indices of the items whose best pair this frame now is."""
        self.frames += 1
        if plain.quality < self._floor:
            return []
        number = len(self._t_s)
        self._t_s.append(t_s)
        improved: list[int] = []
        codes: dict[Orientation, Hash] = {"none": hash_of(plain), "mirrored": hash_of(mirrored)}
        for side, code in codes.items():
            self._codes[side] += code.tobytes()
            apart = distances(self._known, code)
            near = np.flatnonzero(apart <= self._radius)
            owners = np.searchsorted(self._start, near, side="right") - 1
            for index in np.unique(owners).tolist():
                places = near[owners == index]
                if self._note(index, side, number, places, apart[places]):
                    improved.append(index)
        return improved

    def _note(
        self, index: int, side: Orientation, number: int, places: NDArray[np.int64], apart: NDArray[np.uint16]
    ) -> bool:
        """Counts the partners that a query frame has in one item; True where the best pair of the item is new."""
        found = self._found[index][side]
        found.known_hit[places - self._start[index]] = True
        found.query_hit.append(number)
        before = min((other.best.distance for other in self._found[index].values() if other.best), default=257)
        nearest = int(apart.argmin())
        distance = int(apart[nearest])
        if found.best is None or distance < found.best.distance:
            known_t_s = float(self._usable[index].t_s[self._first[places[nearest]]])
            found.best = BestPair(float(self._t_s[number]), known_t_s, distance)
        return distance < before

    def matches(self) -> list[Match]:
        """What was found, the most shared first; partial matches too. An item that shares nothing is not named."""
        found = [match for index in range(len(self._items)) if (match := self._match(index)) is not None]
        return sorted(found, key=lambda match: -max(match.query_matched, match.known_matched))

    def _match(self, index: int) -> Match | None:
        sides = self._found[index]
        side: Orientation = "mirrored" if len(sides["mirrored"].query_hit) > len(sides["none"].query_hit) else "none"
        found = sides[side]
        if found.best is None:
            return None
        item, usable = self._items[index], self._usable[index]
        codes = np.frombuffer(bytes(self._codes[side]), np.uint64).reshape(-1, 4)
        hit = np.frombuffer(found.query_hit, np.uint32)
        times = np.frombuffer(self._t_s, np.float64)
        return Match(
            index=index,
            item=item.item,
            status=item.status,
            query_matched=len(np.unique(codes[hit], axis=0)) / len(np.unique(codes, axis=0)),
            known_matched=float(found.known_hit.mean()),
            transform=side,
            best=found.best,
            alignment=align(Timed.of(codes[hit], times[hit]), Timed.of(usable.codes, usable.t_s), self._radius),
        )
