"""The page's plots, filled from an examination: the verbal scale, faces over time, parts of a known item."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

from waarmerk.examine.evidence.fusion import combine
from waarmerk.examine.evidence.words import support
from waarmerk.examine.report.sentences import Sentences
from waarmerk.text.plots.alignment import alignment
from waarmerk.text.plots.scale import support_scale
from waarmerk.text.plots.timeline import Series, timeline
from waarmerk.values import Examination, Json, TrackFinding

TRACKS = 5
"""Faces drawn on one timeline: more lines cannot be told apart."""

_EDGES = (0.0, math.log10(2), 1.0, 2.0, 3.0, 4.0, 6.0, 7.0)
_BANDS = ("none", "weak", "moderate", "moderately-strong", "strong", "very-strong", "extremely-strong")


def scale_of(examination: Examination, say: Sentences) -> Markup | None:
    """The combined ratio on the verbal scale; None without a ratio."""
    combined = combine(examination.findings)
    if combined is None:
        return None
    word = say.words.say
    names = [word(f"band.{band}") for band in _BANDS]
    edges = [-edge for edge in _EDGES[:0:-1]] + list(_EDGES[1:])
    times = say.times(combined.log10_lr)
    side = "page.times-h1" if combined.log10_lr >= 0 else "page.times-h2"
    neutral = support(combined.log10_lr) == "none"
    return support_scale(
        combined.log10_lr,
        combined.bounds,
        edges=edges,
        names=names[:0:-1] + names,
        sides=(word("plot.scale.h2"), word("plot.scale.h1")),
        value_name=word("support.none") if neutral else word(side, times=times),
        bounds_name=word("plot.scale.bounds"),
        title=word("plot.scale.title"),
        description=word("plot.scale.description"),
    )


def timeline_of(examination: Examination, say: Sentences) -> tuple[Markup | None, int]:
    """The scores of the faces over time, the strongest `TRACKS` of them, and how many are left out."""
    tracks = [track for finding in examination.findings for track in finding.tracks if track.frames]
    if not tracks or examination.asset.kind == "image":
        return None, 0
    shown = sorted(sorted(tracks, key=_weight, reverse=True)[:TRACKS], key=lambda track: (track.start_s, track.track))
    word = say.words.say
    end_s = max(examination.asset.duration_s or 0.0, *(track.end_s for track in tracks))
    plot = timeline(
        [_series(track, say) for track in shown],
        duration_s=end_s,
        cuts=examination.sampling.shots,
        value_name=word("plot.timeline.value"),
        time_name=word("plot.timeline.time"),
        title=word("plot.timeline.title"),
        description=word("plot.timeline.description"),
    )
    return plot, len(tracks) - len(shown)


def alignment_of(match: Mapping[str, Json], examination: Examination, say: Sentences) -> Markup:
    """Which part of this file is which part of the known item."""
    word = say.words.say
    keys = ("query_start_s", "query_end_s", "known_start_s", "known_end_s")
    ranges = [tuple(float(part[key]) for key in keys) for part in match.get("alignment") or ()]
    known_s = max((row[3] for row in ranges), default=0.0)
    return alignment(
        [(row[0], row[1], row[2], row[3]) for row in ranges],
        durations=(examination.asset.duration_s or 0.0, known_s),
        names=(word("page.this-file"), word("page.known-item")),
        time_name=word("plot.timeline.time"),
        title=word("plot.alignment.title"),
        description=word("plot.alignment.description"),
    )


def _weight(track: TrackFinding) -> tuple[float, int]:
    return (-math.inf if track.log10_lr is None else track.log10_lr, len(track.frames))


def _series(track: TrackFinding, say: Sentences) -> Series:
    word = say.words.say
    if track.log10_lr is None:
        note = word("page.track-abstained", reason=say.reason(track.abstained or "?"))
    else:
        log10 = say.number(track.log10_lr)
        note = word("page.track-ratio", log10=log10, support=say.support(support(track.log10_lr)))
    points = tuple((frame.t_s, frame.score) for frame in track.frames)
    return Series(word("page.track", number=track.track + 1), points, note, (track.start_s, track.end_s))
