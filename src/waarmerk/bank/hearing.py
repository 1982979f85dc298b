"""Does a medium sound like what is known? Its Chromaprint codes against a bank's, entry by entry.

Rules:
- Equal codes vote for a line in time, as pictures do (`align`), speeds from 0.9 to 1.1 too; along that line the share
  of differing bits is measured, over two seconds at a time. Where it is `ALIKE_THERE` or less, the sound is the same.
- A passage that repeats votes for several lines: the one that explains most codes is taken, not the loudest.
- A stretch counts from `LEAST_S`, of a shorter sound almost the whole and closely alike, with at least `DIFFERENT` of
  its codes different: silence and a held tone say nothing. Left-over moments vote again: a re-cut copy has several
  stretches.
- It is a match where half of either sound is shared, or `EXCERPT_S` in one stretch that neither opens nor closes both
  (a jingle). What shares less is partial.
The same sound may lie under other pictures: that is told as sound, beside what the pictures say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.align import BIN_S, GAP_S, Line, voted
from waarmerk.bank.match import SHARE
from waarmerk.bank.signals.audio import STEP_S, landmarks
from waarmerk.bank.signals.interface import AlignedRange, AudioCodes, Lookup, Match

ALIKE_THERE: Final = 0.25
LEAST_S: Final = 3.0
EXCERPT_S: Final = 10.0
DIFFERENT: Final = 0.2
_WINDOW: Final = 16
"""Codes whose bits are counted together: two seconds."""
SHORT: Final = 12
ALIKE_SHORT: Final = 0.1
"""A sound of less than `LEAST_S` has few codes: all but a fifth of them, `SHORT` at least, must be so alike."""
_VOTES_LEAST: Final = 3
_ROUNDS: Final = 8
_LINES: Final = 4
"""Lines that are tried before the one that explains most is taken."""
_SPEEDS: Final = tuple(step / 200 for step in range(-4, 5))
_JITTER: Final = (-1, 0, 1)
"""Codes by which the line may miss: another coding's delay."""


def hear(query: AudioCodes, known: Lookup) -> list[Match]:
    """The entries that share sound with the query, in the order of their numbers; partial matches too."""
    asked = landmarks(query)
    heard = known.heard(query[asked])
    found = []
    for entry in np.unique(heard.entry).tolist():
        of_entry = heard.entry == entry
        codes = known.item(entry).audio
        if codes is not None:
            match = _match(entry, query, codes, asked[heard.query[of_entry]], heard.place[of_entry])
            found += [] if match is None else [match]
    return found


def _match(
    entry: int, query: AudioCodes, known: AudioCodes, asked: NDArray[np.int64], place: NDArray[np.int64]
) -> Match | None:
    shared, known_shared = np.zeros(len(query), np.bool_), np.zeros(len(known), np.bool_)
    ranges: list[AlignedRange] = []
    differing: list[float] = []
    for _ in range(_ROUNDS):
        left = ~shared[asked]
        asked, place = asked[left], place[left]
        if len(asked) < _VOTES_LEAST:
            break
        order = np.lexsort((place, asked))
        asked_t, place_t = asked[order].astype(np.float64) * STEP_S, place[order].astype(np.float64) * STEP_S
        lines = _lines(asked_t, place_t)
        stretches = max((_stretches(query, known, line, shared) for line in lines), key=_explained)
        if not stretches:
            break
        for first, last, at, rate in stretches:
            shared[first:last] = True
            known_shared[at.min() : at.max() + 1] = True
            differing.append(rate)
            ranges.append(
                AlignedRange(first * STEP_S, last * STEP_S, float(at.min()) * STEP_S, float(at.max() + 1) * STEP_S)
            )
    if not ranges:
        return None
    query_matched, known_matched = float(shared.mean()), float(known_shared.mean())
    ends = len(query) * STEP_S, len(known) * STEP_S
    excerpt = any(_is_excerpt(part, *ends) for part in ranges)
    ranges.sort(key=lambda part: part.query_start_s)
    return Match(
        entry=entry,
        signal="audio",
        distance=round(100 * min(differing)),
        query_matched=query_matched,
        known_matched=known_matched,
        transform="none",
        alignment=tuple(ranges),
        partial=max(query_matched, known_matched) < SHARE and not excerpt,
        best=(ranges[0].query_start_s, ranges[0].known_start_s),
    )


