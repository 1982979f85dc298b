"""Where a report goes: whole or not at all, and never over what is no report."""

from pathlib import Path

import pytest

from tests.support.examinations import examination
from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.examine.report.output import RowFile, WholeFile
from waarmerk.examine.report.rows import check_row, error_row, line

ROW = check_row(examination())


def test_a_page_appears_under_its_name_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    with WholeFile(target) as page:
        assert not target.exists()
        page.finish("<p>é</p>")
    assert target.read_text(encoding="utf-8") == "<p>é</p>"
    assert list(tmp_path.iterdir()) == [target]


def test_a_page_that_is_not_finished_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), WholeFile(target):
        raise KeyboardInterrupt
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("kind", [WholeFile, RowFile])
def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path: Path, kind: type[WholeFile | RowFile]) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        kind(tmp_path / "none" / "report")
    with pytest.raises(UsageError, match="cannot be written"):
        kind(tmp_path)


def test_rows_are_gone_on_with(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    failed = error_row("bad.mp4", InputError("is empty"))
    with RowFile(target) as rows:
        rows.append(ROW)
        rows.append(failed)
    with RowFile(target) as rows:
        assert rows.held == {"clip.mp4": ROW, "bad.mp4": failed}
        rows.append(check_row(examination(path="new.mp4")))
    assert target.read_bytes().count(b"\n") == 3


@pytest.mark.parametrize("left", [1, 30, 200, len(line(ROW)) - 1])
def test_half_a_row_that_a_killed_call_left_is_cut_off(tmp_path: Path, left: int) -> None:
    target = tmp_path / "out.jsonl"
    target.write_bytes(line(ROW) + line(ROW)[:left])
    with RowFile(target) as rows:
        assert list(rows.held) == ["clip.mp4"]
        rows.append(error_row("x", InputError("y")))
    assert target.read_bytes() == line(ROW) + line(error_row("x", InputError("y")))


@pytest.mark.parametrize("content", [b"dear diary\n", b"no newline", b"\x00\x01\x02", b"{}\n"])
def test_a_file_that_holds_anything_else_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "precious"
    target.write_bytes(content)
    with pytest.raises(UsageError, match="rows of a report"):
        RowFile(target)
    assert target.read_bytes() == content


def test_two_calls_never_write_one_file(tmp_path: Path) -> None:
    with RowFile(tmp_path / "out.jsonl"), pytest.raises(UnavailableError, match="another call"):
        RowFile(tmp_path / "out.jsonl")
