"""Does a medium show again what is known? Its frames' hits in a bank, entry by entry.

Rules:
- Only hashes of quality 50 or better are compared: a black frame or a flat picture resembles every other one.
- A share is that of the distinct usable frames of its side that have a partner, or that lie between two that do in
  one aligned range (`align`) of which at least `DENSE` have one.
- An item is a match where at least `SHARE` of the query or of the known item is shared, of its frames and of its
  *scenes*: frames that follow each other and hardly differ are one scene, so that a still picture that lasts (a test
  card) weighs no more than a glimpse.
- An excerpt is a match too where both are longer: `EXCERPT_S` seconds of `EXCERPT_SCENES` scenes, aligned, unless
  it opens or closes both, or is an excerpt of more than `COMMON` items: then it is a common opening or a stock
  scene. What shares less is *partial*.
A match says that pictures are the same to a hash that can be deceived on purpose; it decides about nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.align import GAP_S, align
from waarmerk.bank.signals.interface import AlignedRange, Asked, Codes, Hits, KnownItem, Lookup, Match
from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.transform import named

SHARE: Final = 0.5
DENSE: Final = 0.2
EXCERPT_S: Final = 6.0
EXCERPT_SCENES: Final = 3
COMMON: Final = 3
SCENE_BITS: Final = 10
"""Frames within this distance of the first of their scene belong to it."""
_NEAREST: Final = 16
"""Pairs kept of a hash and an item, the nearest: an hour before one camera resembles itself everywhere."""
_BATCH: Final = 256
"""Hashes looked up at once, for the same reason."""
_PAIR: Final = np.dtype(
    [("query", "<i4"), ("known", "<i4"), ("distance", "<u2"), ("view", "u1"), ("part", "u1")], align=False
)


@dataclass
class _Found:
    """What the query and one item have in common so far: pairs of places in the `frames` of either side."""

    item: KnownItem
    pairs: bytearray = field(default_factory=bytearray)
    nearest: int = 257
    whole_hit: NDArray[np.bool_] = field(init=False)
    part_hit: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.whole_hit = np.zeros(len(self.item.frames), np.bool_)
        self.part_hit = np.zeros(len(self.item.frames), np.bool_)

    def note(self, asked: Asked, hits: Hits) -> bool:
        """Takes the hits of this item; whether the best pair of all is a new one."""
        known = self.item.frame_of(hits.row)
        # Of a still picture every pair is as near: those that would be found by a copy from the start come first.
        order = np.lexsort((np.abs(known - asked.frame[hits.query]), hits.distance, hits.query))
        hits, known = hits.at(order), known[order]
        part = self.item.part_of(hits.row)
        self.whole_hit[known[part == 0]] = True
        self.part_hit[known[part != 0]] = True
        begin = np.flatnonzero(np.diff(hits.query, prepend=-1))
        rank = np.arange(len(known)) - np.repeat(begin, np.diff(begin, append=len(known)))
        kept = rank < _NEAREST
        pairs = np.empty(int(kept.sum()), _PAIR)
        pairs["query"], pairs["view"] = asked.frame[hits.query[kept]], asked.view[hits.query[kept]]
        pairs["known"], pairs["part"], pairs["distance"] = known[kept], part[kept], hits.distance[kept]
        self.pairs += pairs.tobytes()
        nearest, before = int(hits.distance.min()), self.nearest
        self.nearest = min(nearest, before)
        return nearest < before


class Pictures:
    """Takes a query's hashes as they come and compares them with a bank; 12 bytes a pair kept."""

    def __init__(self, known: Lookup, radius: int = DISTANCE) -> None:
        self._known = known
        self._radius = radius
        self._found: dict[int, _Found] = {}

    def see(self, asked: Asked) -> list[int]:
        """Looks up hashes; the entries whose best pair is now one of these."""
        improved: set[int] = set()
        for start in range(0, len(asked), _BATCH):
            part = slice(start, start + _BATCH)
            batch = Asked(asked.codes[part], asked.frame[part], asked.view[part])
            hits = self._known.near(batch.codes, self._radius)
            for entry in np.unique(hits.entry).tolist():
                if entry not in self._found:
                    self._found[entry] = _Found(self._known.item(entry))
                of_entry = hits.at(np.flatnonzero(hits.entry == entry))
                if self._found[entry].note(batch, of_entry):
                    improved.add(entry)
        return sorted(improved)

    def matches(self, frames: FrameHashes) -> list[Match]:
        """What was found, the most shared first, partial matches too; `frames`: the query's, all of them."""
        query = _Side.of(frames)
        judged = [_judged(entry, query, found) for entry, found in self._found.items()]
        return sorted(_without_common(judged), key=lambda match: -max(match.query_matched, match.known_matched))


