"""The linear probe: separates what its features separate, and answers like a network."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.support import store
from waarmerk.training.pairs import Mix, Pool
from waarmerk.training.probe import Probe, logistic


def test_logistic_regression_finds_the_direction_that_separates() -> None:
    pytest.importorskip("scipy", reason="SciPy is in the extra train alone")
    rng = np.random.default_rng(0)
    y = (np.arange(400) % 2).astype(np.float32)
    x = rng.normal(0, 1, (400, 5))
    x[:, 2] += 3 * y
    weights = logistic(np.hstack([x, np.ones((400, 1))]), y)
    assert int(np.abs(weights[:5]).argmax()) == 2
    assert weights[2] > 0


def test_a_probe_gives_one_logit_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="SciPy is in the extra train alone")

    def features(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x.reshape(len(x), 3, -1).std(axis=2)

    probe = Probe(features, 64)
    accuracy = probe.fit(Pool(store(tmp_path)), Mix(self_blends=1.0, codec=False), pictures=32, seed=1)
    assert 0.5 <= accuracy <= 1
    logits = probe.run(np.zeros((2, 64, 64, 3), np.uint8))[0]
    assert logits.shape == (2, 1)
    assert logits[0] == logits[1]
