"""Repeating from a record: what the record cannot give is asked for in a sentence, before any work."""

import hashlib
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from tests.support.clips import portrait_clip
from tests.support.examinations import examination
from waarmerk.errors import InputError, UsageError
from waarmerk.examine.again import repeat
from waarmerk.examine.faces.tracks import CALM_S
from waarmerk.examine.report.rows import check_row, line
from waarmerk.examine.walk import Options, examine
from waarmerk.values import Examination, Sha256


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00any bytes")
    return path


def recorded(medium: Path, value: Examination) -> Path:
    """A report about `medium`, whatever it is, with the rest of `value`."""
    digest = Sha256(hashlib.sha256(medium.read_bytes()).hexdigest())
    value = msgspec.structs.replace(value, asset=msgspec.structs.replace(value.asset, sha256=digest))
    report = medium.with_name("report.json")
    report.write_bytes(line(check_row(value)))
    return report


def test_a_finder_whose_file_is_the_operators_is_asked_for(medium: Path) -> None:
    value = examination()
    report = recorded(medium, msgspec.structs.replace(value, versions={**value.versions, "finder": "yunet 12ab"}))
    with pytest.raises(UsageError, match="'yunet', whose file is not part of it") as refused:
        repeat(report, str(medium), Options(), clock=time.monotonic)
    assert refused.value.hint == "add --finder yunet:FILE"


def test_an_unknown_way_of_skipping_is_told(medium: Path) -> None:
    value = examination()
    sampling = msgspec.structs.replace(value.sampling, skipped="every-third")
    report = recorded(medium, msgspec.structs.replace(value, sampling=sampling))
    with pytest.raises(InputError, match="does not know: 'every-third'"):
        repeat(report, str(medium), Options(), clock=time.monotonic)


def test_a_file_that_is_not_there_is_told_before_the_record(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        repeat(tmp_path / "none.json", str(tmp_path / "none.mp4"), Options(), clock=time.monotonic)


def test_faces_that_are_looked_at_once_a_second_come_out_alike(tmp_path: Path) -> None:
    clip = portrait_clip(tmp_path / "clip.mp4", seconds=9.5)
    before = examine(clip, Options(), clock=time.monotonic)
    times = [frame.t_s for finding in before.findings for track in finding.tracks for frame in track.frames]
    assert max(later - earlier for earlier, later in pairwise(times)) >= CALM_S, "long enough to be looked at rarely"
    report = tmp_path / "report.json"
    report.write_bytes(line(check_row(before)))
    row = repeat(report, str(clip), Options(), clock=time.monotonic)
    assert (row.repeated, row.largest_difference, row.only_in_one) == (True, 0.0, ())
