"""`waarmerk log`: keep a log that outsiders verify. Options in, lines or JSON out; `record.log` decides."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import typer

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.checkpoint import SignedCheckpoint
from waarmerk.record.log.cosign import cosign
from waarmerk.record.log.fsck import fsck as rebuild
from waarmerk.record.log.keyring import KEYS, create_log, read_keys, with_new_key, without_key
from waarmerk.record.log.keys import COSIGNATURE, VerifierKey, parse_verifier_key, signing_key
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.proof import MAX_PROOF, parse_proof, verify_proof
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.sites import LogSite, Site, WitnessSite
from waarmerk.record.log.storage import PUBLIC
from waarmerk.record.log.tiles import MAX_ENTRY
from waarmerk.record.log.wire import Server, poster
from waarmerk.record.log.witness import Witness
from waarmerk.text.terminal import plain

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keep an append-only log that outsiders verify.")

FOLDER = typer.Argument(..., help="The folder of the log.")
KEY = typer.Option([], "--key", help="A verifier key of the log; again for a second one.")
FORMAT = typer.Option("text", "--format", help="text or json.")
HOST = typer.Option("127.0.0.1", "--host", help="The address to listen on.")
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
    as_json = _wants_json(output)
    with open_log(PosixStorage(folder)) as log, _opened(file) as stream:
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
    storage, prefix, keys = _log(folder, key)
    sys.stdout.buffer.write(Reader(storage, keys, prefix).prove(index).data)
    sys.stdout.buffer.flush()


@app.command()
def fsck(folder: Path = FOLDER, key: list[str] = KEY, output: str = FORMAT) -> None:
    """Rebuild the whole log from its entries; exit 0 sound, 4 not, naming the first thing that is wrong."""
    as_json = _wants_json(output)
    storage, prefix, keys = _log(folder, key)
    try:
        sound = rebuild(storage, keys, prefix)
    except IntegrityError as error:
        if as_json:
            typer.echo(json.dumps({"sound": False, "where": error.where, "wrong": error.message}))
        raise
    if as_json:
        facts = {"sound": True, **_head(sound.signed), "beyond": sound.beyond, "foreign": sound.foreign}
        typer.echo(json.dumps(facts))
        return
    typer.echo(plain(f"sound: {_words(sound.signed)}"))
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
    output: str = FORMAT,
) -> None:
    """Check a proof, or a whole published log, with the log's verifier key; needs nothing else, and no network."""
    as_json = _wants_json(output)
    keys, witnesses = _keys(key), _keys(witness_key)
    if path.is_dir():
        if entry is not None:
            raise UsageError("an entry is checked with its proof, not with a folder", hint="see `waarmerk log prove`")
        storage, prefix, keys = _log(path, key)
        signed, facts = rebuild(storage, keys, prefix).signed, {}
        said = f"every entry, tile and the root are what was signed: {_words(signed)}"
    else:
        proof = parse_proof(_read(path, MAX_PROOF))
        signed = verify_proof(proof, keys, None if entry is None else _read(entry, MAX_ENTRY))
        facts = {"index": proof.index}
        said = f"entry {proof.index} is in the log: {_words(signed)}"
    cosigned = signed.cosigned_by(witnesses)
    needed = len(witnesses) if quorum is None else quorum
    if len(cosigned) < needed:
        raise IntegrityError(f"{len(cosigned)} of {len(witnesses)} witnesses cosigned, {needed} are needed")
    if as_json:
        names = [witness.name for witness in cosigned]
        typer.echo(json.dumps({"verified": True, **_head(signed), **facts, "witnesses": names}))
        return
    typer.echo(plain(said))
    if cosigned:
        typer.echo(plain(f"cosigned by {', '.join(witness.name for witness in cosigned)}"))
    typer.echo("established: nothing was changed since; not established: that nothing was left out")


