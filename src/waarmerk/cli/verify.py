"""`waarmerk verify`: is this receipt, pack or bundle what was logged? Options in, numbered steps out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import typer

from waarmerk.cli.log_common import FORMAT, KEY, parse_keys, read_file, wants_json
from waarmerk.errors import InputError, IntegrityError, UsageError, WaarmerkError
from waarmerk.record.bundle.archive import open_file
from waarmerk.record.bundle.manifest import SCHEMA as BUNDLE
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.note import MAX_NOTE
from waarmerk.record.pack import MAX_PACK, parse_pack
from waarmerk.record.pack import SCHEMA as PACK
from waarmerk.record.receipt import SCHEMA as RECEIPT
from waarmerk.record.receipt import parse_receipt
from waarmerk.record.steps import Step, Trust, bundle_steps, receipt_steps
from waarmerk.record.strict import loads
from waarmerk.text.terminal import plain

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def verify(
    file: Path = typer.Argument(..., help="A receipt, a pack of receipts, or a bundle."),
    key: list[str] = KEY,
    witness_key: list[str] = typer.Option([], help="The verifier key of a witness that must have cosigned."),
    quorum: int = typer.Option(None, help="How many of the witnesses must have cosigned; without it, all.", min=0),
    first: int = typer.Option(None, "--from", help="The first entry to check; without it, all.", min=0),
    last: int = typer.Option(None, "--to", help="The last entry to check.", min=0),
    seen: Path = typer.Option(None, help="A checkpoint kept from earlier: does the log still begin with it?"),
    output: str = FORMAT,
) -> None:
    """Check a receipt, a pack or a bundle with the log's verifier key, offline, step by step; exit 4 where it fails.

    Each step says what it established and what it did not.
    """
    as_json = wants_json(output)
    keys = parse_keys(key)
    if not keys:
        raise UsageError(
            "a record is checked with the verifier key of its log, from a source that you trust", hint="give --key"
        )
    trust = Trust(keys, parse_keys(witness_key), quorum, None if seen is None else _seen(seen, keys))
    end = None if last is None else last + 1
    _tell(_steps(file, trust, first, end), as_json=as_json)


def _steps(file: Path, trust: Trust, first: int | None, end: int | None) -> Iterator[Step]:
    with open_file(file) as stream:
        head = stream.read(2)
    if head == b"PK":
        with open_bundle(file) as bundle:
            yield from bundle_steps(bundle, trust, first, end)
        return
    if (first, end) != (None, None):
        raise UsageError("a receipt is of one entry: --from and --to are for bundles")
    data = read_file(file, MAX_PACK)
    if head[:1] != b"{":
        raise InputError(
            f"this is no receipt ({RECEIPT}), no pack ({PACK}) and no bundle ({BUNDLE})",
            where=str(file),
            hint="a proof of `waarmerk log prove` is checked with `waarmerk log verify`",
        )
    said = loads(data, str(file)).get("schema")
    if said == PACK:
        for receipt in parse_pack(data):
            yield from receipt_steps(receipt, trust)
    elif said == RECEIPT:
        yield from receipt_steps(parse_receipt(data), trust)
    else:
        raise InputError(f"the schema is {said!r}, expected {RECEIPT}, {PACK} or a ZIP of {BUNDLE}", where=str(file))


def _seen(path: Path, keys: list[VerifierKey]) -> SignedCheckpoint:
    return open_checkpoint(read_file(path, MAX_NOTE), keys, keys[0].name)


def _tell(steps: Iterator[Step], *, as_json: bool) -> None:
    told: list[Step] = []
    try:
        for number, step in enumerate(steps, 1):
            told.append(step)
            if not as_json:
                typer.echo(plain(f"{number}. {step.established}"))
                if step.limits:
                    typer.echo(plain(f"   not established: {step.limits}"))
    except (InputError, IntegrityError) as error:
        if as_json:
            _write(told, error)
        raise
    if as_json:
        _write(told, None)
    else:
        typer.echo("verified")


def _write(told: list[Step], error: WaarmerkError | None) -> None:
    facts = {name: value for step in told for name, value in step.facts.items()}
    steps = [{"established": step.established, "not_established": step.limits} for step in told]
    failed = None if error is None else {"step": len(told) + 1, "where": error.where, "wrong": error.message}
    typer.echo(
        json.dumps(msgspec.to_builtins({"verified": error is None, **facts, "steps": steps, "failed": failed}))
    )
