"""One cause is asked about once, under the name that says most about it."""

from __future__ import annotations

from simulation.report_defects import FRAUD, MINORS, SPEECH, add, head
from simulation.reports import Report

from tests.dsa.report.conftest import Checker
from waarmerk.dsa.report.check import Checked

NOTICES = "Number of notices received"


def asked(checked: Checked) -> list[tuple[str, str]]:
    return [(finding.rule, finding.row) for finding in checked.findings if finding.column == NOTICES]


def test_a_category_that_misses_its_parts_is_not_asked_about_again_at_the_total(
    plaza: Report, checked: Checker
) -> None:
    add(plaza, 4, head(plaza, 4, MINORS), 5, 10)
    assert asked(checked(plaza)) == [("subcategories_sum", MINORS)]


def test_a_subcategory_above_its_category_is_no_sum_as_well(plaza: Report, checked: Checker) -> None:
    row = head(plaza, 4, SPEECH)
    plaza.parts[4][row + 1][5] = str(int(plaza.parts[4][row][5]) + 50)
    assert asked(checked(plaza)) == [("part_above_whole", plaza.parts[4][row + 1][3])]


def test_a_category_above_the_total_is_no_sum_as_well(plaza: Report, checked: Checker) -> None:
    plaza.parts[4][1][5] = str(max(int(row[5]) for row in plaza.parts[4][2:]) - 1)
    assert {rule for rule, _ in asked(checked(plaza))} == {"part_above_whole"}


def test_a_row_counted_in_a_category_far_away_is_an_orphan_and_asked_about_once(
    plaza: Report, checked: Checker
) -> None:
    rows = plaza.parts[4]
    sub = head(plaza, 4, FRAUD) + 1
    value = int(rows[sub][5]) or 7
    if rows[sub][5] == "0":
        for row in (sub, sub - 1, 1):
            add(plaza, 4, row, 5, value)
    # The category of minors counts a row of fraud, and that of fraud does not.
    add(plaza, 4, head(plaza, 4, FRAUD), 5, -value)
    add(plaza, 4, head(plaza, 4, MINORS), 5, value)
    found = checked(plaza)
    assert [f.kind for f in found.findings if f.column == NOTICES] == ["question"]
    assert asked(found) == [("orphan_row", rows[sub][3])]
