"""Flags that flip: found in like content, not in a wave, a drift, or a handful."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.dsa.dumps.flips import Flip, compare, flips, series, wilson
from waarmerk.dsa.dumps.tally import Flags

Days = dict[str, dict[Flags, int]]


def day_of(number: int) -> str:
    return (date(2026, 3, 1) + timedelta(days=number)).isoformat()


def days(*shares: float, size: int = 1000, category: str = "one") -> Days:
    """Days of one platform with these shares of automated_detection = Yes, in one category."""
    return {day_of(number): split(share, size, category) for number, share in enumerate(shares)}


def split(share: float, size: int, category: str) -> dict[Flags, int]:
    yes = round(share * size)
    parts = {"Yes": yes, "No": size - yes}
    return {("P", flag, "same", "same", category): count for flag, count in parts.items() if count}


def found(given: Days) -> list[Flip]:
    return flips(given)


def test_an_inverted_flag_is_found_once_with_both_days() -> None:
    (flip,) = found(days(0.9, 0.9, 0.1, 0.1))
    assert (flip.before, flip.after, flip.flag) == (day_of(1), day_of(2), "automated_detection")
    assert flip.mirror and {round(flip.first, 2), round(flip.second, 2)} == {0.9, 0.1}


def test_a_flag_inverted_for_a_part_of_the_statements_is_found() -> None:
    # 60 % of the statements inverted: 0.9 becomes 0.4 * 0.9 + 0.6 * 0.1.
    assert len(found(days(0.9, 0.42))) == 1


def test_a_flag_that_flips_and_comes_back_is_two_questions() -> None:
    assert len(found(days(0.8, 0.1, 0.8))) == 2


@pytest.mark.parametrize(
    "given_days",
    [
        pytest.param(days(*(0.9 - 0.1 * step for step in range(9))), id="a slow drift"),
        pytest.param(days(0.9, 0.1, size=60), id="a handful of statements"),
        pytest.param(days(0.62, 0.38), id="below the named threshold"),
        pytest.param(days(0.9, 0.9, 0.88), id="steady"),
        pytest.param(days(0.9), id="one day"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_looks_like_a_flip_and_is_none(given_days: Days) -> None:
    assert found(given_days) == []


def test_a_wave_of_one_kind_of_content_is_no_flip() -> None:
    """Spam is detected by machine, impersonation by notice; on the second day spam comes ten times as often."""
    calm = split(0.95, 400, "spam") | split(0.05, 600, "impersonation")
    wave = split(0.95, 4000, "spam") | split(0.05, 600, "impersonation")
    plain = [sum(n for flags, n in day.items() if flags[1] == "Yes") / sum(day.values()) for day in (calm, wave)]
    assert plain[1] - plain[0] > 0.3
    assert found({day_of(0): calm, day_of(1): wave}) == []


def test_a_flip_inside_a_wave_is_still_found() -> None:
    calm = split(0.95, 400, "spam") | split(0.05, 600, "impersonation")
    wave = split(0.05, 4000, "spam") | split(0.05, 600, "impersonation")
    assert len(found({day_of(0): calm, day_of(1): wave})) == 1


def test_a_new_category_alone_can_show_no_flip() -> None:
    assert found({day_of(0): split(0.9, 1000, "one"), day_of(1): split(0.1, 1000, "two")}) == []


def test_platforms_are_compared_each_with_itself() -> None:
    mixed = days(0.9, 0.9)
    for number, share in enumerate((0.1, 0.1)):
        mixed[day_of(number)] |= {("Q", *flags[1:]): n for flags, n in split(share, 1000, "one").items()}
    assert found(mixed) == []


def test_days_without_statements_are_stepped_over() -> None:
    given_days = days(0.9, 0.9, 0.1)
    given_days[day_of(1)] = {}
    assert [(flip.before, flip.after) for flip in found(given_days)] == [(day_of(0), day_of(2))]


def test_series_hold_plain_shares_by_day() -> None:
    points = series(days(0.9, 0.1), "P", "automated_detection", "Yes")
    assert [(point.statements, point.count) for point in points] == [(1000, 900), (1000, 100)]


def test_a_known_table_gives_the_published_chi_square() -> None:
    # Agresti, Categorical Data Analysis, eight centres of a cream trial: CMH statistic 6.38 without correction.
    cream = [(11, 36, 10, 37), (16, 20, 22, 32), (14, 19, 7, 19), (2, 16, 1, 17)]
    cream += [(6, 17, 0, 12), (1, 11, 0, 10), (1, 5, 1, 9), (4, 6, 6, 7)]
    drug = {str(i): (n1, x1) for i, (x1, n1, _, _) in enumerate(cream)}
    control = {str(i): (n2, x2) for i, (_, _, x2, n2) in enumerate(cream)}
    compared = compare(control, drug)
    assert compared is not None
    assert compared[2] ** 2 == pytest.approx(6.38, abs=0.01)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634)]
)
def test_wilson_intervals_are_the_published_ones(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_interval_holds_its_share(count: int, more: int) -> None:
    low, high = wilson(count, count + more)
    assert 0 <= low < high <= 1
    if count + more:
        share = count / (count + more)
        assert low <= share + 1e-9 and share - 1e-9 <= high


STRATA = st.dictionaries(
    st.sampled_from("abcde"), st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
)


@given(STRATA, STRATA)
def test_exchanging_the_days_turns_the_answer_round(
    first: dict[str, tuple[int, int]], second: dict[str, tuple[int, int]]
) -> None:
    forth, back = compare(first, second), compare(second, first)
    assert (forth is None) == (back is None)
    if forth is not None and back is not None:
        assert forth[0] == pytest.approx(back[1]) and forth[2] == pytest.approx(-back[2], abs=1e-9)
