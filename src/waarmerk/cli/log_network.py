"""The commands of `waarmerk log` that talk to others: serve, witness, cosign, anchor."""

from __future__ import annotations

import contextlib
import secrets
import signal
import sys
import time
from pathlib import Path

import typer

from waarmerk.cli.log_common import FOLDER, KEY, head_words, log_at, parse_keys, read_file
from waarmerk.errors import DependencyError, InputError, UsageError
from waarmerk.record.log.cosign import cosign
from waarmerk.record.log.keyring import KEYS, read_keys
from waarmerk.record.log.keys import COSIGNATURE, KINDS, MLDSA_COSIGNATURE, VerifierKey, signing_key
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.sites import LogSite, Site, WitnessSite
from waarmerk.record.log.storage import PUBLIC
from waarmerk.record.log.wire import Server, poster
from waarmerk.record.log.witness import Witness
from waarmerk.text.terminal import plain

app = typer.Typer()
HOST = typer.Option("127.0.0.1", "--host", help="The address to listen on.")


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
    mldsa: bool = typer.Option(False, "--ml-dsa", help="A new witness signs with ML-DSA-44 instead of Ed25519."),
    host: str = HOST,
    port: int = typer.Option(8081, help="0 for a free one."),
) -> None:
    """Run a witness: cosign each checkpoint that continues the one before; prints its verifier key and address."""
    storage = PosixStorage(folder)
    logs: dict[str, list[VerifierKey]] = {}
    for key in parse_keys(log):
        logs.setdefault(key.name, []).append(key)
    with storage.lock():
        if storage.read(KEYS, 1 << 16) is None:
            if name is None:
                raise UsageError("a new witness needs a name", hint="such as --name witness.example/w1")
            if mldsa and MLDSA_COSIGNATURE not in KINDS:
                raise DependencyError(
                    "the installed cryptography has no ML-DSA-44", hint="pip install -U cryptography"
                )
            new = signing_key(name, MLDSA_COSIGNATURE if mldsa else COSIGNATURE, secrets.token_bytes(32))
            storage.write({KEYS: f"{new.text}\n".encode()})
        own = read_keys(storage)[0]
        if own.kind not in (COSIGNATURE, MLDSA_COSIGNATURE) or name not in (None, own.name):
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
    keys = parse_keys([witness_key])
    with open_log(storage) as log:
        reader = Reader(storage, [key.verifier for key in read_keys(storage)])
        signatures = cosign(reader, keys, poster(witness_url.rstrip("/") + "/add-checkpoint"))
        log.cosigned(reader.signed.head.text, signatures)
    typer.echo(plain(f"{keys[0].name} cosigned {head_words(reader.signed)}"))


@app.command()
def anchor(
    folder: Path = FOLDER,
    authority: str = typer.Option(..., help="The address of a time-stamp authority (RFC 3161)."),
    root: Path = typer.Option(..., help="The authority's root certificate, PEM."),
    out: Path = typer.Option(..., "-o", "--out", help="Where the time-stamp goes, such as LOG.tsr."),
    key: list[str] = KEY,
) -> None:
    """Have an authority that knows nothing of the log attest that its checkpoint exists today."""
    from waarmerk.record import anchor as anchors

    storage, prefix, keys = log_at(folder, key)
    text = Reader(storage, keys, prefix).signed.head.text
    roots = anchors.read_roots(read_file(root, 1 << 20))
    token = anchors.anchor(text, roots, poster(authority, content_type=anchors.QUERY_TYPE))
    try:
        out.write_bytes(token)
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror}", where=str(out)) from error
    typer.echo(f"stamped at {anchors.anchored_at(token, text, roots).isoformat()}")


def _serve(site: Site, host: str, port: int) -> None:
    with Server(site, host, port) as server, contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, also where that is ignored
        typer.echo(server.url)
        sys.stdout.flush()
        server.serve_forever()
