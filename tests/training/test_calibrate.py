"""The fit: monotone, balanced by source, bounded by how much there is."""

from __future__ import annotations

import numpy as np

from waarmerk.training.calibrate import fit, fit_line, left_out, weights_of
from waarmerk.training.evaluate import Item, auc, item_auc, pairs_auc
from waarmerk.values import Sha256


def item(score: float, *, fake: bool, source: str = "a", pair: str = "", group: str = "g") -> Item:
    return Item(
        "n", "clips", source, group, "swap" if fake else "none", pair, "calibrate", fake, score, 1.0, 100.0, 4
    )


def items(count: int, gap: float, seed: int = 0) -> list[Item]:
    rng = np.random.default_rng(seed)
    return [
        item(float(rng.normal(gap * fake, 1)), fake=bool(fake), source=f"s{index % 4}", group=f"g{index}")
        for index in range(count)
        for fake in (0, 1)
    ]


def test_a_separating_score_gets_a_rising_line_and_a_cllr_under_one() -> None:
    fitted = fit(items(40, 3.0), Sha256("0" * 64), "synthetic")
    assert fitted.model.slope > 0
    assert fitted.cllr < 0.6
    assert fitted.cllr_min <= fitted.cllr


def test_a_score_that_points_the_wrong_way_claims_nothing_and_keeps_its_order() -> None:
    scores = np.array([3.0, 2.5, 2.0, 0.0, 0.5, 1.0])
    fake = np.array([False, False, False, True, True, True])
    ratios = fit_line(scores, fake, np.full(6, 1 / 6))(np.sort(scores))
    assert np.abs(ratios).max() < np.log10(2)
    assert (np.diff(ratios) > 0).all()


def test_more_recordings_support_wider_bounds() -> None:
    few, many = (fit(items(count, 5.0), Sha256("0" * 64), "synthetic").model.bounds for count in (8, 120))
    assert many[1] > few[1]
    assert many[0] < few[0]


def test_a_source_with_many_clips_does_not_set_the_line_alone() -> None:
    weights = weights_of(
        [item(0, fake=True, source="page")] * 30 + [item(0, fake=True, source="rare"), item(0, fake=False)]
    )
    assert weights[:30].sum() < 30 * weights[30]


def test_a_recording_is_judged_by_a_line_that_never_saw_its_source() -> None:
    made = items(12, 2.0)
    moved = [item(i.score + 100, fake=i.fake, source="s0") if i.source == "s0" else i for i in made]
    kept = [index for index, i in enumerate(made) if i.source == "s0"]
    rest = [i for i in made if i.source != "s0"]
    line = fit_line(np.array([i.score for i in rest]), np.array([i.fake for i in rest]), weights_of(rest))
    assert np.allclose(left_out(moved)[kept], line(np.array([moved[k].score for k in kept])))


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([1.0, 1.0]), np.array([True, False])) == 0.5
    assert item_auc([item(2, fake=True), item(1, fake=False), item(2, fake=False)]) == 0.75


def test_pairs_are_compared_within_their_pair_alone() -> None:
    made = [
        item(5, fake=False, pair="p"),
        item(6, fake=True, pair="p"),
        item(0, fake=False, pair="q"),
        item(1, fake=True, pair="q"),
    ]
    assert pairs_auc(made) == 1.0
    assert item_auc(made) == 0.75
