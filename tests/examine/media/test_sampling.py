from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.media.sampling import TOLERANCE_S, Chosen, Clock, Sampler, dense_enough, kept

gaps = st.lists(st.floats(0.001, 3.0), min_size=1, max_size=300)
rates = st.sampled_from([0.5, 1.0, 4.0, 7.3])


def times_of(steps: list[float]) -> list[float]:
    times, now = [], 0.0
    for step in steps:
        times.append(now)
        now += step
    return times


@given(gaps, rates)
def test_the_first_picture_is_always_kept(steps: list[float], rate: float) -> None:
    times = times_of(steps)
    assert kept(times, rate)[0] == times[0]


@given(gaps, rates)
def test_no_more_is_kept_than_the_grid_has_targets(steps: list[float], rate: float) -> None:
    times = times_of(steps)
    assert len(kept(times, rate)) <= int((times[-1] + TOLERANCE_S) * rate) + 1


@given(gaps, rates)
def test_every_interval_that_holds_a_picture_holds_a_kept_one(steps: list[float], rate: float) -> None:
    times = times_of(steps)
    cells = {int((t_s + TOLERANCE_S) * rate) for t_s in times}
    assert {int((t_s + TOLERANCE_S) * rate) for t_s in kept(times, rate)} == cells


@given(gaps, rates)
def test_sampling_the_same_medium_twice_keeps_the_same(steps: list[float], rate: float) -> None:
    assert kept(times_of(steps), rate) == kept(times_of(steps), rate)


@given(st.integers(2, 120), rates)
def test_an_even_stream_gives_evenly_spread_samples(fps: int, rate: float) -> None:
    if fps < rate:
        return
    times = kept([index / fps for index in range(fps * 6)], rate)
    distances = [b - a for a, b in pairwise(times)]
    assert all(1 / rate - 1 / fps - 1e-5 <= distance <= 1 / rate + 1 / fps + 1e-5 for distance in distances)


@given(st.lists(st.one_of(st.none(), st.integers(-(1 << 40), 1 << 40)), min_size=1, max_size=100))
def test_time_runs_forwards_whatever_the_stamps_say(stamps: list[int | None]) -> None:
    clock = Clock(Fraction(1, 90_000), None, 0.04)
    times = [clock.at(pts) for pts in stamps]
    assert times[0] >= 0
    assert all(b > a for a, b in pairwise(times))


def test_stamps_are_counted_from_the_streams_start() -> None:
    clock = Clock(Fraction(1, 1000), 500, 0.04)
    assert [clock.at(pts) for pts in (500, 540, None, 700)] == [0.0, 0.04, 0.08, 0.2]


@given(gaps, rates)
def test_all_pictures_are_always_dense_enough(steps: list[float], rate: float) -> None:
    times = times_of(steps)
    assert dense_enough(times, times, rate)


@given(gaps, rates, st.data())
def test_dense_enough_holds_to_its_word(steps: list[float], rate: float, data: st.DataObject) -> None:
    times = times_of(steps)
    remaining = data.draw(st.lists(st.sampled_from(times), unique=True, min_size=1).map(sorted))
    full, thin = kept(times, rate), kept(remaining, rate)
    close = len(full) == len(thin) and all(abs(a - b) <= 0.5 / rate + 1e-6 for a, b in zip(full, thin, strict=True))
    assert dense_enough(remaining, times, rate) == close


def test_a_stream_thinned_below_the_rate_is_not_dense_enough() -> None:
    times = [index / 24 for index in range(240)]
    assert dense_enough(times[::3], times, 4.0)
    assert not dense_enough(times[::12], times, 4.0)


def test_chosen_keeps_exactly_the_listed_pictures() -> None:
    chosen = Chosen((3, 7, 11))
    assert [frame for frame in range(20) if chosen.keeps(frame)] == [3, 7, 11]
    assert chosen.last == 11


def test_a_sampler_starts_its_grid_at_the_first_picture() -> None:
    sampler = Sampler(4.0)
    assert [sampler.keeps(t_s) for t_s in (10.0, 10.2, 10.25, 10.3, 10.5)] == [True, False, True, False, True]
