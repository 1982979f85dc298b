"""For every published rule a report that it asks about, and an innocent one that looks alike and is asked nothing.

Rules: an example changes an honest report, and may return what is then done to its folder of CSV files; an innocent
example that another rule rightly asks about names that rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulation.report_defects import COMPLAINTS, DEFECTS, DISPUTES, FRAUD, INNOCENT, SPEECH, add, head
from simulation.reports import NAMES, Report, csv_text, honest

from tests.dsa.report.conftest import STATES

Afterwards = Callable[[Path], None]
Example = Callable[[Report], Afterwards | None]


@dataclass(frozen=True)
class Innocent:
    """An innocent example, and the rules that may ask about it for a reason of their own."""

    example: Example
    allowing: frozenset[str]


FAILING: dict[str, Example] = {}
INNOCENTS: dict[str, Innocent] = {}


def failing(rule: str) -> Callable[[Example], Example]:
    """The example that a rule asks about."""

    def register(example: Example) -> Example:
        FAILING[rule] = example
        return example

    return register


def innocent(*rules: str, allowing: tuple[str, ...] = ()) -> Callable[[Example], Example]:
    """The example that looks like what these rules ask about and is not."""

    def register(example: Example) -> Example:
        for rule in rules:
            INNOCENTS[rule] = Innocent(example, frozenset(allowing))
        return example

    return register


def _planted(name: str) -> Example:
    def example(report: Report) -> None:
        DEFECTS[name](report)

    return example


def _allowed(name: str) -> Example:
    def example(report: Report) -> None:
        INNOCENT[name](report)

    return example


# Examples that the simulation has for everyone: each rule with the defect, and with the look-alike, of that name.
for _rule, _name in {
    "fractional_count": "half_a_notice",
    "median_outside_parts": "median_outside",
    "negative_count": "below_zero",
    "outcomes_above_complaints": "outcomes_too_many",
    "part_above_whole": "flaggers_above_all",
    "share_outside_range": "share_in_per_cent",
    "subcategories_sum": "category_off_by_ten",
    "total_sum": "total_off",
    "two_values": "same_row_twice",
    "blank_for_zero": "blank_for_zero",
    "category_elsewhere": "terms_among_notices",
    "extra_row": "category_of_its_own",
    "heading_row_missing": "heading_lost_its_row",
    "orphan_row": "heading_lost_its_row",
    "median_without_population": "median_of_nothing",
    "other_without_description": "other_without_words",
    "period_differs": "another_period",
    "median_beyond_period": "minutes_for_hours",
    "processed_above_notices": "more_processed_than_received",
    "restrictions_below_measures": "restrictions_too_few",
}.items():
    failing(_rule)(_planted(_name))
for _rule, _name in {
    "fractional_count": "heads_above_full_time",
    "fractional_moderators": "heads_above_full_time",
    "subcategories_sum": "subcategories_left_out",
    "two_values": "accuracy_by_system",
    "category_elsewhere": "categories_of_other_parts_at_zero",
    "extra_row": "own_subcategories",
    "other_same_description": "own_subcategories",
    "median_without_population": "zeros_for_medians_of_nothing",
    "period_differs": "free_texts_of_twelve_months",
    "restriction_above_measures": "several_restrictions_a_measure",
    "restrictions_below_measures": "several_restrictions_a_measure",
    "states_above_union": "orders_of_nobody",
}.items():
    innocent(_rule)(_allowed(_name))


def _value(report: Report, part: int, indicator: str, scope: str, value: object) -> None:
    report.parts[part][report.indicator(part, indicator, scope)][6] = str(value)


def _number(report: Report, part: int, indicator: str, scope: str) -> int:
    return int(report.parts[part][report.indicator(part, indicator, scope)][6])


def _everywhere(report: Report, part: int, label: str, column: int, by: int) -> None:
    """Add to a sub-category, to its category and to the TOTAL, so that every sum still holds."""
    rows = report.parts[part]
    sub = report.rows_of(part, label)[0]
    above = next(index for index in range(sub, 0, -1) if rows[index][3].startswith("STATEMENT_"))
    for row in (sub, above, 1):
        add(report, part, row, column, by)


def _without_notices(report: Report) -> str:
    """A sub-category without a notice, an item or an action."""
    rows = report.parts[4]
    return next(r[3] for r in rows if r[3].startswith("KEYWORD_") and r[3] != "KEYWORD_OTHER" and r[5] == r[7] == "0")


@innocent("median_outside_parts")
def a_median_within_the_rounding(report: Report) -> None:
    """The TOTAL's median is a last digit above the largest median: both were rounded."""
    rows = [r for r in report.parts[4][2:] if r[3].startswith("STATEMENT_") and r[9] and int(r[11]) + int(r[13])]
    report.parts[4][1][9] = f"{max(float(row[9]) for row in rows) + 0.1:.1f}"


