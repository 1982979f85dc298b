"""`waarmerk policy`: check a policy file, run its own tests, replay past cases under it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from sqlalchemy import select

from waarmerk.desk.policy.facts import Facts
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.read import default_policy, default_text, read_policy
from waarmerk.desk.policy.trial import replay, run_tests
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.tables import case
from waarmerk.desk.store.unit import Desk, written
from waarmerk.errors import ANSWER_IS_NO, InputError, UsageError
from waarmerk.text.terminal import plain

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=True)
FILE = Annotated[Path | None, typer.Argument(help="The policy; ours where none is named.")]
FORMAT = Annotated[Literal["text", "json"], typer.Option("--format")]


@app.command()
def show() -> None:
    """Print the policy that Waarmerk comes with: a start for your own."""
    typer.echo(default_text(), nl=False)


@app.command()
def check(file: FILE = None) -> None:
    """Read a policy and check every condition; errors name file, line and column."""
    policy = _read(file)
    typer.echo(plain(f"{policy.name}: {len(policy.rules)} rules, digest {policy.digest}"))


@app.command()
def test(file: FILE = None, format_: FORMAT = "text") -> None:
    """Run the tests that stand in the policy itself. Exit code 3 when one fails."""
    policy = _read(file)
    tried = run_tests(policy)
    if not tried:
        raise UsageError("the policy has no tests", hint="add them under the key tests")
    for each in tried:
        if format_ == "json":
            typer.echo(msgspec.json.encode(each).decode())
        else:
            words = "" if each.passed else f": expected {each.expected}, came {each.came}"
            typer.echo(plain(f"{'passed' if each.passed else 'FAILED'}  {each.name}{words}"))
    if not all(each.passed for each in tried):
        raise typer.Exit(ANSWER_IS_NO)


@app.command("replay")
def replay_(
    file: Path,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Cases opened from this day on.")],
    folder: Annotated[Path, typer.Option("--dir", help="The desk's folder.")] = Path("waarmerk-desk"),
    database: Annotated[str | None, typer.Option(metavar="URL")] = None,
    format_: FORMAT = "text",
) -> None:
    """Say in numbers and examples what another policy would have proposed otherwise, by what was known then."""
    policy = _read(file)
    if database is None and not (folder / "desk.db").exists():
        raise UsageError("there is no desk here", where=str(folder), hint="waarmerk serve makes one")
    engine = open_database(database or f"sqlite:///{folder}/desk.db")
    desk = Desk(engine, "", lambda: datetime.now(UTC), secrets.token_bytes)
    with desk.read() as connection:
        rows = connection.execute(
            select(case.c.id, case.c.proposal, case.c.facts)
            .where(case.c.opened_at >= written(since.replace(tzinfo=UTC)), case.c.facts.is_not(None))
            .order_by(case.c.opened_at)
        )
        total, changed = replay(
            policy,
            (
                (row.id, row.proposal["choice"]["rule"], msgspec.convert(row.facts, Facts))
                for row in rows
                if row.proposal
            ),
        )
    if format_ == "json":
        typer.echo(msgspec.json.encode({"cases": total, "changed": changed}).decode())
        return
    typer.echo(plain(f"{total} cases; {sum(each.count for each in changed)} would have been proposed otherwise"))
    for each in changed:
        typer.echo(plain(f"{each.count:6}  {each.was} -> {each.now}   such as {', '.join(each.cases)}"))


def _read(file: Path | None) -> Policy:
    if file is None:
        return default_policy()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"the policy cannot be read: {error.strerror}", where=str(file)) from error
    return read_policy(data, str(file))
