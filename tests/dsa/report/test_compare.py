"""Two periods, two versions, a report beside dumps: what neither explains is asked about, nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from simulation.dumps import Habit, write_day
from simulation.reports import Report, honest, write_folder

from tests.dsa.report.conftest import STATES
from tests.dsa.words import WORDS
from waarmerk.dsa.report.check import Checked
from waarmerk.dsa.report.compare import compare_paths
from waarmerk.dsa.report.compare_dumps import compare_with_dumps
from waarmerk.errors import InputError, UsageError


def next_period(seed: int) -> Report:
    return honest(seed, states=STATES, start="2026-01-01", end="2026-06-30", published="2026-08-20")


def compared(first: Report, second: Report, tmp_path: Path) -> Checked:
    return compare_paths(write_folder(first, tmp_path / "a"), write_folder(second, tmp_path / "b"))[1]


def ids(checked: Checked) -> set[str]:
    return {finding.rule for finding in checked.findings}


def test_the_same_version_twice_is_asked_nothing(plaza: Report, tmp_path: Path) -> None:
    assert compared(plaza, honest(5, states=STATES), tmp_path).findings == ()


def test_a_changed_figure_of_a_version_without_a_reason_is_asked_about(plaza: Report, tmp_path: Path) -> None:
    second = honest(5, states=STATES)
    second.parts[4][1][5] = str(int(second.parts[4][1][5]) + 7)
    (finding,) = compared(plaza, second, tmp_path).findings
    assert (finding.rule, finding.row, finding.part) == ("compare.changed_without_reason", "TOTAL", 4)
    assert finding.found == (finding.expected or 0) + 7


@pytest.mark.parametrize("where", ["beside", "in the summary"])
def test_a_changed_figure_with_a_reason_is_not(where: str, plaza: Report, tmp_path: Path) -> None:
    second = honest(5, states=STATES)
    second.parts[4][1][5] = str(int(second.parts[4][1][5]) + 7)
    if where == "beside":
        second.parts[4][1][15] = "Seven notices were counted late."
    else:
        second.parts[11][1][4] = "Updated version of 3 May 2026: seven notices were counted late."
    assert compared(plaza, second, tmp_path).findings == ()


def test_figures_carried_over_to_the_next_period_are_asked_about_once_a_table(plaza: Report, tmp_path: Path) -> None:
    second = next_period(6)
    for row, old in zip(second.parts[4][1:], plaza.parts[4][1:], strict=True):
        row[5:] = old[5:]
    checked = compared(plaza, second, tmp_path)
    assert [f.part for f in checked.findings if f.rule == "compare.identical_figures"] == [4]


def test_a_jump_is_asked_about_unless_a_report_explains_it(plaza: Report, tmp_path: Path) -> None:
    second = next_period(5)
    row = second.indicator(7, "Number of suspensions enacted for the provision of manifestly illegal", "Total number")
    plaza.parts[7][row][6], second.parts[7][row][6] = "150", "90000"
    first_answer = compared(plaza, second, tmp_path)
    jumps = [f for f in first_answer.findings if f.rule == "compare.jump" and f.part == 7]
    assert [(f.expected, f.found) for f in jumps] == [(150, 90000)]
    second.parts[7][row][7] = "A new rule against spam came into force in March."
    again = compare_paths(tmp_path / "a", write_folder(second, tmp_path / "b"))[1]
    assert not [f for f in again.findings if f.rule == "compare.jump" and f.part == 7]


def test_a_year_beside_a_half_year_is_no_jump(plaza: Report, tmp_path: Path) -> None:
    second = honest(5, states=STATES, start="2026-01-01", end="2026-12-31", published="2027-02-01")
    row = second.indicator(7, "Number of suspensions enacted for the provision of manifestly illegal", "Total number")
    plaza.parts[7][row][6], second.parts[7][row][6] = "1000", "6000"
    assert not [f for f in compared(plaza, second, tmp_path).findings if f.rule == "compare.jump" and f.part == 7]


def test_the_order_of_the_two_does_not_matter(plaza: Report, tmp_path: Path) -> None:
    second = next_period(6)
    there = compared(plaza, second, tmp_path)
    back = compare_paths(tmp_path / "b", tmp_path / "a")[1]
    assert there == back


def test_a_part_that_is_gone_is_asked_about(plaza: Report, tmp_path: Path) -> None:
    second = next_period(5)
    del second.parts[8]
    assert "compare.part_gone" in ids(compared(plaza, second, tmp_path))


def test_two_services_are_refused(plaza: Report, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two services: Plaza and Market"):
        compared(plaza, honest(5, service="Market", states=STATES), tmp_path)


def _dumps(tmp_path: Path, *, statements: int, platform: str = "Plaza") -> Path:
    folder = tmp_path / "dumps"
    folder.mkdir()
    habit = Habit(platform, statements, noticed=0.0, categories=("STATEMENT_CATEGORY_SELF_HARM",))
    write_day(folder, date(2025, 9, 1), WORDS, [habit], seed=3)
    return folder


def _self_harm(report: Report, measures: int) -> None:
    for part in (5, 6):
        row = report.rows_of(part, "STATEMENT_CATEGORY_SELF_HARM")[0]
        report.parts[part][row][5] = str(measures)


def test_more_statements_in_one_day_than_measures_in_the_report_are_asked_about(
    plaza: Report, tmp_path: Path
) -> None:
    _self_harm(plaza, 20)
    folder = write_folder(plaza, tmp_path / "report")
    checked = compare_with_dumps(folder, [_dumps(tmp_path, statements=300)])[1]
    assert ids(checked) == {"compare.dumps"}
    assert all(finding.row == "STATEMENT_CATEGORY_SELF_HARM" for finding in checked.findings)
    assert sum(int(finding.found or 0) for finding in checked.findings) == 300


def test_fewer_statements_in_a_few_days_than_in_a_half_year_are_not(plaza: Report, tmp_path: Path) -> None:
    _self_harm(plaza, 100_000)
    folder = write_folder(plaza, tmp_path / "report")
    assert compare_with_dumps(folder, [_dumps(tmp_path, statements=50)])[1].findings == ()


def test_dumps_without_the_service_get_one_sentence_with_the_names_that_they_know(
    plaza: Report, tmp_path: Path
) -> None:
    folder = write_folder(plaza, tmp_path / "report")
    dumps = _dumps(tmp_path, statements=5, platform="Bazaar")
    with pytest.raises(InputError, match="no statement of Plaza") as refused:
        compare_with_dumps(folder, [dumps])
    assert "Bazaar" in refused.value.hint
    _self_harm(plaza, 100_000)
    assert compare_with_dumps(folder, [dumps], platform="Bazaar")[1].findings == ()
