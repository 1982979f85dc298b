"""Reading exports: what cannot be read is named with its line, and the next line is read."""

import zipfile
from pathlib import Path

import pytest

from waarmerk.dsa.dumps.columns import MAX_LINE
from waarmerk.errors import InputError
from waarmerk.record.importing.rows import Format, Row, Unmapped, read_rows

NEEDED = frozenset({"id", "text"})


def told(path: Path, format_: Format = "csv") -> list[tuple[int, object]]:
    """Line and values, or line and reason, of everything in a file."""
    return [(one.line, one.values if isinstance(one, Row) else one.why) for one in read_rows([path], format_, NEEDED)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"id,text\n1,a\n", [(2, {"id": "1", "text": "a"})]),
        (b"\xef\xbb\xbfid,text\r\n1,a\r\n", [(2, {"id": "1", "text": "a"})]),
        (b'id,text\n1,"a\nb"\n\n2,c\n', [(2, {"id": "1", "text": "a\nb"}), (5, {"id": "2", "text": "c"})]),
        (b"id,text\n1\n2,c\n", [(2, "the row has 1 columns, the heading 2"), (3, {"id": "2", "text": "c"})]),
        (b"id,text\n1,\xff\n2,c\n", [(2, "it holds bytes that are not UTF-8"), (3, {"id": "2", "text": "c"})]),
        (b"id,name\n1,a\n", [(0, "the heading lacks text, which the map reads")]),
        (b"id,id,text\n1,1,a\n", [(0, "a column stands twice in the heading")]),
        (b"", [(0, "the heading lacks id, text, which the map reads")]),
        (b"\xff\xfei\0d\0", [(0, "the file is UTF-16; dumps are UTF-8")]),
        (b"%PDF-1.7", [(0, "this is a PDF, not a dump")]),
    ],
)
def test_a_csv_is_read_row_by_row_and_what_cannot_be_read_is_named(
    data: bytes, expected: list, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert told(path) == expected


def test_an_open_quote_swallows_no_more_than_a_field_may_hold_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('id,text\n1,"' + "a\n" * 200_000)
    found = told(path)
    assert found[0][0] == 2
    assert "this is no CSV: field larger" in str(found[0][1])


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_line_without_end_is_named_and_fills_no_memory(format_: Format, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"id,text\n1," + b"a" * (3 * MAX_LINE) + b"\n{}\n")
    assert any("longer than" in str(what) for _, what in told(path, format_))


def test_after_a_line_that_is_too_long_the_next_one_of_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b'{"a":"' + b"a" * (2 * MAX_LINE) + b'"}\n{"a":1}\n')
    first, second = told(path, "jsonl")
    assert (first[0], second) == (1, (2, {"a": 1}))


def test_a_zip_is_read_a_cut_one_is_named_and_so_is_a_file_of_another_kind(tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.csv", "id,text\n1,a\n")
        made.writestr("note.txt", "x")
    found = list(read_rows([whole], "csv", NEEDED))
    assert [type(one) for one in found] == [Row, Unmapped]
    assert found[1] == Unmapped(f"{whole}/note.txt", 0, "it is neither CSV nor a ZIP of such files")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-40])
    ((line, why),) = told(cut)
    assert (line, "the ZIP is damaged" in str(why)) == (0, True)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        told(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="the folder is empty"):
        told(tmp_path / "empty")
