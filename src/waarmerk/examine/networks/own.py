"""Networks of an operator's own: a card in words an operator writes, a folder each, the same checks as for ours.

Rules:
- The card (YAML) says what the file is: its digest, input size and normalisation, which output means what. The
  network is taken only if it is that file and has those inputs and outputs.
- Before it is taken it is run once on plain pictures, in a process of its own with a time limit: what gives no
  number, or takes too long, is refused there and not in the middle of an examination.
- A folder holds `network.onnx`, `card.json`, `own.json` (the operator's card) and, once it is calibrated,
  `calibration.json`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from waarmerk.errors import InputError
from waarmerk.examine.networks.card import SCHEMA as CARD_SCHEMA
from waarmerk.examine.networks.card import Card, Input, Output, read_regular
from waarmerk.examine.networks.load import Network, Session, load, read_network
from waarmerk.values import Sha256

SCHEMA: Final = "waarmerk.own-network/1"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
RESERVED = frozenset({"manipulation", "matching", "provenance", "container", "evaluation-measures"})

Kind = Literal["logit", "probability", "two-class-logits"]
Triple = tuple[float, float, float]


class OwnInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes in: an RGB crop of a face, float32 [1, 3, height, width], `(rgb / 255 - mean) / std` a channel."""

    name: str
    height: Annotated[int, Meta(ge=16, le=2048)]
    width: Annotated[int, Meta(ge=16, le=2048)]
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)


class OwnOutput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes out: the `kind` of number, and which class is fake (of one number: 1 a high one, 0 a low one)."""

    name: str
    kind: Kind
    fake: Annotated[int, Meta(ge=0, le=1)] = 1


class OwnCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says of a network."""

    schema: Literal["waarmerk.own-network/1"]
    name: str
    sha256: str
    input: OwnInput
    output: OwnOutput
    licence: str
    source: str
    note: str = ""


def read_own(folder: Path) -> OwnCard:
    """The operator's card in a folder of ours; DependencyError or InputError where it cannot be read."""
    path = folder / "own.json"
    raw = read_regular(path, 1 << 20, "the card of this network", "add the network again: waarmerk models add")
    try:
        return msgspec.json.decode(raw, type=OwnCard)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is no card of an own network: {error}", where=str(path)) from error


def checked_card(values: object, where: str) -> OwnCard:
    """A card from the values of a YAML text (numbers may be texts); InputError says which value is wrong."""
    try:
        card = msgspec.convert(values, OwnCard, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"this card is wrong: {error}", where=where) from error
    if not NAME.fullmatch(card.name) or card.name in RESERVED:
        raise InputError(
            f"a network cannot be called {card.name!r}",
            where=where,
            hint="small letters, digits and hyphens, and none of the built-in names",
        )
    if len(card.sha256) != 64 or set(card.sha256) - set("0123456789abcdef"):
        raise InputError("the card's sha256 is not 64 lower-case hexadecimal digits", where=where, hint="sha256sum")
    numbers = (*card.input.mean, *card.input.std)
    if not all(map(math.isfinite, numbers)) or 0 in card.input.std:
        raise InputError("the card's mean and std must be finite numbers, and no std 0", where=where)
    return card


class OwnScores:
    """A network of one's own in the shape of ours: uint8 crops in, one score a crop out, higher: more like a fake."""

    def __init__(self, network: Network, own: OwnCard) -> None:
        self._network = network
        self._own = own
        self._place = [output.name for output in network.card.outputs].index(own.output.name)
        self.card = network.card

    @property
    def size(self) -> tuple[int, int]:
        """Height and width that go in."""
        return self._network.size

    def run(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Logits float32 [n] of uint8 [n, h, w, 3], and an empty map; InputError where it gives no number."""
        names = [*self._network.session.outputs]
        raw = self._network.run(pictures)[names.index(self._own.output.name)]
        logits = self._logits(np.asarray(raw, dtype=np.float64).reshape(len(pictures), -1))
        if not np.isfinite(logits).all():
            raise InputError(
                f"the network {self._own.name} gives no finite number for a face",
                hint="export it in float32, and check the mean and std of its card",
            )
        return [logits.astype(np.float32), np.zeros((len(pictures), 1, 1), np.float32)]

    def _logits(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        kind, fake = self._own.output.kind, self._own.output.fake
        if kind == "two-class-logits":
            return np.asarray(raw[:, fake] - raw[:, 1 - fake], dtype=np.float64)
        value = raw[:, 0]
        if kind == "probability":
            if ((value < -1e-6) | (value > 1 + 1e-6)).any():
                raise InputError(
                    f"the network {self._own.name} gives {float(value[0]):.3g}, which its card calls a probability",
                    hint="correct `kind` in the card: logit, probability or two-class-logits",
                )
            clipped = np.clip(value, 1e-6, 1 - 1e-6)
            value = np.log(clipped) - np.log1p(-clipped)
        return value if fake == 1 else -value


def own_network(folder: Path) -> OwnScores:
    """The network in a folder of ours; DependencyError or InputError where it cannot be used."""
    return OwnScores(load(folder), read_own(folder))


def laid_out(network: Path, own: OwnCard, folder: Path) -> OwnScores:
    """Writes `network`, `card.json` and `own.json` into `folder` (empty) and loads them as a check.

    Raises DependencyError for a missing file or another digest, InputError for what is no ONNX, or has other inputs
    or outputs than the card says.
    """
    content, digest = read_network(network, Sha256(own.sha256))
    session = Session(content, str(network))
    card = Card(
        schema=CARD_SCHEMA,
        name=own.name,
        task="face-manipulation",
        sha256=digest,
        input=Input(
            name=own.input.name,
            height=own.input.height,
            width=own.input.width,
            mean=own.input.mean,
            std=own.input.std,
        ),
        outputs=(Output(name=own.output.name, shape=_shape(session, own, network), meaning=own.output.kind),),
        licence=own.licence,
        source={"stated": own.source},
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.onnx").write_bytes(content)
    (folder / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card)) + b"\n")
    (folder / "own.json").write_bytes(msgspec.json.format(msgspec.json.encode(own)) + b"\n")
    return own_network(folder)


def _shape(session: Session, own: OwnCard, path: Path) -> tuple[int, ...]:
    """The output's shape behind the dimension that counts pictures; InputError where it cannot be what it is said."""
    name = own.output.name
    if name not in session.outputs:
        raise InputError(
            f"this network has no output {name!r}, which its card names (it has: {', '.join(session.outputs)})",
            where=str(path),
        )
    dimensions = session.outputs[name][1:]
    wanted = 2 if own.output.kind == "two-class-logits" else 1
    sizes = [size for size in dimensions if isinstance(size, int)]
    if len(sizes) != len(dimensions) or math.prod(sizes) != wanted:
        raise InputError(
            f"output {name!r} of this network is {session.outputs[name]}: {own.output.kind} needs {wanted} "
            f"number{'s' if wanted > 1 else ''} a picture",
            where=str(path),
            hint="correct `output` in the card",
        )
    return tuple(sizes)
