"""`waarmerk bank hash`: the signals of one's own files, computed here; the media go nowhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

import typer

from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.printed import print_signals
from waarmerk.bank.signals.interface import KnownItem, MediumSignals
from waarmerk.bank.signals.pdq import QUALITY_FLOOR, print_hash
from waarmerk.bank.signals.vpdq import write_vpdq
from waarmerk.errors import UsageError, WaarmerkError, combined_exit_code
from waarmerk.text.terminal import plain

Form = Literal["text", "json", "vpdq"]


def hash_files(
    files: list[Path] = typer.Argument(..., metavar="FILE", help="Videos and pictures."),
    output: Form = typer.Option("text", "--format", help="text; json: one object a line; vpdq: frames of one video."),
    parts: bool = typer.Option(False, "--parts", help="JSON: also the hashes of parts, to find cropped copies."),
) -> None:
    """Print the hashes by which copies of files are found; the files stay where they are."""
    if output == "vpdq" and len(files) > 1:
        raise UsageError("--format vpdq is for one file", hint="call it once a file")
    if parts and output != "json":
        raise UsageError("--parts is printed as JSON only", hint="add --format json")
    codes = []
    for path in files:
        try:
            signals = hash_medium(path, "keep" if parts else "list", sound=output != "vpdq").signals
        except WaarmerkError as error:
            print(f"waarmerk: {plain(error.sentence())}", file=sys.stderr)
            codes.append(error.exit_code)
            continue
        _print(str(path), signals, output)
        if why := dull(signals):
            print(f"waarmerk: {plain(str(path))}: {why}", file=sys.stderr)
    raise typer.Exit(combined_exit_code(codes))


def _print(path: str, signals: MediumSignals, output: Form) -> None:
    if output == "json":
        typer.echo(json.dumps(print_signals(path, signals)))
    elif output == "vpdq":
        typer.echo(write_vpdq(signals.frames).decode("ascii"), nl=False)
    else:
        typer.echo("\n".join([plain(path), *(f"  {line}" for line in _lines(signals))]))


def _lines(signals: MediumSignals) -> list[str]:
    frames = signals.frames
    lines = [f"sha256 {signals.sha256}"]
    if signals.kind == "image":
        lines.append(f"pdq    {print_hash(frames.codes[0])} quality {int(frames.quality[0])}")
    else:
        lines.append(f"vpdq   {len(frames)} frames, {len(frames.usable())} of quality {QUALITY_FLOOR} or better")
        if signals.audio is not None:
            lines.append(f"audio  {len(signals.audio)} codes")
    return [*lines, *(plain(f"{name} is missing: {why}") for name, why in signals.absent.items())]


def dull(item: MediumSignals | KnownItem) -> str:
    """Why no copy of it will be found by its pictures, "" where one will."""
    if not len(item.frames) or len(item.frames.usable()):
        return ""
    what = "the picture shows" if item.kind == "image" else "its pictures show"
    found = "only an equal file" if item.audio is None else "only its sound and an equal file"
    best = int(item.frames.quality.max())
    return (
        f"{what} too little to be recognised by (quality {best} of 100, {QUALITY_FLOOR} is the least): {found} will "
        "be found"
    )
