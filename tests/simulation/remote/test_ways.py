"""Every habit has a way in which a real desk is made to show it, and what answers for it exists."""

import json
from importlib.resources import files

import pytest
from simulation.plaza.habits import HABITS, Habits
from simulation.remote.ways import WAYS

from waarmerk.record.events.coverage import coverage

SENTENCES = json.loads((files("waarmerk.text") / "catalogue/en/audit.json").read_text())


def test_every_habit_of_the_simulated_platform_has_a_way() -> None:
    assert {way.habit for way in WAYS.values()} == set(HABITS)


def test_a_way_is_answered_for_or_says_what_stands_in_the_place_of_an_answer() -> None:
    for name, way in WAYS.items():
        assert bool(way.rows or way.held) != bool(way.why), name


def test_what_answers_for_a_way_is_a_row_of_the_table_or_a_finding_of_a_reconciliation() -> None:
    rows = {row.id for row in coverage().obligation}
    for way in WAYS.values():
        assert set(way.rows) <= rows
        assert {f"held.{code}" for code in way.held} <= set(SENTENCES)


def test_habits_of_the_plaza_and_ways_of_the_desk_are_not_taken_for_each_other() -> None:
    Habits(1, {"flag-inverted": 1.0}, WAYS)
    with pytest.raises(ValueError, match="no habit called 'statements-missing'"):
        Habits(1, {"statements-missing": 1.0}, WAYS)
