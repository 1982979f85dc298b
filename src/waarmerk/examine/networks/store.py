"""Where an operator's own networks are kept: a folder each, added whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.networks.own import OwnCard, laid_out
from waarmerk.examine.networks.trial import Trial, tried


def added(network: Path, own: OwnCard, models: Path, *, replace: bool = False) -> tuple[Path, Trial]:
    """Checks a network, runs it once and keeps it under `models`; gives its folder and what the run gave.

    Raises UsageError where one of this name is kept already, DependencyError for a missing file or a wrong digest,
    InputError for what is no such network.
    """
    target = models / own.name
    if target.exists() and not replace:
        raise UsageError(
            f"there is a network {own.name!r} already",
            where=str(target),
            hint="give the card another name, or add --replace, which drops its calibration",
        )
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=models) as folder:
            made = Path(folder) / own.name
            laid_out(network, own, made)
            trial = _at(network, made)
            if target.exists():
                shutil.rmtree(target)
            made.replace(target)
    except OSError as error:
        raise UsageError(
            f"the network cannot be kept: {os.strerror(error.errno or 0)}", where=str(models), hint="see `models`"
        ) from error
    return target, trial


def _at(network: Path, made: Path) -> Trial:
    try:
        return tried(made)
    except InputError as error:
        raise InputError(error.message, where=str(network), hint=error.hint) from None


def folder_of(name: str, models: Path) -> Path:
    """The folder of a network that was added; UsageError where there is none of this name."""
    folder = models / name
    if not (folder / "own.json").is_file():
        known = sorted(card.parent.name for card in models.glob("*/own.json"))
        raise UsageError(
            f"there is no own network {name!r}",
            where=str(models),
            hint=f"there are: {', '.join(known)}" if known else "waarmerk models add FILE.onnx --card CARD.yaml",
        )
    return folder
