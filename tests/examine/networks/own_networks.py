"""Networks of an operator's own, made for tests: real ONNX files that look at the picture."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from tests.examine.networks.onnx_writer import Node, Shape, onnx_file

SIDE = 32
INPUT: dict[str, Shape] = {"face": ["n", 3, SIDE, SIDE]}
MEAN = Node("ReduceMean", ["face"], ["mean"], {"axes": [1, 2, 3], "keepdims": 0})


def brightness() -> bytes:
    """The mean of the scaled picture as a logit."""
    return onnx_file([MEAN], INPUT, {"mean": ["n"]}, {})


def two_classes() -> bytes:
    """Logits of two classes [n, 2]: -mean and mean."""
    nodes = [
        Node("ReduceMean", ["face"], ["level"], {"axes": [2, 3], "keepdims": 0}),
        Node("MatMul", ["level", "weights"], ["logits"]),
    ]
    weights = np.array([[-1, 1]] * 3, np.float32)
    return onnx_file(nodes, INPUT, {"logits": ["n", 2]}, {"weights": weights})


def no_number() -> bytes:
    """0 / 0."""
    nodes = [MEAN, Node("Sub", ["mean", "mean"], ["zero"]), Node("Div", ["zero", "zero"], ["score"])]
    return onnx_file(nodes, INPUT, {"score": ["n"]}, {})


def slow(size: int = 900) -> bytes:
    """Multiplies a large matrix, which depends on the picture, by itself three times before it answers."""
    nodes = [
        MEAN,
        Node("ConstantOfShape", ["shape"], ["zeros"]),
        Node("Add", ["zeros", "mean"], ["a"]),
        Node("MatMul", ["a", "a"], ["b"]),
        Node("MatMul", ["b", "a"], ["c"]),
        Node("MatMul", ["c", "b"], ["d"]),
        Node("ReduceMean", ["d"], ["flat"], {"axes": [0], "keepdims": 0}),
        Node("ReduceMean", ["flat"], ["one"], {"axes": [0], "keepdims": 1}),
    ]
    return onnx_file(nodes, {"face": [1, 3, SIDE, SIDE]}, {"one": [1]}, {"shape": np.array([size, size], np.int64)})


def written(folder: Path, content: bytes, name: str = "own", **changes: object) -> tuple[Path, Path]:
    """The network's file and its card in `folder`; `changes`: parts of the card in other words, None to leave out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.onnx").write_bytes(content)
    parts: dict[str, object] = {
        "schema": "waarmerk.own-network/1",
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": f"{{name: face, height: {SIDE}, width: {SIDE}, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}}",
        "output": "{name: mean, kind: logit}",
        "licence": "MIT",
        "source": "made by a test",
    }
    lines = [f"{key}: {value}" for key, value in (parts | changes).items() if value is not None]
    (folder / "card.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "own.onnx", folder / "card.yaml"
