"""The one place that loads networks: file by digest, card, session.

- The digest is checked on the bytes that are then loaded, so nothing can be changed in between.
- One thread a network: the examination runs several media side by side, not one medium on several cores.
- A network that does not have the inputs and outputs of its card is refused when it is loaded, not later.
- An operator's own network is a folder with `network.onnx` and `card.json`, loaded by the same function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.networks.card import Card, read_card, read_regular
from waarmerk.values import Sha256

WEIGHTS = Path(__file__).parent / "weights"
LARGEST_NETWORK = (1 << 31) - 1
"""Bytes. What one ONNX file can hold (protobuf); a large vision transformer has 1.2 GB."""


HELD = 4
"""Sizes of one network that are held ready: a medium has one, the squares of its search a second."""
FREE = ("height", "width")
"""Names of the dimensions that a network of free size leaves open in its input."""


class Network:
    """A loaded network: uint8 pictures in, the card's outputs out."""

    def __init__(self, card: Card, content: bytes, where: str) -> None:
        self.card = card
        self._content = content
        self._where = where
        self._scale = (1 / (255 * np.array(card.input.std))).astype(np.float32).reshape(1, 3, 1, 1)
        self._shift = (-np.array(card.input.mean) / np.array(card.input.std)).astype(np.float32).reshape(1, 3, 1, 1)
        self._sessions: dict[tuple[int, int], Session] = {self.size: self._session(*self.size)}

    @property
    def session(self) -> Session:
        """The session at the card's size."""
        return self._sized(*self.size)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the (largest) picture that goes in."""
        return self.card.input.height, self.card.input.width

    def takes(self, height: int, width: int) -> bool:
        """Whether a picture of this size goes in."""
        multiple = self.card.input.multiple
        if multiple == 0:
            return (height, width) == self.size
        return all(0 < n <= most and n % multiple == 0 for n, most in zip((height, width), self.size, strict=True))

    def _session(self, height: int, width: int) -> Session:
        free = dict(zip(FREE, (height, width), strict=True)) if self.card.input.multiple else {}
        return Session(self._content, self._where, free)

    def _sized(self, height: int, width: int) -> Session:
        # A size known beforehand lets the runtime choose a faster layout: one session a size, the oldest let go.
        if (height, width) not in self._sessions:
            if len(self._sessions) >= HELD:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[height, width] = self._session(height, width)
        return self._sessions[height, width]

    def run(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Runs on uint8 [n, height, width, 3] RGB; one float32 [n, ...] an output; InputError on another shape."""
        if (
            pictures.dtype != np.uint8
            or pictures.ndim != 4
            or pictures.shape[3] != 3
            or not self.takes(*pictures.shape[1:3])
        ):
            upto = f"(or multiples of {self.card.input.multiple} below) " if self.card.input.multiple else ""
            raise InputError(
                f"network {self.card.name} takes uint8 [n, {self.size[0]}, {self.size[1]}, 3] {upto}"
                f"and not {pictures.dtype} {list(pictures.shape)}"
            )
        scaled = pictures.transpose(0, 3, 1, 2).astype(np.float32, order="C")
        scaled *= self._scale
        scaled += self._shift
        return self._sized(*pictures.shape[1:3]).run({self.card.input.name: scaled})


class Session:
    """An ONNX network on one CPU thread: arrays in, arrays out, by name. `free`: sizes of its open dimensions."""

    def __init__(self, content: bytes, where: str, free: dict[str, int] | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        for name, size in (free or {}).items():
            options.add_free_dimension_override_by_name(name, size)
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        # onnxruntime's errors share no base class but Exception; every one of them says the same here.
        except Exception as error:
            raise InputError(
                f"this is no ONNX network that can be loaded: {_first_line(error)}",
                where=where,
                hint="give the file exactly as its maker published it",
            ) from error
        self.where = where
        self.inputs: dict[str, list[object]] = {entry.name: list(entry.shape) for entry in self._session.get_inputs()}
        self.outputs: dict[str, list[object]] = {
            entry.name: list(entry.shape) for entry in self._session.get_outputs()
        }

    def run(
        self, values: dict[str, NDArray[np.float32]], outputs: Sequence[str] | None = None
    ) -> list[NDArray[np.float32]]:
        """Outputs in the network's order, or those named; InputError where the network refuses the arrays."""
        try:
            return [np.asarray(value) for value in self._session.run(outputs, values)]
        except Exception as error:
            raise InputError(f"the network cannot be run on this: {_first_line(error)}", where=self.where) from error


def read_network(path: Path, sha256: Sha256 | None) -> tuple[bytes, Sha256]:
    """The bytes of a network file and their digest.

    Raises DependencyError where the file is missing or its SHA-256 is not the one given.
    """
    content = read_regular(path, LARGEST_NETWORK, "the network", "put the network file there, or name another")
    if len(content) > LARGEST_NETWORK:
        raise InputError(f"this network is larger than {LARGEST_NETWORK} bytes", where=str(path))
    found = Sha256(hashlib.sha256(content).hexdigest())
    if sha256 is not None and found != sha256:
        raise DependencyError(
            f"this is not the network it should be: its SHA-256 is {found}, expected {sha256}",
            where=str(path),
            hint="take the file from where it was published, or correct the expected digest",
        )
    return content, found


def load(folder: Path) -> Network:
    """Loads `network.onnx` of a folder as its `card.json` says.

    Raises DependencyError (missing file, wrong digest) or InputError (no card, not ONNX, other inputs or outputs).
    """
    card = read_card(folder / "card.json")
    path = folder / "network.onnx"
    content, _ = read_network(path, card.sha256)
    network = Network(card, content, str(path))
    session = network.session
    _same(path, "input", session.inputs, {card.input.name: [3, card.input.height, card.input.width]})
    _same(path, "output", session.outputs, {output.name: list(output.shape) for output in card.outputs})
    return network


def built_in(name: str) -> Network:
    """Loads a network that travels in the package by its folder's name; DependencyError where there is none."""
    folder = WEIGHTS / name
    if name not in built_in_names():
        raise DependencyError(
            f"there is no built-in network {name!r}",
            where="networks",
            hint=f"built-in networks: {', '.join(built_in_names())}",
        )
    return load(folder)


def built_in_names() -> tuple[str, ...]:
    """The names of the networks that travel in the package."""
    return tuple(sorted(card.parent.name for card in WEIGHTS.glob("*/card.json")))


def _same(path: Path, what: str, found: dict[str, list[object]], expected: dict[str, list[int]]) -> None:
    """Refuses a network whose inputs or outputs differ from its card's; the first dimension counts pictures."""
    for name, shape in expected.items():
        if name not in found:
            raise InputError(
                f"this network has no {what} {name!r}, which its card names (it has: {', '.join(sorted(found))})",
                where=str(path),
            )
        dimensions = found[name][1:]
        if len(dimensions) != len(shape) or any(
            isinstance(d, int) and d != s for d, s in zip(dimensions, shape, strict=True)
        ):
            raise InputError(
                f"{what} {name!r} of this network is {found[name]}, its card says [n, {', '.join(map(str, shape))}]",
                where=str(path),
            )
    if what == "input" and len(found) != len(expected):
        raise InputError(f"this network has inputs that its card does not name: {sorted(found)}", where=str(path))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
