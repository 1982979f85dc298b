"""`waarmerk bank`: keep banks of known items and ask them. Options in; `waarmerk.bank` decides.

Rules: answers go to stdout, everything else to stderr; under `--format json` stdout carries JSON, Lines where there
are many, and nothing else. What people decide about entries is in `bank_life`.
"""

from __future__ import annotations

import contextlib
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

import typer

from waarmerk.bank.answer import Answer, ask
from waarmerk.bank.bringing import ListSignal, entry_of, listed, read_items, read_list
from waarmerk.bank.exchange.bring import Brought, bring, entries_of
from waarmerk.bank.exchange.formats import FORMATS
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.quarantine import LIMIT, RECENT, Quarantine
from waarmerk.bank.replica import Replica
from waarmerk.bank.seen import note_matches, remember, seen
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import create_store
from waarmerk.bank.store.values import Added, Bank, BankKind, By, Source, Status
from waarmerk.cli import bank_life, bank_serve
from waarmerk.cli.bank_clusters import clusters_
from waarmerk.cli.bank_exchange import WRITTEN, format_wanted, write_records
from waarmerk.cli.bank_hash import dull, hash_files
from waarmerk.cli.bank_shared import BANK, BY, FORMAT, NAME, entry_json, opened_reader, opened_store, say, wants_json
from waarmerk.cli.log_common import opened
from waarmerk.errors import ANSWER_IS_NO, InputError, UsageError, WaarmerkError, combined_exit_code
from waarmerk.record.bundle.write import appearing
from waarmerk.text.terminal import plain

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Keep banks of known fakes, and ask them."
)
CATEGORY = typer.Option(..., "--category", help="Why: a category of the statements of reasons.")
SOURCE = typer.Option(..., "--source", help="Where the hashes come from: a name that people know.")
_SHOWN_FAULTS = 10


@app.command()
def create(
    bank: str = BANK,
    name: str = NAME,
    kind: BankKind = typer.Option("known", help="harmless: what it knows is not told as a match."),
    distance: int = typer.Option(31, help="Bits up to which two hashes match in this bank."),
    share: float = typer.Option(0.5, help="Share of either side from which it is a match."),
    service: str = typer.Option("local", help="Whose record the changes belong to, at the first bank of a store."),
) -> None:
    """Make a bank, and its store where there is none."""
    create_store(Address.of(bank), service)
    with opened_store(bank) as store:
        store.create_bank(Bank(name, kind, distance, share))
    say(f"bank {name} is made", err=False)


@app.command()
def add(
    files: list[Path] = typer.Argument(..., metavar="FILE", help="Media, vPDQ files, or JSON of `bank hash`."),
    bank: str = BANK,
    name: str = NAME,
    category: str = CATEGORY,
    source: str = SOURCE,
    by: str = BY,
    status: Status = typer.Option("confirmed", help="confirmed, or seeded where nobody here has looked."),
    note: str = typer.Option("", help="A remark to keep."),
    output: str = FORMAT,
) -> None:
    """Add items; media are hashed here and not kept."""
    as_json = wants_json(output)
    if status not in ("confirmed", "seeded"):
        raise UsageError(f"a new entry is confirmed or seeded, not {status}")
    codes = []
    with opened_store(bank) as store:
        store.bank(name)
        for path in files:
            try:
                items = read_items(path)
                entries = [entry_of(item, status, note) for item in items]
                added = store.add(name, Source(source, category), entries, By(by))
            except WaarmerkError as error:
                codes.append(error.exit_code)
                where = error.where or str(path)
                say(type(error)(error.message, where=where, hint=error.hint).sentence())
                continue
            for why in filter(None, map(dull, items)):
                say(f"{plain(str(path))}: {why}")
            _tell_added(added, str(path), as_json=as_json)
    raise typer.Exit(combined_exit_code(codes))


