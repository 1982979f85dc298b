"""An obligation of one's own in one file: notices about minors are decided within the day, as our terms promise.

Run it:  waarmerk audit run BUNDLE --tier platform --obligation quick_on_minors.py
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import Case, answered, own_obligation

MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"


@own_obligation(
    "own.minors",
    question={
        "en": "Is a notice about minors decided within a day?",
        "nl": "Wordt over een melding over minderjarigen binnen een dag beslist?",
    },
    reads=(
        "decision.made.because",
        "decision.made.mode",
        "notice.received.category",
        "notice.received.notice",
    ),
    benchmark_hours=24,
)
def minors_within_a_day(record: Record) -> Iterator[Case]:
    """From a notice in the category of minors to its first live decision, above a day."""
    for notice in record.of("notice.received"):
        if notice.category == MINORS:
            found = record.by("decision.made", "because").get(notice.notice, [])
            first = min((row for row in found if row.mode == "live"), key=lambda row: row.at, default=None)
            yield answered(
                record, "own.minors", notice, first, expected="a decision within {limit} hours, as our terms say"
            )
