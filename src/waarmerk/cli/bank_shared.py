"""What the commands of `waarmerk bank` share: options, the open store, how things are said."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import typer

from waarmerk.bank.store.database import Address
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Entry
from waarmerk.errors import UsageError
from waarmerk.text.terminal import plain
from waarmerk.values import Json

BANK = typer.Option(..., "--bank", help="The store: a file, or postgresql://USER@HOST/NAME.")
NAME = typer.Option("DEFAULT", "--name", help="The bank in the store.")
BY = typer.Option(..., "--by", help="Your name; the record keeps a pseudonym.")
FORMAT = typer.Option("text", "--format", help="text or json.")


def wants_json(output: str) -> bool:
    """Whether `--format` is json; UsageError for what is neither json nor text."""
    if output not in ("text", "json"):
        raise UsageError(f"--format is text or json, not {output}")
    return output == "json"


@contextlib.contextmanager
def opened_store(bank: str) -> Iterator[Store]:
    """The store at an address, for changing it."""
    store = Store(Address.of(bank), lambda: datetime.now(UTC), secrets.token_bytes)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def opened_reader(bank: str) -> Iterator[Reader]:
    """The store at an address, for reading alone."""
    reader = Reader(Address.of(bank))
    try:
        yield reader
    finally:
        reader.close()


def say(sentence: str, *, err: bool = True) -> None:
    """A sentence on stderr, named as ours as every error is (or on stdout, as it is); harmless to a terminal."""
    print(plain(f"waarmerk: {sentence}" if err else sentence), file=sys.stderr if err else sys.stdout)


def entry_json(entry: Entry) -> dict[str, Json]:
    """An entry in plain values."""
    return {
        "entry": entry.id,
        "bank": entry.bank,
        "status": entry.status,
        "origin": entry.source.origin,
        "category": entry.source.category,
        "list": entry.source.list,
        "confirmers": list(entry.confirmers),
        "added_at": entry.added_at,
        "generation": entry.since,
        "signals": list(entry.signals),
        "sha256": entry.sha256,
        "note": entry.note,
    }
