"""From scores to ratios: monotone, bounded, bound to one network; Cllr and its minimum by known answers."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.evidence.calibration import (
    SCHEMA,
    Fitted,
    Model,
    cllr,
    cllr_min,
    log10_lr,
    medium_log10_lr,
    pooled_adjacent_violators,
    ratio_of,
    read_calibration,
    supported_bounds,
    trimmed_mean,
)
from waarmerk.values import Propositions, Sha256

NETWORK = Sha256("a" * 64)
finite = st.floats(-50, 50)
models = st.builds(
    Model,
    intercept=finite,
    slope=st.floats(0, 10),
    bounds=st.tuples(st.floats(-6, 0), st.floats(0, 6)),
)


def fitted(**changes: object) -> Fitted:
    made = Fitted(
        schema=SCHEMA,
        network=NETWORK,
        propositions=Propositions(h1="manipulated", h2="unaltered"),
        population="synthetic",
        sources=3,
        real=10,
        fake=12,
        model=Model(intercept=-0.5, slope=0.4, bounds=(-1.0, 1.2)),
        cllr=0.7,
        cllr_min=0.6,
    )
    return msgspec.structs.replace(made, **changes)


def written(path: Path, value: Fitted) -> Path:
    path.write_bytes(msgspec.json.encode(value))
    return path


@given(models, finite, finite)
def test_a_higher_score_never_has_a_lower_ratio(model: Model, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert log10_lr(low, model) <= log10_lr(high, model)


@given(models, st.floats(allow_nan=False, allow_infinity=True))
def test_a_ratio_never_leaves_its_bounds(model: Model, score: float) -> None:
    if math.isinf(score) and model.slope == 0:
        return
    assert model.bounds[0] <= log10_lr(score, model) <= model.bounds[1]


def test_a_stronger_score_keeps_its_rank_close_to_the_bound() -> None:
    model = Model(intercept=0.0, slope=1.0, bounds=(-0.5, 0.5))
    assert log10_lr(0.6, model) < log10_lr(1.2, model) < 0.5


@given(st.lists(finite, min_size=1, max_size=30))
def test_a_trimmed_mean_lies_among_its_scores_in_any_order(scores: list[float]) -> None:
    mean = trimmed_mean(scores)
    assert min(scores) <= mean <= max(scores)
    assert trimmed_mean(sorted(scores)) == mean


def test_one_wild_frame_in_ten_does_not_move_a_track() -> None:
    assert trimmed_mean([0.0] * 9 + [1000.0]) == 0.0


def test_a_track_without_frames_has_no_score() -> None:
    with pytest.raises(ValueError, match="without frames"):
        trimmed_mean([])


tracks = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.5, 500)), min_size=1, max_size=12)


@given(tracks)
def test_a_medium_lies_between_its_weakest_and_its_strongest_track(made: list[tuple[float, float]]) -> None:
    ratios = [ratio for ratio, _ in made]
    assert min(ratios) <= medium_log10_lr(made) <= max(ratios)


@given(tracks, st.floats(0, 3), st.integers(0, 11))
def test_a_stronger_track_never_weakens_its_medium(made: list[tuple[float, float]], more: float, at: int) -> None:
    at %= len(made)
    stronger = [(ratio + more * (index == at), weight) for index, (ratio, weight) in enumerate(made)]
    assert medium_log10_lr(stronger) >= medium_log10_lr(made) - 1e-9


def test_a_thousand_innocent_tracks_outweigh_one_chance_alarm() -> None:
    assert medium_log10_lr([(-1.0, 1.0)] * 1000 + [(2.0, 1.0)]) < 0
    assert medium_log10_lr([(2.0, 1.0)]) == 2.0


def test_cllr_of_a_neutral_system_is_one() -> None:
    assert cllr([0.0, 0.0], [0.0]) == pytest.approx(1.0)


def test_cllr_of_a_known_case() -> None:
    # LR 10 for the fake, 1/10 for the real: log2(1.1) on each half.
    assert cllr([1.0], [-1.0]) == pytest.approx(math.log2(1.1))


def test_cllr_punishes_a_wrong_certainty() -> None:
    assert cllr([-3.0], [-1.0]) > 4


def test_isotonic_values_are_pooled_where_the_order_is_wrong() -> None:
    scores, fake = np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True])
    assert pooled_adjacent_violators(scores, fake, np.ones(4)).tolist() == [0.0, 0.5, 0.5, 1.0]


def test_equal_scores_get_one_value() -> None:
    scores, fake = np.array([1.0, 1.0, 2.0]), np.array([True, False, True])
    assert pooled_adjacent_violators(scores, fake, np.ones(3)).tolist() == [0.5, 0.5, 1.0]


def test_the_minimum_of_cllr_is_zero_for_separated_and_one_for_reversed_scores() -> None:
    scores, fake = np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])
    assert cllr_min(scores, fake) == pytest.approx(0.0, abs=1e-6)
    assert cllr_min(-scores, fake) == pytest.approx(1.0)


@given(st.integers(2, 60), st.floats(0, 4))
def test_bounds_grow_no_faster_than_the_number_of_recordings(count: int, gap: float) -> None:
    fake, real = np.full(count, gap), np.full(count, -gap)
    low, high = supported_bounds(fake, real)
    assert 0 <= high <= math.log10(count + 1)
    assert -math.log10(count + 1) <= low <= 0


def test_a_misleading_system_supports_nothing() -> None:
    assert supported_bounds(np.full(20, -1.0), np.full(20, 1.0)) == (0.0, 0.0)


def test_a_ratio_carries_what_it_stands_on(tmp_path: Path) -> None:
    read, digest = read_calibration(written(tmp_path / "calibration.json", fitted()), NETWORK)
    ratio = ratio_of(0.3, read, digest)
    assert ratio.bounds == (-1.0, 1.2)
    assert (ratio.calibration.real, ratio.calibration.fake, ratio.calibration.sources) == (10, 12, 3)
    assert ratio.calibration.digest == digest


def test_a_calibration_of_another_network_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "calibration.json", fitted())
    with pytest.raises(DependencyError, match="belongs to the network"):
        read_calibration(path, Sha256("b" * 64))


@pytest.mark.parametrize(
    "model",
    [
        Model(intercept=0, slope=-1, bounds=(-1, 1)),
        Model(intercept=0, slope=1, bounds=(0.5, 1)),
        Model(intercept=0, slope=1, bounds=(-1, -0.5)),
    ],
)
def test_a_calibration_that_is_not_monotone_and_bounded_is_refused(tmp_path: Path, model: Model) -> None:
    with pytest.raises(InputError, match="not monotone"):
        read_calibration(written(tmp_path / "calibration.json", fitted(model=model)), NETWORK)


def test_a_missing_calibration_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(DependencyError) as caught:
        read_calibration(tmp_path / "calibration.json", NETWORK)
    assert "calibrate" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"schema": "other"}'])
def test_what_is_no_calibration_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no calibration"):
        read_calibration(path, NETWORK)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="schema"):
        read_calibration(written(tmp_path / "calibration.json", fitted(schema="waarmerk.calibration/9")), NETWORK)
