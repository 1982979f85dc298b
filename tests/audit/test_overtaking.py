"""The test of priority: exact, unmoved by what is innocent, and not blind."""

import math
import random
from itertools import combinations

import numpy as np
import pytest

from waarmerk.audit.overtaking import Waiting, _hypergeometric, _tail, overtaking_test
from waarmerk.audit.rows import HOUR, Row


def queue(
    seed: int, trusted_wait: tuple[float, float], *, slow: float = 0.0, late: float = 0.0, count: int = 600
) -> list[Waiting]:
    """Notices of two categories in two weeks: others wait 1 to 9 hours, trusted ones `trusted_wait`.

    `slow`: hours more for everybody in the first category; `late`: the share of trusted ones put aside for days.
    """
    chance = random.Random(seed)
    found = []
    for number in range(count):
        trusted = chance.random() < 0.15
        category = chance.choice("ab")
        at = round(336 * HOUR * number / count)
        low, high = trusted_wait if trusted else (1.0, 9.0)
        wait = chance.uniform(low, high) + (slow if category == "a" else 0.0)
        if trusted and chance.random() < late:
            wait = chance.uniform(24, 48)
        row = Row(number, at, at, True)
        found.append(Waiting(row, (category, number * 2 // count), trusted, at + round(wait * HOUR)))
    return found


END = 500 * HOUR


@pytest.mark.parametrize("seed", range(40))
def test_an_honest_platform_is_never_near(seed: int) -> None:
    assert overtaking_test(queue(seed, (0.0, 1.0)), END).p > 0.5
    assert overtaking_test(queue(seed, (0.0, 1.0), slow=30), END).p > 0.5


def test_a_platform_that_looks_at_no_sender_is_held_to_overtake_as_rarely_as_said() -> None:
    values = [overtaking_test(queue(seed, (1.0, 9.0), count=200), END).p for seed in range(400)]
    assert np.mean([value < 0.05 for value in values]) <= 0.05
    assert np.mean([value < 0.001 for value in values]) <= 0.01


@pytest.mark.parametrize("seed", range(10))
def test_a_fifth_put_aside_is_found(seed: int) -> None:
    told = overtaking_test(queue(seed, (0.0, 1.0), late=0.2), END)
    assert told.p < 0.001
    for one, marked in zip(queue(seed, (0.0, 1.0), late=0.2), told.marked, strict=True):
        assert not marked or (one.trusted and one.taken is not None and one.taken - one.row.at > 20 * HOUR)


def test_those_still_waiting_count_as_overtaken_by_all_who_were_not() -> None:
    others = [Waiting(Row(n, n, n, True), ("a",), False, n + 1) for n in range(1, 6)]
    waiting = [Waiting(Row(0, 0, 0, True), ("a",), True, None), *others]
    assert overtaking_test(waiting, 100).overtaken == (5, 0, 0, 0, 0, 0)


def test_nothing_to_compare_says_nothing() -> None:
    assert overtaking_test([], END).p == 1.0
    alone = [Waiting(Row(0, 0, 0, True), ("a",), True, None)]
    assert overtaking_test(alone, END).p == 1.0


def test_the_tail_is_what_counting_every_draw_gives() -> None:
    notices, trusted, marked = 7, 3, 4
    draws = list(combinations(range(notices), marked))
    shares = [sum(sum(one < trusted for one in draw) == k for draw in draws) / len(draws) for k in range(4)]
    assert _hypergeometric(notices, trusted, marked) == pytest.approx(shares)
    two = np.convolve(shares, shares)
    assert _tail(4, [(notices, trusted, marked)] * 2) == pytest.approx(math.fsum(two[4:]))
    assert _tail(7, [(notices, trusted, marked)] * 2) == 0.0
