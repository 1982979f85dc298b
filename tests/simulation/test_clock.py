"""Simulated time and chance."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from simulation.world.chance import stream
from simulation.world.clock import Loop, start_of, text, weekday


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_is_spelled_as_the_calendar_has_it(time: int) -> None:
    moment = datetime.fromtimestamp(time // 1000, UTC)
    assert text(time) == f"{moment:%Y-%m-%dT%H:%M:%S}.{time % 1000:03}Z"
    assert weekday(time) == moment.weekday()
    assert start_of(text(time)[:10]) == time - time % 86_400_000


@given(st.lists(st.integers(0, 50), max_size=30))
def test_things_happen_in_the_order_of_their_time_and_of_their_asking(times: list[int]) -> None:
    loop, done = Loop(0), []
    for number, time in enumerate(times):
        loop.at(time, lambda *what: done.append(what), time, number)
    loop.run(100)
    assert done == sorted(zip(times, range(len(times)), strict=True))


def test_what_is_due_at_the_end_does_not_happen() -> None:
    loop, done = Loop(0), []
    loop.at(5, done.append, 5)
    loop.run(5)
    assert done == [] and loop.now == 5


def test_a_stream_is_its_seeds_and_its_purposes_own() -> None:
    draws = {(seed, name): stream(seed, name).random() for seed in (1, 2) for name in ("a", "b")}
    assert len(set(draws.values())) == 4 and stream(1, "a").random() == draws[1, "a"]


def test_rare_things_are_as_many_as_their_mean() -> None:
    chance = stream(1, "numbers")
    for mean in (0.3, 4, 200):
        drawn = [chance.number(mean) for _ in range(3000)]
        assert abs(sum(drawn) / len(drawn) - mean) < 5 * (mean / len(drawn)) ** 0.5
