"""When a report is due."""

import pytest

from waarmerk.audit.obligations.reports import _due


@pytest.mark.parametrize(
    ("end", "due"),
    [
        ("2025-12-31", "2026-02-28"),
        ("2026-06-30", "2026-08-31"),
        ("2026-01-14", "2026-03-14"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_report_is_due_two_months_after_its_period_also_at_the_end_of_the_calendar(end: str, due: str) -> None:
    assert _due(end) == due
