"""The acceptance of the desk: the simulated world drives it over HTTP, and its record passes the audit; with a habit
of negligence switched on, the audit or what outsiders hold names it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from examples.platform.audited import audited
from examples.platform.week import Week, live
from simulation.remote.ways import WAYS

from tests.support import postgres

FOUND = [name for name, way in WAYS.items() if way.rows or way.held]


def test_a_day_at_an_honest_desk_passes_its_own_audit(tmp_path: Path) -> None:
    live(Week(tmp_path, days=1.0, notices_per_day=30, uploads_per_day=20))
    found = audited(tmp_path)
    assert found.failures == []
    tested = ("N1", "N2", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "P1", "A1", "A2", "A5")
    assert {found.results[name].conclusion for name in tested} == {"positive"}
    assert [each.sentence for each in found.held.findings] == []
    compared = {source.name: source.compared for source in found.held.sources}
    assert compared["receipts"] > 10
    assert {name for name, count in compared.items() if not count} <= {"flagger", "orders"}  # few in one day


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


def place(server: str, name: str) -> str:
    """A new database of the server, as the desk is told of it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    folder = server.partition("host=")[2].partition(" ")[0]
    return f"postgresql+psycopg://{postgres.USER}@/{name}?host={folder}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", ["embedded", "postgres"])
def test_an_honest_desk_is_clean_in_law(tmp_path: Path, request: pytest.FixtureRequest, kind: str, seed: int) -> None:
    database = place(request.getfixturevalue("server"), f"honest_{seed}") if kind == "postgres" else None
    live(Week(tmp_path, seed=seed, days=3, notices_per_day=40, database=database))
    found = audited(tmp_path)
    assert found.failures == []
    assert [each.sentence for each in found.held.findings] == []
    # What habits would make negative has cases here, so that it could.
    assert {found.results[name].conclusion for name in ("N4", "N8", "S3", "C2", "C3", "C4", "K1", "P5")} == {
        "positive"
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_a_habit_of_negligence_is_found(tmp_path: Path, name: str) -> None:
    way = WAYS[name]
    lived = live(
        Week(
            tmp_path, days=way.days, notices_per_day=way.notices, habits={name: way.share}, probes_per_day=way.probes
        )
    )
    assert lived.wrong[name] or lived.cases[name], "this world has no case of the habit: another seed"
    found = audited(tmp_path)
    assert set(way.rows) <= found.named(way)
    assert not way.held or found.named(way) & set(way.held)


@pytest.mark.slow
def test_nobody_decides_a_complaint_about_their_own_decision(tmp_path: Path) -> None:
    way = WAYS["complaints-same-person"]
    lived = live(Week(tmp_path, days=way.days, notices_per_day=way.notices, habits={way.habit: 1.0}))
    assert lived.refused, "nobody tried: another seed"
    decided = audited(tmp_path).results["C4"]
    assert decided.tested and decided.conclusion == "positive"


@pytest.mark.slow
def test_a_statement_that_the_platform_does_not_pass_on_is_not_seen_by_anybody(tmp_path: Path) -> None:
    """What remains unfound stays known: this fails on the day on which somebody can tell."""
    way = WAYS["statements-unsent"]
    lived = live(Week(tmp_path, days=way.days, notices_per_day=way.notices, habits={"statements-unsent": 1.0}))
    assert lived.wrong["statements-unsent"]
    assert audited(tmp_path).failures == []


@pytest.mark.slow
def test_a_clock_that_was_turned_back_is_remarked_on_the_record(tmp_path: Path) -> None:
    way = WAYS["clock-turned"]
    live(Week(tmp_path, days=way.days, notices_per_day=way.notices, habits={"clock-turned": 1.0}))
    assert "clock_backwards" in {remark.code for remark in audited(tmp_path).remarks}
