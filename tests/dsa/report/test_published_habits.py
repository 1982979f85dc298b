"""Habits seen in published reports: read without a wrong contradiction, and asked about once."""

from __future__ import annotations

from pathlib import Path

from simulation.report_defects import SPEECH, head
from simulation.reports import Report, write_folder

from tests.dsa.report.conftest import Checker
from waarmerk.dsa.report.check import Checked, check_path


def ids(checked: Checked) -> list[str]:
    return [finding.rule for finding in checked.findings]


def test_a_period_dragged_down_in_a_spreadsheet_is_one_question(plaza: Report, checked: Checker) -> None:
    for place, row in enumerate(plaza.parts[3][92:], start=32):
        row[2] = f"2025-07-01/2025-12-{place % 100:02d}"
    found = checked(plaza)
    assert ids(found) == ["period_differs"]
    assert len(found.findings[0].cells) > 200


def test_states_lumped_together_and_rows_without_a_state_contradict_nothing(plaza: Report, checked: Checker) -> None:
    rows = plaza.parts[3][:92]
    for row in [[*row] for row in rows[1:]]:
        some = row[6] != "0" or row[10] != "0"
        row[5] = ("DE, FR" if row[3] == "TOTAL" else "DE") if some else ""
        rows.append(row)
    plaza.parts[3] = rows
    assert set(ids(checked(plaza))) <= {"territory_form"}


def test_a_category_not_broken_down_but_written_as_zeros_is_asked_whether_it_was_broken_down(
    plaza: Report, checked: Checker
) -> None:
    row = head(plaza, 4, SPEECH)
    plaza.parts[4][row][5] = str(int(plaza.parts[4][row][5]) or 9)
    for index in range(row + 1, row + 5):
        plaza.parts[4][index][5] = plaza.parts[4][index][6] = "0"
    plaza.parts[4][row][6] = "0"
    plaza.parts[4][row + 1][15] = "All notices of this kind are counted in the category."
    finding = next(f for f in checked(plaza).findings if f.rule == "subcategories_sum" and f.row == SPEECH)
    assert "not broken down" in finding.sentence
    assert "counted in the category" in finding.context


def test_labels_in_words_and_labels_with_their_number_are_read(plaza: Report, tmp_path: Path) -> None:
    words = {row[2]: row[1] for row in plaza.parts[2][1:] if row[2] != "KEYWORD_OTHER"}
    for row in plaza.parts[4][1:]:
        row[3] = words.get(row[3], row[3]) if row[3] != "TOTAL" else row[3]
    numbers = [row[0] for row in plaza.parts[2]]
    for place, row in enumerate(plaza.parts[5][1:], start=1):
        row[3] = f"{numbers[place]} - {row[3]}" if place > 1 else row[3]
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert report.numbers == list(range(1, 12))
    assert checked.findings == ()


def test_an_unfilled_part_with_a_word_of_explanation_is_asked_nothing(plaza: Report, checked: Checker) -> None:
    for row in plaza.parts[5][1:]:
        row[1], row[2] = "", "YYYY-MM-DD/YYYY-MM-DD"
        row[5:] = [""] * len(row[5:])
        row[4] = 'Text to detail the "Other" keyword.' if row[3] == "KEYWORD_OTHER" else ""
    plaza.parts[5][1][21] = "Content is judged by the terms and conditions first."
    for scope in ("Total number", "Own-initiative"):
        for name in ("Number of measures solely", "Number of measures not"):
            plaza.parts[8][plaza.indicator(8, name, scope)][6] = "100000"
    assert "blank_for_zero" not in ids(checked(plaza))