@innocent("negative_count", allowing=("placeholder_for_blank",))
def a_dash_for_nothing(report: Report) -> None:
    """A dash is no minus."""
    _value(report, 7, "Number of suspensions enacted for the provision of manifestly unf", "Total number", "-")


@innocent("outcomes_above_complaints")
def nothing_pending(report: Report) -> None:
    """Every dispute was decided: the outcomes are exactly the disputes."""
    rest = sum(_number(report, 7, DISPUTES, f"Decision{end}") for end in (" omitted", "s reversed", "s upheld"))
    rest += _number(report, 7, DISPUTES, "Decisions partially reversed")
    _value(report, 7, DISPUTES, "Total number", rest)


@innocent("part_above_whole")
def flaggers_sent_everything(report: Report) -> None:
    """Every notice came from a trusted flagger: the part is its whole."""
    for row in report.parts[4][1:]:
        row[6], row[8] = row[5], row[7]


@innocent("share_outside_range")
def never_wrong(report: Report) -> None:
    """A share of exactly 1."""
    for name, value in (("Accuracy", "1"), ("Recall", "1.0")):
        _value(report, 8, f"Accuracy of the automated means - {name}", "Total number", value)


@innocent("total_sum")
def a_category_that_does_not_apply(report: Report) -> None:
    """A category is blank with its sub-categories: what is given is less than the TOTAL."""
    row = head(report, 5, FRAUD)
    for index in range(row, row + 8):
        report.parts[5][index][4:] = [""] * len(report.parts[5][index][4:])


@innocent("blank_for_zero")
def a_restriction_that_does_not_exist_here(report: Report) -> None:
    """A service that has no other visibility restriction leaves that column blank throughout."""
    for row in report.parts[6][1:]:
        row[7], row[13] = str(int(row[7]) + int(row[13])), ""


@failing("column_missing")
def without_its_last_restriction(report: Report) -> None:
    """A column with figures is gone."""
    for row in report.parts[5]:
        del row[20]


@innocent("column_missing")
def without_contextual_columns(report: Report) -> None:
    """A provider with nothing to explain leaves out the columns for explanations."""
    for row in report.parts[5]:
        del row[21:]


def _date(report: Report, row: int, value: str) -> None:
    report.parts[1][row][3] = value


@failing("date_form")
def day_first(report: Report) -> None:
    """A date as people write it."""
    _date(report, 2, "20.02.2026")


@innocent("date_form")
def the_first_report(report: Report) -> None:
    """There is no previous report to date."""
    _date(report, 3, "")


@failing("dates_out_of_order")
def published_before_its_end(report: Report) -> None:
    """The report appeared before its period ended."""
    _date(report, 2, "2025-12-30")


@innocent("dates_out_of_order")
def published_on_its_last_day(report: Report) -> None:
    """The report appeared on the last day of its period."""
    _date(report, 2, "2025-12-31")


@failing("published_late")
def a_month_late(report: Report) -> None:
    """The report appeared three months after its period."""
    _date(report, 2, "2026-04-02")


@innocent("published_late")
def on_the_last_lawful_day(report: Report) -> None:
    """The report appeared on the last day of the two months."""
    _date(report, 2, "2026-02-28")


def _again(report: Report, start: str, end: str, published: str) -> None:
    report.parts = honest(5, states=STATES, start=start, end=end, published=published).parts


@failing("period_unusual")
def five_months(report: Report) -> None:
    """A period that starts in August."""
    _date(report, 4, "2025-08-01")


@innocent("period_unusual")
def the_transition(report: Report) -> None:
    """The transitional cycle starts where the first report ended."""
    _again(report, "2025-02-17", "2025-12-31", "2026-02-20")


@failing("before_the_template")
def the_half_year_before(report: Report) -> None:
    """The half-year before the template."""
    _again(report, "2025-01-01", "2025-06-30", "2025-08-29")


@innocent("before_the_template")
def a_year_that_began_before(report: Report) -> None:
    """A year that began before the template and ended under it."""
    _again(report, "2025-01-01", "2025-12-31", "2026-02-20")


