"""Shifts and queues: nobody works at night, the urgent goes first, the first decider is kept out."""

from __future__ import annotations

from simulation.plaza.staff import Pool, Task, Worker
from simulation.world.chance import stream
from simulation.world.clock import DAY, HOUR, MINUTE, Loop, start_of

MONDAY = start_of("2026-03-02")


def pool_at(start: int, *, seniors: bool = False, minutes_a_day: float = 60) -> tuple[Loop, Pool]:
    loop = Loop(start)
    pool = Pool(loop, stream(1, "pool"), minutes_a_day=minutes_a_day, seniors=seniors)
    pool.begin()
    return loop, pool


def task(taken: list[tuple[str, int, str]], name: str, loop: Loop, excluded: frozenset[str] = frozenset()) -> Task:
    return Task(8, lambda worker: None, lambda worker: taken.append((name, loop.now, worker.pid)), excluded)


def test_what_comes_at_night_is_taken_up_in_the_morning() -> None:
    loop, pool = pool_at(MONDAY)
    taken: list[tuple[str, int, str]] = []
    loop.at(MONDAY + 2 * HOUR, pool.put, 2, task(taken, "case", loop))
    loop.run(MONDAY + DAY)
    assert [at for _, at, _ in taken] == [MONDAY + 6 * HOUR]


def test_seniors_do_not_work_on_sundays() -> None:
    sunday = MONDAY + 6 * DAY
    loop, pool = pool_at(sunday, seniors=True)
    taken: list[tuple[str, int, str]] = []
    loop.at(sunday + 11 * HOUR, pool.put, 0, task(taken, "order", loop))
    loop.run(sunday + 2 * DAY)
    assert [at for _, at, _ in taken] == [sunday + DAY + 9 * HOUR]


def test_the_most_urgent_goes_first_and_of_two_the_older() -> None:
    loop, pool = pool_at(MONDAY)
    taken: list[tuple[str, int, str]] = []
    for urgency, name in ((2, "notice"), (1, "flagger"), (2, "later notice"), (0, "order")):
        pool.put(urgency, task(taken, name, loop))
    loop.run(MONDAY + DAY)
    assert [name for name, _, _ in taken] == ["order", "flagger", "notice", "later notice"]


def test_an_excluded_person_never_takes_it_up() -> None:
    loop, pool = pool_at(MONDAY, seniors=True)
    taken: list[tuple[str, int, str]] = []
    first = frozenset(worker.pid for worker in pool.workers[:-1])
    pool.put(2, task(taken, "complaint", loop, first))
    loop.run(MONDAY + DAY)
    assert [pid for _, _, pid in taken] == [pool.workers[-1].pid]


def test_what_settled_itself_is_not_taken_up() -> None:
    loop, pool = pool_at(MONDAY)
    taken: list[Worker] = []
    pool.put(2, Task(8, taken.append, taken.append, void=lambda: True))
    loop.run(MONDAY + DAY)
    assert taken == []


def test_more_work_has_more_staff() -> None:
    few, many = (len(pool_at(MONDAY, minutes_a_day=minutes)[1].workers) for minutes in (60, 60_000))
    assert few == 5 and many * 8 * 60 * 5 / 7 > 60_000


def test_nobody_takes_up_two_things_at_once() -> None:
    loop, pool = pool_at(MONDAY + 6 * HOUR)
    taken: list[tuple[str, int, str]] = []
    for number in range(40):
        pool.put(2, task(taken, str(number), loop))
    loop.run(MONDAY + 6 * HOUR + MINUTE // 2)
    people = [pid for _, _, pid in taken]
    assert people and len(people) == len(set(people))
