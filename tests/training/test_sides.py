"""The split: whole sources on one side, groups never on two, and bad lists named."""

from pathlib import Path

import pytest

from waarmerk.errors import InputError
from waarmerk.training.sides import rows, shippable, side_of

HEADER = "path,label,method,source,group,pair,x,y,width,height,start_s,end_s\n"


def write(tmp_path: Path, lines: str) -> Path:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips/index.csv").write_text(HEADER + lines, encoding="utf-8")
    return tmp_path


def test_a_rectangle_counts_only_where_all_four_numbers_stand(tmp_path: Path) -> None:
    data = write(tmp_path, "a.mp4,real,none,ffpp,g,,1,2,30,40,,\nb.mp4,fake,face-swap,ffpp,g,p,1,2,30,,0.5,2\n")
    first, second = rows(data, "clips")
    assert first.rectangle == (1, 2, 30, 40)
    assert second.rectangle is None
    assert (second.start_s, second.end_s, second.pair) == (0.5, 2.0, "p")


def test_sources_stand_on_the_side_that_is_stated() -> None:
    assert side_of("clips", "ffpp", "ffpp-000", "") == "train"
    assert side_of("clips", "actalker-page", "actalker-cap", "") == "calibrate"
    assert side_of("clips", "personatalk-page", "personatalk-ng", "") == "test"


def test_a_group_that_bridges_two_sides_is_left_out() -> None:
    assert side_of("clips", "eyecantell", "ect-obama", "") == "left-out"


def test_a_source_that_nobody_placed_is_used_nowhere() -> None:
    assert side_of("clips", "unheard-of", "someone", "") == "left-out"


def test_a_person_has_one_side_in_portraits() -> None:
    sides = {side_of("portraits", source, "person-1", "train") for source in ("a", "b", "c")}
    assert len(sides) == 1


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    data = write(tmp_path, "a.mp4,real,none,ffpp,g,,x,2,30,40,,\n")
    with pytest.raises(InputError, match="line 2"):
        list(rows(data, "clips"))


def test_a_missing_list_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="list of this data folder is missing"):
        list(rows(tmp_path, "faces"))


def test_what_may_be_redistributed_holds_no_research_clip() -> None:
    assert "us-house" in shippable()
    assert not {"ffpp", "photoshop", "thailand", "nigeria"} & shippable()
