"""Shares with exact bounds, medians with open cases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from waarmerk.audit.figures import binomial_tail, closed_by, lower_bound, median, median_with_open, upper_bound


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_bounds_are_those_of_clopper_and_pearson(deviations: int, tested: int) -> None:
    deviations = min(deviations, tested)
    upper = 1.0 if deviations == tested else stats.beta.ppf(0.95, deviations + 1, tested - deviations)
    lower = 0.0 if not deviations else stats.beta.ppf(0.05, deviations, tested - deviations + 1)
    assert upper_bound(deviations, tested) == pytest.approx(upper, rel=1e-9, abs=1e-12)
    assert lower_bound(deviations, tested) == pytest.approx(lower, rel=1e-9, abs=1e-12)


def test_without_deviations_the_bound_is_the_root_that_the_rule_of_three_rounds() -> None:
    for tested in (1, 20, 300, 1_000_000):
        assert upper_bound(0, tested) == pytest.approx(1 - 0.05 ** (1 / tested), rel=1e-9)
    assert upper_bound(0, 0) == 1.0


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.001, 0.999))
def test_a_binomial_tail_is_the_sum_of_its_probabilities(least: int, tested: int, share: float) -> None:
    terms = (math.comb(tested, k) * share**k * (1 - share) ** (tested - k) for k in range(least, tested + 1))
    assert binomial_tail(least, tested, share) == pytest.approx(math.fsum(terms), rel=1e-9, abs=1e-12)


def test_a_platform_that_never_decides_cannot_look_best() -> None:
    assert median([1.0, 2.0, 3.0]) == 2.0
    assert median_with_open([1.0, 2.0, 3.0], [100.0] * 7) is None
    assert median_with_open([1.0, 2.0, 3.0], []) == 2.0
    assert median_with_open([], [5.0]) is None
    assert median_with_open([], []) is None
    assert median([]) is None


def test_a_median_with_open_cases_is_kaplan_and_meiers_of_their_own_table() -> None:
    # Remission of 6-MP patients in weeks (Freireich 1963, as textbooks print it): the median is 23.
    closed = [6.0, 6, 6, 7, 10, 13, 16, 22, 23]
    still_open = [6.0, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    assert median_with_open(closed, still_open) == 23.0


@given(st.lists(st.floats(0, 1000), min_size=1), st.lists(st.floats(0, 1000)))
def test_open_cases_never_make_the_median_smaller(closed: list[float], still_open: list[float]) -> None:
    longest = [*still_open, *(max(closed) for _ in still_open)]
    with_open = median_with_open(closed, longest)
    lower_median = sorted(closed)[(len(closed) - 1) // 2]
    if not still_open:
        assert with_open == lower_median
    assert with_open is None or with_open >= min(closed)
    assert np.isfinite(median(closed) or 0.0)


def test_the_curve_with_open_cases_is_kaplan_and_meiers_of_their_own_table() -> None:
    closed = [6.0, 6, 6, 7, 10, 13, 16, 22, 23]
    still_open = [6.0, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    times, shares = closed_by(closed, still_open)
    staying = dict(zip(times, 1 - shares, strict=True))
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {int(time): round(share, 3) for time, share in staying.items()} == printed