def _lines(asked_t: NDArray[np.float64], place_t: NDArray[np.float64]) -> Iterator[Line]:
    """The lines that most codes vote for, one after the other: a passage that repeats votes for several places."""
    for _ in range(_LINES):
        voted_for = voted(asked_t, place_t)
        yield _exact(voted_for, asked_t, place_t)
        apart = voted_for.miss(asked_t, place_t) > 2 * BIN_S
        asked_t, place_t = asked_t[apart], place_t[apart]
        if len(asked_t) < _VOTES_LEAST:
            return


def _explained(stretches: Sequence[tuple[int, int, NDArray[np.int64], float]]) -> tuple[int, float]:
    """How many codes a line explains, and of equal ones how well."""
    codes = sum(last - first for first, last, _, _ in stretches)
    return codes, -sum((last - first) * rate for first, last, _, rate in stretches)


def _exact(line: Line, asked_t: NDArray[np.float64], place_t: NDArray[np.float64]) -> Line:
    """The line to the code: a code beside the right one differs in more bits than compression changes."""
    near = line.miss(asked_t, place_t) <= 2 * BIN_S
    best, most = line, 0
    # Speed as voted first: others have to explain more.
    for change in sorted(_SPEEDS, key=abs):
        speed = line.speed + change
        start = np.rint((place_t[near] - speed * asked_t[near]) / STEP_S).astype(np.int64)
        values, counts = np.unique(start, return_counts=True)
        if len(counts) and int(counts.max()) > most:
            best, most = Line(speed, float(values[counts.argmax()]) * STEP_S), int(counts.max())
    return best


def _stretches(
    query: AudioCodes, known: AudioCodes, line: Line, taken: NDArray[np.bool_]
) -> list[tuple[int, int, NDArray[np.int64], float]]:
    """Along the line: first and last place (exclusive) of the query, the known places, share of differing bits."""
    places = np.arange(len(query))
    at = np.rint((line.speed * places * STEP_S + line.start) / STEP_S).astype(np.int64)
    inside = np.flatnonzero((at >= 0) & (at < len(known)) & ~taken)
    if not len(inside):
        return []
    apart = np.min(
        [np.bitwise_count(query[inside] ^ known[np.clip(at[inside] + by, 0, len(known) - 1)]) for by in _JITTER],
        axis=0,
    )
    whole = min(len(query), len(known))
    short = whole * STEP_S < LEAST_S
    least, alike_there = (max(SHORT, 0.8 * whole), ALIKE_SHORT) if short else (LEAST_S / STEP_S, ALIKE_THERE)
    window = min(_WINDOW, len(inside))
    rate = np.convolve(apart, np.full(window, 1 / (32 * window)), "same")
    found = []
    for run in np.split(np.arange(len(inside)), np.flatnonzero(np.diff(inside) > 1) + 1):
        alike = run[rate[run] <= alike_there]
        for part in np.split(alike, np.flatnonzero(np.diff(alike) > GAP_S / STEP_S) + 1):
            if len(part) < least:
                continue
            first, last = int(inside[part[0]]), int(inside[part[-1]]) + 1
            if len(np.unique(query[first:last])) >= DIFFERENT * (last - first):
                found.append((first, last, at[first:last], float(apart[part].mean()) / 32))
    return found


def _is_excerpt(part: AlignedRange, query_end_s: float, known_end_s: float) -> bool:
    opens = max(part.query_start_s, part.known_start_s) <= GAP_S
    closes = max(query_end_s - part.query_end_s, known_end_s - part.known_end_s) <= GAP_S
    return part.query_end_s - part.query_start_s >= EXCERPT_S and not opens and not closes
