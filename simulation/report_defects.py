"""Planted defects and innocent look-alikes for simulated reports, each with a name.

Rules: a defect changes as little as it can and names the rule that should ask, with part and row; an innocent
look-alike changes something of the same kind that the law allows, so that nothing may be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulation.reports import Report

FRAUD = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
COMPLAINTS = "Number of complaints submitted"
DISPUTES = "Number of disputes"


@dataclass(frozen=True)
class Planted:
    """What a planted defect should bring: rule, part, the template's label of the row ("" where it has none)."""

    rule: str
    part: int
    row: str = ""


DEFECTS: dict[str, Callable[[Report], Planted]] = {}
INNOCENT: dict[str, Callable[[Report], None]] = {}


def _defect(function: Callable[[Report], Planted]) -> Callable[[Report], Planted]:
    DEFECTS[function.__name__] = function
    return function


def _innocent(function: Callable[[Report], None]) -> Callable[[Report], None]:
    INNOCENT[function.__name__] = function
    return function


def add(report: Report, part: int, row: int, column: int, by: float) -> None:
    """Add to a number in place."""
    text = report.parts[part][row][column]
    value = (float(text) if "." in text else int(text or 0)) + by
    report.parts[part][row][column] = str(value)


def head(report: Report, part: int, label: str) -> int:
    """The row of a main category in the TOTAL scope."""
    return report.rows_of(part, label)[0]


@_defect
def flaggers_above_all(report: Report) -> Planted:
    """Trusted flaggers sent more notices than everyone."""
    row = head(report, 4, FRAUD)
    report.parts[4][row][6] = str(int(report.parts[4][row][5]) + 35)
    return Planted("part_above_whole", 4, FRAUD)


@_defect
def automated_above_all(report: Report) -> Planted:
    """More measures after automated detection than measures."""
    row = head(report, 6, SPEECH)
    report.parts[6][row][6] = str(int(report.parts[6][row][5]) + 1)
    return Planted("part_above_whole", 6, SPEECH)


@_defect
def category_off_by_ten(report: Report) -> Planted:
    """A category is ten more than its sub-categories."""
    row = head(report, 4, MINORS)
    add(report, 4, row, 5, 10)
    add(report, 4, 1, 5, 10)
    return Planted("subcategories_sum", 4, MINORS)


@_defect
def total_off(report: Report) -> Planted:
    """The TOTAL is a thousand more than its categories."""
    add(report, 5, 1, 5, 1000)
    add(report, 5, 1, 7, 1000)
    return Planted("total_sum", 5, "TOTAL")


@_defect
def state_above_union(report: Report) -> Planted:
    """A Member State has more orders than the Union."""
    row = report.rows_of(3, "TOTAL", "NL")[0]
    report.parts[3][row][10] = str(int(report.parts[3][1][10]) + 5)
    return Planted("part_above_whole", 3, "TOTAL")


@_defect
def heading_lost_its_row(report: Report) -> Planted:
    """The row of a category is gone, its sub-categories stay."""
    row = head(report, 4, FRAUD)
    del report.parts[4][row]
    return Planted("orphan_row", 4, "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING")


@_defect
def share_in_per_cent(report: Report) -> Planted:
    """An accuracy is 97.1 instead of 0.971."""
    row = report.indicator(8, "Accuracy of the automated means - Accuracy", "Total number")
    report.parts[8][row][6] = "97.1"
    return Planted("share_outside_range", 8, "Accuracy of the automated means - Accuracy")


@_defect
def below_zero(report: Report) -> Planted:
    """A count is negative."""
    row = report.indicator(7, "Number of suspensions enacted for the provision of manifestly unf", "Total number")
    report.parts[7][row][6] = "-4"
    return Planted("negative_count", 7, report.parts[7][row][4].strip())


@_defect
def half_a_notice(report: Report) -> Planted:
    """A count is not whole."""
    row = report.indicator(7, "Number of restrictions newly", "Total number")
    report.parts[7][row][6] = "12.5"
    return Planted("fractional_count", 7, report.parts[7][row][4].strip())


