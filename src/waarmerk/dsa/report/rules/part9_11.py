"""Parts 9 and 11 (and languages in 8): moderators, languages, free texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules.registry import Hit, rule

_LANGUAGE = re.compile(r"^[a-z]{2}$")
_LONGEST_TEXT = 5000
_TEXTS_FOR_ALL = ("summary", "methods")


@rule(
    "language_above_moderators",
    "question",
    parts=(9,),
    reference="Annex II, part II, 1.7: total in full-time equivalents",
)
def one_language_above_all_moderators(report: Report) -> Iterator[Hit]:
    """One language has more moderators than all together; heads may be more than full-time equivalents."""
    for table in report.of(9):
        total = table.find("linguistic", "total")
        whole = total.number("value") if total is not None else None
        for row in table.rows:
            found = row.number("value")
            spoken = row.key == "linguistic" and row.scope != "total"
            if spoken and whole is not None and found is not None and found > whole >= 0:
                yield Hit(table, row, "value", whole, found, "language")


@rule("linguistic_above_moderators", "question", parts=(9,), reference="Annex II, part II, 1.7")
def more_with_expertise_than_moderators(report: Report) -> Iterator[Hit]:
    """More moderators have linguistic expertise than there are internal and external moderators."""
    for table in report.of(9):
        rows = [table.find(key, "total") for key in ("internal", "external", "linguistic")]
        inside, outside, expert = (row.number("value") if row is not None else None for row in rows)
        if inside is not None and outside is not None and expert is not None and expert > inside + outside:
            yield Hit(table, rows[2], "value", inside + outside, expert, "linguistic")


@rule("language_form", "instructions", parts=(8, 9), reference="Annex II, part II, 1.6 and 1.7: two small letters")
def languages_in_another_form(report: Report) -> Iterator[Hit]:
    """A language is not written as a two-letter code in small letters."""
    for table in report.of(8, 9):
        known = set(table.template.scopes.values())
        for scope in table.scopes():
            if scope and scope not in known and not _LANGUAGE.match(scope) and "[" not in scope:
                row = next(row for row in table.rows if row.scope == scope)
                if row.cell("value").given:
                    yield Hit(table, row, "value", habit="scope", fields={"text": scope[:40]})


@rule(
    "text_too_long", "instructions", parts=(11,), reference="Annex II, part II, 2, column E: at most 5000 characters"
)
def texts_above_the_limit(report: Report) -> Iterator[Hit]:
    """A free text is longer than 5000 characters."""
    for table in report.of(11):
        for row in table.rows:
            length = len(row.text("value"))
            if length > _LONGEST_TEXT:
                yield Hit(table, row, "value", _LONGEST_TEXT, length, "text")


@rule("text_missing", "instructions", parts=(11,), reference="Annex II, part II, 2")
def texts_that_are_missing(report: Report) -> Iterator[Hit]:
    """The summary or the methods of own-initiative moderation, which every provider describes, are blank."""
    for table in report.of(11):
        for key in _TEXTS_FOR_ALL:
            row = table.find(key, "")
            if row is not None and not row.text("value"):
                yield Hit(table, row, "value", habit="text")


@rule(
    "fractional_moderators",
    "instructions",
    parts=(9,),
    reference="Annex II, part I, 4: moderators per language are integers",
)
def moderators_with_fractions(report: Report) -> Iterator[Hit]:
    """Moderators of one language are not a whole number; totals in full-time equivalents may have fractions."""
    for table in report.of(9):
        for row in table.rows:
            found = row.number("value")
            if row.key == "linguistic" and row.scope != "total" and isinstance(found, float):
                yield Hit(table, row, "value", round(found), found, "language")