@dataclass(frozen=True)
class _Side:
    """One side of a comparison. `distinct`, `scene`: int64 [frames], equal for equal hashes, for one scene."""

    frames: FrameHashes
    usable: NDArray[np.int64]
    distinct: NDArray[np.int64]
    scene: NDArray[np.int64]

    @staticmethod
    def of(frames: FrameHashes) -> _Side:
        distinct = np.unique(frames.codes, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return _Side(frames, frames.usable_rows(), distinct, _scenes(frames.codes))

    def shares(self, hit: NDArray[np.bool_]) -> tuple[float, float]:
        """Of the distinct usable frames, and of their scenes, the share that is in `hit`, bool [frames]."""
        # Where bars or words spoil a frame, what is seen without them counts.
        usable = np.union1d(self.usable, np.flatnonzero(hit))
        of_frames, of_scenes = (
            len(np.unique(kind[hit])) / max(len(np.unique(kind[usable])), 1) for kind in (self.distinct, self.scene)
        )
        return of_frames, of_scenes


def _scenes(codes: Codes) -> NDArray[np.int64]:
    scene, number, first = np.empty(len(codes), np.int64), -1, None
    for place, code in enumerate(codes):
        if first is None or int(np.bitwise_count(code ^ first).sum()) > SCENE_BITS:
            number, first = number + 1, code
        scene[place] = number
    return scene


def _judged(entry: int, query: _Side, found: _Found) -> tuple[Match, bool]:
    """The match, and whether an excerpt alone makes it one."""
    item = found.item
    known = _Side.of(item.frames)
    pairs = np.frombuffer(bytes(found.pairs), _PAIR)
    query_hit = np.zeros(len(query.frames), np.bool_)
    query_hit[pairs["query"]] = True
    known_hit = found.whole_hit | item.standing_for(found.part_hit)
    if item.kind == "image":
        ranges = _shown(query.frames.t_s[query_hit])
    else:
        ranges = align(*_times(pairs, item, query.frames))
        query_hit = _filled(query_hit, query, [(part.query_start_s, part.query_end_s) for part in ranges])
        known_hit = _filled(known_hit, known, [(part.known_start_s, part.known_end_s) for part in ranges])
    query_shares, known_shares = query.shares(query_hit), known.shares(known_hit)
    whole = max(min(query_shares), min(known_shares)) >= SHARE
    excerpt = not whole and item.kind == "video" and _is_excerpt(ranges, known_hit, query, known)
    best = pairs[np.argmin(pairs["distance"])]
    match = Match(
        entry=entry,
        signal="pdq" if item.kind == "image" else "vpdq",
        distance=found.nearest,
        query_matched=query_shares[0],
        known_matched=known_shares[0],
        transform=named(pairs["query"].astype(np.int64), pairs["view"], pairs["part"], pairs["distance"]),
        alignment=ranges,
        partial=not (whole or excerpt),
        best=(float(query.frames.t_s[best["query"]]), float(item.frames.t_s[best["known"]])),
    )
    return match, excerpt


def _times(pairs: NDArray[np.void], item: KnownItem, query: FrameHashes) -> tuple[NDArray[np.float64], ...]:
    """The pairs as times; a part stands for all the frames that share it."""
    known = pairs["known"].astype(np.int64)
    length = np.where(pairs["part"] == 0, 1, item.until[known] - known)
    ahead = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    return query.t_s[np.repeat(pairs["query"], length)], item.frames.t_s[np.repeat(known, length) + ahead]


def _shown(t_s: NDArray[np.float64]) -> tuple[AlignedRange, ...]:
    """When a picture is seen."""
    cut = np.flatnonzero(np.diff(t_s) > GAP_S) + 1
    return tuple(AlignedRange(float(part[0]), float(part[-1]), 0.0, 0.0) for part in np.split(t_s, cut) if len(part))


def _filled(hit: NDArray[np.bool_], side: _Side, ranges: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """`hit`, and the usable frames within each range that is dense enough."""
    filled = hit.copy()
    for start_s, end_s in ranges:
        within = side.usable[(side.frames.t_s[side.usable] >= start_s) & (side.frames.t_s[side.usable] <= end_s)]
        if len(within) and hit[within].mean() >= DENSE:
            filled[within] = True
    return filled


def _is_excerpt(ranges: tuple[AlignedRange, ...], known_hit: NDArray[np.bool_], query: _Side, known: _Side) -> bool:
    query_end_s, known_end_s = float(query.frames.t_s[-1]), float(known.frames.t_s[-1])
    for part in ranges:
        opens = max(part.query_start_s, part.known_start_s) <= GAP_S
        closes = max(query_end_s - part.query_end_s, known_end_s - part.known_end_s) <= GAP_S
        within = (known.frames.t_s >= part.known_start_s) & (known.frames.t_s <= part.known_end_s)
        scenes = len(np.unique(known.scene[within & known_hit]))
        long = part.query_end_s - part.query_start_s >= EXCERPT_S
        if long and scenes >= EXCERPT_SCENES and not opens and not closes:
            return True
    return False


def _without_common(judged: list[tuple[Match, bool]]) -> list[Match]:
    """The matches; an excerpt of many items is partial: none of them is what comes back."""
    excerpts = [match for match, excerpt in judged if excerpt]
    return [
        replace(match, partial=True)
        if excerpt and sum(_overlap(match, other) for other in excerpts) > COMMON
        else match
        for match, excerpt in judged
    ]


def _overlap(a: Match, b: Match) -> bool:
    """Whether two excerpts lie in the same stretch of the query."""
    return any(
        min(one.query_end_s, other.query_end_s) - max(one.query_start_s, other.query_start_s) > EXCERPT_S / 2
        for one in a.alignment
        for other in b.alignment
    )
