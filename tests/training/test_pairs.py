"""Batches: reproducible, paired, with masks where they are known."""

from pathlib import Path

import numpy as np

from tests.training.support import mesh, store, wide
from waarmerk.training.pairs import Mix, Pool, batch
from waarmerk.training.store import Store, Writer


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
        number = pool.fake(rng, "clips")
        other = pool.store.crops[pool.counterpart(number, rng)]
        assert not other.fake
        assert other.pair == pool.store.crops[number].pair


def test_a_crop_of_another_side_is_never_drawn(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path), side="test")
    assert not pool.reals
    assert not pool.fakes


def test_the_heads_learn_from_what_they_are_named_after(tmp_path: Path) -> None:
    made = batch(Pool(store(tmp_path)), 4, 64, Mix(self_blends=0.5), 1, 0)
    assert made["labels"][:4].max() == 0
    # Self-blends generate nothing; whether the labelled swap was generated is not asked.
    assert made["labels"][4:6].tolist() == [[1, 1, 0]] * 2
    assert made["heads"][4:].tolist() == [[1, 1, 1]] * 2 + [[1, 1, 0]] * 2


def test_a_made_fake_stands_beside_its_original_and_counts_among_no_labelled_ones(tmp_path: Path) -> None:
    store(tmp_path / "crops")
    with Writer(tmp_path / "made") as writer:
        for label in ("real", "fake"):
            writer.add(
                wide(len(label)),
                mesh(),
                folder="made",
                name=f"made-0-{label}",
                source="studio-0",
                group="person-0",
                method="landmark-swap" if label == "fake" else "none",
                pair="made-0",
                label=label,
                side="train",
                box=(100.0, 100.0, 100.0, 100.0),
                score=0.9,
                native=100.0,
                t_s=0.0,
            )
    pool = Pool(Store(tmp_path / "crops", tmp_path / "made"))
    rng = np.random.default_rng(0)
    number = pool.fake(rng, "made")
    assert pool.store.crops[number].name == "made-0-fake"
    assert pool.store.crops[pool.counterpart(number, rng)].name == "made-0-real"
    assert np.array_equal(pool.store.picture(number), wide(4))
    assert all(pool.store.crops[pool.fake(rng, "clips")].folder == "clips" for _ in range(20))
    assert all(pool.store.crops[pool.real(rng)].folder != "made" for _ in range(20))


def test_a_pool_of_named_sources_draws_from_no_other(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path), only=frozenset({"studio-1"}))
    assert set(pool.reals) == {"studio-1"}
    assert not pool.fakes