@failing("decimal_comma")
def medians_with_a_comma(report: Report) -> None:
    """Medians with a decimal comma."""
    for row in report.parts[4][1:]:
        row[9] = row[9].replace(".", ",")


@innocent("decimal_comma", "percent_sign", "unit_in_number", "text_in_number", "placeholder_for_blank")
def figures_in_an_explanation(report: Report) -> None:
    """Commas, per cent, units, words and n/a stand where words belong."""
    rows = report.parts[4]
    rows[1][19], rows[1][20], rows[2][15] = "12,5 hours, that is 97 % within three days", "n/a", "see annex 2"
    for row in report.parts[8][1:]:
        row[7] = "97.1%" if row[4].startswith("Accuracy") else "n/a"


@failing("decimals_in_count")
def recipients_with_decimals(report: Report) -> None:
    """Whole counts written with decimals."""
    for row in report.parts[10][1:]:
        row[6] = f"{row[6]}.0"


@innocent("decimals_in_count")
def whole_hours_with_decimals(report: Report) -> None:
    """A median of 96 hours exactly, written with its decimal."""
    _value(report, 7, DISPUTES, "Median time", "96.0")


@failing("duplicate_row")
def a_row_copied(report: Report) -> None:
    """A row stands twice with the same figure."""
    report.parts[7].append([*report.parts[7][1]])


@innocent("duplicate_row")
def two_systems_equally_good(report: Report) -> None:
    """Accuracy of two systems that happens to be the same."""
    rows = report.parts[8]
    row = report.indicator(8, "Accuracy of the automated means - Recall", "Total number")
    rows.insert(row + 1, [*rows[row]])
    rows[row][7], rows[row + 1][7] = "Classifier for pictures", "Classifier for sound"


@failing("duplicate_table")
def a_part_copied(report: Report) -> Afterwards:
    """The same part stands in two files."""
    text = csv_text(report.parts[6])
    return lambda folder: _write(folder / "6_copy.csv", text)


@innocent("duplicate_table")
def a_part_for_each_surface(report: Report) -> Afterwards:
    """The same part for another surface, with figures of its own."""
    text = csv_text(honest(99, states=STATES).parts[6])
    return lambda folder: _write(folder / "6_own_initiative_TC_Ads.csv", text)


def _write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


@failing("encoding")
def windows(report: Report) -> Afterwards:
    """A file of Windows-1252."""
    report.parts[11][1][4] = "Één overzicht van maatregelen"
    text = csv_text(report.parts[11])
    return lambda folder: _write(folder / f"{NAMES[10]}.csv", text, "cp1252")


@innocent("encoding")
def utf_8_with_its_mark(report: Report) -> Afterwards:
    """UTF-8 with accents and a byte order mark."""
    report.parts[11][1][4] = "Één overzicht van maatregelen"
    text = csv_text(report.parts[11])
    return lambda folder: _write(folder / f"{NAMES[10]}.csv", text, "utf-8-sig")


@failing("separator")
def semicolons(report: Report) -> Afterwards:
    """A file separated by semicolons."""
    text = csv_text(report.parts[4], delimiter=";")
    return lambda folder: _write(folder / f"{NAMES[3]}.csv", text)


@innocent("separator")
def semicolons_in_texts(report: Report) -> None:
    """Semicolons in free texts separate nothing."""
    for row in report.parts[11][1:]:
        row[4] = "Pictures; sound; video; text; links; accounts; advertisements; each has a team of its own"


@failing("footnote_mark")
def an_asterisk(report: Report) -> None:
    """A number with a mark."""
    row = report.parts[4][1]
    row[5] = f"{row[5]}*"


@innocent("footnote_mark")
def a_note_below_the_table(report: Report) -> None:
    """A footnote stands below the table."""
    report.parts[4].append(["* Figures are deduplicated."])


@failing("fractional_moderators")
def half_a_speaker(report: Report) -> None:
    """A language with half a moderator."""
    _value(report, 9, "Number of total moderators", "nl", "7.5")


@failing("heading_foreign")
def headings_in_german(report: Report) -> None:
    """Headings that are not the template's."""
    report.parts[4][0] = [f"Spalte {n}" for n in range(len(report.parts[4][0]))]


@innocent("heading_foreign")
def headings_in_capitals(report: Report) -> None:
    """The template's headings in capitals with blanks around."""
    report.parts[4][0] = [f" {text.upper()}  " for text in report.parts[4][0]]


