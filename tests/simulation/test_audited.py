"""Worlds before the audit: an honest one is innocent under every row, a habit is named by a row of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from simulation.plaza.habits import ANSWERED_BY

from tests.simulation.seen import Seen, world
from waarmerk.audit.load import Keys
from waarmerk.audit.paper import Setting
from waarmerk.audit.results import Result
from waarmerk.audit.run import Options, audit
from waarmerk.record.log.keys import parse_verifier_key


def results(seen: Seen) -> dict[str, Result]:
    witness = parse_verifier_key((seen.folder / "checkpoints/witness.key").read_text().strip())
    held = {name: seen.folder / f"{name}.csv" for name in ("flagger", "orders", "dump", "probes")}
    evidence = {"receipts": seen.folder / "receipts", "report": seen.folder / "report", **held}
    options = Options(setting=Setting(tier="platform"), keys=Keys([seen.key], [witness]), evidence=evidence)
    answer, _ = audit(seen.folder / "bundle.zip", options)
    return {result.id: result for result in answer.audits[0].results}


def test_an_honest_world_is_innocent_under_every_row(honest: Seen) -> None:
    found = results(honest)
    assert {name: result.worst for name, result in found.items() if result.deviations} == {}
    assert [name for name, result in found.items() if result.fail] == []


def test_every_row_has_cases_in_an_honest_world(honest: Seen) -> None:
    without = {name for name, result in results(honest).items() if result.population == 0}
    # Short: perhaps no decision that brought an entry into the bank was reversed.
    assert without <= {"C6"}


@pytest.mark.parametrize("habit", ANSWERED_BY)
def test_a_habit_is_named_by_a_row_that_answers_for_it(tmp_path: Path, habit: str) -> None:
    # The older the world, the more of its cases are past their time.
    found = results(world(tmp_path / "world", {habit: 0.4}, seed=12, days=10))
    assert any(found[row].deviations for row in ANSWERED_BY[habit] if row in found)