@_defect
def median_outside(report: Report) -> Planted:
    """The TOTAL's median is above the medians of all categories."""
    report.parts[4][1][9] = "900.5"
    return Planted("median_outside_parts", 4, "TOTAL")


@_defect
def outcomes_too_many(report: Report) -> Planted:
    """More disputes ended than were submitted."""
    for scope in ("Decisions upheld", "Decisions reversed"):
        row = report.indicator(7, DISPUTES, scope)
        total = report.parts[7][report.indicator(7, DISPUTES, "Total number")][6]
        report.parts[7][row][6] = str(int(int(total) * 0.7))
    return Planted(
        "outcomes_above_complaints", 7, "Number of disputes submitted to out-of-court dispute settlement bodies"
    )


@_defect
def blank_for_zero(report: Report) -> Planted:
    """A category of notices is blank beside a filled TOTAL."""
    row = head(report, 4, "STATEMENT_CATEGORY_ANIMAL_WELFARE")
    add(report, 4, 1, 5, -int(report.parts[4][row][5]))
    for index in (row, row + 1, row + 2, row + 3):
        report.parts[4][index][4:] = [""] * len(report.parts[4][index][4:])
    return Planted("blank_for_zero", 4, "STATEMENT_CATEGORY_ANIMAL_WELFARE")


@_defect
def other_without_words(report: Report) -> Planted:
    """A KEYWORD_OTHER has figures and no description."""
    for row in report.rows_of(6, "KEYWORD_OTHER"):
        if int(report.parts[6][row][5]) > 0:
            report.parts[6][row][4] = ""
            break
    return Planted("other_without_description", 6, "KEYWORD_OTHER")


@_defect
def category_of_its_own(report: Report) -> Planted:
    """A main category that the law does not know."""
    rows = report.parts[5]
    rows.append([*rows[-1]])
    rows[-1][3:7] = ["STATEMENT_CATEGORY_ASTROLOGY", "", "17", "3"]
    return Planted("extra_row", 5, "STATEMENT_CATEGORY_ASTROLOGY")


@_defect
def terms_among_notices(report: Report) -> Planted:
    """Category 15, which is for terms and conditions, stands among the notices with a figure."""
    rows = report.parts[4]
    rows.append([*rows[-1]])
    rows[-1][3] = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    rows[-1][5:15] = ["9", "0", "9", "0", "", "", "0", "0", "0", "0"]
    return Planted("category_elsewhere", 4, "STATEMENT_CATEGORY_OTHER_VIOLATION_TC")


@_defect
def median_of_nothing(report: Report) -> Planted:
    """A median where nothing was received."""
    for index, row in enumerate(report.parts[4][1:], start=1):
        if row[5] == "0" and row[11] == "0" and row[13] == "0":
            report.parts[4][index][9] = "7.5"
            return Planted("median_without_population", 4, row[3])
    raise ValueError("no row without notices")


@_defect
def another_period(report: Report) -> Planted:
    """Part 9 was left at the period before."""
    for row in report.parts[9][1:]:
        row[2] = "2025-01-01/2025-06-30"
    return Planted("period_differs", 9, "Number of internal moderators employed by the provider")


@_defect
def same_row_twice(report: Report) -> Planted:
    """A row stands twice with different figures."""
    rows = report.parts[7]
    rows.append([*rows[1]])
    rows[-1][6] = str(int(rows[1][6]) + 1)
    return Planted("two_values", 7, "Number of complaints submitted to the internal-complaints mechanism")


@_defect
def restrictions_too_few(report: Report) -> Planted:
    """Measures without any restriction."""
    row = head(report, 5, FRAUD)
    for index in [row, *range(row + 1, row + 8)]:
        report.parts[5][index][20] = report.parts[5][index][7] = "0"
    return Planted("restrictions_below_measures", 5, FRAUD)


@_defect
def more_processed_than_received(report: Report) -> Planted:
    """Part 8 processed more notices than part 4 received."""
    row = report.indicator(8, "Number of notices solely", "NAM Total")
    report.parts[8][row][6] = str(int(report.parts[4][1][5]) * 3)
    return Planted("processed_above_notices", 8, "Number of notices solely processed by automated means")


