"""From a checkpoint to what ships: one ONNX file with folded normalisation and weights stored as float16.

The weights are stored in half and widened when the network is loaded: the sums are float32, the file is half as
large, and what changes is measured (`difference`), not assumed.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from waarmerk.training.backbone import Detector, restored

INPUT, LOGIT, MAP = "picture", "logit", "reacts"
LEAST_HALVED = 256
"""Tensors with fewer numbers (biases, a scale) stay float32: nothing would be saved."""


def averaged_network(checkpoint: Path) -> Detector:
    """The averaged weights of a run's checkpoint, ready to run."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return restored(saved["average"]).eval()


def onnx_bytes(network: Detector, size: int) -> bytes:
    """The network as ONNX: `picture` float32 [n, 3, size, size], 0..1; `logit` [n, 1]; `reacts` [n, s/16, s/16]."""
    buffer = io.BytesIO()
    axes = {name: {0: "n"} for name in (INPUT, LOGIT, MAP)}
    with warnings.catch_warnings():
        # The older exporter folds the batch norms, needs no second package and keeps the names that the card states.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Shipped(network).eval(),
            (torch.zeros(1, 3, size, size),),
            buffer,
            input_names=[INPUT],
            output_names=[LOGIT, MAP],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    return halved_weights(onnx.load_from_string(buffer.getvalue())).SerializeToString()


class _Shipped(torch.nn.Module):
    def __init__(self, network: Detector) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logit, reacts = self.network(x)
        return logit[:, None], reacts


def halved_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` with its large float32 tensors stored as float16, each followed by a cast back to float32."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < LEAST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def difference(network: Detector, content: bytes, pictures: NDArray[np.float32]) -> float:
    """Largest difference of a logit between the trained network and the exported file, on `pictures` 0..1."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    exported = session.run([LOGIT], {INPUT: pictures})[0][:, 0]
    with torch.no_grad():
        trained = network(torch.from_numpy(pictures))[0].numpy()
    return float(np.abs(exported - trained).max())
