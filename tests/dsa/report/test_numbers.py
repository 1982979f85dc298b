"""How numbers are read: a mark's meaning is decided by the file's own evidence or asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.dsa.report.read.numbers import Convention, convention, read

NONE = Convention(None, None)
ENGLISH = Convention(".", ",")
DUTCH = Convention(",", ".")


@pytest.mark.parametrize(
    ("counts", "others", "expected"),
    [
        (["6,706", "1,366"], ["68.81666667"], ENGLISH),
        (["6.706", "1.366"], ["68,8"], DUTCH),
        (["157,643,436"], [], ENGLISH),
        (["1.234.567"], [], DUTCH),
        (["395348.0"], [], ENGLISH),
        (["1.234,5"], [], DUTCH),
        (["12.345", "1.234", "3.210"], [], DUTCH),
        (["1.234"], [], NONE),
        (["1.234"], ["17.2"], ENGLISH),
        (["987"], ["5"], NONE),
        (["12 e.g."], ["7 a.m."], NONE),
    ],
)
def test_a_files_own_cells_decide(counts: list[str], others: list[str], expected: Convention) -> None:
    assert convention(counts, others) == expected


def test_evidence_both_ways_decides_nothing() -> None:
    assert convention(["1,234,567"], ["17,25"]).conflict
    assert read("1,234", convention(["1,234,567"], ["17,25"]), kind="count").form == "ambiguous"


@pytest.mark.parametrize(
    ("text", "used", "kind", "number", "form"),
    [
        ("1234", NONE, "count", 1234, "plain"),
        ("6,706", ENGLISH, "count", 6706, "thousands"),
        ("6.706", DUTCH, "count", 6706, "thousands"),
        ("6.706", ENGLISH, "count", None, "ambiguous"),
        ("6.706", NONE, "count", None, "ambiguous"),
        ("6,706", NONE, "count", None, "ambiguous"),
        ("6 706", NONE, "count", 6706, "thousands"),
        ("6 706", NONE, "count", 6706, "thousands"),
        ("6'706", NONE, "count", 6706, "thousands"),
        ("0.706", NONE, "share", 0.706, "plain"),
        ("17,25", NONE, "median", 17.25, "decimal_comma"),
        ("17.257", ENGLISH, "median", 17.257, "plain"),
        ("395348.0", ENGLISH, "count", 395348, "whole_as_decimal"),
        ("12.5", ENGLISH, "count", 12.5, "plain"),
        ("97.27%", ENGLISH, "share", 0.9727, "percent"),
        ("97 %", NONE, "share", 0.97, "percent"),
        ("162.4 HRS", ENGLISH, "median", 162.4, "unit"),
        ("29 days", NONE, "median", 696, "unit"),
        ("90 min", NONE, "median", 1.5, "unit"),
        ("412*", NONE, "count", 412, "footnote"),
        ("412 (1)", NONE, "count", 412, "footnote"),
        ("412¹", NONE, "count", 412, "footnote"),
        ("412 2)", NONE, "count", 412, "footnote"),
        ("412[a]", NONE, "count", 412, "footnote"),
        ("-4", NONE, "count", -4, "plain"),
        ("−4", NONE, "count", -4, "plain"),
        ("(4)", NONE, "count", -4, "plain"),
        ("n/a", NONE, "count", None, "placeholder"),
        ("/", NONE, "share", None, "placeholder"),
        ("–", NONE, "count", None, "placeholder"),
        ("", NONE, "count", None, "blank"),
        ("  ", NONE, "count", None, "blank"),
        ("0 ", NONE, "count", 0, "plain"),
        ("about 40", NONE, "count", None, "text"),
        ("< 10", NONE, "count", None, "text"),
        ("1,23,456", NONE, "count", None, "text"),
        ("1.5e3", ENGLISH, "count", 1500, "whole_as_decimal"),
        ("9" * 60, NONE, "count", None, "text"),
        ("12 apples", NONE, "count", None, "text"),
    ],
)
def test_a_number_is_read_as_it_was_meant_or_not_at_all(
    text: str, used: Convention, kind: str, number: float | None, form: str
) -> None:
    cell = read(text, used, kind=kind)
    assert (cell.number, cell.form) == (number, form)
    assert cell.text == text


@given(st.integers(min_value=1000, max_value=10**12))
def test_every_way_of_grouping_a_count_reads_back_under_its_convention(value: int) -> None:
    english = f"{value:,}"
    assert read(english, ENGLISH, kind="count").number == value
    assert read(english.replace(",", "."), DUTCH, kind="count").number == value
    assert read(english.replace(",", " "), NONE, kind="count").number == value


@given(st.text(max_size=60), st.sampled_from(["count", "items", "median", "share"]))
def test_no_text_breaks_the_reader(text: str, kind: str) -> None:
    cell = read(text, convention([text], [text]), kind=kind)
    assert cell.text == text or not text
    assert (cell.number is None) == (cell.form in ("blank", "placeholder", "text", "ambiguous", "formula"))


@pytest.mark.parametrize("text", ["412 2", "12 34", "6 7065", "1 2 3"])
def test_digits_apart_that_are_no_groups_of_three_are_no_number(text: str) -> None:
    assert read(text, NONE, kind="count").number is None
