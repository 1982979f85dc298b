"""`waarmerk bank serve|key`: HMA's API over a store of banks, and the keys of its clients."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal

import typer

from waarmerk.bank.replica import Replica
from waarmerk.cli.bank_shared import BANK, opened_reader, opened_store
from waarmerk.dsa.codes import code
from waarmerk.errors import DependencyError, UsageError
from waarmerk.text.terminal import plain

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_KEYS = typer.Option(None, "--keys", help="The file of keys; see `waarmerk bank key`.")


def register(app: typer.Typer) -> None:
    """Adds the commands to the group."""
    for function in (serve, key):
        app.command()(function)


def serve(
    bank: str = BANK,
    host: str = typer.Option("127.0.0.1", help="The address to listen on."),
    port: int = typer.Option(5000, help="0 for a free one."),
    keys: Path = _KEYS,
    no_keys: bool = typer.Option(False, "--no-keys", help="Answer everybody on this machine."),
    allow_url: list[str] = typer.Option([], help="Fetch media from below this address; again for more."),
    allow_private: bool = typer.Option(False, help="Those addresses may be in a private network."),
    max_media: int = typer.Option(100, min=1, help="Megabytes of a medium."),
    at_once: int = typer.Option(2, min=1, max=64, help="Media that are hashed side by side."),
    category: str = typer.Option(
        code("category", "NOT_SPECIFIED_NOTICE"),
        help="Of what clients add: a category of the statements of reasons.",
    ),
) -> None:
    """Answer what Meta's Hasher-Matcher-Actioner (HMA) answers: hashing, matching, banks, over HTTP."""
    if (keys is None) != no_keys:
        raise UsageError(
            "either --keys FILE or --no-keys", hint="make a key: waarmerk bank key --keys FILE --name NAME"
        )
    if no_keys and host not in _LOOPBACK:
        raise UsageError("without keys it listens on loopback alone", hint="--keys FILE, or --host 127.0.0.1")
    try:
        from waarmerk.web.hma.app import create_hma_app
        from waarmerk.web.hma.fetching import Fetcher
        from waarmerk.web.hma.keys import Client, KeyFile
        from waarmerk.web.hma.running import listen
        from waarmerk.web.hma.service import Service
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("waarmerk"):
            raise
        raise DependencyError(
            f"`waarmerk bank serve` needs the Python package {missing.name}", hint="pip install 'waarmerk[serve]'"
        ) from missing
    most = max_media << 20
    find_key = (lambda _: Client("local", "curate")) if keys is None else KeyFile(keys).find
    with (
        opened_store(bank) as store,
        opened_reader(bank) as following,
        contextlib.suppress(KeyboardInterrupt),
        contextlib.ExitStack() as stack,
    ):
        replica = Replica(following)
        replica.follow()
        stack.callback(replica.stop)
        service = Service(store, replica, category=category, at_once=at_once)
        fetcher = Fetcher(allow_url, most=most, private=allow_private)
        app = create_hma_app(service, fetcher, find_key, max_media=most)
        listen(app, host, port, lambda address: typer.echo(plain(f"{address}  (stop with Ctrl-C)")))


def key(
    keys: Path = typer.Option(..., "--keys", help="The file of keys; made where there is none."),
    name: str = typer.Option(..., help="Whose key it is: changes carry this name."),
    role: Literal["ask", "curate"] = typer.Option("ask", help="ask: hash and match; curate: change banks too."),
) -> None:
    """Make a key for a client of `bank serve`; it is shown this once."""
    from waarmerk.web.hma.keys import add_key

    typer.echo(add_key(keys, name, role))
