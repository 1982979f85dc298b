"""Faces followed over time: every (sample, face) in exactly one track.

- The finder looks at every second sample, and at the first and last of each shot. A sample between two is held back
  by one: a face seen before and after is placed between them and fitted with the mesh.
- While no face is there the finder only glances, and searches for small faces every `SEARCH_S` seconds.
- While a shot shows nobody but faces known from `KNOWN` samples, one sample every `CALM_S` is looked at, and the
  shot's last; those between are left out. A face that comes or goes ends the calm, and one that is missed then has
  been gone for a second, so that its track ends.
- A track is one face in one shot. A new shot begins new tracks: nothing says that it is the same person.
- Two places are one track when the face moved less than `REACH` of its size and kept its size within `GROWTH`.
- A face that the finder misses is followed by the mesh from where it was; one that both miss may come back within
  `GAP_S` to the same track.
- Bounded memory: the tracks of this shot seen in the last `GAP_S`, and one sample, which the ring still holds.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.interface import Box, FaceFinder, TrackSample
from waarmerk.examine.faces.locate import SAME, Fitter, Located, fitted, locate
from waarmerk.examine.media.pieces import FrameSample

FOLLOWED = 12
"""Faces a sample at most, the largest: a mesh costs 4 ms, and with more the picture is a crowd of small faces."""
TRACKS = 10_000
"""Tracks a medium at most. A two-hour film with a cut every three seconds and four faces a shot stays below."""
REACH = 1.0
"""Distance between two centres, in face sizes, over which a face is not the same: heads move less in 0.5 s."""
GROWTH = 2.0
"""Ratio of two sizes over which a face is not the same."""
GAP_S = 1.0
"""Seconds for which a lost face is waited for: a turned head or a hand in front, not a person who left."""
SKIP_S = 0.4
"""Seconds between two samples up to which the finder may skip one: farther apart, too much can happen between."""

KNOWN = 24
"""Samples of a track, six seconds of them, after which more of the same face in the same shot say little new."""
CALM_S = 0.9
"""Seconds between two looks at well-known faces: every fourth sample, with room for time stamps that vary."""

SEARCH_S = 2.0
"""Seconds between two searches for small faces while a shot shows none: they cost two runs of the finder more, and a
face worth examining stays longer."""


@dataclass
class _Track:
    """A face where it was last: `t_s` when, `at` what; `samples`: in how many it was."""

    number: int
    t_s: float
    at: Located
    samples: int


class TrackLinker:
    """Links the faces of one medium's samples into tracks."""

    def __init__(self, finder: FaceFinder, mesh: Fitter) -> None:
        self._finder = finder
        self._mesh = mesh
        self._tracks: list[_Track] = []
        self._held: FrameSample | None = None
        self._calm = False
        # Only when and in which shot: a kept picture would hold the ring's memory open.
        self._last: tuple[float, int] | None = None
        self._looked_s = 0.0
        self._searched_s: float | None = None
        self.begun = 0
        """Tracks begun so far."""
        self.not_followed = 0
        """Faces that got no track because `TRACKS` was reached: to be reported, since they were not examined."""

    def push(self, sample: FrameSample) -> list[TrackSample]:
        """Takes the next sample; gives the faces of samples that are settled, in time order."""
        settled: list[TrackSample] = []
        last, self._last = self._last, (sample.t_s, sample.shot)
        if last is not None and sample.shot != last[1]:
            settled += self._close()
            last = None
        near = last is not None and 0 <= sample.t_s - last[0] <= SKIP_S
        leave = 0 <= sample.t_s - self._looked_s < CALM_S if self._calm else self._held is None
        if near and leave:
            self._held = sample
            return settled
        if self._calm:
            self._held = None
        return settled + self._look(sample)

    def finish(self) -> list[TrackSample]:
        """The faces of the sample still held back; what is pushed after it begins new tracks."""
        self._last = None
        return self._close()

    def _close(self) -> list[TrackSample]:
        """Looks at the sample still held back and ends every track."""
        held, self._held = self._held, None
        settled = self._look(held) if held is not None else []
        self._tracks.clear()
        self._calm = False
        self._searched_s = None
        return settled

    def _look(self, sample: FrameSample) -> list[TrackSample]:
        """Looks at a sample with the finder; settles the one held back, then this one."""
        # In a medium sampled thinly the last look may lie more than a gap ago; what was seen then still goes on.
        since = min(sample.t_s - GAP_S, self._looked_s)
        self._tracks = [track for track in self._tracks if track.t_s >= since]
        before = {track.number: (track.t_s, track.at) for track in self._tracks}
        searched = self._searched_s
        quick = not self._tracks and searched is not None and 0 <= sample.t_s - searched < SEARCH_S
        found = locate(sample.rgb, self._finder, self._mesh, FOLLOWED, quick=quick)
        if not quick:
            self._searched_s = None if found else sample.t_s
        links = linked(self._tracks, found)
        now: dict[int, tuple[Located, bool]] = {number: (found[index], True) for number, index in links.items()}
        now |= self._followed(sample, [t for t in self._tracks if t.number not in links], found)
        for index in sorted(set(range(len(found))) - set(links.values())):
            if self.begun >= TRACKS:
                self.not_followed += 1
                continue
            now[self.begun] = (found[index], True)
            self.begun += 1
        settled = self._between(before, now, sample) if self._held is not None else []
        self._held = None
        self._looked_s = sample.t_s
        settled += [_sampled(number, sample, at, seen) for number, (at, seen) in sorted(now.items())]
        count = Counter({track.number: track.samples for track in self._tracks})
        count.update(face.track for face in settled)
        waiting = [track for track in self._tracks if track.number not in now]
        here = [_Track(number, sample.t_s, at, count[number]) for number, (at, _) in now.items()]
        self._calm = bool(here) and not waiting and all(track.samples >= KNOWN for track in here)
        self._tracks = here + waiting[:FOLLOWED]
        return settled

    def _followed(
        self, sample: FrameSample, tracks: list[_Track], found: list[Located]
    ) -> dict[int, tuple[Located, bool]]:
        """Tracks that the finder missed and the mesh still sees where they were, clear of every found face."""
        now: dict[int, tuple[Located, bool]] = {}
        taken = [face.box for face in found]
        for track in tracks[: max(0, FOLLOWED - len(found))]:
            at = fitted(sample.rgb, track.at.box, track.at.angle, track.at.score, self._mesh)
            if at.landmarks is not None and _same(track.at, at) and not _overlaps(at.box, taken):
                now[track.number] = (at, False)
                taken.append(at.box)
        return now

    def _between(
        self,
        before: dict[int, tuple[float, Located]],
        now: dict[int, tuple[Located, bool]],
        sample: FrameSample,
    ) -> list[TrackSample]:
        """The faces of the sample held back, each between where it was and where it is."""
        held = self._held
        if held is None:
            return []
        settled: list[TrackSample] = []
        taken: list[Box] = []
        for number, (t_s, was) in sorted(before.items()):
            after, missed = now.get(number), t_s < self._looked_s
            if after is None and missed:
                continue
            guess = _mean(was, after[0], (held.t_s - t_s) / max(sample.t_s - t_s, 1e-6)) if after else was
            sure = after is not None and not missed
            at = fitted(held.rgb, guess.box, guess.angle, guess.score, self._mesh)
            if (at.landmarks is None and not sure) or not _same(guess, at) or _overlaps(at.box, taken):
                continue
            taken.append(at.box)
            settled.append(_sampled(number, held, at, False))
        return settled


