"""Batches: reproducible, paired, with masks where they are known."""

from pathlib import Path

import numpy as np

from tests.training.support import store
from waarmerk.training.pairs import Mix, Pool, batch


def test_a_batch_is_the_same_for_the_same_seed_and_number(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path))
    first, second = (batch(pool, 4, 64, Mix(), 1, 7) for _ in range(2))
    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert not np.array_equal(first["x"], batch(pool, 4, 64, Mix(), 1, 8)["x"])


def test_reals_come_first_and_masks_are_known_for_self_blends_alone(tmp_path: Path) -> None:
    made = batch(Pool(store(tmp_path)), 4, 64, Mix(self_blends=0.5), 1, 0)
    assert made["x"].shape == (8, 3, 64, 64)
    assert made["y"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert made["known"].tolist() == [1, 1, 1, 1, 1, 1, 0, 0]
    assert made["mask"][:4].max() == 0
    assert (made["mask"][4:6].reshape(2, -1).max(axis=1) > 0).all()


def test_a_fake_stands_beside_the_original_of_its_pair(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path))
    rng = np.random.default_rng(0)
    for _ in range(20):
        number = pool.fake(rng)
        other = pool.store.crops[pool.counterpart(number, rng)]
        assert not other.fake
        assert other.pair == pool.store.crops[number].pair


def test_a_crop_of_another_side_is_never_drawn(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path), side="test")
    assert not pool.reals
    assert not pool.fakes