def test_trailing_commas_and_units_and_marks_are_asked_about_once_each(plaza: Report, checked: Checker) -> None:
    for part in (1, 8, 10):
        plaza.parts[part] = [[*row, "", "", ""] for row in plaza.parts[part]]
    for row in plaza.parts[10][1:]:
        row[6] = f"{int(row[6]):,}"
    for row in plaza.parts[7][1:]:
        if row[5] == "Median time":
            row[6] = f"{row[6]} HRS"
    for row in plaza.parts[8][1:]:
        if row[4].startswith("Accuracy"):
            row[6] = f"{float(row[6]) * 100:.2f}%" if row[5].strip() != "NAM Trusted Flagger" else "/"
        else:
            row[6] = f"{row[6]}.0"
    assert sorted(ids(checked(plaza))) == [
        "decimals_in_count",
        "percent_sign",
        "placeholder_for_blank",
        "thousands_separator",
        "unit_in_number",
    ]


def test_countries_in_place_of_languages_are_asked_about_once(plaza: Report, checked: Checker) -> None:
    for row in plaza.parts[8][1:]:
        if len(row[5]) == 2:
            row[5] = row[5].upper()
    assert ids(checked(plaza)) == ["language_form"]


def test_a_scope_called_total_is_the_total(plaza: Report, checked: Checker) -> None:
    for row in plaza.parts[9][1:4]:
        row[5] = "total"
    assert checked(plaza).findings == ()


def test_a_second_version_of_one_part_with_another_figure_is_two_values(plaza: Report, tmp_path: Path) -> None:
    from simulation.reports import csv_text

    folder = write_folder(plaza, tmp_path / "r")
    row = head(plaza, 6, SPEECH)
    plaza.parts[6][row][7] = str(int(plaza.parts[6][row][7]) + 9)
    (folder / "6_own_initiative_TC_version2.csv").write_text(csv_text(plaza.parts[6]), encoding="utf-8")
    found = [f for f in check_path(folder)[1].findings if f.rule == "two_values"]
    assert [(f.row, f.line) for f in found] == [(SPEECH, row + 1)]
    assert found[0].found == (found[0].expected or 0) + 9


def test_the_same_part_twice_is_asked_about(plaza: Report, tmp_path: Path) -> None:
    from simulation.reports import csv_text

    folder = write_folder(plaza, tmp_path / "r")
    (folder / "6_copy.csv").write_text(csv_text(plaza.parts[6]), encoding="utf-8")
    assert ids(check_path(folder)[1]) == ["duplicate_table"]


def test_a_count_left_blank_in_a_row_with_figures_is_asked_about(plaza: Report, checked: Checker) -> None:
    index = next(
        i for i, row in enumerate(plaza.parts[6]) if row[3] == "KEYWORD_NUDITY" or (i > 5 and row[5] not in ("", "0"))
    )
    plaza.parts[6][index][5] = ""
    found = [f for f in checked(plaza).findings if f.rule == "blank_for_zero"]
    assert [f.line for f in found] == [index + 1]


def test_rows_left_out_are_noted_and_their_sum_is_not_asked_about(plaza: Report, tmp_path: Path) -> None:
    row = plaza.rows_of(4, "KEYWORD_HATE_SPEECH")[0]
    del plaza.parts[4][row]
    checked = check_path(write_folder(plaza, tmp_path / "r"))[1]
    assert checked.findings == ()
    (note,) = [note for note in checked.notes if note.code == "rows_absent"]
    assert "KEYWORD_HATE_SPEECH" in note.sentence


def test_a_breakdown_that_its_context_explains_is_no_second_value(plaza: Report, checked: Checker) -> None:
    row = plaza.indicator(8, "Number of measures solely", "nl")
    plaza.parts[8].insert(row + 1, [*plaza.parts[8][row]])
    plaza.parts[8][row][7], plaza.parts[8][row + 1][7] = "Text", "Images"
    plaza.parts[8][row + 1][6] = "17"
    assert checked(plaza).findings == ()


def test_two_sections_of_moderators_are_told_apart(plaza: Report, tmp_path: Path) -> None:
    rows = plaza.parts[9]
    again = [[*row] for row in rows[1:]]
    for row in again:
        row[3] = "Human resources dedicated to content moderation of advertisements"
        row[6] = "2"
    plaza.parts[9] = [*rows, *again]
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert checked.findings == ()
    assert len(report.of(9)) == 2
