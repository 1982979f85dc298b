"""Writes small ONNX files for tests, in protobuf by hand: no test needs the `onnx` package.

Field numbers: onnx.proto, IR version 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Shape = list[int | str]


@dataclass(frozen=True)
class Node:
    """One operator; attributes are integers or lists of integers."""

    kind: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, int | list[int]] = field(default_factory=dict)


def onnx_file(
    nodes: list[Node], inputs: dict[str, Shape], outputs: dict[str, Shape], constants: dict[str, NDArray[np.generic]]
) -> bytes:
    """The bytes of a model whose inputs and outputs are float32."""
    graph = b"".join(
        [
            *(_block(1, _node(node)) for node in nodes),
            _block(2, b"test"),
            *(_block(5, _tensor(name, values)) for name, values in constants.items()),
            *(_block(11, _value(name, shape)) for name, shape in inputs.items()),
            *(_block(12, _value(name, shape)) for name, shape in outputs.items()),
        ]
    )
    return _number(1, 8) + _block(7, graph) + _block(8, _block(1, b"") + _number(2, 17))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _block(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _node(node: Node) -> bytes:
    parts = [_block(1, name.encode()) for name in node.inputs] + [_block(2, name.encode()) for name in node.outputs]
    parts.append(_block(4, node.kind.encode()))
    for name, value in node.attributes.items():
        content = _block(1, name.encode())
        if isinstance(value, int):
            content += _number(3, value) + _number(20, 2)
        else:
            content += b"".join(_number(8, one) for one in value) + _number(20, 7)
        parts.append(_block(5, content))
    return b"".join(parts)


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    kind = {np.dtype(np.float32): 1, np.dtype(np.int64): 7}[values.dtype]
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _block(8, name.encode()) + _block(9, values.tobytes())


def _value(name: str, shape: Shape) -> bytes:
    dims = b"".join(
        _block(1, _number(1, size) if isinstance(size, int) else _block(2, size.encode())) for size in shape
    )
    return _block(1, name.encode()) + _block(2, _block(1, _number(1, 1) + _block(2, dims)))
