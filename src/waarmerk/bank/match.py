"""Does a medium show again what is known? Its frame hashes against lists of known ones.

Rules:
- Only hashes of quality 50 or better are compared: a black frame or a flat picture resembles every other one.
- Search is exact: every query hash against every known one, by counting differing bits.
- An item is a match where at least `SHARE` of the query's or of the known item's distinct usable hashes have a
  partner: an excerpt of the item covers the query, an hour around the item covers the item. Less is a *partial*
  match: shared, but perhaps only a common opening or a scene that both quote.
- The mirror image, and the picture without its borders, are compared too (`views`); the one in which more was found
  is the one that counts. An item's own borders stay: only its hashes are known.
A match says that pictures are the same to a hash that can be deceived on purpose; it decides about nobody.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.align import AlignedRange, Timed, align, distances
from waarmerk.bank.signals.pdq import DISTANCE, QUALITY_FLOOR, Coefficients, hash_of
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.views import Orientation

SHARE: Final = 0.5

Status = Literal["confirmed", "seeded"]
_SIDES: Final[tuple[Orientation, ...]] = get_args(Orientation)


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
class _Asked:
    """The usable hashes of one view of the query so far, 32 bytes each, and their times."""

    codes: bytearray = field(default_factory=bytearray)
    t_s: array[float] = field(default_factory=lambda: array("d"))

    def distinct(self) -> int:
        return len(np.unique(self.array(), axis=0))

    def array(self) -> NDArray[np.uint64]:
        return np.frombuffer(bytes(self.codes), np.uint64).reshape(-1, 4)


@dataclass
class _Found:
    """What one orientation of the query had in common with one item so far."""

    known_hit: NDArray[np.bool_]
    query_hit: array[int] = field(default_factory=lambda: array("I"))
    best: BestPair | None = None


class Matcher:
    """Takes a query's frames one after the other and compares each with every known item.

    Memory: 40 bytes a query frame and view, one byte a known hash and view, four bytes a match.
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
            {side: _Found(np.zeros(len(codes), np.bool_)) for side in _SIDES} for codes, _ in distinct
        ]
        self._asked: dict[Orientation, _Asked] = {side: _Asked() for side in _SIDES}
        self.frames = 0

    @property
    def usable_frames(self) -> int:
        """Query frames so far whose quality is at the floor or better."""
        return len(self._asked["none"].t_s)

    def add(self, t_s: float, seen: Mapping[Orientation, Coefficients]) -> list[int]:
        """Compares one frame in all its views; the indices of the items whose best pair this frame now is."""
        self.frames += 1
        improved: list[int] = []
        for side, found in seen.items():
            if found.quality < self._floor:
                continue
            code, asked = hash_of(found), self._asked[side]
            number = len(asked.t_s)
            asked.t_s.append(t_s)
            asked.codes += code.tobytes()
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
            found.best = BestPair(self._asked[side].t_s[number], known_t_s, distance)
        return distance < before

    def matches(self) -> list[Match]:
        """What was found, the most shared first; partial matches too. An item that shares nothing is not named."""
        found = [match for index in range(len(self._items)) if (match := self._match(index)) is not None]
        return sorted(found, key=lambda match: -max(match.query_matched, match.known_matched))

    def _match(self, index: int) -> Match | None:
        sides = self._found[index]
        side = max(_SIDES, key=lambda side: len(sides[side].query_hit))
        found = sides[side]
        if found.best is None:
            return None
        item, usable, asked = self._items[index], self._usable[index], self._asked[side]
        codes, times = asked.array(), np.frombuffer(asked.t_s, np.float64)
        hit = np.frombuffer(found.query_hit, np.uint32)
        # Of the whole query, also where only some of its frames have borders.
        denominator = max(asked.distinct(), self._asked["none"].distinct())
        return Match(
            index=index,
            item=item.item,
            status=item.status,
            query_matched=len(np.unique(codes[hit], axis=0)) / denominator,
            known_matched=float(found.known_hit.mean()),
            transform=side,
            best=found.best,
            alignment=align(Timed.of(codes[hit], times[hit]), Timed.of(usable.codes, usable.t_s), self._radius),
        )
