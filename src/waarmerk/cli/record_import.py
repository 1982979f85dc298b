"""`waarmerk record import`, `maps`, `forget`: other tools' exports. Options in; `record.importing` decides."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from waarmerk.cli.log_common import now, wants_json
from waarmerk.errors import UsageError
from waarmerk.record.commitment import SALT_SIZE
from waarmerk.record.events.catalogue import encode
from waarmerk.record.events.checking import PersonErased
from waarmerk.record.events.types import Party
from waarmerk.record.importing.names import Names
from waarmerk.record.importing.rows import read_rows
from waarmerk.record.importing.run import Events, Importer, Kept, Nowhere
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.recording import record
from waarmerk.record.store import EventStore
from waarmerk.text.terminal import plain


def import_events(
    map_file: str = typer.Argument(..., metavar="MAP", help="A map (YAML), or one of `waarmerk record maps`."),
    file: list[Path] = typer.Argument(..., help="CSV or JSON Lines, also in a ZIP; a folder of CSV."),
    log: Path = typer.Option(None, "--log", help="The folder of the log; without it, a trial: nothing is written."),
    service: str = typer.Option(None, help="The service, where the map does not know it."),
    output: str = typer.Option("text", "--format", help="text or json (Lines)."),
) -> None:
    """Turn another tool's export into events; name every line that the map has no answer for (then exit 1)."""
    from waarmerk.record.importing.maps import read_map

    as_json = wants_json(output)
    made = read_map(map_file)
    if made.service is None and not service:
        raise UsageError(f"the map {made.name} does not know of which service this is", hint="give --service NAME")
    if made.service is not None and service:
        raise UsageError(f"the map {made.name} takes the service from the file", hint="leave --service out")
    channel = f"import-{secrets.token_hex(4)}"
    needed = made.columns if made.format == "csv" else frozenset[str]()
    with _place(log) as (names, kept, store):
        importer = Importer(made, names, kept, store, channel=channel, now=now, service=service)
        for told in importer.run(read_rows(file, made.format, needed)):
            if as_json:
                typer.echo(json.dumps({"file": told.file, "line": told.line, "why": told.why}))
            else:
                where = f"{told.file}:{told.line}" if told.line else told.file
                typer.echo(plain(f"{where}: {told.why}"))
    tally = importer.tally
    if as_json:
        counts = {"lines": tally.lines, "unmapped": tally.unmapped, "passed_over": tally.skipped}
        facts = {"new": tally.new, "seen": tally.seen, "channel": channel, "recorded": log is not None}
        typer.echo(json.dumps({**counts, **facts}))
    else:
        for why, count in tally.skipped.items():
            typer.echo(plain(f"{count} lines passed over: {why}"))
        did = "recorded" if log is not None else "would be recorded (a trial: no --log)"
        typer.echo(
            f"{tally.lines} lines: {tally.new} events {did}, {tally.seen} were there already;"
            f" {tally.unmapped} lines cannot be mapped"
        )
    if tally.unmapped:
        raise typer.Exit(1)


def maps(name: str = typer.Argument(None, help="Print this one, to be changed.")) -> None:
    """List the maps that travel in the package, or print one as a start for your own."""
    from waarmerk.record.importing.maps import read_map, shipped

    known = shipped()
    if name is None:
        for each in known:
            typer.echo(f"{each:20} {read_map(each).about}")
    elif name in known:
        typer.echo(known[name], nl=False)
    else:
        raise UsageError(f"there is no map {name}", hint=f"one of {', '.join(known)}")


def forget(
    folder: Path = typer.Argument(..., help="The folder of the log."),
    name: list[str] = typer.Argument(
        ..., help="Names of persons, accounts or items, as the imported files have them."
    ),
    service: str = typer.Option(..., help="The service in whose events they are."),
) -> None:
    """Forget names that imports brought: their pseudonyms stay in events and lead to nobody, for ever."""
    with _place(folder) as (names, _, store):
        moment, channel = now(), f"forget-{secrets.token_hex(4)}"
        found = [
            (what, each, pseudonym)
            for each in name
            for what in ("person", "item")
            if (pseudonym := names.find(what, service, each)) is not None
        ]
        persons = [pseudonym for what, _, pseudonym in found if what == "person"]
        # The record says so first: what a crash leaves is a name that is forgotten by the next call.
        store([_erased(pseudonym, channel, number, service, moment) for number, pseudonym in enumerate(persons, 1)])
        for what, each, _ in found:
            names.forget(what, service, each, moment)
    missing = len(name) - len({each for _, each, _ in found})
    typer.echo(f"{len(found)} forgotten, {missing} were not known")


def _erased(pseudonym: str, channel: str, number: int, service: str, moment: str) -> tuple[str, bytes]:
    event = PersonErased(
        v=1,
        id=secrets.token_hex(16),
        at=moment,
        logged_at=moment,
        service=service,
        channel=channel,
        n=number,
        by=Party(type="person", role="admin"),
        src="native",
        person=pseudonym,
    )
    return event.id, encode(event)


@contextlib.contextmanager
def _place(folder: Path | None) -> Iterator[tuple[Names, Kept, Callable[[Events], None]]]:
    """The names, the events that are there and where new ones go: beside a log, or nowhere."""
    if folder is None:
        with Names(None) as names:
            yield names, Nowhere(), lambda _: None
        return
    storage = PosixStorage(folder)
    read_keys(storage)
    with open_log(storage) as log, EventStore(folder) as store, Names(folder) as names:

        def keep(events: Events) -> None:
            record(storage, log, store, events, lambda: secrets.token_bytes(SALT_SIZE))

        yield names, store, keep
