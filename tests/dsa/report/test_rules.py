"""Every rule finds what it is for, and leaves its innocent look-alike alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from simulation.report_defects import DEFECTS, FRAUD, INNOCENT, MINORS, SPEECH, add, head
from simulation.reports import MEMBER_STATES, Report, honest

from tests.dsa.report.conftest import STATES, Checker
from waarmerk.dsa.report.check import Checked, Finding
from waarmerk.dsa.report.rules import CLASSES, all_rules, published_ids
from waarmerk.dsa.report.template import RESTRICTIONS
from waarmerk.text.words import LANGUAGES, words


def asked(checked: Checked, rule: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.rule == rule]


def ids(checked: Checked) -> set[str]:
    return {finding.rule for finding in checked.findings}


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_report_is_asked_nothing(seed: int, checked: Checker) -> None:
    assert checked(honest(seed, states=STATES)).findings == ()


def test_an_honest_report_with_all_member_states_is_asked_nothing(checked: Checker) -> None:
    assert checked(honest(11, states=MEMBER_STATES)).findings == ()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_asked_about_where_it_was_planted(name: str, plaza: Report, checked: Checker) -> None:
    planted = DEFECTS[name](plaza)
    found = asked(checked(plaza), planted.rule)
    assert any(
        finding.part == planted.part and planted.row in (finding.row, *(cell.row for cell in finding.cells))
        for finding in found
    )


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_look_alike_is_asked_nothing(name: str, plaza: Report, checked: Checker) -> None:
    INNOCENT[name](plaza)
    assert checked(plaza).findings == ()


def test_a_part_above_its_whole_says_whole_and_part(plaza: Report, checked: Checker) -> None:
    row = head(plaza, 4, FRAUD)
    plaza.parts[4][row][5:7] = ["377", "412"]
    finding = next(f for f in asked(checked(plaza), "part_above_whole") if f.expected == 377)
    assert (finding.found, finding.line, finding.row, finding.cells) == (412, row + 1, FRAUD, ())
    assert finding.column == "Number of notices received from Trusted flaggers"
    assert "412 of 377 notices" in finding.sentence
    assert finding.sentence.endswith("?")


def test_a_habit_is_one_finding_with_its_cells_and_a_sentence_about_the_habit(
    plaza: Report, checked: Checker
) -> None:
    rows = [index for index, row in enumerate(plaza.parts[4]) if row[3].startswith("STATEMENT_")][:6]
    for row in rows:
        plaza.parts[4][row][6] = str(int(plaza.parts[4][row][5]) + 7)
    found = [
        f for f in asked(checked(plaza), "part_above_whole") if "Trusted" in f.column and "disjoint" in f.sentence
    ]
    assert len(found) == 1
    assert [cell.line for cell in found[0].cells] == [row + 1 for row in rows]
    assert all(cell.found == (cell.expected or 0) + 7 for cell in found[0].cells)
    assert "is the total without trusted flaggers?" in found[0].sentence


def test_contextual_information_beside_the_cell_is_quoted(plaza: Report, checked: Checker) -> None:
    row = head(plaza, 4, MINORS)
    add(plaza, 4, row, 5, 10)
    add(plaza, 4, 1, 5, 10)
    plaza.parts[4][row][15] = "Ten notices concern no sub-category."
    plaza.parts[4][1][15] = "Counted from the dedicated forms."
    (finding,) = asked(checked(plaza), "subcategories_sum")
    assert "Ten notices concern no sub-category." in finding.context
    assert "Counted from the dedicated forms." in finding.context


def test_a_lost_heading_is_a_question_about_its_rows_and_no_contradiction(plaza: Report, checked: Checker) -> None:
    del plaza.parts[4][head(plaza, 4, FRAUD)]
    found = checked(plaza)
    assert {f.kind for f in found.findings} == {"question", "instructions"}
    assert ids(found) == {"orphan_row", "heading_row_missing"}
    assert FRAUD not in asked(found, "orphan_row")[0].sentence
    assert "Scams and/or fraud" in asked(found, "orphan_row")[0].sentence


def test_a_row_that_makes_both_neighbours_right_when_moved_is_an_orphan(plaza: Report, checked: Checker) -> None:
    rows = plaza.parts[4]
    first, second = head(plaza, 4, MINORS), head(plaza, 4, "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY")
    # The last row of the minors' block is counted under the next category.
    edge = second - 1
    for column in (5, 6, 7, 8, 11, 12, 13, 14):
        rows[edge][column] = "5"
        for row, sign in ((first, 0), (second, 1)):
            inner = rows[row + 1 : edge if row == first else row + 6]
            rows[row][column] = str(sum(int(one[column]) for one in inner) + 5 * sign)
    rows[1] = [*rows[1]]
    for column in (5, 6, 7, 8, 11, 12, 13, 14):
        rows[1][column] = str(sum(int(r[column]) for r in rows[2:] if r[3].startswith("STATEMENT_")))
    found = checked(plaza)
    assert {f.line for f in asked(found, "orphan_row")} == {edge + 1}
    # The category that lacks the row is explained by it; the one that has it twice is asked about the same row.
    assert all(f.row != rows[second][3] for f in asked(found, "subcategories_sum"))


def test_a_coincidence_of_values_does_not_excuse_a_wrong_sum(plaza: Report, checked: Checker) -> None:
    row = head(plaza, 4, SPEECH)
    before = int(plaza.parts[4][row - 1][5])
    add(plaza, 4, row, 5, before or 3)
    add(plaza, 4, 1, 5, before or 3)
    assert SPEECH in {f.row for f in asked(checked(plaza), "subcategories_sum")}


def test_items_that_do_not_add_up_are_a_question(plaza: Report, checked: Checker) -> None:
    add(plaza, 4, head(plaza, 4, FRAUD), 7, -1)
    found = checked(plaza)
    assert {f.kind for f in asked(found, "items_sum")} == {"question"}
    assert not asked(found, "subcategories_sum")


def test_fewer_items_than_notices_are_a_question(plaza: Report, checked: Checker) -> None:
    for row in plaza.parts[4][1:]:
        row[7] = str(int(row[5]) // 2)
    found = checked(plaza)
    assert [f.kind for f in asked(found, "items_below_notices")] == ["question"]
    assert len(asked(found, "items_below_notices")[0].cells) > 5


def test_a_median_is_compared_only_where_the_parts_cover_the_whole(plaza: Report, checked: Checker) -> None:
    plaza.parts[4][1][9] = "900.5"
    # One category has actions and no median: the whole may lie anywhere.
    plaza.parts[4][head(plaza, 4, FRAUD)][9] = ""
    assert not [f for f in asked(checked(plaza), "median_outside_parts") if f.row == "TOTAL"]


def test_a_rounded_median_is_granted_half_a_unit(plaza: Report, checked: Checker) -> None:
    medians = [
        float(row[9])
        for row in plaza.parts[4][2:]
        if row[3].startswith("STATEMENT_") and row[9] and int(row[11]) + int(row[13])
    ]
    highest = max(medians)
    plaza.parts[4][1][9] = f"{int(highest) + 1}"
    granted = int(highest) + 1 - 0.5 <= highest + 0.05
    assert bool(asked(checked(plaza), "median_outside_parts")) is not granted
    plaza.parts[4][1][9] = f"{highest + 0.1:.1f}"
    assert not asked(checked(plaza), "median_outside_parts")


def test_a_column_that_some_rows_use_is_not_blank_in_others(plaza: Report, checked: Checker) -> None:
    row = head(plaza, 5, SPEECH)
    plaza.parts[5][row + 1][7 + RESTRICTIONS.index("labelled")] = ""
    (finding,) = asked(checked(plaza), "blank_for_zero")
    assert (finding.line, finding.expected, finding.found) == (row + 2, 0, None)


def test_a_subcategory_blank_beside_sisters_that_add_up_is_a_zero(plaza: Report, checked: Checker) -> None:
    rows = plaza.parts[4]
    index = next(
        i
        for i, row in enumerate(rows)
        if row[3].startswith("KEYWORD_") and row[3] != "KEYWORD_OTHER" and row[5] == "0"
    )
    rows[index][5] = ""
    assert [f.line for f in asked(checked(plaza), "blank_for_zero")] == [index + 1]


def test_accuracy_of_nothing_is_asked_about_and_accuracy_of_something_is_not(plaza: Report, checked: Checker) -> None:
    measures = plaza.indicator(8, "Number of notices solely", "NAM Trusted Flagger")
    accuracy = plaza.indicator(8, "Accuracy of the automated means - Recall", "NAM Trusted Flagger")
    plaza.parts[8][measures][6], plaza.parts[8][accuracy][6] = "3", "0"
    assert not asked(checked(plaza), "zero_for_blank")
    plaza.parts[8][measures][6] = "0"
    assert [f.line for f in asked(checked(plaza), "zero_for_blank")] == [accuracy + 1]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({2: "2026-02-20 00:00:00"}, "date_form"),
        ({2: "20.02.2026"}, "date_form"),
        ({2: "2026-04-02"}, "published_late"),
        ({2: "2025-12-30"}, "dates_out_of_order"),
        ({4: "2025-08-01"}, "period_unusual"),
        ({4: "2025-01-01", 5: "2025-06-30", 2: "2025-08-20", 3: "2025-02-01"}, "before_the_template"),
    ],
)
def test_dates_that_the_instructions_do_not_know_are_asked_about(
    changes: dict[int, str], rule: str, plaza: Report, checked: Checker
) -> None:
    for row, value in changes.items():
        plaza.parts[1][row][3] = value
    assert rule in ids(checked(plaza))


@pytest.mark.parametrize(
    ("start", "end", "published"),
    [
        ("2026-01-01", "2026-06-30", "2026-08-31"),
        ("2026-01-01", "2026-12-31", "2027-02-28"),
        ("2025-02-17", "2025-12-31", "2026-02-28"),
    ],
)
def test_lawful_periods_and_the_last_lawful_day_are_asked_nothing(
    start: str, end: str, published: str, checked: Checker
) -> None:
    report = honest(3, states=STATES, start=start, end=end, published=published)
    assert checked(report).findings == ()


def test_a_missing_part_that_applies_to_all_is_asked_about_and_another_is_not(
    plaza: Report, checked: Checker
) -> None:
    for part in (4, 7, 9, 10):
        del plaza.parts[part]
    assert ids(checked(plaza)) == set()


def test_a_missing_part_for_every_provider_is_asked_about(plaza: Report, checked: Checker) -> None:
    del plaza.parts[8]
    assert [f.part for f in asked(checked(plaza), "missing_part")] == [8]


@pytest.mark.parametrize(
    ("part", "indicator", "scope", "value", "rule"),
    [
        (
            7,
            "Complaint regarding a decision to suspend or terminate an account",
            "Total number",
            "99999999",
            "part_above_whole",
        ),
        (7, "Number of disputes", "Decisions upheld", "99999", "part_above_whole"),
        (8, "Number of measures solely", "nl", "99999999999", "part_above_whole"),
        (9, "Number of total moderators", "nl", "99999", "language_above_moderators"),
        (9, "Number of total moderators", "Total number", "99999", "linguistic_above_moderators"),
        (9, "Number of total moderators", "nl", "7.5", "fractional_moderators"),
        (10, "Number of average", "NL", "99999999999", "part_above_whole"),
        (8, "Number of measures solely", "Own-initiative", "99999999999", "automated_above_measures"),
    ],
)
def test_indicators_are_held_against_their_wholes(
    part: int, indicator: str, scope: str, value: str, rule: str, plaza: Report, checked: Checker
) -> None:
    plaza.parts[part][plaza.indicator(part, indicator, scope)][6] = value
    assert rule in ids(checked(plaza))


def test_a_share_of_nothing_is_asked_about(plaza: Report, checked: Checker) -> None:
    for scope in ("Decisions reversed", "Decisions partially reversed"):
        plaza.parts[7][plaza.indicator(7, "Number of disputes", scope)][6] = "0"
    assert "share_without_population" in ids(checked(plaza))


def test_codes_in_another_form_are_asked_about(plaza: Report, checked: Checker) -> None:
    plaza.parts[10][2][5] = "Austria"
    plaza.parts[9][4][5] = "BG"
    assert {"territory_form", "language_form"} <= ids(checked(plaza))


def test_greece_is_greece_in_both_spellings(plaza: Report, checked: Checker) -> None:
    row = next(row for row in plaza.parts[10] if row[5] == "EL")
    row[5] = "GR"
    assert checked(plaza).findings == ()


def test_two_own_subcategories_of_one_name_are_asked_about(plaza: Report, checked: Checker) -> None:
    INNOCENT["own_subcategories"](plaza)
    row = head(plaza, 6, SPEECH) + 4
    plaza.parts[6][row + 1][4] = plaza.parts[6][row][4] = "Slurs"
    plaza.parts[6][row][5] = str(int(plaza.parts[6][row][5]) + 1)
    assert "other_same_description" in ids(checked(plaza))


def test_a_long_text_and_a_missing_one_are_asked_about(plaza: Report, checked: Checker) -> None:
    plaza.parts[11][1][4], plaza.parts[11][2][4] = "a" * 5001, ""
    assert {"text_too_long", "text_missing"} <= ids(checked(plaza))


def test_another_service_in_some_rows_is_asked_about(plaza: Report, checked: Checker) -> None:
    plaza.parts[9][2][1] = "Market"
    assert [f.line for f in asked(checked(plaza), "service_differs")] == [3]


def test_ids_are_a_closed_list_and_every_rule_has_a_class_parts_a_reference_and_a_sentence_that_asks() -> None:
    for one in all_rules():
        assert one.kind in CLASSES
        assert one.parts
        assert "Annex" in one.reference
        assert one.about.endswith(("?", "."))
    for language in LANGUAGES:
        sentences = words("report_check", language).sentences
        for rule in published_ids():
            own = [text for key, text in sentences.items() if key == rule or key.startswith(f"{rule}.")]
            assert own, rule
            assert all(text.endswith("?") for text in own), rule


def test_every_key_of_the_catalogue_that_names_a_rule_names_a_rule_that_exists() -> None:
    keys = {key.partition(".")[0] for key in words("report_check", "en").sentences}
    other = {"class", "note", "column", "bars", "compare"}
    known = set(published_ids()) | other
    assert {key for key in keys if "_" in key and key not in known} <= {
        "parts_read",
        "whole_report",
        "no_accusation",
        "by_part",
        "where_in_report",
        "cells_shown",
        "more_cells",
    }


def test_the_sentences_are_written_in_the_language_asked_for(plaza: Report, tmp_path: Path) -> None:
    from simulation.reports import write_folder

    from waarmerk.dsa.report.check import check_path

    DEFECTS["flaggers_above_all"](plaza)
    folder = write_folder(plaza, tmp_path / "report")
    dutch = check_path(folder, language="nl")[1]
    assert any(re.search(r"flaggers stuurden [\d.]+ van de [\d.]+ meldingen", f.sentence) for f in dutch.findings)


def test_json_numbers_are_numbers(plaza: Report, checked: Checker) -> None:
    import msgspec

    DEFECTS["median_outside"](plaza)
    answer = json.loads(msgspec.json.encode(checked(plaza)))
    assert answer["schema"] == "waarmerk.report-check/1"
    assert list(answer["findings"][0])[:11] == [
        "rule",
        "class",
        "part",
        "row",
        "line",
        "column",
        "expected",
        "found",
        "cells",
        "sentence",
        "context",
    ]
    assert isinstance(answer["findings"][0]["found"], float)
