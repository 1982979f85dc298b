"""A baseline: logistic regression on what a network that knows nothing of forgery sees, trained on the same batches.

Features are kept as they are; the regression is given as many pairs as fit in minutes, drawn as training draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.networks.load import Session
from waarmerk.training.pairs import Mix, Pool, batch

Floats = NDArray[np.float32]
Features = Callable[[Floats], Floats]
"""Pictures float32 [n, 3, s, s], 0..1, to features [n, d]."""
RIDGE = 1e-3
_CLIP_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32).reshape(1, 3, 1, 1)
_CLIP_STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32).reshape(1, 3, 1, 1)


def imagenet_features() -> Features:
    """EfficientNet-lite0 with its ImageNet weights: 1,280 numbers a picture. Needs PyTorch."""
    import torch

    from waarmerk.training.backbone import detector, imagenet_weights

    network = detector(imagenet_weights()).eval()

    def features(x: Floats) -> Floats:
        with torch.no_grad():
            return network.features(torch.from_numpy(x))[0].numpy()

    return features


def clip_features(path: Path) -> Features:
    """The image tower of CLIP ViT-B/16 as an ONNX file (`pixel_values` to `image_embeds`): 512 numbers a picture."""
    session = Session(path.read_bytes(), str(path))

    def features(x: Floats) -> Floats:
        out = [session.run({"pixel_values": (one[None] - _CLIP_MEAN) / _CLIP_STD}, ["image_embeds"])[0] for one in x]
        return np.concatenate(out).astype(np.float32)

    return features


class Probe:
    """A linear probe; `run` takes uint8 [n, s, s, 3] and gives the logit [n, 1], as a network does."""

    def __init__(self, features: Features, side: int) -> None:
        self.size = (side, side)
        self._features = features
        self._weights = np.zeros(0)
        self._mean = self._spread = np.zeros(0, np.float32)

    def fit(self, pool: Pool, mix: Mix, *, pictures: int, seed: int) -> float:
        """Fits on `pictures` drawn as in training; the accuracy on them."""
        rows, labels = [], []
        for number in range(-(-pictures // 32)):
            drawn = batch(pool, 16, self.size[0], mix, seed, number)
            rows.append(self._features(drawn["x"].astype(np.float32) / np.float32(255)))
            labels.append(drawn["y"])
        x, y = np.concatenate(rows), np.concatenate(labels)
        self._mean, self._spread = x.mean(axis=0), x.std(axis=0) + np.float32(1e-6)
        self._weights = logistic(self._scaled(x), y)
        return float((((self._scaled(x) @ self._weights) > 0) == (y > 0)).mean())

    def run(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """The logit [n, 1] of uint8 pictures."""
        x = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        return [(self._scaled(self._features(x)) @ self._weights)[:, None]]

    def _scaled(self, x: Floats) -> NDArray[np.float64]:
        scaled = (x - self._mean) / self._spread
        return np.hstack([scaled, np.ones((len(x), 1))]).astype(np.float64)


def logistic(x: NDArray[np.float64], y: Floats, ridge: float = RIDGE) -> NDArray[np.float64]:
    """Weights [d] of a logistic regression of `y` on `x`, with `ridge` on their squares. Needs SciPy."""
    from scipy.optimize import minimize

    sign = np.where(y > 0, 1.0, -1.0)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (x @ w)
        slope = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        return float(np.logaddexp(0, -margin).mean() + ridge * (w @ w)), x.T @ slope / len(y) + 2 * ridge * w

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x, dtype=np.float64)
