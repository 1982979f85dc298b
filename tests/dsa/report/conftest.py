"""Simulated reports for the tests of reading, rules, comparing and pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from simulation.reports import Report, honest, write_folder

from waarmerk.dsa.report.check import Checked, check_path

Checker = Callable[[Report], Checked]
# Few Member States keep the tests quick; the benchmark takes all 27.
STATES = ("NL", "DE", "FR")


@pytest.fixture
def plaza() -> Report:
    return honest(5, states=STATES)


@pytest.fixture
def checked(tmp_path: Path) -> Checker:
    def run(report: Report) -> Checked:
        return check_path(write_folder(report, tmp_path / "report"))[1]

    return run
