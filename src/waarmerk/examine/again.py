"""Repeats an examination from its own record: the same medium, pictures, finder and purpose.

What lies outside the record comes from the call: lists of known items, trust lists, a finder's or network's file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.faces.finder import BUILT_IN
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.wire import Skip
from waarmerk.examine.report.again import AgainRow, compare, record_of
from waarmerk.examine.report.rows import examination_of
from waarmerk.examine.walk import Clock, Options, examine


def repeat(report: Path, path: str, options: Options, *, clock: Clock) -> AgainRow:
    """Examines `path` as `report` records it, and compares; InputError where the record is of another file."""
    with open_medium(path, options.limits) as medium:
        row = record_of(report, medium.sha256)
    record = examination_of(row)
    finder = record.versions.get("finder", options.finder).partition(" ")[0]
    if finder not in BUILT_IN and not options.finder.startswith(f"{finder}:"):
        raise UsageError(
            f"the record was made with the face finder {finder!r}, whose file is not part of it",
            where=str(report),
            hint=f"add --finder {finder}:FILE",
        )
    repeated = replace(
        options,
        purpose=record.purpose,
        base_rate=record.conclusion.base_rate or options.base_rate,
        finder=finder if finder in BUILT_IN else options.finder,
        frames=tuple(frame.frame for frame in record.sampling.frames),
        skip=_skip(record.sampling.skipped, str(report)),
    )
    return compare(record, examine(path, repeated, clock=clock))


def _skip(name: str, where: str) -> Skip:
    for known in get_args(Skip):
        if name == known:
            return cast(Skip, known)
    raise InputError(f"records a way of skipping pictures that this version does not know: {name!r}", where=where)
