"""The steps of training as a command line: crops, train, export, evaluate, calibrate; each seeded and re-runnable.

python -m waarmerk.training crops DATA STORE
python -m waarmerk.training train STORE RUN --steps 1410
python -m waarmerk.training export RUN MODEL --size 192
python -m waarmerk.training calibrate STORE MODEL
python -m waarmerk.training evaluate STORE MODEL --side calibrate
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import msgspec

from waarmerk.errors import DependencyError, WaarmerkError


def main(arguments: list[str] | None = None) -> int:
    """Runs one step; 0 when done, else the exit code of the error that it printed."""
    options = _parser().parse_args(arguments)
    try:
        options.step(options)
    except WaarmerkError as error:
        print(error.sentence(), file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m waarmerk.training", description=__doc__.split("\n")[0])
    steps = parser.add_subparsers(required=True, metavar="STEP")
    crops = steps.add_parser("crops", help="cut every row of a data folder into a store of wide crops")
    crops.add_argument("data", type=Path)
    crops.add_argument("store", type=Path)
    crops.add_argument("--per-clip", type=int, default=16, help="pictures of a clip (16)")
    crops.set_defaults(step=_crops)
    train = steps.add_parser("train", help="train, or go on from the last checkpoint of RUN")
    train.add_argument("store", type=Path)
    train.add_argument("run", type=Path)
    train.add_argument("--steps", type=int, required=True)
    train.add_argument("--pairs", type=int, default=16, help="pairs in a batch (16)")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--rate", type=float, default=5e-4)
    train.add_argument("--stages", default="0.64:160,0.36:192", help="share of the steps : side in pixels")
    train.add_argument("--self-blends", type=float, default=0.5, help="share of self-blended pairs (0.5)")
    train.add_argument("--strength", type=float, default=0.6, help="how often pairs are degraded, 0..1 (0.6)")
    train.add_argument("--from-nothing", action="store_true", help="no ImageNet weights")
    train.add_argument("--threads", type=int, default=2)
    train.set_defaults(step=_train)
    export = steps.add_parser("export", help="the averaged weights of RUN as network.onnx and card.json in MODEL")
    export.add_argument("run", type=Path)
    export.add_argument("model", type=Path)
    export.add_argument("--size", type=int, default=192)
    export.set_defaults(step=_export)
    calibrate = steps.add_parser("calibrate", help="fit MODEL's calibration.json on the calibration side")
    calibrate.add_argument("store", type=Path)
    calibrate.add_argument("model", type=Path)
    calibrate.set_defaults(step=_calibrate)
    evaluate = steps.add_parser("evaluate", help="figures of MODEL on one side, as JSON")
    evaluate.add_argument("store", type=Path)
    evaluate.add_argument("model", type=Path)
    evaluate.add_argument("--side", choices=("train", "calibrate", "test", "held-out"), default="calibrate")
    evaluate.add_argument("--markdown", action="store_true", help="rows for the model card in place of JSON")
    evaluate.add_argument(
        "--perturb", action="store_true", help="only: how AUC falls under compression and half size"
    )
    evaluate.set_defaults(step=_evaluate)
    return parser


def _crops(options: argparse.Namespace) -> None:
    from waarmerk.training.crops import gather

    seen = gather(options.data, options.store, options.per_clip)
    print(json.dumps({"crops": dict(seen.crops), "without_face": seen.without_face}, indent=1))


def _train(options: argparse.Namespace) -> None:
    try:
        import torch
    except ImportError as error:
        raise DependencyError("training needs PyTorch", hint="pip install 'waarmerk[train]'") from error
    from waarmerk.training.plan import Settings
    from waarmerk.training.train import Run

    torch.set_num_threads(options.threads)
    stages = tuple((float(share), int(size)) for share, size in (s.split(":") for s in options.stages.split(",")))
    settings = Settings(
        steps=options.steps,
        pairs=options.pairs,
        seed=options.seed,
        rate=options.rate,
        stages=stages,
        self_blends=options.self_blends,
        strength=options.strength,
        pretrained=not options.from_nothing,
    )
    Run(options.run, options.store, settings).run()


def _export(options: argparse.Namespace) -> None:
    from waarmerk.training.shipping import write_model

    print(json.dumps(write_model(options.run, options.model, options.size), indent=1))


def _calibrate(options: argparse.Namespace) -> None:
    from waarmerk.examine.networks.load import load
    from waarmerk.training.calibrate import fit
    from waarmerk.training.evaluate import scored
    from waarmerk.training.shipping import POPULATION
    from waarmerk.training.store import Store

    network = load(options.model)
    items = scored(Store(options.store), network, {"calibrate"}, {"clips"})
    fitted = fit(items, network.card.sha256, POPULATION)
    (options.model / "calibration.json").write_bytes(msgspec.json.format(msgspec.json.encode(fitted)) + b"\n")
    print(msgspec.json.format(msgspec.json.encode(fitted)).decode())


def _evaluate(options: argparse.Namespace) -> None:
    from waarmerk.examine.networks.load import load
    from waarmerk.training.report import markdown, perturbed, table
    from waarmerk.training.store import Store

    sides = {"calibrate", "test"} if options.side == "held-out" else {options.side}
    if options.perturb:
        print(json.dumps(perturbed(Store(options.store), load(options.model), sides), indent=1))
        return
    found = table(Store(options.store), load(options.model), sides)
    print(markdown(found, options.side) if options.markdown else json.dumps(found, indent=1))