@_defect
def minutes_for_hours(report: Report) -> Planted:
    """A median of more hours than the period has."""
    row = report.indicator(7, DISPUTES, "Median time")
    report.parts[7][row][6] = "90630"
    return Planted(
        "median_beyond_period", 7, "Number of disputes submitted to out-of-court dispute settlement bodies"
    )


@_innocent
def fewer_outcomes(report: Report) -> None:
    """Complaints are pending at the end of the period."""
    add(report, 7, report.indicator(7, COMPLAINTS, "Decisions upheld"), 6, -1)


@_innocent
def no_monetary_restrictions(report: Report) -> None:
    """A service without payments leaves its monetary restrictions blank."""
    for part in (5, 6):
        for row in report.parts[part][1:]:
            row[14:17] = ["", "", ""]


@_innocent
def subcategories_left_out(report: Report) -> None:
    """A category is not broken down at all."""
    row = head(report, 4, SPEECH)
    for index in range(row + 1, row + 5):
        report.parts[4][index][4:] = [""] * len(report.parts[4][index][4:])


@_innocent
def some_subcategories_given(report: Report) -> None:
    """Of one category only one sub-category is given, less than the whole."""
    row = head(report, 5, FRAUD)
    for index in range(row + 2, row + 8):
        report.parts[5][index][4:] = [""] * len(report.parts[5][index][4:])


@_innocent
def orders_of_nobody(report: Report) -> None:
    """Orders that no Member State can be told for: the Union has more than its states."""
    row = report.rows_of(3, "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER")[0]
    add(report, 3, row, 10, 3)
    add(report, 3, 1, 10, 3)


@_innocent
def several_restrictions_a_measure(report: Report) -> None:
    """Each measure removes the content and suspends the account."""
    for row in report.parts[6][1:]:
        row[7], row[19] = row[5], row[5]


@_innocent
def zeros_for_medians_of_nothing(report: Report) -> None:
    """A 0 stands where there is no median."""
    for row in report.parts[4][1:]:
        row[9], row[10] = row[9] or "0", row[10] or "0"


@_innocent
def categories_of_other_parts_at_zero(report: Report) -> None:
    """Rows of categories 15 to 17 stand in every part, at zero."""
    rows = report.parts[5]
    for code in ("OTHER_VIOLATION_TC", "NOT_SPECIFIED_ORDER", "NOT_SPECIFIED_NOTICE"):
        rows.append([*rows[-1]])
        rows[-1][3:] = [f"STATEMENT_CATEGORY_{code}", "", *(["0"] * 9), "", "", "", *(["0"] * 4), *([""] * 16)]


@_innocent
def own_subcategories(report: Report) -> None:
    """KEYWORD_OTHER stands twice in a category, each with a description of its own."""
    row = head(report, 6, SPEECH) + 4
    rows = report.parts[6]
    rows.insert(row + 1, [*rows[row]])
    for column in range(5, 21):
        if rows[row][column]:
            rows[row + 1][column] = str(int(rows[row][column]) // 2)
            rows[row][column] = str(int(rows[row][column]) - int(rows[row + 1][column]))
    rows[row][4], rows[row + 1][4] = "Slurs", "Insults"


@_innocent
def accuracy_by_system(report: Report) -> None:
    """Accuracy stands once per classifier."""
    rows = report.parts[8]
    row = report.indicator(8, "Accuracy of the automated means - Recall", "Total number")
    rows.insert(row + 1, [*rows[row]])
    rows[row + 1][6], rows[row + 1][7] = "0.777", "Classifier for sound"


@_innocent
def free_texts_of_twelve_months(report: Report) -> None:
    """Free texts cover the whole year."""
    for row in report.parts[11][1:]:
        row[2] = "2025-01-01/2025-12-31"


@_innocent
def heads_above_full_time(report: Report) -> None:
    """Totals of moderators are full-time equivalents with fractions."""
    report.parts[9][3][6] = "410.25"