@app.command()
def serve(folder: Path = FOLDER, host: str = HOST, port: int = typer.Option(8080, help="0 for a free one.")) -> None:
    """Serve the public folder of the log over HTTP; any other web server does as well."""
    storage = PosixStorage(folder)
    if storage.read(PUBLIC + "checkpoint", 1 << 20) is None:
        raise UsageError("there is no log here", where=str(folder), hint="make one with `waarmerk log init`")
    _serve(LogSite(storage), host, port)


@app.command()
def witness(
    folder: Path = typer.Argument(..., help="The folder of the witness: its key, and what it saw last."),
    log: list[str] = typer.Option(..., "--log", help="The verifier key of a log to cosign; again for more."),
    name: str = typer.Option(None, help="The name of a new witness, such as witness.example/w1."),
    host: str = HOST,
    port: int = typer.Option(8081, help="0 for a free one."),
) -> None:
    """Run a witness: cosign each checkpoint that continues the one before; prints its verifier key and address."""
    storage = PosixStorage(folder)
    logs: dict[str, list[VerifierKey]] = {}
    for key in _keys(log):
        logs.setdefault(key.name, []).append(key)
    with storage.lock():
        if storage.read(KEYS, 1 << 16) is None:
            if name is None:
                raise UsageError("a new witness needs a name", hint="such as --name witness.example/w1")
            new = signing_key(name, COSIGNATURE, secrets.token_bytes(32))
            storage.write({KEYS: f"{new.text}\n".encode()})
        own = read_keys(storage)[0]
        if own.kind != COSIGNATURE or name not in (None, own.name):
            raise UsageError(f"here lies the key of {own.name}, not of a witness {name or ''}", where=str(folder))
        typer.echo(own.verifier.text)
        _serve(WitnessSite(Witness(storage, own, logs, lambda: int(time.time()))), host, port)


@app.command("cosign")
def ask_witness(
    folder: Path = FOLDER,
    witness_url: str = typer.Option(..., "--witness", help="The address of the witness."),
    witness_key: str = typer.Option(..., help="Its verifier key."),
) -> None:
    """Have a witness cosign the log's checkpoint, and publish it with the cosignature."""
    storage = PosixStorage(folder)
    keys = _keys([witness_key])
    with open_log(storage) as log:
        reader = Reader(storage, [key.verifier for key in read_keys(storage)])
        signatures = cosign(reader, keys, poster(witness_url.rstrip("/") + "/add-checkpoint"))
        log.cosigned(reader.signed.head.text, signatures)
    typer.echo(plain(f"{keys[0].name} cosigned {_words(reader.signed)}"))


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


@contextlib.contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 -- closed below; only opening may fail here
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=file) from error
    with stream:
        yield stream


def _read(path: Path, limit: int) -> bytes:
    with _opened(str(path)) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"the file has more than {limit} bytes", where=str(path))
    return data


def _log(folder: Path, key: Sequence[str]) -> tuple[PosixStorage, str, list[VerifierKey]]:
    """The storage, the prefix and the verifier keys: a log's own folder, or a copy of its public one with `--key`."""
    storage = PosixStorage(folder)
    if (folder / KEYS).exists():
        return storage, PUBLIC, _keys(key) or [own.verifier for own in read_keys(storage)]
    if not key:
        raise UsageError(
            "there is no log here whose key lies beside it", where=str(folder), hint="a copy is checked with --key"
        )
    return storage, PUBLIC if (folder / PUBLIC).is_dir() else "", _keys(key)


def _keys(texts: Sequence[str]) -> list[VerifierKey]:
    return [parse_verifier_key(text) for text in texts]


def _serve(site: Site, host: str, port: int) -> None:
    with Server(site, host, port) as server, contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
        typer.echo(server.url)
        sys.stdout.flush()
        server.serve_forever()


def _head(signed: SignedCheckpoint) -> dict[str, str | int]:
    return {"origin": signed.head.origin, "size": signed.head.size, "root": encode(signed.head.root)}


def _words(signed: SignedCheckpoint) -> str:
    return f"{signed.head.size} entries, root {encode(signed.head.root)}, {signed.head.origin}"


def _wants_json(output: str) -> bool:
    if output not in ("text", "json"):
        raise UsageError(f"--format is text or json, not {output}")
    return output == "json"
