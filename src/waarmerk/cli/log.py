"""`waarmerk log`: keep a log that outsiders verify. Options in, lines or JSON out; `record.log` decides."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import typer

from waarmerk.cli import log_network
from waarmerk.cli.log_common import (
    FOLDER,
    FORMAT,
    KEY,
    head_facts,
    head_words,
    log_at,
    opened,
    parse_keys,
    read_file,
    wants_json,
)
from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint
from waarmerk.record.log.fsck import fsck as rebuild
from waarmerk.record.log.keyring import create_log, read_keys, with_new_key, without_key
from waarmerk.record.log.note import MAX_NOTE
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.proof import MAX_PROOF, parse_proof, verify_proof
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.tiles import MAX_ENTRY
from waarmerk.text.terminal import plain

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep an append-only log that outsiders verify.",
)
app.add_typer(log_network.app)

_CHUNK = 1 << 20


@app.command()
def init(
    folder: Path = FOLDER, origin: str = typer.Option(..., help="The log's name, such as example.com/log.")
) -> None:
    """Make an empty log; prints its verifier key, which everybody who checks it needs."""
    typer.echo(create_log(PosixStorage(folder), origin, secrets.token_bytes(32)).text)


@app.command()
def append(
    folder: Path = FOLDER,
    file: str = typer.Argument(..., help="A file, one entry a line; - for standard input."),
    output: str = FORMAT,
) -> None:
    """Add entries; prints the index of each, and the size of the log, once they are durable."""
    as_json = wants_json(output)
    with open_log(PosixStorage(folder)) as log, opened(file) as stream:
        for number, lines, refused in _batches(stream):
            if lines:
                done = log.append(lines)
                form = '{{"index": {}, "size": {}}}\n' if as_json else "{} {}\n"
                indices = range(done.first, done.first + len(lines))
                sys.stdout.write("".join(form.format(index, done.size) for index in indices))
                sys.stdout.flush()
            if refused:
                raise InputError(
                    f"an entry has more than {MAX_ENTRY} bytes",
                    where=f"{'stdin' if file == '-' else file} line {number + len(lines)}",
                    hint="the lines before it were added, the others not; append the SHA-256 of large things",
                )


@app.command()
def prove(
    folder: Path = FOLDER,
    index: int = typer.Argument(..., help="The number of the entry, from 0."),
    key: list[str] = KEY,
) -> None:
    """Print the proof that an entry is in the log, for `waarmerk log verify`."""
    storage, prefix, keys = log_at(folder, key)
    sys.stdout.buffer.write(Reader(storage, keys, prefix).prove(index).data)
    sys.stdout.buffer.flush()


@app.command()
def fsck(folder: Path = FOLDER, key: list[str] = KEY, output: str = FORMAT) -> None:
    """Rebuild the whole log from its entries; exit 0 sound, 4 not, naming the first thing that is wrong."""
    as_json = wants_json(output)
    storage, prefix, keys = log_at(folder, key)
    try:
        sound = rebuild(storage, keys, prefix)
    except IntegrityError as error:
        if as_json:
            typer.echo(json.dumps({"sound": False, "where": error.where, "wrong": error.message}))
        raise
    if as_json:
        facts = {"sound": True, **head_facts(sound.signed), "beyond": sound.beyond, "foreign": sound.foreign}
        typer.echo(json.dumps(facts))
        return
    typer.echo(plain(f"sound: {head_words(sound.signed)}"))
    if sound.beyond:
        typer.echo(f"{sound.beyond} files beyond the checkpoint: an append was cut off, the next one finishes it")
    if sound.foreign:
        typer.echo(f"{sound.foreign} other files in the public folder, which belong to no log")


@app.command()
def verify(
    path: Path = typer.Argument(..., help="A proof from `log prove`, or the public folder of a log."),
    key: list[str] = KEY,
    entry: Path = typer.Option(None, help="The entry that is asked about; without it, the one in the proof."),
    witness_key: list[str] = typer.Option([], help="The verifier key of a witness that must have cosigned."),
    quorum: int = typer.Option(None, help="How many of the witnesses must have cosigned; without it, all."),
    since: Path = typer.Option(None, help="An earlier checkpoint of the log: does the folder continue it?"),
    stamp: Path = typer.Option(None, help="A time-stamp of this checkpoint, from `log anchor`."),
    stamp_root: Path = typer.Option(None, help="The root certificate of its authority, PEM."),
    output: str = FORMAT,
) -> None:
    """Check a proof, or a whole published log, with the log's verifier key; needs nothing else, and no network."""
    as_json = wants_json(output)
    keys, witnesses = parse_keys(key), parse_keys(witness_key)
    facts: dict[str, str | int] = {}
    if path.is_dir():
        if entry is not None:
            raise UsageError("an entry is checked with its proof, not with a folder", hint="see `waarmerk log prove`")
        storage, prefix, keys = log_at(path, key)
        signed = rebuild(storage, keys, prefix).signed
        if since is not None:
            old = open_checkpoint(read_file(since, MAX_NOTE), keys, keys[0].name)
            Reader(storage, keys, prefix).check_extends(old)
            facts["since"] = old.head.size
        said = f"every entry, tile and the root are what was signed: {head_words(signed)}"
    elif since is not None:
        raise UsageError("an earlier checkpoint is checked against the folder of the log, not against a proof")
    else:
        proof = parse_proof(read_file(path, MAX_PROOF))
        signed = verify_proof(proof, keys, None if entry is None else read_file(entry, MAX_ENTRY))
        facts["index"] = proof.index
        said = f"entry {proof.index} is in the log: {head_words(signed)}"
    cosigned = signed.cosigned_by(witnesses)
    needed = len(witnesses) if quorum is None else quorum
    if len(cosigned) < needed:
        raise IntegrityError(f"{len(cosigned)} of {len(witnesses)} witnesses cosigned, {needed} are needed")
    stamped = _stamped(stamp, stamp_root, signed)
    if as_json:
        facts |= {"stamped_at": stamped} if stamped else {}
        names = [witness.name for witness in cosigned]
        typer.echo(json.dumps({"verified": True, **head_facts(signed), **facts, "witnesses": names}))
        return
    typer.echo(plain(said))
    if since is not None:
        typer.echo(f"it continues the log of {facts['since']} entries that the earlier checkpoint signed")
    if cosigned:
        typer.echo(plain(f"cosigned by {', '.join(witness.name for witness in cosigned)}"))
    if stamped:
        typer.echo(f"this checkpoint existed at {stamped}")
    typer.echo("established: nothing was changed since; not established: that nothing was left out")


