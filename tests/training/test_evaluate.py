"""Figures of the shipped network on a synthetic store: every row once, with its method, source and interval."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from tests.training.support import store
from waarmerk.examine.networks.load import built_in
from waarmerk.training.evaluate import Item, figures, interval, item_auc, matched_pairs_auc, scored
from waarmerk.training.report import markdown, perturbed, table


def item(score: float, *, fake: bool, group: str) -> Item:
    return Item("n", "clips", "s", group, "swap" if fake else "none", "", "test", fake, score, 1.0, 100.0, 4)


def test_every_row_is_scored_once_and_named(tmp_path: Path) -> None:
    items = scored(store(tmp_path, people=3), built_in("manipulation"), {"train"}, {"clips"}, batch=4)
    assert sorted(i.name for i in items) == sorted(
        f"page-{label}-{n}" for n in range(3) for label in ("real", "fake")
    )
    assert all(math.isfinite(i.score) for i in items)
    assert sum(i.fake for i in items) == 3


def test_the_size_of_the_batch_does_not_change_a_score(tmp_path: Path) -> None:
    made, network = store(tmp_path, people=2), built_in("manipulation")
    one, all_ = (scored(made, network, {"train"}, {"clips"}, batch=batch) for batch in (1, 16))
    assert np.allclose([i.score for i in one], [i.score for i in all_], atol=1e-4)


def test_pairs_are_matched_in_sharpness_and_compared(tmp_path: Path) -> None:
    made, network = store(tmp_path, people=2), built_in("manipulation")
    value = matched_pairs_auc(made, network, scored(made, network, {"train"}, {"clips"}))
    assert value in (0.0, 0.5, 1.0)


def test_an_interval_comes_from_whole_groups_and_holds_the_figure() -> None:
    rng = np.random.default_rng(1)
    many = [item(float(rng.normal(fake)), fake=bool(fake), group=f"g{n}") for n in range(60) for fake in (0, 1)]
    low, high = interval(many, item_auc)
    assert low < item_auc(many) < high
    # The same sixty recordings of one person are one person: nothing is known about others.
    same = [Item(i.name, i.folder, i.source, "one", *tuple_after_group(i)) for i in many]
    assert interval(same, item_auc) == (item_auc(same), item_auc(same))


def tuple_after_group(i: Item) -> tuple[str, str, str, bool, float, float, float, int]:
    return i.method, i.pair, i.side, i.fake, i.score, i.sharp, i.size, i.frames


def test_the_figures_stand_beside_what_sharpness_alone_reaches() -> None:
    made = [item(1, fake=True, group="a"), item(0, fake=False, group="b")]
    found = figures(made)
    assert found["auc"] == 1.0
    assert found["sharpness_only"]["auc"] == 0.5  # type: ignore[index]


def test_the_table_is_json(tmp_path: Path) -> None:
    found = table(store(tmp_path, people=2), built_in("manipulation"), {"train"})
    assert json.loads(json.dumps(found))["clips"]["n"] == {"real": 2, "fake": 2, "groups": 2}
    assert "| train | clips: face-swap | 2 | 2 | AUC" in markdown(found, "train")


def test_compression_and_half_size_are_measured_on_the_same_clips(tmp_path: Path) -> None:
    found = perturbed(store(tmp_path, people=2), built_in("manipulation"), {"train"})
    assert list(found) == ["as it is", "H.264 CRF 32", "half size", "half size, H.264 CRF 32", "crop shifted by 10 %"]
    assert all(0 <= value <= 1 for value in found.values())


def test_a_change_is_done_before_the_network_sees_the_crop(tmp_path: Path) -> None:
    made, network = store(tmp_path, people=2), built_in("manipulation")
    plain, grey = (
        scored(made, network, {"train"}, {"clips"}, change=change)
        for change in (None, lambda crop: np.full_like(crop, 128))
    )
    assert [i.score for i in plain] != [i.score for i in grey]
    assert len({round(i.score, 4) for i in grey}) == 1
