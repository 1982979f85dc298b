"""`waarmerk bank clusters`: uploads that show the same material, over time and accounts."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from waarmerk.bank.clusters import clusters, harmless_of, known_links
from waarmerk.bank.clusters_page import clusters_page
from waarmerk.bank.quarantine import RECENT
from waarmerk.bank.replica import Replica
from waarmerk.bank.seen import seen
from waarmerk.cli.bank_shared import BANK, FORMAT, opened_reader, say, wants_json
from waarmerk.errors import UsageError
from waarmerk.record.bundle.write import appearing
from waarmerk.text.terminal import plain
from waarmerk.text.words import LANGUAGES


def clusters_(
    bank: str = BANK,
    last: int = typer.Option(RECENT, min=1, help="Uploads that are looked at, the last ones remembered."),
    least: int = typer.Option(2, min=2, help="Uploads that a cluster has at least."),
    html: Path = typer.Option(None, "--html", help="Write a page with graphs."),
    lang: str = typer.Option("en", "--lang", help="en or nl: of the page."),
    output: str = FORMAT,
) -> None:
    """Show campaigns: uploads that match each other or the same known item, over time and accounts."""
    as_json = wants_json(output)
    language = next((one for one in LANGUAGES if one == lang), None)
    if language is None:
        raise UsageError(f"there is no language {lang}", hint=" or ".join(LANGUAGES))
    with opened_reader(bank) as reader:
        uploads = list(seen(reader, last))
        found = clusters(uploads, known_links(reader), harmless=harmless_of(Replica(reader)))
    found = [cluster for cluster in found if len(cluster.uploads) >= least]
    if html is not None:
        with appearing(html) as file:
            file.write(clusters_page(found, len(uploads), language).encode())
        say(f"the page is {html}")
    if as_json:
        for cluster in found:
            typer.echo(json.dumps(cluster.json()))
        return
    typer.echo(f"{len(found)} clusters among {len(uploads)} uploads")
    for cluster in found:
        first, last_at = cluster.uploads[0], cluster.uploads[-1].at
        words = f"{len(cluster.uploads)} uploads by {cluster.accounts} accounts, {cluster.variants} variants"
        typer.echo(plain(f"{words}, first {first.item} at {first.at}, last at {last_at}"))
        for name, count in cluster.transforms().items():
            typer.echo(plain(f"  {name}: {count}"))
        for entry in cluster.known:
            typer.echo(f"  known: {entry}")
