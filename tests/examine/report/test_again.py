"""A repetition is compared with its record number by number."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examinations import examination, manipulation, no_face
from waarmerk.errors import InputError
from waarmerk.examine.report.again import TOLERANCE, compare, record_of
from waarmerk.examine.report.rows import check_row, error_row, line
from waarmerk.values import Examination, Finding


def with_score(by: float) -> Examination:
    finding = manipulation()
    track = finding.tracks[0]
    frames = (*track.frames[:3], msgspec.structs.replace(track.frames[3], score=track.frames[3].score + by))
    tracks = (msgspec.structs.replace(track, frames=(*frames, *track.frames[4:])), *finding.tracks[1:])
    return examination(msgspec.structs.replace(finding, tracks=tracks))


def test_the_same_examination_agrees_with_itself() -> None:
    row = compare(examination(), examination())
    assert (row.repeated, row.largest_difference, row.versions, row.only_in_one) == (True, 0.0, (), ())


@given(st.floats(-5, 5).filter(lambda by: abs(abs(by) - TOLERANCE) > 1e-9))
def test_the_largest_difference_is_found_and_placed(by: float) -> None:
    row = compare(examination(), with_score(by))
    assert row.largest_difference == pytest.approx(abs(by), abs=1e-9)
    assert row.repeated == (abs(by) <= TOLERANCE)
    if abs(by) > 1e-9:
        assert row.at == "manipulation: score of track 0 at 0.750 s"


def test_what_only_one_of_the_two_has_is_a_difference() -> None:
    row = compare(examination(manipulation()), examination(no_face()))
    assert not row.repeated
    assert "manipulation: abstained (no-face)" in row.only_in_one
    assert "manipulation: log10 LR" in row.only_in_one


def test_another_version_is_named() -> None:
    after = examination()
    after = msgspec.structs.replace(after, versions=after.versions | {"av": "19.0", "new": "1"})
    before = examination()
    before = msgspec.structs.replace(before, versions={k: v for k, v in before.versions.items() if k != "network"})
    after = msgspec.structs.replace(after, versions={k: v for k, v in after.versions.items() if k != "network"})
    told = {version.what: (version.before, version.after) for version in compare(before, after).versions}
    assert told == {"av": ("18.1.0", "19.0"), "new": (None, "1")}


def test_other_pictures_are_no_repetition() -> None:
    other = examination()
    other = msgspec.structs.replace(
        other, sampling=msgspec.structs.replace(other.sampling, frames=other.sampling.frames[1:])
    )
    row = compare(examination(), other)
    assert (row.same_frames, row.repeated) == (False, False)


def test_the_record_of_a_file_is_its_last_row_by_digest(tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    first, last = check_row(examination()), check_row(examination(Finding(analyzer="a", version="1", answer=None)))
    report.write_bytes(line(first) + line(error_row("x", InputError("y"))) + b"\n" + line(last))
    assert record_of(report, first.asset.sha256) == last


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (line(check_row(examination())), "no examination of this file"),
        (line(error_row("x", InputError("y"))), "holds no examination"),
        (b"", "holds no examination"),
        (b"text", "no row of a report"),
    ],
)
def test_a_record_of_something_else_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    report = tmp_path / "report.jsonl"
    report.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        record_of(report, "00" * 32)


def test_a_record_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        record_of(tmp_path / "none.json", "00" * 32)