@app.command()
def rotate(
    folder: Path = FOLDER,
    retire: str = typer.Option(None, help="The id of the key to retire, once all have the new one."),
) -> None:
    """Add a second key beside the old one, or retire the old one; prints the verifier keys that sign from now on."""
    storage = PosixStorage(folder)
    with open_log(storage) as log:
        keys = read_keys(storage)
        ring = with_new_key(keys, secrets.token_bytes(32)) if retire is None else without_key(keys, retire)
        log.rotate(ring)
    for key in ring:
        typer.echo(key.verifier.text)


def _batches(stream: IO[bytes]) -> Iterator[tuple[int, list[bytes], bool]]:
    """Number of the first line, the lines that have come so far, and whether the next one is too long."""
    number, rest = 1, b""
    while chunk := stream.read1(_CHUNK):  # type: ignore[attr-defined]
        *lines, rest = (rest + chunk).split(b"\n")
        long = next((at for at, line in enumerate(lines) if len(line) > MAX_ENTRY), None)
        if long is not None or len(rest) > MAX_ENTRY:
            yield number, lines[:long], True
            return
        yield number, lines, False
        number += len(lines)
    if rest:
        yield number, [rest], False


def _stamped(stamp: Path | None, root: Path | None, signed: SignedCheckpoint) -> str | None:
    if stamp is None:
        return None
    if root is None:
        raise UsageError("a time-stamp is checked under the root of its authority", hint="give --stamp-root")
    from waarmerk.record import anchor as anchors

    roots = anchors.read_roots(read_file(root, 1 << 20))
    return anchors.anchored_at(read_file(stamp, anchors.MAX_TOKEN), signed.head.text, roots).isoformat()
