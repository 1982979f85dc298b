import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.evaluate import metrics
from waarmerk.examine.evaluate.metrics import Bools, Figure, Floats

FIGURES: list[Figure] = [
    metrics.auc,
    metrics.average_precision,
    metrics.equal_error_rate,
    metrics.true_positive_rate(0.01),
    metrics.cllr,
    metrics.cllr_min,
]
ranked = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=14).filter(
    lambda rows: len({fake for _, fake in rows}) == 2
)


def arrays(rows: list[tuple[int, bool]]) -> tuple[Floats, Bools]:
    return np.array([score / 2 for score, _ in rows]), np.array([fake for _, fake in rows])


def of(figure: Figure, scores: list[float], fake: list[int]) -> float:
    return float(figure(np.array(scores), np.array(fake, dtype=bool), np.ones(len(scores)))[0])


@given(ranked)
def test_auc_is_the_share_of_couples_in_order_with_ties_half(rows: list[tuple[int, bool]]) -> None:
    scores, fake = arrays(rows)
    couples = [(f > r) + 0.5 * (f == r) for f in scores[fake] for r in scores[~fake]]
    assert metrics.auc(scores, fake, np.ones(len(scores)))[0] == pytest.approx(np.mean(couples))


@given(ranked, st.data())
def test_a_weight_of_n_is_the_item_n_times(rows: list[tuple[int, bool]], data: st.DataObject) -> None:
    scores, fake = arrays(rows)
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).map(np.array))
    if not counts[fake].sum() or not counts[~fake].sum():
        return
    repeated = np.repeat(scores, counts), np.repeat(fake, counts)
    for figure in FIGURES:
        weighted = figure(scores, fake, counts.astype(float))[0]
        assert weighted == pytest.approx(figure(*repeated, np.ones(len(repeated[0])))[0], abs=1e-9)


@given(ranked)
def test_no_calibration_has_a_lower_cllr_than_the_least_one(rows: list[tuple[int, bool]]) -> None:
    scores, fake = arrays(rows)
    ones = np.ones(len(scores))
    assert metrics.cllr_min(scores, fake, ones)[0] <= metrics.cllr(scores, fake, ones)[0] + 1e-9
    assert metrics.cllr_min(3 * scores + 1, fake, ones)[0] == pytest.approx(metrics.cllr_min(scores, fake, ones)[0])


def test_known_answers_by_hand() -> None:
    scores, fake = [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]
    assert of(metrics.auc, scores, fake) == 0.75
    # Thresholds 0.8, 0.4, 0.35: recall steps of a half at precision 1 and 2/3.
    assert of(metrics.average_precision, scores, fake) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert of(metrics.equal_error_rate, scores, fake) == 0.5
    assert of(metrics.true_positive_rate(0.01), scores, fake) == 0.5
    assert of(metrics.true_positive_rate(0.5), scores, fake) == 1.0
    # One fake at LR 10, one real at LR 1/100.
    expected = (math.log2(1 + 1 / 10) + math.log2(1 + 1 / 100)) / 2
    assert of(metrics.cllr, [1.0, -2.0], [1, 0]) == pytest.approx(expected)


def test_a_system_without_an_answer_costs_one_and_ranks_by_chance() -> None:
    scores, fake = [0.0] * 6, [1, 0, 1, 0, 0, 0]
    assert of(metrics.cllr, scores, fake) == pytest.approx(1.0)
    assert of(metrics.cllr_min, scores, fake) == pytest.approx(1.0)
    assert of(metrics.auc, scores, fake) == 0.5
    assert of(metrics.equal_error_rate, scores, fake) == pytest.approx(0.5)
    assert of(metrics.true_positive_rate(0.01), scores, fake) == 0.0


def test_perfect_scores_have_no_error_and_no_least_cost() -> None:
    scores, fake = [-2.0, -1.0, 1.0, 2.0], [0, 0, 1, 1]
    assert of(metrics.auc, scores, fake) == 1.0
    assert of(metrics.equal_error_rate, scores, fake) == 0.0
    assert of(metrics.cllr_min, scores, fake) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("figure", FIGURES)
def test_an_empty_class_has_no_figure(figure: Figure) -> None:
    assert math.isnan(of(figure, [0.1, 0.2], [1, 1]))


def test_an_interval_grows_when_items_of_one_group_move_together() -> None:
    rng = np.random.default_rng(3)
    fake = np.arange(200) % 2 == 0
    scores = rng.normal(fake * 1.0, 1.0)
    apart = metrics.with_interval(metrics.auc, scores, fake, [str(i) for i in range(200)])
    # Twenty couples of groups, ten items each with one shared level.
    levels = np.repeat(rng.normal(0, 1, 20), 10)
    grouped = [f"{i // 10}" for i in range(200)]
    together = metrics.with_interval(metrics.auc, scores + levels, fake, grouped)
    assert apart[1] is not None
    assert together[1] is not None
    assert apart[0] is not None
    assert apart[1][0] < apart[0] < apart[1][1]
    assert together[1][1] - together[1][0] > 0.5 * (apart[1][1] - apart[1][0])
    assert together == metrics.with_interval(metrics.auc, scores + levels, fake, grouped)


def test_one_group_of_a_class_gives_a_figure_without_an_interval() -> None:
    value, interval = metrics.with_interval(
        metrics.auc, np.array([0.0, 1.0, 2.0]), np.array([False, True, True]), ["a", "b", "b"]
    )
    assert (value, interval) == (1.0, None)
    assert metrics.with_interval(metrics.auc, np.zeros(0), np.zeros(0, bool), []) == (None, None)
