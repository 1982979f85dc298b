"""`waarmerk models`: an operator's own networks: added, listed, calibrated on the operator's own labelled list."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from waarmerk import settings as settings_
from waarmerk.cli.dsa_shared import table
from waarmerk.cli.evaluate_shared import evaluator_of, stages
from waarmerk.errors import InputError, WaarmerkError
from waarmerk.examine.analyzers.own import OwnNetworkAnalyzer, own_folders
from waarmerk.examine.evaluate.fitting import fit
from waarmerk.examine.evaluate.lists import read_list
from waarmerk.examine.networks.card import read_regular
from waarmerk.examine.networks.own import checked_card, read_own
from waarmerk.examine.networks.store import added, folder_of
from waarmerk.settings import models_folder
from waarmerk.text.plain_yaml import load as yaml_values
from waarmerk.text.terminal import plain

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Your own networks: add, list, calibrate.",
)
LARGEST_CARD = 1 << 20


def _models() -> Path:
    return models_folder(settings_.load(os.environ), os.environ)


@app.command()
def add(
    network: Annotated[Path, typer.Argument(metavar="FILE.onnx", help="The network, as it was exported.")],
    card: Annotated[Path, typer.Option(metavar="CARD.yaml", help="What it is: see the how-to.")],
    replace: Annotated[bool, typer.Option("--replace", help="In place of one of the same name.")] = False,
) -> None:
    """Add a network of your own: checked against its card, run once, kept.

    It answers by a ratio once it is calibrated; until then its scores stand in the report and nothing else.
    """
    raw = read_regular(card, LARGEST_CARD, "the card", "name a card: --card CARD.yaml")
    own = checked_card(yaml_values(raw, str(card)), str(card))
    folder, trial = added(network, own, _models(), replace=replace)
    typer.echo(f"{own.name}: added to {plain(str(folder))}, {trial.milliseconds:.0f} ms a face on one core")
    typer.echo(f"next: waarmerk models calibrate {own.name} LIST.csv")


@app.command("list")
def list_() -> None:
    """List your networks: name, calibration, licence, digest."""
    rows: list[tuple[str, ...]] = [("name", "calibrated on", "Cllr", "licence", "sha256")]
    broken: list[WaarmerkError] = []
    for folder in own_folders(_models()):
        try:
            rows.append(_row(folder))
        except WaarmerkError as error:
            broken.append(error)
    if len(rows) > 1:
        typer.echo(table(rows))
    elif not broken:
        typer.echo("no network of your own is added; add one with: waarmerk models add FILE.onnx --card CARD.yaml")
    for one in broken:
        typer.echo(f"waarmerk: {plain(one.sentence())}", err=True)
    raise typer.Exit(1 if broken else 0)


def _row(folder: Path) -> tuple[str, ...]:
    analyzer, own = OwnNetworkAnalyzer(folder), read_own(folder)
    fitted = analyzer.fitted
    told = "not calibrated" if fitted is None else f"{fitted.real} real, {fitted.fake} fake, {fitted.sources} sources"
    cllr = "" if fitted is None else f"{fitted.cllr:.2f}"
    return own.name, told, cllr, own.licence, own.sha256[:12]


@app.command()
def calibrate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A network that was added.")],
    list_file: Annotated[Path, typer.Argument(metavar="LIST.csv", help="Labelled media that it was not trained on.")],
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only rows with this value; repeat to narrow.")
    ] = None,
    population: Annotated[
        str, typer.Option(metavar="TEXT", help="What the list holds, for every report that stands on it.")
    ] = "",
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Files examined at once (default: all cores).")
    ] = None,
    cache: Annotated[Path | None, typer.Option(metavar="DIR", help="Where answers are kept.")] = None,
) -> None:
    """Fit a network's ratios, with bounds, on your own labelled list; from then on it enters the conclusion.

    Exit code 0: calibrated on every row; 1: some row could not be examined, or the list cannot carry a calibration.
    """
    settings = settings_.load(os.environ)
    folder = folder_of(name, _models())
    listed = read_list(list_file, where or ())
    with ExitStack() as stack:
        tell = stack.enter_context(stages())
        evaluator = evaluator_of(settings, os.environ, tell, only=name, jobs=jobs, cache=cache)
        examined = evaluator.examined(listed.rows)
    try:
        network = OwnNetworkAnalyzer(folder).network.card.sha256
        fitted = fit(examined.items, network, population or f"the list {list_file.name} of the operator")
    except InputError as error:
        raise InputError(error.message, where=error.where or str(list_file), hint=error.hint) from error
    partial = folder / ".calibration.json"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(fitted)) + b"\n")
    partial.replace(folder / "calibration.json")
    low, high = (10**bound for bound in fitted.model.bounds)
    typer.echo(
        f"{name}: calibrated on {fitted.real} real and {fitted.fake} fake recordings of {fitted.sources} sources; "
        f"ratios between {low:.2g} and {high:.2g}; AUC {fitted.notes['auc']:.2f}, Cllr {fitted.cllr:.2f}, with each "
        f"part left out in turn {fitted.notes['cllr_left_out']:.2f}"
    )
    unusable = (*listed.unusable, *examined.unusable)
    errors = Console(stderr=True, highlight=False)
    for one in unusable:
        errors.print(f"waarmerk: line {one.line}, {plain(one.listed)}: {plain(one.reason)}", markup=False)
    raise typer.Exit(1 if unusable else 0)
