from pathlib import Path

import pytest

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.evaluate.lists import UNSTATED, read_list


def written(folder: Path, text: str) -> Path:
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"x")
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return folder / "list.csv"


def test_columns_are_read_by_name_and_others_are_kept(tmp_path: Path) -> None:
    listed = written(
        tmp_path,
        "﻿file,label,method,source,group,pair,x,y,width,height,start_s,end_s,split\n"
        "a.mp4,Fake,face-swap,lab,g1,p1,10,20,30,40,0.5,2,val\n"
        "b.mp4,real,,,,,10,20,30,,,,train\n",
    )
    first, second = read_list(listed).rows
    assert (first.label, first.method, first.source, first.group, first.pair) == (
        "fake",
        "face-swap",
        "lab",
        "g1",
        "p1",
    )
    assert first.part.rectangle == (10, 20, 30, 40)
    assert (first.part.start_s, first.part.end_s) == (0.5, 2.0)
    assert first.others == {"split": "val"}
    # Three of four numbers are no rectangle; no group is a group of its own.
    assert second.part.rectangle is None
    assert (second.source, second.group) == (UNSTATED, "line 3")


def test_where_keeps_rows_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    listed = written(tmp_path, "path,label,split\na.mp4,real,val\nb.mp4,fake,train\n")
    labelled = read_list(listed, ["split=val"])
    assert [row.listed for row in labelled.rows] == ["a.mp4"]
    assert labelled.left_out == 1
    with pytest.raises(UsageError, match="does not have: side"):
        read_list(listed, ["side=val"])
    with pytest.raises(UsageError, match="COLUMN=VALUE"):
        read_list(listed, ["split"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nowhere.mp4,real,,,,,,", "the file does not exist"),
        ("a.mp4,maybe,,,,,,", "its label is 'maybe', neither real nor fake"),
        ("a.mp4,,,,,,,", "its label is '', neither real nor fake"),
        (",real,,,,,,", "names no file"),
        ("a.mp4,real,1,2,0,4,,", "its rectangle x, y, width, height is broken: 1, 2, 0, 4"),
        ("a.mp4,real,1,2,x,4,,", "its width is 'x', which is no number"),
        ("a.mp4,real,1,2,nan,4,,", "its width is 'nan', which is no number"),
        ("a.mp4,real,,,,,3,2", "its times are broken: start_s '3', end_s '2'"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_others_stay(tmp_path: Path, row: str, reason: str) -> None:
    listed = written(tmp_path, f"path,label,x,y,width,height,start_s,end_s\nb.mp4,real,,,,,,\n{row}\n")
    labelled = read_list(listed)
    assert [one.listed for one in labelled.rows] == ["b.mp4"]
    assert [(one.line, one.reason) for one in labelled.unusable] == [(3, reason)]


def test_what_is_no_list_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_list(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="no column label"):
        read_list(written(tmp_path, "path,truth\na.mp4,real\n"))
    (tmp_path / "list.csv").write_bytes(b"path,label\n\xff\xfe,real\n")
    with pytest.raises(InputError, match="no CSV in UTF-8"):
        read_list(tmp_path / "list.csv")