def linked(tracks: list[_Track], found: list[Located]) -> dict[int, int]:
    """Which track goes on with which found face, nearest pairs first: track number to index."""
    pairs = []
    for track in tracks:
        for index, face in enumerate(found):
            if _same(track.at, face):
                pairs.append(
                    (_distance(track.at.box, face.box) - overlap(track.at.box, face.box), track.number, index)
                )
    links: dict[int, int] = {}
    for _, number, index in sorted(pairs):
        if number not in links and index not in links.values():
            links[number] = index
    return links


def _distance(first: Box, second: Box) -> float:
    """Between two centres, in mean face sizes."""
    apart = math.hypot(
        first[0] + first[2] / 2 - second[0] - second[2] / 2, first[1] + first[3] / 2 - second[1] - second[3] / 2
    )
    return apart / ((_size(first) + _size(second)) / 2)


def _size(box: Box) -> float:
    return max(box[2], box[3])


def _same(first: Located, second: Located) -> bool:
    ratio = _size(first.box) / _size(second.box)
    return _distance(first.box, second.box) <= REACH and 1 / GROWTH <= ratio <= GROWTH


def _overlaps(box: Box, taken: list[Box]) -> bool:
    return any(overlap(box, other) >= SAME for other in taken)


def _mean(was: Located, now: Located, share: float) -> Located:
    """Between two places, `share` of the way."""
    x, y, width, height = (a + (b - a) * share for a, b in zip(was.box, now.box, strict=True))
    turn = math.remainder(now.angle - was.angle, math.tau)
    return Located((x, y, width, height), min(was.score, now.score), 0.0, None, was.angle + turn * share)


def _sampled(number: int, sample: FrameSample, at: Located, found: bool) -> TrackSample:
    return TrackSample(number, sample, at.box, at.score, found, at.landmarks, at.presence)
