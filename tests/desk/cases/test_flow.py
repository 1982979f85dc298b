"""Durable work: workers that are killed at any moment lose nothing, and do nothing twice."""

import random
import signal
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.desk.cases.conftest import Crew
from tests.desk.cases.worker import DAMAGED, DEADLY, POISON
from tests.desk.conftest import Place
from waarmerk.desk.cases import taking
from waarmerk.desk.cases.slots import locks_of, take_slot
from waarmerk.desk.cases.taking import ATTEMPTS
from waarmerk.desk.intake.uploads import take_views
from waarmerk.desk.store import tables


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


def begun_often(place: Place, times: int) -> None:
    with place.desk.write() as unit:
        unit.connection.execute(update(tables.task).values(tries=times))


@pytest.mark.parametrize("at_once", [1, 3])
def test_what_ends_its_workers_life_is_parked_after_so_many_deaths_and_the_others_go_on(
    crew: Crew, at_once: int
) -> None:
    place = crew.place
    deadly = place.notice(place.upload(sha256=DEADLY)).cases[0]
    begun_often(place, ATTEMPTS - 2)
    uploads(place, 6)
    for _ in range(2):  # the last two of its lives
        process, _ = crew.hire(at_once=at_once)
        assert process.wait(30) == -signal.SIGKILL
    assert place.row(tables.case, tables.case.c.id == deadly).state == "queued"
    crew.hire(at_once=at_once)
    crew.wait(lambda: crew.left() == 0)
    row = place.row(tables.case, tables.case.c.id == deadly)
    assert (row.state, row.parked) == ("parked", f"its worker died {ATTEMPTS} times")
    assert len({each.case for each in place.rows(tables.decision)}) == 6


def test_a_case_that_becomes_urgent_while_it_waits_is_prepared_next(place: Place) -> None:
    items = [place.upload() for _ in range(5)]
    noticed = place.notice(items[3]).cases[0]
    with place.desk.write() as unit:
        take_views(unit, items[4], 5_000, unit.now + timedelta(hours=1))
        (spread,) = [row.id for row in place.rows(tables.case, tables.case.c.item == items[4])]
        order = [task.subject for _ in items if (task := taking.take(unit, 0, ("prepare",)))]
    assert order[:2] == [noticed, spread]
    assert order[2:] == [place.row(tables.case, tables.case.c.item == each).id for each in items[:3]]


def test_two_who_take_at_once_never_get_the_same_task(place: Place) -> None:
    for _ in range(20):
        place.upload()
    taken: list[str] = []

    def work(slot: int) -> None:
        desk = place.opened()
        while True:
            with desk.write() as unit:
                task = taking.take(unit, slot, ("prepare",))
            if task is None:
                return
            taken.append(task.id)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20


def test_a_desk_of_an_older_version_gets_what_is_new_and_keeps_what_it_has(place: Place) -> None:
    item = place.upload()
    with place.desk.write() as unit:
        unit.connection.exec_driver_sql("DROP INDEX task_due")
        unit.connection.exec_driver_sql("DROP INDEX task_begun")
        for column in ("slot", "tries", "taken_at"):
            unit.connection.exec_driver_sql(f"ALTER TABLE task DROP COLUMN {column}")
        unit.connection.exec_driver_sql("DROP TABLE archived")
    with place.opened().write() as unit:
        task = taking.take(unit, 0, ("prepare",))
    assert task
    assert place.row(tables.case, tables.case.c.id == task.subject).item == item
    assert place.row(tables.task).tries == 1


def test_a_place_is_held_by_one_process_and_free_after_it(place: Place) -> None:
    mine, theirs = locks_of(place.desk.engine), locks_of(place.opened().engine)
    slot = take_slot(mine)
    assert take_slot(theirs) == slot + 1
    assert not theirs.take(slot)
    mine.release(slot)
    assert theirs.take(slot)
    theirs.release(slot)
    theirs.release(slot + 1)
