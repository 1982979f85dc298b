"""`waarmerk record`: events and imports in, receipts, bundles, tables out. Options in; `waarmerk.record` decides."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import typer

from waarmerk.cli.log_common import FORMAT, KEY, now, opened, parse_keys, wants_json
from waarmerk.cli.record_import import forget, import_events, maps
from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.bundle.write import appearing, write_bundle
from waarmerk.record.commitment import SALT_SIZE
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.events.catalogue import MAX_EVENT
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.outbox import SQLITE, Rows
from waarmerk.record.pack import make_pack
from waarmerk.record.receipt import make_receipt
from waarmerk.record.recording import parse_line, record
from waarmerk.record.store import Events, EventStore
from waarmerk.text.terminal import plain

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keep the record: events, receipts, bundles, tables.",
)
FOLDER = typer.Argument(..., help="The folder of the log, from `waarmerk log init`.")
OUTBOX = typer.Option(None, "--outbox", help="The SQLite database whose outbox has the events, if a platform's own.")
app.command("import")(import_events)
app.command()(maps)
app.command()(forget)
_BATCH = 4096
_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


@app.command()
def append(
    folder: Path = FOLDER,
    file: str = typer.Argument(None, help="Events, a JSON object a line, without logged_at; - for standard input."),
    blob: list[Path] = typer.Option([], "--blob", help="A file that events name by its SHA-256; again for more."),
    output: str = FORMAT,
) -> None:
    """Store events with new salts and bind them into the log; ids that are there already are passed over."""
    as_json = wants_json(output)
    if file is None and not blob:
        raise UsageError("there is nothing to append", hint="give a file of events, or --blob")
    storage = PosixStorage(folder)
    read_keys(storage)
    with open_log(storage) as log, EventStore(folder) as store:
        for path in blob:
            with opened(str(path)) as stream:
                typer.echo(f"{store.keep_blob(stream)}  {plain(str(path))}", err=as_json)
        new = seen = 0
        for batch in () if file is None else _batches(file):
            done = record(storage, log, store, batch, lambda: secrets.token_bytes(SALT_SIZE))
            new, seen = new + done.new, seen + done.seen
        size = log.signed.head.size
    if as_json:
        typer.echo(json.dumps({"new": new, "seen": seen, "size": size}))
    elif file is not None:
        typer.echo(f"{new} events recorded, {seen} were there already; the log has {size} entries")


@app.command()
def deliver(
    folder: Path = FOLDER,
    outbox: Path = typer.Option(..., "--outbox", help="The SQLite database whose outbox has the events."),
    output: str = FORMAT,
) -> None:
    """Bring the events that wait in a platform's outbox into the log, each once, and note where they are."""
    as_json = wants_json(output)
    read_keys(PosixStorage(folder))
    with open_dispatcher(PosixStorage(folder)) as dispatcher, _outbox(outbox, None) as rows:
        count = dispatcher.deliver(rows)
        size = dispatcher.log.signed.head.size
    if as_json:
        typer.echo(json.dumps({"delivered": count, "size": size}))
        return
    typer.echo(f"{count} events delivered; the log has {size} entries")


@app.command()
def receipt(
    folder: Path = FOLDER,
    event: list[str] = typer.Argument(..., help="The id of the event; several make a pack."),
    outbox: Path = OUTBOX,
    out: Path = typer.Option(..., "-o", "--out", help="Where the receipt goes, such as receipt.json."),
) -> None:
    """Write the receipt of an event: the event, its salt, and the proof that it is in the log; a pack of several."""
    storage = PosixStorage(folder)
    keys = [key.verifier for key in read_keys(storage)]
    made = []
    with _kept(folder, outbox) as store:
        for one in dict.fromkeys(event):
            index = store.index_of(one)
            stored = None if index is None else next(store.between(index, index + 1), None)
            if stored is None:
                raise UsageError(f"there is no event {one} in this log", hint="never recorded, or erased")
            made.append(make_receipt(Reader(storage, keys), keys, stored))
    with appearing(out) as file:
        file.write((made[0].data if len(made) == 1 else make_pack(made)) + b"\n")


@app.command()
def erase(folder: Path = FOLDER, event: list[str] = typer.Argument(..., help="The ids of the events.")) -> None:
    """Delete events and their salts for ever; their places in the log stay and still verify."""
    read_keys(PosixStorage(folder))
    with EventStore(folder) as store:
        store.erase(event)
    typer.echo(f"{len(event)} erased")


