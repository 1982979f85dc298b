"""`waarmerk audit sample`: options in; `waarmerk.audit.sample` draws."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import typer

from waarmerk.cli.dsa_shared import LANG, OUTPUT, language_of, wants_json, write_json
from waarmerk.errors import InputError, UsageError


def sample_command(
    bundle: Path = typer.Argument(..., help="A bundle of the whole log, from `waarmerk record export`."),
    purpose: str = typer.Option(..., "--purpose", help="notices, decisions or uploads: what is drawn from."),
    n: int = typer.Option(..., "--n", help="How many are drawn."),
    seed_from: Path = typer.Option(..., "--seed-from", help="A published checkpoint: the population is below it."),
    beacon: str = typer.Option(..., "--beacon", help="The beacon's value in hexadecimal, of a round named before."),
    beacon_at: str = typer.Option(None, "--beacon-at", help="When that value became known: 2026-03-02T09:00:00Z."),
    frames: Path = typer.Option(None, "--frames", help="The platform's list of uploads (hour_at, item, salt), CSV."),
    key: list[str] = typer.Option([], "--key", help="A verifier key of the log; without it, the bundle's own."),
    witness_key: list[str] = typer.Option([], "--witness-key", help="A witness's verifier key; again for more."),
    service: str = typer.Option(None, "--service", help="The service, where the bundle has several."),
    out: Path = typer.Option(None, "--out", help="Write what was drawn there, CSV.", dir_okay=False),
    output: str = OUTPUT,
    lang: str = LANG,
) -> None:
    """Draw items that neither side can choose; anyone draws the same. Exit 0: drawn; 4: the log does not verify."""
    language, as_json = language_of(lang), wants_json(output)
    from waarmerk.audit.load import Keys
    from waarmerk.audit.outside import utc
    from waarmerk.audit.sample import PURPOSES, Item, Wanted, draw_sample
    from waarmerk.audit.terminal import sample_lines
    from waarmerk.cli.log_common import parse_keys, read_file
    from waarmerk.record.log.note import MAX_NOTE

    chosen = next((one for one in PURPOSES if one == purpose), None)
    if chosen is None:
        raise UsageError(f"--purpose knows {', '.join(PURPOSES)}, not {purpose}")
    wanted = Wanted(
        purpose=chosen,
        n=n,
        checkpoint=read_file(seed_from, MAX_NOTE),
        beacon=beacon,
        beacon_at=None if beacon_at is None else utc("--beacon-at", beacon_at),
        frames=frames,
        service=service,
    )
    sample = draw_sample(bundle, Keys(parse_keys(key), parse_keys(witness_key)), wanted)
    if out is not None:
        try:
            with out.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, Item.__struct_fields__)
                writer.writeheader()
                writer.writerows(msgspec.to_builtins(item) for item in sample.items)
        except OSError as error:
            raise InputError(f"the table cannot be written: {error.strerror}", where=str(out)) from error
    if as_json:
        write_json(sample)
    else:
        typer.echo("\n".join(sample_lines(sample, n, language)))
