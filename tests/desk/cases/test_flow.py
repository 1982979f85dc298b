"""Durable work: workers that are killed at any moment lose nothing, and do nothing twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.desk.cases.worker import DAMAGED, POISON
from tests.desk.conftest import Place
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.cases.slots import locks_of, take_slot
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store import tables


class Crew:
    """Worker processes over one desk, all ended with the test."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.queue = place.url.replace("/desk.db", "/queue.db")
        self.processes: list[subprocess.Popen[str]] = []
        with place.desk.write() as unit:
            adopt_policy(unit, default_policy(), default_text())

    def hire(self, version: str = "1") -> tuple[subprocess.Popen[str], int]:
        """A worker that has started, and its place."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.desk.cases.worker", self.place.url, self.queue, version],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout
        return process, int(process.stdout.readline())

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe
            pipe.close()

    def left(self) -> int:
        return len(self.place.rows(tables.task, tables.task.c.done_at.is_(None)))

    def wait(self, enough: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < end, f"{self.left()} tasks are still to be done"
            time.sleep(0.02)


@pytest.fixture
def crew(place: Place) -> Iterator[Crew]:
    made = Crew(place)
    yield made
    for process in made.processes:
        made.kill(process)


def uploads(place: Place, number: int) -> None:
    for each in range(number):
        place.upload(sha256=f"{each:064x}", declared=("synthetic",))


def each_once(place: Place, number: int) -> None:
    """Each of `number` uploads was examined, decided, recorded and told once."""
    for kind, field in (("item.examined", "item"), ("decision.made", "decision")):
        counted = Counter(event[field] for event in place.events(kind))
        assert (len(counted), set(counted.values())) == (number, {1}), kind
    decided = Counter(row.case for row in place.rows(tables.decision))
    assert (len(decided), set(decided.values())) == (number, {1})
    told = Counter(row.about for row in place.rows(tables.message, tables.message.c.what == "statement"))
    assert (len(told), set(told.values())) == (number, {1})


def test_workers_killed_at_random_lose_nothing_and_decide_nothing_twice(crew: Crew) -> None:
    place = crew.place
    uploads(place, 40)
    chance = random.Random(7)
    for _ in range(3):
        process, slot = crew.hire()
        assert slot == 0
        time.sleep(chance.uniform(0.1, 0.8))
        crew.kill(process)
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    each_once(place, 40)


def test_two_workers_never_share_a_place_and_one_takes_over_from_the_killed_one(crew: Crew) -> None:
    uploads(crew.place, 40)
    (first, slot), (_, other) = crew.hire(), crew.hire()
    assert {slot, other} == {0, 1}
    crew.wait(lambda: len(crew.place.rows(tables.decision)) > 1)
    crew.kill(first)
    crew.wait(lambda: crew.left() == 0)
    each_once(crew.place, 40)


def test_new_code_finishes_what_old_code_left_in_mid_case(crew: Crew) -> None:
    uploads(crew.place, 30)
    old, _ = crew.hire("1")
    crew.wait(lambda: len(crew.place.rows(tables.decision)) > 1)
    crew.kill(old)
    assert crew.left() > 0
    crew.hire("2")
    crew.wait(lambda: crew.left() == 0)
    each_once(crew.place, 30)


def test_what_cannot_be_examined_goes_to_a_person_and_stops_nobody_else(crew: Crew) -> None:
    place = crew.place
    damaged = place.notice(place.upload(sha256=DAMAGED)).cases[0]
    uploads(place, 3)
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    row = place.row(tables.case, tables.case.c.id == damaged)
    assert row.state == "waiting"
    assert "damaged" in str(row.proposal)


def test_a_case_whose_preparation_fails_is_parked_with_its_reason(crew: Crew) -> None:
    place = crew.place
    poison = place.notice(place.upload(sha256=POISON)).cases[0]
    uploads(place, 3)
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    row = place.row(tables.case, tables.case.c.id == poison)
    assert (row.state, row.parked) == ("parked", "RuntimeError: a decoder fell over")
    others = place.rows(tables.case, tables.case.c.id != poison)
    assert "queued" not in {other.state for other in others}


def test_a_place_is_held_by_one_process_and_free_after_it(place: Place) -> None:
    mine, theirs = locks_of(place.desk.engine), locks_of(place.opened().engine)
    slot = take_slot(mine)
    assert take_slot(theirs) == slot + 1
    assert not theirs.take(slot)
    mine.release(slot)
    assert theirs.take(slot)
    theirs.release(slot)
    theirs.release(slot + 1)
