"""Form: how the file and its numbers are written (Annex II, part I, 4: RFC 4180, UTF-8, integers, shares, hours)."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Deviation, Form, Report
from waarmerk.dsa.report.rules.numbers import figures
from waarmerk.dsa.report.rules.registry import Hit, rule

_FILE = "Annex II, part I, 4: CSV by RFC 4180 in UTF-8"
_NUMBER = "Annex II, part I, 4: integers, floats in [0,1], hours"
_HEADINGS = "Annex I: the headings of the template"
_ALL = tuple(range(1, 12))
_FIGURES = (3, 4, 5, 6, 7, 8, 9, 10)


def _met(report: Report, code: str) -> Iterator[Hit]:
    for met in report.deviations:
        if met.code == code:
            table = next((table for table in report.tables if table.name.startswith(met.where)), None)
            fields = {"where": met.where, "at": met.line, **met.fields}
            yield Hit(table, None, habit=met.where, fields=fields, part=met.part)


def _files(report: Report, code: str, field: str) -> Iterator[Hit]:
    """One hit for all the files of one habit of writing; part 0 where they are of several parts."""
    habits: dict[object, list[Deviation]] = {}
    for met in report.deviations:
        if met.code == code:
            habits.setdefault(met.fields[field], []).append(met)
    for same in habits.values():
        fields = {"where": same[0].where, "files": len(same), **same[0].fields}
        part = same[0].part if len(same) == 1 else 0
        yield Hit(None, habit=str(fields[field]), variant="files" if len(same) > 1 else "", fields=fields, part=part)


def _written(report: Report, form: Form) -> Iterator[Hit]:
    for table, row, column, _, cell in figures(report):
        if cell.form == form:
            fields: dict[str, object] = {"text": cell.text.strip()[:60]}
            yield Hit(table, row, column, None, cell.number, "form", "", fields)


@rule("separator", "instructions", parts=_ALL, reference=_FILE)
def other_separators(report: Report) -> Iterator[Hit]:
    """Cells are separated by something else than a comma."""
    yield from _files(report, "separator", "mark")


@rule("encoding", "instructions", parts=_ALL, reference=_FILE)
def other_encodings(report: Report) -> Iterator[Hit]:
    """The file is not UTF-8; a byte order mark is lawful."""
    yield from _files(report, "encoding", "encoding")


@rule("heading_missing", "instructions", parts=_ALL, reference=_HEADINGS)
def headings_that_are_missing(report: Report) -> Iterator[Hit]:
    """The table has no row of headings; its columns were taken by place."""
    yield from _met(report, "heading_missing")


@rule("heading_foreign", "instructions", parts=_ALL, reference=_HEADINGS)
def headings_in_other_words(report: Report) -> Iterator[Hit]:
    """The headings are not the template's; the columns were taken by place."""
    yield from _met(report, "heading_foreign")


@rule("heading_shifted", "instructions", parts=_ALL, reference=_HEADINGS)
def headings_beside_their_columns(report: Report) -> Iterator[Hit]:
    """The headings stand beside the columns they name; they were moved to where the row labels are."""
    yield from _met(report, "heading_shifted")


@rule("column_missing", "instructions", parts=_ALL, reference=_HEADINGS)
def columns_that_are_missing(report: Report) -> Iterator[Hit]:
    """A column of the template is not there."""
    yield from _met(report, "column_missing")


@rule("label_misspelled", "instructions", parts=(3, 4, 5, 6), reference="Annex II, part II, 1: categories")
def labels_that_are_misspelled(report: Report) -> Iterator[Hit]:
    """A label is nearly one of the template's and was read as that one."""
    yield from _met(report, "label_misspelled")


@rule("thousands_separator", "instructions", parts=_FIGURES, reference=_NUMBER)
def marks_of_thousands(report: Report) -> Iterator[Hit]:
    """Numbers have marks of thousands; the file itself shows which mark is meant."""
    yield from _written(report, "thousands")


@rule("decimal_comma", "instructions", parts=_FIGURES, reference=_NUMBER)
def decimal_commas(report: Report) -> Iterator[Hit]:
    """Numbers have a decimal comma."""
    yield from _written(report, "decimal_comma")


@rule("percent_sign", "instructions", parts=(7, 8), reference=_NUMBER)
def percent_signs(report: Report) -> Iterator[Hit]:
    """A share is written in per cent instead of between 0 and 1."""
    yield from _written(report, "percent")


@rule("footnote_mark", "instructions", parts=_FIGURES, reference=_NUMBER)
def footnote_marks(report: Report) -> Iterator[Hit]:
    """A number carries a mark of a footnote."""
    yield from _written(report, "footnote")


@rule("unit_in_number", "instructions", parts=_FIGURES, reference=_NUMBER)
def units_in_numbers(report: Report) -> Iterator[Hit]:
    """A number carries a unit."""
    yield from _written(report, "unit")


@rule("decimals_in_count", "instructions", parts=_FIGURES, reference=_NUMBER)
def decimals_in_counts(report: Report) -> Iterator[Hit]:
    """A whole count is written with decimals."""
    yield from _written(report, "whole_as_decimal")


@rule(
    "placeholder_for_blank",
    "instructions",
    parts=_FIGURES,
    reference="Annex II, part I, 1: blank where not applicable",
)
def placeholders_for_blanks(report: Report) -> Iterator[Hit]:
    """A cell that does not apply holds a mark instead of nothing."""
    yield from _written(report, "placeholder")


@rule("text_in_number", "instructions", parts=_FIGURES, reference=_NUMBER)
def texts_in_numbers(report: Report) -> Iterator[Hit]:
    """A cell for a number holds text that is none."""
    yield from _written(report, "text")


@rule("ambiguous_number", "question", parts=_FIGURES, reference=_NUMBER)
def numbers_with_two_readings(report: Report) -> Iterator[Hit]:
    """A number can be read in two ways and nothing in the file decides; it was left out of every other rule."""
    yield from _written(report, "ambiguous")
