"""The index against brute force: whatever is added, removed and merged, nothing within the distance is missed."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waarmerk.bank.index import fast, plain
from waarmerk.bank.index.chunks import flips, layout_for
from waarmerk.bank.index.hamming import HammingIndex, best_kernels
from waarmerk.bank.index.interface import HIGHEST_LABEL
from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.bank.signals.vpdq import read_vpdq
from waarmerk.errors import UsageError

KERNELS = pytest.mark.parametrize("kernels", [plain, fast], ids=lambda kernels: kernels.NAME)
SAMPLES = Path(__file__).parents[2] / "vectors" / "pdq"


def labels(*values) -> np.ndarray:
    return np.asarray(values, np.uint32)


def random_codes(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(0, 2**64, (count, 4), dtype=np.uint64)


def skewed_codes(rng: np.random.Generator, count: int) -> np.ndarray:
    """As real hashes are: few originals, each in many versions that differ in some bits; bits that hardly vary."""
    originals = random_codes(rng, max(1, count // 50))
    originals[:, 3] &= np.uint64(0xFF)
    return np.stack(
        [flipped(rng, originals[rng.integers(len(originals))], rng.integers(0, 45)) for _ in range(count)]
    )


def flipped(rng: np.random.Generator, code: np.ndarray, bits: int) -> np.ndarray:
    code = code.copy()
    for bit in rng.choice(256, bits, replace=False):
        code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return code


def brute(known: dict[int, np.ndarray], queries: np.ndarray, radius: int) -> set[tuple[int, int, int]]:
    """(query, label, distance), each pair of a query and a known code counted by itself."""
    return {
        (place, label, apart)
        for place, query in enumerate(queries)
        for label, code in known.items()
        if (apart := sum((int(a) ^ int(b)).bit_count() for a, b in zip(code, query, strict=True))) <= radius
    }


def answered(index: HammingIndex, queries: np.ndarray, radius: int = DISTANCE) -> set[tuple[int, int, int]]:
    hits = index.search(queries, radius)
    pairs = list(zip(hits.query.tolist(), hits.label.tolist(), hits.distance.tolist(), strict=True))
    assert pairs == sorted(pairs, key=lambda pair: (pair[0], pair[2], pair[1]))
    assert len(pairs) == len(set(pairs)), "a pair was told twice"
    return set(pairs)


@KERNELS
@given(seed=st.integers(0, 2**32), skewed=st.booleans(), radius=st.sampled_from([0, 7, 20, 31, 40]), data=st.data())
@settings(max_examples=25)
def test_the_index_finds_what_brute_force_finds(kernels, seed: int, skewed: bool, radius: int, data) -> None:
    rng = np.random.default_rng(seed)
    codes = (skewed_codes if skewed else random_codes)(rng, 200)
    index = HammingIndex(kernels, sealed=data.draw(st.sampled_from([1, 16, 64, 1000])))
    known: dict[int, np.ndarray] = {}
    for step in data.draw(st.lists(st.sampled_from(["add", "add many", "remove", "settle"]), max_size=12)):
        if step == "settle":
            index.settle()
        elif step == "remove" and known:
            gone = data.draw(st.sets(st.sampled_from(sorted(known)), max_size=20))
            assert index.remove(labels(*gone)) == len(gone)
            known = {label: code for label, code in known.items() if label not in gone}
        elif step.startswith("add"):
            new = [place for place in range(200) if place not in known][: 1 if step == "add" else 70]
            index.add(labels(*new), codes[new])
            known |= {place: codes[place] for place in new}
        assert len(index) == len(known)
    queries = np.stack([flipped(rng, codes[rng.integers(200)], int(rng.integers(0, 35))) for _ in range(8)])
    assert answered(index, queries, radius) == brute(known, queries, radius)
    index.settle()
    assert answered(index, queries, radius) == brute(known, queries, radius)


@KERNELS
@pytest.mark.parametrize("sealed", [1, 1000])
def test_a_bank_of_exactly_one_hash_matches(kernels, sealed: int) -> None:
    rng = np.random.default_rng(1)
    (code,) = random_codes(rng, 1)
    index = HammingIndex(kernels, sealed=sealed)
    index.add(labels(7), code[None])
    index.settle()
    near, far = flipped(rng, code, 31), flipped(rng, code, 32)
    assert answered(index, np.stack([code, near, far])) == {(0, 7, 0), (1, 7, 31)}


@KERNELS
def test_tables_of_twelve_chunks_miss_nothing(kernels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waarmerk.bank.index.chunks.MANY", 1)
    layout_for.cache_clear()
    rng = np.random.default_rng(2)
    codes = np.concatenate([random_codes(rng, 300), skewed_codes(rng, 300)])
    index = HammingIndex(kernels, sealed=100)
    index.add(labels(*range(600)), codes)
    index.settle()
    layout_for.cache_clear()
    assert index.shape().segments == (600,)
    queries = np.stack([flipped(rng, codes[rng.integers(600)], int(rng.integers(0, 33))) for _ in range(60)])
    assert answered(index, queries) == brute(dict(enumerate(codes)), queries, DISTANCE)


@pytest.mark.parametrize("chunks", [12, 16])
def test_the_radii_of_the_chunks_add_up_to_more_than_the_distance(chunks: int) -> None:
    for distance in range(DISTANCE + 1):
        assert (flips(chunks, distance).radius + 1).sum() == distance + 1
    assert flips(12, 31).radius.tolist() == [2] * 8 + [1] * 4


@KERNELS
def test_real_hashes_of_a_video_are_found_among_themselves(kernels) -> None:
    codes = np.concatenate([read_vpdq(path).codes for path in sorted(SAMPLES.glob("vpdq-*.txt"))])[:1500]
    assert len(codes) > 50
    index = HammingIndex(kernels, sealed=64)
    index.add(np.arange(len(codes), dtype=np.uint32), codes)
    index.settle()
    queries = codes[:: max(1, len(codes) // 20)]
    assert answered(index, queries) == brute(dict(enumerate(codes)), queries, DISTANCE)


def test_a_label_may_stand_for_several_hashes_and_goes_with_all_of_them() -> None:
    codes = random_codes(np.random.default_rng(3), 3)
    index = HammingIndex(sealed=2)
    index.add(labels(5, 5, 6), codes)
    assert index.remove(labels(5)) == 2
    assert answered(index, codes) == {(2, 6, 0)}
    assert index.remove(labels(5)) == 0


def test_a_half_empty_segment_is_built_anew_and_gives_its_memory_back() -> None:
    rng = np.random.default_rng(4)
    index = HammingIndex(sealed=100)
    index.add(np.arange(5000, dtype=np.uint32), random_codes(rng, 5000))
    index.settle()
    before = index.shape().bytes
    index.remove(np.arange(4000, dtype=np.uint32))
    index.settle()
    assert index.shape().segments == (1000,)
    assert index.shape().bytes < before


def test_searches_see_every_hash_added_before_them_while_others_add_remove_and_build() -> None:
    rng = np.random.default_rng(5)
    kept, passing = random_codes(rng, 400), random_codes(rng, 400)
    index = HammingIndex(sealed=16)
    index.add(np.arange(400, dtype=np.uint32), kept)
    wrong: list[str] = []
    done = threading.Event()

    def search() -> None:
        place = 0
        while not done.is_set():
            place = (place + 7) % 400
            if not any(hit[1] == place for hit in answered(index, kept[place : place + 1])):
                wrong.append(f"{place} was missed")

    searchers = [threading.Thread(target=search) for _ in range(2)]
    for thread in searchers:
        thread.start()
    for round_ in range(40):
        first = 1000 + 10 * round_
        index.add(np.arange(first, first + 10, dtype=np.uint32), passing[10 * round_ : 10 * round_ + 10])
        index.remove(np.arange(first, first + 10, dtype=np.uint32))
    done.set()
    for thread in searchers:
        thread.join()
    index.settle()
    assert wrong == []
    assert len(index) == 400


def test_what_building_raises_is_told_and_searching_goes_on() -> None:
    class Broken:
        NAME, SEALED, sweep, probe = "broken", 8, staticmethod(plain.sweep), staticmethod(plain.probe)

        @staticmethod
        def build(codes, layout):
            raise MemoryError("no room for tables")

    codes = random_codes(np.random.default_rng(6), 20)
    index = HammingIndex(Broken())
    index.add(np.arange(20, dtype=np.uint32), codes)
    with pytest.raises(MemoryError, match="no room"):
        index.settle()
    assert {hit[1] for hit in answered(index, codes)} == set(range(20))


@pytest.mark.parametrize(
    ("given_labels", "codes"),
    [
        (labels(1, 2), np.zeros((1, 4), np.uint64)),
        (labels(1), np.zeros((1, 4), np.int64)),
        (np.asarray([1]), np.zeros((1, 4), np.uint64)),
        (labels(HIGHEST_LABEL + 1), np.zeros((1, 4), np.uint64)),
    ],
)
def test_what_does_not_go_together_is_refused(given_labels, codes) -> None:
    with pytest.raises(UsageError):
        HammingIndex().add(given_labels, codes)


def test_the_kernels_of_the_extra_are_taken_where_they_are_installed() -> None:
    assert best_kernels() is fast
