"""An examination repeated from its own record, and how far the two agree.

Rules:
- The record says which pictures were looked at, with which finder and networks; the repetition looks at the same
  ones. A version that differs is named: a difference in numbers is then no surprise.
- Compared are ratios, and the scores of every track at every time; what only one of the two has is a difference
  too. `TOLERANCE` is what another processor's rounding may do to a network's score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from waarmerk.errors import InputError
from waarmerk.examine.report.rows import CheckRow, parse_row
from waarmerk.values import Examination, Finding, Ratio

AGAIN: Final = "waarmerk.check-again/1"
TOLERANCE = 1e-3


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tool, model or decoder that differs; null where one of the two did not have it."""

    what: str
    before: str | None
    after: str | None


class AgainRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a repetition compares with its record. `largest_difference`: of any ratio or score, null if not comparable;
    `at`: where it is; `only_in_one`: what only the record or only the repetition has."""

    schema: Literal["waarmerk.check-again/1"]
    path: str
    sha256: str
    repeated: bool
    largest_difference: float | None
    at: str | None
    tolerance: float
    only_in_one: tuple[str, ...]
    versions: tuple[VersionRow, ...]
    same_frames: bool


def record_of(report: Path, sha256: str | None = None) -> CheckRow:
    """The row of a report about the medium with this digest, or its last one; InputError where there is none."""
    try:
        lines = report.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"the record cannot be read: {error.strerror or error}", where=str(report)) from error
    rows = [
        row
        for number, text in enumerate(lines, start=1)
        if text.strip() and isinstance(row := parse_row(text, where=f"{report}:{number}"), CheckRow)
    ]
    matching = rows if sha256 is None else [row for row in rows if row.asset.sha256 == sha256]
    if not matching:
        raise InputError(
            "holds no examination of this file" if rows else "holds no examination",
            where=str(report),
            hint="the record belongs to another file, or the file has changed since" if rows else "",
        )
    return matching[-1]


def compare(before: Examination, after: Examination) -> AgainRow:
    """How far a repetition agrees with its record."""
    old, new = dict(_numbers(before.findings)), dict(_numbers(after.findings))
    apart = {key: abs(old[key] - new[key]) for key in old.keys() & new.keys()}
    worst = max(apart, key=lambda key: (apart[key], key), default=None)
    only = sorted(old.keys() ^ new.keys())
    versions = tuple(
        VersionRow(what=what, before=before.versions.get(what), after=after.versions.get(what))
        for what in sorted(before.versions.keys() | after.versions.keys())
        if before.versions.get(what) != after.versions.get(what)
    )
    frames = [frame.frame for frame in before.sampling.frames] == [frame.frame for frame in after.sampling.frames]
    largest = None if worst is None else apart[worst]
    return AgainRow(
        schema=AGAIN,
        path=after.asset.path,
        sha256=after.asset.sha256,
        repeated=frames and not only and (largest is None or largest <= TOLERANCE),
        largest_difference=largest,
        at=worst,
        tolerance=TOLERANCE,
        only_in_one=tuple(only),
        versions=versions,
        same_frames=frames,
    )


def _numbers(findings: tuple[Finding, ...]) -> Iterator[tuple[str, float]]:
    """Every number that should come out alike, under a name that says where it stands."""
    for finding in findings:
        name = finding.analyzer
        if isinstance(finding.answer, Ratio):
            yield f"{name}: log10 LR", finding.answer.log10_lr
        elif finding.answer is not None:
            # An abstention is an answer: the other examination must abstain for the same reason.
            yield f"{name}: abstained ({finding.answer.reason})", 0.0
        for track in finding.tracks:
            if track.log10_lr is not None and math.isfinite(track.log10_lr):
                yield f"{name}: log10 LR of track {track.track}", track.log10_lr
            for frame in track.frames:
                yield f"{name}: score of track {track.track} at {frame.t_s:.3f} s", frame.score
