"""The acceptance of the desk: the simulated world drives it over HTTP, and its record passes the audit; with a habit
of negligence switched on, the audit and what outsiders hold name it."""

from pathlib import Path

import pytest
from examples.platform.week import Week, live

from waarmerk.audit.load import Keys
from waarmerk.audit.paper import Setting
from waarmerk.audit.reconciled import Reconciliation, reconcile
from waarmerk.audit.results import Result
from waarmerk.audit.run import Options, audit
from waarmerk.record.log.keys import parse_verifier_key


def audited(folder: Path) -> dict[str, Result]:
    keys = Keys([parse_verifier_key((folder / "log.key").read_text().strip())])
    answer, _ = audit(folder / "bundle.zip", Options(setting=Setting(tier="platform"), keys=keys))
    return {result.id: result for result in answer.audits[0].results}


def held(folder: Path) -> Reconciliation:
    keys = Keys([parse_verifier_key((folder / "log.key").read_text().strip())])
    evidence = {
        "receipts": folder / "receipts",
        "flagger": folder / "flagger.csv",
        "orders": folder / "orders.csv",
        "dump": folder / "dump.csv",
    }
    return reconcile(folder / "bundle.zip", keys, evidence)


def test_a_day_at_an_honest_desk_passes_its_own_audit(tmp_path: Path) -> None:
    live(Week(tmp_path, days=1.0, notices_per_day=30, uploads_per_day=20))
    found = audited(tmp_path)
    assert [result.id for result in found.values() if result.fail] == []
    tested = ("N1", "N2", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "P1", "A1", "A2", "A5")
    assert {found[name].conclusion for name in tested} == {"positive"}
    answer = held(tmp_path)
    assert [each.sentence for each in answer.findings] == []
    assert next(each for each in answer.sources if each.name == "receipts").compared > 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("habit", "rows"),
    [("notices-left", {"N4", "N8"}), ("satire-unweighed", {"P5"}), ("not-restored", {"C5"})],
)
def test_a_habit_of_the_people_at_the_desk_is_found_by_the_audit(tmp_path: Path, habit: str, rows: set[str]) -> None:
    wrong = live(Week(tmp_path, days=5, habits={habit: 0.6}))
    assert wrong[habit], "this world has no case of the habit: another seed"
    found = audited(tmp_path)
    assert rows & {name for name, result in found.items() if result.conclusion == "negative"}


@pytest.mark.slow
def test_what_the_platform_drops_before_the_desk_only_outsiders_can_tell(tmp_path: Path) -> None:
    live(Week(tmp_path, days=3, notices_per_day=30, habits={"notices-dropped": 0.5}))
    assert {"flagger_unanswered"} <= {found.code for found in held(tmp_path).findings}
