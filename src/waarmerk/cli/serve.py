"""`waarmerk serve`: the desk, and on one's own machine the page that examines a file."""

from __future__ import annotations

import contextlib
import os
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from waarmerk.desk.intake.backlog import MOST_WAITING
from waarmerk.desk.people.declaration import read_declaration
from waarmerk.desk.policy.read import default_policy, default_text, read_policy
from waarmerk.desk.telling.webhooks import Endpoint, sign
from waarmerk.errors import InputError, UsageError
from waarmerk.text.terminal import plain
from waarmerk.web import logs
from waarmerk.web.serving import Installation, Roles, serve

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def serve_(
    folder: Annotated[Path, typer.Option("--dir", help="Where everything lies that is not said otherwise.")] = Path(
        "waarmerk-desk"
    ),
    service: Annotated[str, typer.Option(help="The service: one service, one report.")] = "service",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 for a free one.")] = 8300,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="postgresql+psycopg://... (default: SQLite).")
    ] = None,
    media: Annotated[str | None, typer.Option(metavar="PLACE", help="A folder, or s3://bucket/prefix.")] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE.yaml", help="Your policy (default: ours).")] = None,
    mode: Annotated[
        Literal["live", "shadow"], typer.Option(help="shadow: decisions are recorded and have no effect.")
    ] = "shadow",
    roles: Annotated[Roles, typer.Option(help="What this process does: api, worker, or all.")] = "all",
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Cases that this worker prepares at once.")] = 1,
    most_waiting: Annotated[
        int, typer.Option(min=1, help="Uploads are put off (429) while so many tasks wait; notices never are.")
    ] = MOST_WAITING,
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Where the platform listens.")] = None,
    transparency: Annotated[
        str | None, typer.Option(metavar="URL", help="The Commission's database; token in WAARMERK_TDB_TOKEN.")
    ] = None,
    authority: Annotated[str, typer.Option(help="Who is told of what Article 18 asks for.")] = "national authority",
    examine: Annotated[bool, typer.Option(help="Examine media that the desk keeps.")] = True,
    declaration: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="What the service is and promises: tier, benchmarks ...")
    ] = None,
    bank: Annotated[
        str | None,
        typer.Option(metavar="PATH-OR-URL", help="The bank of known fakes (default: in the desk's database)."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = False,
) -> None:
    """Stand beside a platform: intake, decisions, messages, their record; on loopback, examine a file in a browser.

    Secrets come from the environment: WAARMERK_WEBHOOK_SECRET (whsec_...), WAARMERK_TDB_TOKEN.
    """
    logs.install()
    if policy is None:
        rules, text = default_policy(), default_text()
    else:
        data = _bytes(policy)
        rules, text = read_policy(data, str(policy)), data.decode()
    endpoint = None
    if webhook is not None:
        secret = os.environ.get("WAARMERK_WEBHOOK_SECRET", "")
        if not secret:
            raise UsageError("a webhook is signed", hint="set WAARMERK_WEBHOOK_SECRET=whsec_...")
        sign(secret, "check", datetime.now(UTC), b"")
        endpoint = Endpoint(webhook, secret)
    installation = Installation(
        folder=folder,
        service=service,
        policy=rules,
        policy_text=text,
        database=database,
        media=media,
        mode=mode,
        roles=roles,
        at_once=at_once,
        most_waiting=most_waiting,
        webhook=endpoint,
        transparency_url=transparency,
        transparency_token=os.environ.get("WAARMERK_TDB_TOKEN"),
        authority=authority,
        examine=examine,
        bank=bank,
        declared=None if declaration is None else read_declaration(_bytes(declaration), str(declaration)),
    )

    def told(address: str) -> None:
        typer.echo(plain(f"{address}  ({mode}; stop with Ctrl-C)"))
        if browser:
            webbrowser.open(address)

    with contextlib.suppress(KeyboardInterrupt):
        serve(installation, lambda: datetime.now(UTC), host=host, port=port, told=told)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror}", where=str(path)) from error