@failing("heading_missing")
def no_headings(report: Report) -> None:
    """A table without its row of headings."""
    del report.parts[4][0]


@innocent("heading_missing")
def a_title_above(report: Report) -> None:
    """A title stands above the headings."""
    report.parts[4][:0] = [["Notices, second half of 2025"], [""]]


@failing("heading_shifted")
def headings_one_to_the_left(report: Report) -> None:
    """Headings that stand one place beside their columns."""
    report.parts[4][0] = report.parts[4][0][1:]


@innocent("heading_shifted")
def a_column_of_its_own(report: Report) -> None:
    """A further column before the categories, with a heading of its own."""
    labels = [row[0] for row in report.parts[2]]
    for place, row in enumerate(report.parts[4]):
        row.insert(3, "Category label" if place == 0 else labels[place] if place < len(labels) else "")


@innocent("heading_row_missing", "total_row_missing")
def one_row_of_one_state(report: Report) -> None:
    """Of one more Member State a single sub-category is listed, the others had none."""
    rows = report.parts[3]
    row = next(row for row in rows[1:92] if row[3] == "KEYWORD_HATE_SPEECH")
    rows.append([*row[:4], "", "BE", "1", "1", "", "", "0", "", "", *([""] * 7)])
    for column, by in ((6, 1), (7, 1)):
        _everywhere(report, 3, "KEYWORD_HATE_SPEECH", column, by)


@failing("total_row_missing")
def no_total(report: Report) -> None:
    """A table without its TOTAL."""
    del report.parts[5][1]


@failing("label_misspelled")
def a_letter_lost(report: Report) -> None:
    """A label that lacks a letter."""
    report.parts[4][report.rows_of(4, "KEYWORD_DESIGN_INFRINGEMENT")[0]][3] = "KEYWORD_DESIGN_INFRIGEMENT"


@innocent("label_misspelled")
def labels_in_small_letters(report: Report) -> None:
    """Labels in small letters with blanks for underscores."""
    for row in report.parts[4][1:]:
        row[3] = row[3].lower().replace("_", " ")


@failing("language_form")
def a_language_in_capitals(report: Report) -> None:
    """A language written as a country."""
    report.parts[9][4][5] = "BG"


@innocent("language_form")
def a_language_from_outside(report: Report) -> None:
    """Ukrainian, which looks like a country and is a language."""
    report.parts[9].append([*report.parts[9][4][:5], "uk", "4", ""])


@failing("missing_part")
def without_automated_means(report: Report) -> None:
    """A part that applies to every provider is gone."""
    del report.parts[8]


@innocent("missing_part")
def without_recipients(report: Report) -> None:
    """Recipients are for very large services."""
    del report.parts[10]


@failing("other_same_description")
def two_slurs(report: Report) -> None:
    """Two sub-categories of one description."""
    INNOCENT["own_subcategories"](report)
    row = head(report, 6, SPEECH) + 4
    report.parts[6][row + 1][4] = report.parts[6][row][4] = "Slurs"
    add(report, 6, row, 5, 1)


@innocent("other_without_description")
def nothing_under_other(report: Report) -> None:
    """A KEYWORD_OTHER without figures needs no description."""
    for row in report.parts[4][1:]:
        if row[3] == "KEYWORD_OTHER" and not any(int(row[column]) for column in (5, 7, 11, 13)):
            row[4] = ""


@failing("percent_sign")
def an_accuracy_in_per_cent(report: Report) -> None:
    """A share with its sign."""
    _value(report, 8, "Accuracy of the automated means - Accuracy", "Total number", "97.1%")


@failing("placeholder_for_blank")
def not_available(report: Report) -> None:
    """A mark instead of nothing."""
    _value(report, 8, "Accuracy of the automated means - Accuracy", "Total number", "N/A")


@failing("service_differs")
def the_sister_service(report: Report) -> None:
    """A row of another service."""
    report.parts[9][2][1] = "Market"


@innocent("service_differs")
def the_full_name(report: Report) -> None:
    """Some parts name the service with its provider."""
    for row in report.parts[9][1:]:
        row[1] = "Plaza (Plaza International B.V.)"


def _nothing_reversed(report: Report) -> None:
    for scope in ("Decisions reversed", "Decisions partially reversed"):
        _value(report, 7, DISPUTES, scope, 0)


@failing("share_without_population")
def a_share_of_nothing(report: Report) -> None:
    """Outcomes were implemented and no decision was reversed."""
    _nothing_reversed(report)