@app.command("import")
def import_(
    file: str = typer.Argument(..., help="A list of hashes, one a line; - for standard input."),
    bank: str = BANK,
    name: str = NAME,
    category: str = CATEGORY,
    source: str = SOURCE,
    signal: ListSignal = typer.Option("pdq", help="What the hashes are."),
    form: str = typer.Option("auto", "--as", help=f"auto, list (one hash a line), {', '.join(FORMATS)}."),
    bad_lines: Literal["refuse", "skip"] = typer.Option("refuse", help="A bad line refuses the list, or is told."),
    hold_above: int = typer.Option(LIMIT, help="Hold what would match more than so many of the recent uploads."),
    output: str = FORMAT,
) -> None:
    """Import a list of hashes as seeded entries, in one transaction; what its source took back is withdrawn."""
    as_json = wants_json(output)
    faults = 0
    brought = Brought()

    def bad(error: InputError) -> None:
        nonlocal faults
        if bad_lines == "refuse":
            hint = "nothing of this list was stored; mend it, or choose --bad-lines skip"
            raise InputError(error.message, where=error.where, hint=error.hint or hint)
        faults += 1
        if faults <= _SHOWN_FAULTS:
            say(error.sentence())

    path = "stdin" if file == "-" else file
    with opened_store(bank) as store, opened(file) as stream:
        quarantine = Quarantine(store.bank(name), seen(store, RECENT), hold_above)
        # The digest of a list that comes through a pipe is not known before its end.
        digest = None if file == "-" else _digest(stream)
        read = format_wanted(form, stream)
        given = (
            read_list(stream, signal, "seeded", path, None if bad_lines == "refuse" else bad)
            if read is None
            else entries_of(read.read(stream, path, bad), read, brought, bad)
        )
        of = Source(source, category, digest)
        added = bring(store, name, of, quarantine.weigh(given), brought, held=quarantine.whole)
        whole = quarantine.whole()
    _tell_added(added, path, as_json=as_json, brought=brought)
    if whole is not None:
        say(f"{path}: {whole}; its entries are disputed until somebody confirms them")
    elif quarantine.tried().held:
        say(f"{path}: {quarantine.tried().held} hashes are held, for each would match more than {hold_above} uploads")
    if faults:
        say(f"{path}: {faults} bad lines were passed over")
    raise typer.Exit(InputError.exit_code if faults else 0)


@app.command()
def export(
    bank: str = BANK,
    name: str = NAME,
    signal: ListSignal = typer.Option("pdq", help="Which hashes: of whole pictures and frames, or of equal files."),
    out: Path = typer.Option(..., "-o", "--out", help="Where the list goes."),
    form: str = typer.Option("list", "--as", help=f"list (one hash a line), {', '.join(WRITTEN)}."),
    entry: str = typer.Option(None, help="Only this entry; not as a plain list."),
) -> None:
    """Write the entries that match now: as a plain list, each hash once, or in a format of exchange."""
    if form != "list":
        say(f"{write_records(bank, name, form, out, entry)} entries in {out}", err=False)
        return
    if entry is not None:
        raise UsageError("a plain list is of a whole bank", hint="--as csv")
    count = 0
    with opened_reader(bank) as reader, appearing(out) as file:
        reader.bank(name)
        for text in listed(reader, name, signal):
            file.write(text.encode("ascii") + b"\n")
            count += 1
    say(f"{count} hashes in {out}", err=False)


@app.command("list")
def list_(
    bank: str = BANK,
    name: str = NAME,
    status: Status = typer.Option(None, help="Only entries of this status."),
    source: str = typer.Option(None, help="Only entries from this source."),
    output: str = FORMAT,
) -> None:
    """List the entries of a bank."""
    as_json = wants_json(output)
    with opened_reader(bank) as reader:
        reader.bank(name)
        for entry in reader.entries(name, status, source):
            if as_json:
                sys.stdout.write(json.dumps(entry_json(entry)) + "\n")
            else:
                words = (entry.id, entry.status, entry.added_at[:10], entry.source.origin, " ".join(entry.signals))
                typer.echo("  ".join((*map(plain, words), plain(entry.note))).rstrip())


