"""The example of a rule of one's own runs, finds what it is for, and is in no published list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulation.reports import honest, write_folder

from waarmerk.cli.main import run
from waarmerk.dsa.report.rules import RULES, published_ids
from waarmerk.dsa.report.rules.own import load_rules
from waarmerk.errors import InputError

EXAMPLE = Path(__file__).parents[2] / "examples" / "report_rule" / "suspensions_after_complaints.py"


@pytest.fixture(autouse=True)
def _no_rule_stays() -> Iterator[None]:
    published_ids()
    before = list(RULES)
    yield
    RULES[:] = before


def test_a_rule_of_ones_own_is_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = honest(5, states=("NL",))
    row = report.indicator(7, "Complaint regarding a decision to suspend or terminate an account", "Total number")
    report.parts[7][row][6] = "5"
    for part in (5, 6):
        report.parts[part][1][19] = report.parts[part][1][20] = "1"
    folder = write_folder(report, tmp_path / "report")
    with pytest.raises(SystemExit) as ended:
        run(["dsa", "report", "check", str(folder), "--format", "json", "--rules", str(EXAMPLE)])
    assert ended.value.code == 3
    findings = json.loads(capsys.readouterr().out)["findings"]
    (own,) = [finding for finding in findings if finding["rule"] == "own.complaints_above_suspensions"]
    assert (own["found"], own["expected"], own["class"]) == (5, 4, "question")
    assert "own.complaints_above_suspensions" not in published_ids()


def test_a_file_without_a_rule_and_one_that_fails_get_one_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="registers no rule"):
        load_rules(empty)
    empty.write_text("raise RuntimeError('no')\n", encoding="utf-8")
    with pytest.raises(InputError, match="RuntimeError: no"):
        load_rules(empty)