@app.command()
def export(
    folder: Path = FOLDER,
    out: Path = typer.Option(..., "-o", "--out", help="Where the bundle goes, such as bundle.zip."),
    first: int = typer.Option(0, "--from", help="The first entry, from 0.", min=0),
    last: int = typer.Option(None, "--to", help="The last entry; without it, up to the newest.", min=0),
    blob: list[str] = typer.Option([], "--blob", help="The SHA-256 of a blob to put in; again for more, or `all`."),
    witness_key: list[str] = typer.Option([], help="A witness's verifier key, to be named in the bundle."),
    outbox: Path = OUTBOX,
    output: str = FORMAT,
) -> None:
    """Write a range of the record as one ZIP, for `waarmerk verify` and for audits."""
    as_json = wants_json(output)
    storage = PosixStorage(folder)
    keys = [key.verifier for key in read_keys(storage)]
    with _kept(folder, outbox) as store:
        size = Reader(storage, keys).size
        end = size if last is None else last + 1
        blobs = _named_blobs(store, first, end) if blob == ["all"] else blob
        made = write_bundle(
            out, storage, store, keys, first=first, end=end, blobs=blobs, witness_keys=parse_keys(witness_key)
        )
    if as_json:
        facts = {"first": made.first, "end": made.end, "events": made.events, "blobs": len(made.blobs)}
        typer.echo(json.dumps({"origin": made.origin, "size": made.size, **facts}))
        return
    typer.echo(
        plain(
            f"entries {made.first} to {made.end - 1} of {made.size} of {made.origin}: {made.events} events,"
            f" {len(made.blobs)} blobs, in {out}"
        )
    )


@app.command("open")
def open_tables(
    bundle: Path = typer.Argument(..., help="A bundle from `record export`."),
    key: list[str] = KEY,
    sqlite: Path = typer.Option(None, help="A new SQLite file for the tables."),
    csv: Path = typer.Option(None, help="A new folder for the tables as CSV."),
) -> None:
    """Verify a bundle and lay its events out as plain tables, with a data dictionary."""
    from waarmerk.record.tables import write_tables

    keys = parse_keys(key)
    if not keys:
        raise UsageError("events are verified before they are laid out", hint="give --key")
    if sqlite is None and csv is None:
        raise UsageError("there is nowhere to lay the tables out", hint="give --sqlite, --csv or both")
    with open_bundle(bundle) as opened_bundle:
        rows = write_tables(opened_bundle, keys, sqlite=sqlite, folder=csv)
    typer.echo(f"{rows} events, every one verified")


def _batches(file: str) -> Iterator[list[tuple[str, bytes]]]:
    with opened(file) as stream:
        name = "stdin" if file == "-" else file
        batch: list[tuple[str, bytes]] = []
        for number, line in enumerate(_lines(stream), 1):
            if line.strip():
                batch.append(parse_line(line, now(), f"{name} line {number}"))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(2 * MAX_EVENT + 1):
        if len(line) > 2 * MAX_EVENT:
            raise InputError(f"a line of more than {2 * MAX_EVENT} bytes is no event")
        yield line


@contextlib.contextmanager
def _kept(folder: Path, outbox: Path | None) -> Iterator[EventStore | Rows]:
    """Where the events of a log are: beside it, or in a platform's outbox; the blobs are beside it in either case."""
    with EventStore(folder) as store:
        if outbox is None:
            yield store
            return
        with _outbox(outbox, store) as rows:
            yield rows


@contextlib.contextmanager
def _outbox(path: Path, blobs: EventStore | None) -> Iterator[Rows]:
    """The outbox in a SQLite database that is there already."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            rows = Rows(connection, SQLITE) if blobs is None else Rows(connection, SQLITE, blobs.blob)
            if rows.one("SELECT 1 FROM sqlite_master WHERE name = 'waarmerk_outbox'") is None:
                raise UsageError("there is no outbox in this database", where=str(path))
            yield rows
    except sqlite3.OperationalError as error:
        raise UnavailableError(f"the database of the outbox failed: {error}", where=str(path)) from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"this is no sound SQLite database: {error}", where=str(path)) from error


def _named_blobs(store: Events, first: int, end: int) -> list[str]:
    found: set[str] = set()
    for stored in store.between(first, end):
        found |= {digest.decode() for digest in _DIGEST.findall(stored.event)}
    kept = []
    for digest in sorted(found):
        blob = store.blob(digest)
        with contextlib.ExitStack() as stack:
            if blob is not None:
                stack.enter_context(blob)
                kept.append(digest)
    return kept