@app.command()
def match(
    files: list[Path] = typer.Argument(..., metavar="FILE", help="Videos and pictures."),
    bank: str = BANK,
    name: list[str] = typer.Option([], "--name", help="Only this bank; again for more (default: every known one)."),
    as_of: int = typer.Option(None, min=0, help="As the bank was at this generation."),
    remember_: bool = typer.Option(False, "--remember", help="Keep hashes and matches, for hashes that come later."),
    item: str = typer.Option(None, help="With --remember: the platform's id of the one file (default: its path)."),
    account: str = typer.Option(None, help="With --remember: the pseudonym of the account."),
    fail_on: Literal["match"] = typer.Option(None, help="match: exit code 3 where something matches."),
    output: str = FORMAT,
) -> None:
    """Say which known items media show again."""
    as_json = wants_json(output)
    if (item or account) and not remember_:
        raise UsageError("--item and --account belong to --remember")
    if item is not None and len(files) > 1:
        raise UsageError("--item names one file", hint="one call a file")
    codes: list[int] = []
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(opened_store(bank)) if remember_ else None
        replica = Replica(store or stack.enter_context(opened_reader(bank)), as_of=as_of)
        for number, why in replica.damaged().items():
            codes.append(4)
            say(f"entry number {number} is left out: {why}")
        for path in files:
            try:
                signals = hash_medium(path, "ask").signals
                answer = ask(replica, signals, name)
                if store is not None:
                    remember(store, item or str(path), account, signals)
                    note_matches(store, item or str(path), answer.matches, answer.generation, "upload")
            except InputError as error:
                codes.append(error.exit_code)
                say(error.sentence())
                continue
            _tell_answer(answer, str(path), as_json=as_json)
            if answer.matches and fail_on is not None:
                codes.append(ANSWER_IS_NO)
    raise typer.Exit(combined_exit_code(codes))


def _digest(stream: IO[bytes]) -> str:
    """The SHA-256 of a file, which then stands at its beginning again."""
    digest = sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _tell_added(added: Added, path: str, *, as_json: bool, brought: Brought | None = None) -> None:
    taken_back, not_fakes = (0, 0) if brought is None else (brought.withdrawn, brought.not_fakes)
    if as_json:
        facts = {"path": path, "added": len(added.ids), "known": added.known, "withdrawn": added.withdrawn}
        more = {} if brought is None else {"taken_back": taken_back, "not_fakes": not_fakes}
        entries = list(added.ids) if len(added.ids) <= 1000 else []
        typer.echo(json.dumps({**facts, "generation": added.generation, **more, "entries": entries}))
        return
    said = [f"{len(added.ids)} added"]
    said += [f"{added.known} there already from this source"] if added.known else []
    said += [f"{added.withdrawn} not added: this source has withdrawn them"] if added.withdrawn else []
    said += [f"{taken_back} withdrawn, for their source took them back"] if taken_back else []
    said += [f"{not_fakes} passed over, for their source calls them genuine"] if not_fakes else []
    shown = f" ({added.ids[0]})" if len(added.ids) == 1 else ""
    typer.echo(f"{plain(path)}: {', '.join(said)}{shown}; generation {added.generation}")


def _tell_answer(answer: Answer, path: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"path": path, **answer.json()}))
        return
    count = len(answer.matches)
    typer.echo(
        f"{plain(path)}: {count} {'match' if count == 1 else 'matches'}, bank at generation {answer.generation}"
    )
    for word, several in (("", answer.matches), ("partial: ", answer.partial), ("suppressed: ", answer.suppressed)):
        for told in several:
            found = told.match
            shares = f"{found.query_matched:.0%} of this, {found.known_matched:.0%} of that"
            how = "" if found.transform == "none" else f", {found.transform}"
            origin = plain(told.entry.source.origin)
            typer.echo(
                f"  {word}{told.entry.id} {told.entry.status} ({origin}) by {found.signal} at"
                f" {found.distance} bits, {shares}{how}"
            )
            for stretch in found.alignment:
                typer.echo(
                    f"    {stretch.query_start_s:.1f} to {stretch.query_end_s:.1f} s shows"
                    f" {stretch.known_start_s:.1f} to {stretch.known_end_s:.1f} s"
                )
    for entry in answer.harmless:
        typer.echo(f"  known as harmless: {entry.id} ({plain(entry.note or entry.source.origin)})")


app.command("hash")(hash_files)
app.command("clusters")(clusters_)
bank_life.register(app)
bank_serve.register(app)
