"""What people decide about entries of a bank: `waarmerk bank confirm|reject|dispute|retire|withdraw|remove`;
and what has come of them: `show`, `stats`, `retro`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import typer

from waarmerk.bank.replica import Replica
from waarmerk.bank.retroactive import retroactive
from waarmerk.bank.seen import SeenMatch, list_counts, matched, note_matches, seen
from waarmerk.bank.store.honoured import Honoured, alive, honoured
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import MATCHING, By, Status
from waarmerk.cli.bank_shared import BANK, BY, FORMAT, entry_json, opened_reader, opened_store, wants_json
from waarmerk.text.terminal import plain
from waarmerk.values import Json

_ENTRIES = typer.Argument(..., metavar="ENTRY", help="Ids of entries, from `bank list` or a match.")
_REASON = typer.Option(..., "--reason", help="Why, in a sentence.")
_BECAUSE = typer.Option(None, "--because", help="The id of the decision behind it.")
_PATIENCE_S: Final = 2.0
"""How long a change waits to be shown as honoured by the replicas; it holds in the store before."""
_COMMANDS: tuple[tuple[str, Status, str], ...] = (
    ("confirm", "confirmed", "A person has looked: these are what their source says."),
    ("reject", "retired", "A person has looked: these are not; they match no more."),
    ("dispute", "disputed", "Somebody objects: these match no more until a person has looked."),
    ("retire", "retired", "Take entries out, after an upheld complaint for instance; lists what they matched."),
    ("withdraw", "withdrawn", "Their source takes them back, for good."),
    ("remove", "withdrawn", "The same as withdraw: an entry stays in its history."),
)


def register(app: typer.Typer) -> None:
    """Adds the commands to the group."""
    for name, status, text in _COMMANDS:
        app.command(name, help=text)(_changing(name, status))
    for function in (show, stats, retro):
        app.command()(function)


def _changing(name: str, status: Status) -> Callable[..., None]:
    def command(
        entries: list[str] = _ENTRIES,
        bank: str = BANK,
        by: str = BY,
        reason: str = _REASON,
        because: str = _BECAUSE,
        output: str = FORMAT,
    ) -> None:
        as_json = wants_json(output)
        with opened_store(bank) as store:
            asked = store.now()
            generation = store.change(entries, status, By(by, reason, because))
            changed_at = store.now()
            told = [store.entry(entry) for entry in dict.fromkeys(entries)]
            matches = matched(store, [entry.number for entry in told])
            replicas = _awaited(store, generation)
        if as_json:
            facts = {"to": status, "generation": generation, "asked_at": asked, "honoured_at": changed_at}
            by_replicas = [asdict(each) for each in replicas]
            ids = [entry.id for entry in told]
            typer.echo(json.dumps({"entries": ids, **facts, "replicas": by_replicas, **_json(matches)}))
            return
        for entry in told:
            typer.echo(f"{entry.id} is {entry.status} from generation {generation} on, {changed_at}")
        _tell_replicas(replicas)
        if status not in MATCHING:
            _tell_matches(matches, "what followed from that is to be looked at again")

    command.__name__ = name
    return command


def show(
    entry: str = typer.Argument(..., help="The id of an entry."), bank: str = BANK, output: str = FORMAT
) -> None:
    """Show an entry, what became of it and what it matched."""
    as_json = wants_json(output)
    with opened_reader(bank) as reader:
        found = reader.entry(entry)
        history = reader.history(found.number)
        matches = matched(reader, [found.number])
        replicas = honoured(reader, history[-1].generation)
    if as_json:
        told = {"replicas": [asdict(each) for each in replicas]}
        typer.echo(
            json.dumps(
                {**entry_json(found), "history": [asdict(change) for change in history], **told, **_json(matches)}
            )
        )
        return
    words = (f"{found.id} in {found.bank}: {found.status}", " ".join(found.signals), found.source.category)
    typer.echo(plain(", ".join(words)))
    for change in history:
        said = (f"  {change.at} generation {change.generation}: {change.status}", change.by, change.reason)
        typer.echo(plain(", ".join(word for word in said if word)))
    _tell_replicas(replicas)
    _tell_matches(matches, "")


def stats(bank: str = BANK, output: str = FORMAT) -> None:
    """Count the entries of each bank by status, and what each source's entries have led to."""
    as_json = wants_json(output)
    with opened_reader(bank) as reader:
        generation = reader.generation()
        rows = [(one, reader.counts(one.name), list_counts(reader, one.name)) for one in reader.banks()]
        replicas = honoured(reader, generation)
    if as_json:
        banks = [
            {**asdict(one), "entries": counts, "sources": [asdict(source) for source in sources]}
            for one, counts, sources in rows
        ]
        typer.echo(
            json.dumps({"generation": generation, "replicas": [asdict(each) for each in replicas], "banks": banks})
        )
        return
    typer.echo(f"generation {generation}")
    _tell_replicas(replicas)
    for one, counts, sources in rows:
        said = ", ".join(f"{count} {status}" for status, count in counts.items()) or "no entry"
        typer.echo(f"{one.name} ({one.kind}, {one.distance} bits, share {one.share:g}): {said}")
        for source in sources:
            judged = f"{source.confirmed} confirmed, {source.rejected} rejected"
            typer.echo(
                plain(f"  of {source.matches} matches from {source.origin} {judged}; {source.entries} entries")
            )


def retro(
    bank: str = BANK,
    since: int = typer.Option(..., help="Entries that came after this generation of the store."),
    output: str = FORMAT,
) -> None:
    """Match what was uploaded before its hash came; what was told before is passed over."""
    as_json = wants_json(output)
    with opened_store(bank) as store:
        for found in retroactive(Replica(store), seen(store), since):
            if not note_matches(store, found.upload.item, found.matches, found.generation, "retroactive"):
                continue
            if as_json:
                told = [one.json() for one in found.matches]
                facts = {"account": found.upload.account, "at": found.upload.at, "generation": found.generation}
                typer.echo(json.dumps({"item": found.upload.item, **facts, "matches": told}))
                continue
            for one in found.matches:
                words = f"{found.upload.item} of {found.upload.at}: {one.entry.id} {one.entry.status}"
                typer.echo(plain(f"{words}, {one.match.signal} at {one.match.distance} bits"))


def _awaited(store: Store, generation: int) -> list[Honoured]:
    """What the replicas that answer now say about a generation, as soon as all have it, or after `_PATIENCE_S`."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        replicas = alive(honoured(store, generation), datetime.now(UTC))
        if all(each.honoured_at for each in replicas) or time.monotonic() >= until:
            return replicas
        time.sleep(0.05)


def _tell_replicas(replicas: list[Honoured]) -> None:
    for each in replicas:
        not_yet = f"not yet: it has generation {each.generation}, and was last seen {each.seen_at}"
        typer.echo(plain(f"  replica {each.replica}: {f'since {each.honoured_at}' if each.honoured_at else not_yet}"))


def _tell_matches(matches: list[SeenMatch], why: str) -> None:
    if matches:
        typer.echo(f"{len(matches)} told before as a match{'; ' * bool(why)}{why}:")
    for match in matches:
        account = f" of account {match.account}" if match.account else ""
        words = f"  {match.at} {match.item}{account}"
        typer.echo(plain(f"{words}, by {match.signal} at {match.distance} bits, {match.why}"))


def _json(matches: list[SeenMatch]) -> dict[str, Json]:
    return {"matches": [{name: value for name, value in asdict(one).items() if name != "entry"} for one in matches]}
