"""A simulated week against the real desk: `waarmerk serve`'s own site and worker, driven over HTTP by the world.

    python -m examples.platform.week FOLDER [--days 7] [--habit NAME:SHARE]

Time is the world's: the desk's clock shows it, and nothing goes on before the desk has done what is due. What is left
in the folder is what an auditor gets: `bundle.zip`, `log.key`, and what outsiders hold.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import msgspec
import uvicorn
from simulation.plaza.habits import Habits
from simulation.remote.client import Client
from simulation.remote.dumped import write_dump
from simulation.remote.hearing import Hearing
from simulation.remote.staff import Reviewer
from simulation.transparency import Database, TransparencyServer
from simulation.world import words
from simulation.world.acts import Mail
from simulation.world.askers import Askers
from simulation.world.chance import stream
from simulation.world.clock import DAY, HOUR, MINUTE, Loop, day_text, start_of
from simulation.world.notebooks import Notebooks
from simulation.world.people import FLAGGERS, People
from simulation.world.uploaders import Uploaders
from sqlalchemy import func, select

from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.people.declaration import Declaration
from waarmerk.desk.people.keys import new_key
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store.database import dialect
from waarmerk.desk.store.tables import delivery, statement, task
from waarmerk.desk.store.unit import written
from waarmerk.desk.telling.webhooks import Endpoint
from waarmerk.record.bundle.write import write_bundle
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.events.service import Benchmark
from waarmerk.record.events.types import Period
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.outbox import Rows
from waarmerk.web.app import create_app
from waarmerk.web.serving import Installation, Running, running

START = "2026-03-02"
SERVICE = "plaza.example"
SECRET = "whsec_" + base64.b64encode(b"a secret of the simulated week").decode()
PASSWORD = "a long password of the week"  # noqa: S105 of a world that ends
STAFF = ("anne", "bram", "cora", "dirk")
BENCHMARKS = {"N1": 24, "N4": 48, "N8": 48, "S3": 72, "C2": 240, "C5": 24, "K1": 24, "L2": 24, "X1": 24}
_PATIENCE_S = 60
_TOKEN = "the week's token"  # noqa: S105 of a world that ends


@dataclass
class Week:
    """What a week is made with."""

    folder: Path
    seed: int = 7
    days: float = 7
    habits: dict[str, float] = field(default_factory=dict)
    uploads_per_day: float = 40
    notices_per_day: float = 12
    database: str | None = None


def live(week: Week) -> dict[str, list[dict[str, str]]]:
    """Lives the week; what was done wrong, by habit. Raises `TimeoutError` where the desk does not keep up."""
    loop = Loop(start_of(START))
    hearing = Hearing(SECRET)
    database = TransparencyServer(Database(_TOKEN, *_schema()))
    installation = Installation(
        folder=week.folder / "desk",
        service=SERVICE,
        policy=default_policy(),
        policy_text=default_text(),
        database=week.database,
        mode="live",
        at_once=2,
        webhook=Endpoint(hearing.address, SECRET),
        authority="Landelijk meldpunt",
        examine=False,
        requests_per_second=10_000,
        declared=_declaration(loop.now, week.days),
        pace=0.05,
        transparency_url=database.url,
        transparency_token=_TOKEN,
    )
    wrong = Habits(week.seed, week.habits)
    try:
        with database, running(installation, lambda: _moment(loop)) as made, _served(made) as url:
            with made.site.desk.write() as unit:
                keys = {role: new_key(unit, role, role) for role in ("platform", "authority")}
                keys |= {ref: new_key(unit, ref, "flagger", flagger_ref=ref) for ref in FLAGGERS}
                for login in STAFF:
                    add_member(unit, login, PASSWORD, "senior")
            created: dict[str, int] = {}
            client = _inhabited(week, loop, wrong, hearing, made, url, keys, (database.database, created))
            _handed_over(week, made, client)
            write_dump(week.folder / "dump.csv", database.database.statements, created, SERVICE)
    finally:
        hearing.close()
    return wrong.wrong


def _schema() -> tuple[dict[str, dict[str, object]], dict[str, dict[str, str]]]:
    data = files("waarmerk.dsa") / "data"
    fields, enums = (json.loads((data / f"{name}.json").read_text())[name] for name in ("fields", "enums"))
    return fields, enums


def _moment(loop: Loop) -> datetime:
    return datetime.fromtimestamp(loop.now / 1000, UTC)


def _inhabited(
    week: Week,
    loop: Loop,
    wrong: Habits,
    hearing: Hearing,
    made: Running,
    url: str,
    keys: dict[str, str],
    dumped: tuple[Database, dict[str, int]],
) -> Client:
    seed, end = week.seed, loop.now + int(week.days * DAY)
    books = Notebooks(stream(seed, "keeping"))
    later = _Later(loop, books)
    client = Client(loop, url, keys, hearing, later, stream(seed, "platform"), wrong, lambda: None)

    def settle() -> None:
        _quiet(made)
        database, created = dumped
        for puid in database.statements:
            created.setdefault(puid, loop.now)
        client.hear()
        client.deliver()

    client.settle = settle
    people = People(stream(seed, "people"))
    uploaders = Uploaders(loop, client, stream(seed, "uploads"), people, week.uploads_per_day)
    uploaders.fakes = [("known 0", words.FRAUD), ("known 1", words.FRAUD)]
    askers = Askers(
        loop,
        client,
        stream(seed, "asking"),
        people,
        uploaders,
        books,
        notices_per_day=week.notices_per_day,
        orders_per_day=max(1.0, week.notices_per_day / 12),
        probes_per_day=0.01,
        election=loop.now + int(0.7 * week.days) * DAY,
    )
    aside: dict[str, int] = {}
    for number, login in enumerate(STAFF):
        reviewer = Reviewer(loop, client, stream(seed, f"reviewer {number}"), wrong, login, PASSWORD, settle, aside)
        loop.after((6 + number) * HOUR + number * 7 * MINUTE, reviewer.begin)
    loop.after(HOUR, _hourly, loop, settle)
    uploaders.begin()
    askers.begin()
    loop.run(end)
    settle()
    client.books = books  # type: ignore[attr-defined]
    return client


class _Later:
    """Mails arrive a moment after they were written, as events of the world."""

    def __init__(self, loop: Loop, books: Notebooks) -> None:
        self._loop, self._books = loop, books

    def mail(self, mail: Mail) -> None:
        self._loop.after(1000, self._books.mail, mail)

    def keeps(self) -> bool:
        return False


def _hourly(loop: Loop, settle: object) -> None:
    settle()  # type: ignore[operator]
    loop.after(HOUR, _hourly, loop, settle)


def _quiet(made: Running) -> None:
    """Waits until the desk has done everything that is due."""
    desk, until = made.site.desk, time.monotonic() + _PATIENCE_S
    hour = written(desk.clock().replace(minute=0, second=0, microsecond=0))
    while True:
        with desk.read() as connection:
            left = connection.execute(
                select(
                    select(func.count()).select_from(task).where(task.c.done_at.is_(None)).scalar_subquery(),
                    select(func.count())
                    .select_from(delivery)
                    .where(delivery.c.next_at <= written(desk.clock()))
                    .scalar_subquery(),
                    select(func.count())
                    .select_from(statement)
                    .where(statement.c.state == "waiting")
                    .scalar_subquery(),
                )
            ).one()
        if not any(left):
            return
        if time.monotonic() > until:
            raise TimeoutError(f"the desk has {left} tasks and deliveries left after {_PATIENCE_S} s, hour {hour}")
        time.sleep(0.01)


def _declaration(now: int, days: float) -> Declaration:
    return Declaration(
        period=Period(start=day_text(now), end=day_text(now + int(days * DAY) - 1)),
        tier="platform",
        can=(
            "DECISION_VISIBILITY_CONTENT_REMOVED",
            "DECISION_VISIBILITY_CONTENT_DISABLED",
            "DECISION_VISIBILITY_CONTENT_LABELLED",
            "DECISION_VISIBILITY_CONTENT_DEMOTED",
        ),
        benchmarks={name: Benchmark(value=float(hours), unit="hours") for name, hours in BENCHMARKS.items()},
    )


@contextlib.contextmanager
def _served(made: Running) -> Iterator[str]:
    object.__setattr__(made.site, "local", True)
    server = uvicorn.Server(uvicorn.Config(create_app(made.site), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the desk could not be served")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _handed_over(week: Week, made: Running, client: Client) -> None:
    """The bundle, its key, the receipts and lists of outsiders."""
    desk, storage = made.site.desk, made.site.log
    assert storage is not None  # noqa: S101 `running` makes it
    made.stop.set()
    deadline = time.monotonic() + _PATIENCE_S
    raw = desk.engine.raw_connection()
    try:
        rows = Rows(raw.dbapi_connection, dialect(desk.engine))  # type: ignore[arg-type]
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception), open_dispatcher(storage) as dispatcher:
                dispatcher.deliver(rows)
                break
            time.sleep(0.1)
        keys = [key.verifier for key in read_keys(storage)]
        write_bundle(week.folder / "bundle.zip", storage, rows, keys)
        raw.rollback()
    finally:
        raw.close()
    (week.folder / "log.key").write_text(keys[0].text + "\n")
    client.books.write(week.folder)  # type: ignore[attr-defined]
    for event in client.events[:: max(1, len(client.events) // 200)]:
        receipt = client.receipt(event)
        if receipt is not None:
            (week.folder / "receipts" / f"{event}.json").write_bytes(receipt)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--habit", action="append", default=[], metavar="NAME:SHARE")
    given = parser.parse_args()
    habits = {name: float(share) for name, _, share in (each.partition(":") for each in given.habit)}
    given.folder.mkdir(parents=True, exist_ok=True)
    wrong = live(Week(given.folder, given.seed, given.days, habits))
    (given.folder / "truth.json").write_bytes(msgspec.json.encode(wrong))


if __name__ == "__main__":
    main()
