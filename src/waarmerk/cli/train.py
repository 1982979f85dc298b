"""`waarmerk train`: the steps from a folder of faces to a calibrated network. Options in; `training` does it.

Every step is seeded and can be run again; a run that was cut goes on from its last checkpoint.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import msgspec
import typer

from waarmerk.errors import DependencyError, UsageError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train and calibrate a network.")
SIDES = ("train", "calibrate", "test", "held-out")


@app.command()
def crops(
    data: Path = typer.Argument(..., help="Folders portraits, faces and clips, each with an index.csv."),
    store: Path = typer.Argument(..., help="A new folder for the crops."),
    per_clip: int = typer.Option(16, min=1, help="Pictures of a clip."),
) -> None:
    """Cut every row of a data folder into a store of wide crops with face mesh."""
    from waarmerk.training.crops import gather

    seen = gather(data, store, per_clip)
    _tell({"crops": dict(seen.crops), "without_face": seen.without_face})


@app.command()
def decoders(
    store: Path = typer.Argument(..., help="A store of crops."),
    folder: Path = typer.Argument(..., help="Where the decoders are written."),
    steps: int = typer.Option(350, min=20, help="Steps of each decoder."),
    seed: int = typer.Option(3),
) -> None:
    """Train the small decoders that make re-synthesised faces."""
    _pytorch()
    from waarmerk.training.make import train_decoders
    from waarmerk.training.store import Store

    _tell({"mean_absolute_error": train_decoders(Store(store), folder, steps=steps, seed=seed)})


@app.command()
def make(
    store: Path = typer.Argument(..., help="A store of crops."),
    made: Path = typer.Argument(..., help="A new folder for the made pairs."),
    decoders: Path = typer.Option(..., help="A folder of `waarmerk train decoders`."),
    train: int = typer.Option(900, min=0, help="Pairs of each method for training."),
    held_out: int = typer.Option(110, min=0, help="Pairs of each method of people who are not trained on."),
    seed: int = typer.Option(5),
) -> None:
    """Make fakes beside their originals: landmark swaps between people, and faces generated anew."""
    _pytorch()
    from waarmerk.training.make import make as make_pairs
    from waarmerk.training.store import Store

    _tell({"pairs": make_pairs(Store(store), made, decoders, train=train, held_out=held_out, seed=seed)})


@app.command()
def run(
    store: Path = typer.Argument(..., help="A store of crops."),
    folder: Path = typer.Argument(..., help="The run: settings, curve, checkpoint; started again, it goes on."),
    steps: int = typer.Option(..., min=1),
    made: Path = typer.Option(None, help="A store of made pairs."),
    start: Path = typer.Option(None, help="A checkpoint whose averaged weights the run begins with."),
    settings: Path = typer.Option(None, help="Settings as JSON, under the options given here."),
    pairs: int = typer.Option(None, help="Pairs in a batch (16)."),
    seed: int = typer.Option(None, help="Of everything that is drawn (1)."),
    rate: float = typer.Option(None, help="Learning rate at its top (5e-4)."),
    stages: str = typer.Option(None, help="Share of the steps : side in pixels (0.64:160,0.36:192)."),
    from_nothing: bool = typer.Option(False, help="No ImageNet weights."),
    shippable: bool = typer.Option(False, help="Only sources whose terms allow redistribution."),
    threads: int = typer.Option(2, min=1),
) -> None:
    """Train, or go on from the last checkpoint."""
    _pytorch()
    import torch

    from waarmerk.training.plan import planned
    from waarmerk.training.train import Run

    torch.set_num_threads(threads)
    given: dict[str, object] = {"steps": steps, "pairs": pairs, "seed": seed, "rate": rate, "stages": _stages(stages)}
    if from_nothing:
        given["pretrained"] = False
    if shippable:
        given["shippable"] = True
    plan = planned(settings.read_bytes() if settings else b"{}", {k: v for k, v in given.items() if v is not None})
    Run(folder, (store, *([made] if made else [])), plan, start).run()


def _stages(text: str | None) -> list[tuple[float, int]] | None:
    if text is None:
        return None
    try:
        return [(float(share), int(side)) for share, side in (part.split(":") for part in text.split(","))]
    except ValueError:
        raise UsageError(f"these are no stages: {text}", hint="write share:pixels, as in 0.64:160,0.36:192") from None


@app.command()
def export(
    run: Path = typer.Argument(..., help="A run."),
    model: Path = typer.Argument(..., help="Where network.onnx and card.json are written."),
    size: int = typer.Option(192, help="Side of the network's input in pixels."),
    heads: str = typer.Option("1,0,0", help="Weights of the logits any, seam and whole."),
) -> None:
    """Write the averaged weights of a run as a network."""
    _pytorch()
    from waarmerk.training.shipping import write_model

    try:
        one, two, three = (float(weight) for weight in heads.split(","))
    except ValueError:
        raise UsageError(f"these are no weights of heads: {heads}", hint="write three numbers: 1,0.5,0") from None
    _tell(write_model(run, model, size, (one, two, three)))


@app.command()
def calibrate(
    store: Path = typer.Argument(..., help="A store of crops."),
    model: Path = typer.Argument(..., help="A folder with network.onnx and card.json."),
) -> None:
    """Fit the calibration of a network on the calibration side of the clips."""
    from waarmerk.examine.networks.load import load
    from waarmerk.training.calibrate import fit
    from waarmerk.training.evaluate import scored
    from waarmerk.training.shipping import POPULATION
    from waarmerk.training.store import Store

    network = load(model)
    items = scored(Store(store), network, {"calibrate"}, {"clips"})
    fitted = fit(items, network.card.sha256, POPULATION)
    content = msgspec.json.format(msgspec.json.encode(fitted))
    (model / "calibration.json").write_bytes(content + b"\n")
    typer.echo(content.decode())


@app.command()
def evaluate(
    store: Path = typer.Argument(..., help="A store of crops."),
    model: Path = typer.Argument(..., help="A folder with network.onnx and card.json."),
    side: str = typer.Option("calibrate", help=f"One of {', '.join(SIDES)}."),
    made: Path = typer.Option(None, help="A store of made pairs: those of people not trained on count."),
    markdown: bool = typer.Option(False, help="Rows for the model card in place of JSON."),
    perturb: bool = typer.Option(False, help="Only how AUC falls under compression, half size and a shifted crop."),
) -> None:
    """Measure a network on one side of the data."""
    from waarmerk.examine.networks.load import load
    from waarmerk.training.report import markdown as rows
    from waarmerk.training.report import perturbed, table
    from waarmerk.training.store import Store

    if side not in SIDES:
        raise UsageError(f"there is no side {side}", hint=f"one of {', '.join(SIDES)}")
    sides = {"calibrate", "test"} if side == "held-out" else {side}
    stores = Store(store, *([made] if made else []))
    if perturb:
        _tell(perturbed(stores, load(model), sides))
        return
    found = table(stores, load(model), sides)
    typer.echo(rows(found, side) if markdown else json.dumps(found, indent=1))


def _pytorch() -> None:
    for package in ("torch", "onnx"):
        if importlib.util.find_spec(package) is None:
            raise DependencyError(
                f"training needs the Python package {package}", hint="pip install 'waarmerk[train]'"
            )


def _tell(found: dict[str, Any]) -> None:
    typer.echo(json.dumps(found, indent=1))
