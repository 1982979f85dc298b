"""YuNet: a small face finder whose network the operator supplies (`yunet:FILE` or `yunet:FILE@SHA256`).

- Its file is in no wheel and was trained on a data set with terms of its own, so it does not travel in the package.
- The digest decides: without one in the name, the file must be a release that is known here.
- Blue comes first in its input; with red first it loses faces.
- It was made for faces of 10 to 300 pixels: the picture goes in at `LONG_SIDE`, so that close-ups fit.

(Wu, Peng and Yu, YuNet: a tiny millisecond-level face detector, 2023; opencv_zoo for the layout of the outputs.)
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.errors import DependencyError, InputError, UsageError
from waarmerk.examine.faces.boxes import merged
from waarmerk.examine.faces.interface import CROWD, Face
from waarmerk.examine.media.pieces import Picture
from waarmerk.examine.networks.load import Session, read_network
from waarmerk.values import Sha256

Floats = NDArray[np.float32]

RELEASES = {
    Sha256("ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0"): "2026may",
    Sha256("8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"): "2023mar",
}
LONG_SIDE = 640
"""Pixels of the longer side that goes in: a face of 40 pixels in 1080p is then still 13 pixels."""
FLOOR = 0.6
"""Score under which a cell sees no face; its authors evaluate with 0.6 to 0.9, and the mesh abstains on strays."""
STRIDES = (8, 16, 32)
_PER_CELL = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


class YuNet:
    """The finder `yunet:FILE`."""

    def __init__(self, argument: str) -> None:
        if not argument:
            raise UsageError(
                "the face finder yunet needs a model file", where="yunet", hint="yunet:FILE or yunet:FILE@SHA256"
            )
        match = re.fullmatch(r"(?s)(.+)@([0-9a-f]{64})", argument)
        path, expected = (Path(match[1]), Sha256(match[2])) if match else (Path(argument), None)
        content, digest = read_network(path, expected)
        if expected is None and digest not in RELEASES:
            raise DependencyError(
                f"this is no release of YuNet that is known here: its SHA-256 is {digest}",
                where=str(path),
                hint=f"if it is the file you mean, name its digest: yunet:{path}@{digest}",
            )
        self.name = "yunet"
        self.digest = str(digest)
        self._session = Session(content, str(path))
        missing = {f"{kind}_{stride}" for kind in _PER_CELL for stride in STRIDES} - self._session.outputs.keys()
        if missing or list(self._session.inputs) != ["input"]:
            raise InputError(
                f"this network has not YuNet's input and outputs (missing: {', '.join(sorted(missing)) or 'input'})",
                where=str(path),
            )
        self._fixed = _fixed_size(self._session.inputs["input"])

    def find(self, rgb: Picture) -> list[Face]:
        """Faces with score at least `FLOOR`, best first, at most `CROWD`; four points a face, no ears."""
        height, width = rgb.shape[:2]
        long_side = min(self._fixed) if self._fixed else LONG_SIDE
        scale = min(1.0, long_side / max(height, width)) if not self._fixed else long_side / max(height, width)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        small = np.asarray(Image.fromarray(rgb).resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0))
        rows, columns = self._fixed or (-(-inner[1] // 32) * 32, -(-inner[0] // 32) * 32)
        canvas = np.zeros((1, 3, rows, columns), np.float32)
        canvas[0, :, : inner[1], : inner[0]] = small[:, :, ::-1].transpose(2, 0, 1)
        names = [f"{kind}_{stride}" for stride in STRIDES for kind in _PER_CELL]
        found = dict(zip(names, self._session.run({"input": canvas}, names), strict=True))
        values, scores = decoded(found, rows, columns)
        return merged(values / np.float32(scale), scores, CROWD)


def decoded(found: dict[str, Floats], rows: int, columns: int, floor: float = FLOOR) -> tuple[Floats, Floats]:
    """Candidates above the floor: float32 [n, 12] (x, y, width, height, four points) in input pixels; scores [n].

    Raises InputError where an output has not one row a cell.
    """
    values, scores = [], []
    for stride in STRIDES:
        y, x = np.divmod(np.arange((rows // stride) * (columns // stride)), columns // stride)
        cells = np.stack([x, y], axis=1).astype(np.float32)
        one: dict[str, Floats] = {}
        for kind, width in _PER_CELL.items():
            one[kind] = found[f"{kind}_{stride}"].reshape(-1, width)
            if len(one[kind]) != len(cells):
                raise InputError(f"YuNet's output {kind}_{stride} has {len(one[kind])} rows, not {len(cells)}")
        score = np.sqrt(np.clip(one["cls"], 0, 1) * np.clip(one["obj"], 0, 1)).reshape(-1)
        kept = score >= floor
        centre = (cells[kept] + one["bbox"][kept, :2]) * stride
        size = np.exp(np.clip(one["bbox"][kept, 2:], -10, 10)) * stride
        points = (one["kps"][kept].reshape(-1, 5, 2) + cells[kept][:, None]) * stride
        mouth = points[:, 3:5].mean(axis=1, keepdims=True)
        four = np.concatenate([points[:, :3], mouth], axis=1).reshape(-1, 8)
        values.append(np.concatenate([centre - size / 2, size, four], axis=1))
        scores.append(score[kept])
    return np.concatenate(values).astype(np.float32), np.concatenate(scores).astype(np.float32)


def _fixed_size(shape: list[object]) -> tuple[int, int] | None:
    """Height and width where the network fixes them."""
    height, width = shape[2:4] if len(shape) == 4 else (None, None)
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None