@innocent("share_without_population")
def a_share_of_zero(report: Report) -> None:
    """No decision was reversed and none implemented."""
    _nothing_reversed(report)
    _value(report, 7, DISPUTES, "Percentage of outcomes implemented", 0)


@failing("territory_form")
def a_state_in_words(report: Report) -> None:
    """A Member State by its name."""
    report.parts[10][2][5] = "Austria"


@innocent("territory_form")
def the_other_code_of_greece(report: Report) -> None:
    """Greece has two codes."""
    next(row for row in report.parts[10] if row[5] == "EL")[5] = "GR"


@failing("text_in_number")
def a_reference_for_a_number(report: Report) -> None:
    """Words where a number belongs."""
    _value(report, 7, "Number of restrictions newly", "Total number", "see annex")


@failing("text_missing")
def no_summary(report: Report) -> None:
    """The summary is blank."""
    report.parts[11][1][4] = ""


@innocent("text_missing")
def no_governance(report: Report) -> None:
    """Governance is for very large platforms."""
    report.parts[11][7][4] = ""


@failing("text_too_long")
def one_character_too_many(report: Report) -> None:
    """A text of 5001 characters."""
    report.parts[11][1][4] = "a" * 5001


@innocent("text_too_long")
def as_long_as_allowed(report: Report) -> None:
    """A text of 5000 characters."""
    report.parts[11][1][4] = "a" * 5000


@failing("thousands_separator")
def recipients_in_thousands(report: Report) -> None:
    """Numbers with marks of thousands."""
    for row in report.parts[10][1:]:
        row[6] = f"{int(row[6]):,}"


@innocent("thousands_separator", "ambiguous_number")
def medians_to_the_second(report: Report) -> None:
    """Medians with three decimals."""
    for row in report.parts[4][1:]:
        row[9] = f"{float(row[9]):.3f}" if row[9] else ""


@failing("ambiguous_number")
def one_point_in_all_the_file(report: Report) -> None:
    """A count that may be thousands or decimals."""
    _value(report, 9, "Number of external", "Total number", "1.234")
    report.parts[9][1][6] = "300"


@failing("unit_in_number")
def hours_with_their_unit(report: Report) -> None:
    """A median with its unit."""
    _value(report, 7, DISPUTES, "Median time", "12.5 hrs")


def _flaggers_automated(report: Report, measures: int) -> None:
    _value(report, 8, "Number of notices solely", "NAM Trusted Flagger", measures)
    _value(report, 8, "Accuracy of the automated means - Recall", "NAM Trusted Flagger", 0)


@failing("zero_for_blank")
def accuracy_of_nothing(report: Report) -> None:
    """An accuracy of 0 where nothing was automated."""
    _flaggers_automated(report, 0)


@innocent("zero_for_blank")
def always_wrong(report: Report) -> None:
    """A recall of 0 over three notices."""
    _flaggers_automated(report, 3)


@failing("actions_without_notices")
def actions_from_nowhere(report: Report) -> None:
    """An action in a row without notices and items."""
    _everywhere(report, 4, _without_notices(report), 11, 1)


@innocent("actions_without_notices")
def actions_on_items_of_before(report: Report) -> None:
    """An action on items whose notice came before the period."""
    label = _without_notices(report)
    _everywhere(report, 4, label, 11, 1)
    _everywhere(report, 4, label, 7, 2)


def _own_initiative(report: Report, more: int) -> None:
    own = sum(int(report.parts[part][1][5]) for part in (5, 6)) + more
    without = _number(report, 8, "Number of measures not", "Own-initiative")
    for scope in ("Own-initiative", "Total number"):
        _value(report, 8, "Number of measures solely", scope, own - without)


@failing("automated_above_measures")
def more_automated_than_measured(report: Report) -> None:
    """Part 8 has one measure more than parts 5 and 6."""
    _own_initiative(report, 1)


@innocent("automated_above_measures")
def every_measure_either_or(report: Report) -> None:
    """Each measure was taken either by machine or by hand."""
    _own_initiative(report, 0)


@innocent("processed_above_notices")
def every_notice_either_or(report: Report) -> None:
    """Each notice was processed either by machine or by hand."""
    received = int(report.parts[4][1][5])
    _value(report, 8, "Number of notices solely", "NAM Total", received - received // 2)


def _no_action(report: Report, more: int) -> None:
    kinds = list(dict.fromkeys(row[4] for row in report.parts[7] if row[4].startswith("Complaint regarding")))
    _value(report, 7, kinds[5], "Total number", _number(report, 7, kinds[4], "Total number") + more)


@failing("flagger_complaints_above_all")
def flaggers_complained_more(report: Report) -> None:
    """One complaint more about flaggers' notices than about all notices."""
    _no_action(report, 1)


@innocent("flagger_complaints_above_all")
def only_flaggers_complained(report: Report) -> None:
    """Only flaggers complained."""
    _no_action(report, 0)


def _complaints(report: Report, more: int) -> None:
    _value(report, 7, COMPLAINTS, "Total number", _number(report, 7, COMPLAINTS, "Total number") + more)


@failing("kinds_above_complaints")
def one_complaint_about_two_decisions(report: Report) -> None:
    """The kinds are one more than all complaints."""
    _complaints(report, -1)


@innocent("kinds_above_complaints")
def a_complaint_of_no_kind(report: Report) -> None:
    """Complaints that are of none of the kinds."""
    _complaints(report, 5)


def _items(report: Report, part: int, of: int, items: int, share: int) -> None:
    for row in report.parts[part][1:]:
        row[items] = str(int(row[of]) // share)


@failing("items_below_notices")
def one_item_for_two_notices(report: Report) -> None:
    """Half as many items as notices."""
    _items(report, 4, 5, 7, 2)


@innocent("items_below_notices")
def one_item_for_each_notice(report: Report) -> None:
    """As many items as notices."""
    _items(report, 4, 5, 7, 1)
    _items(report, 4, 6, 8, 1)


@failing("items_below_orders")
def one_item_for_two_orders(report: Report) -> None:
    """Half as many items as orders."""
    _items(report, 3, 6, 7, 2)


@innocent("items_below_orders")
def one_item_for_each_order(report: Report) -> None:
    """As many items as orders."""
    _items(report, 3, 6, 7, 1)


@failing("items_sum")
def an_item_in_two_categories(report: Report) -> None:
    """A category has one item less than its sub-categories."""
    add(report, 4, head(report, 4, FRAUD), 7, -1)


@innocent("items_sum")
def items_not_broken_down(report: Report) -> None:
    """The items of one sub-category are not told."""
    report.parts[4][head(report, 4, FRAUD) + 1][7] = ""


@failing("language_above_moderators")
def more_speakers_than_moderators(report: Report) -> None:
    """One language has more moderators than all together."""
    _value(report, 9, "Number of total moderators", "nl", 99_999)


@innocent("language_above_moderators")
def moderators_of_two_languages(report: Report) -> None:
    """Moderators speak two languages: the languages add up to more than all."""
    everyone = _number(report, 9, "Number of total moderators", "Total number")
    for language in ("nl", "de"):
        _value(report, 9, "Number of total moderators", language, everyone)


@failing("linguistic_above_moderators")
def experts_from_nowhere(report: Report) -> None:
    """More experts than moderators."""
    _value(report, 9, "Number of total moderators", "Total number", 99_999)


@innocent("linguistic_above_moderators")
def everyone_an_expert(report: Report) -> None:
    """Every moderator has linguistic expertise."""
    inside, outside = float(report.parts[9][1][6]), float(report.parts[9][2][6])
    _value(report, 9, "Number of total moderators", "Total number", inside + outside)


@innocent("median_beyond_period")
def a_median_as_long_as_the_period(report: Report) -> None:
    """Half of the disputes took the whole half-year."""
    _value(report, 7, DISPUTES, "Median time", 184 * 24)


@innocent("orphan_row", allowing=("subcategories_sum",))
def a_figure_that_stands_elsewhere_by_chance(report: Report) -> None:
    """A gap as large as a neighbouring row that its own category counts."""
    row = head(report, 4, SPEECH)
    gap = int(report.parts[4][row - 1][5]) or 3
    for place in (row, 1):
        add(report, 4, place, 5, gap)


@failing("restriction_above_measures")
def removed_more_than_once(report: Report) -> None:
    """More removals than measures."""
    for row in report.parts[5][1:]:
        row[7] = str(int(row[5]) * 2)


@failing("states_above_union")
def an_order_in_two_states(report: Report) -> None:
    """The Member States have one order more than the Union."""
    whole = sum(int(report.parts[3][report.rows_of(3, "TOTAL", state)[0]][10]) for state in STATES)
    report.parts[3][1][10] = str(whole - 1)
