"""A simulated week against the real desk: `waarmerk serve`'s own site and worker, driven over HTTP by the world.

    python -m examples.platform.week FOLDER [--days 7] [--habit NAME:SHARE]

Time is the world's: the desk's clock shows it, and nothing goes on before the desk has done what is due. What is left
in the folder is what an auditor gets: `bundle.zip`, `log.key`, and what outsiders hold. A habit is one of
`simulation.remote.ways`.
"""

from __future__ import annotations

import argparse
import base64
import json
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from simulation.plaza.habits import Habits
from simulation.plaza.report import Ledger, write_report
from simulation.remote.client import Client
from simulation.remote.dumped import write_dump
from simulation.remote.hearing import Hearing
from simulation.remote.relay import Relay
from simulation.remote.staff import Reviewer, Room
from simulation.remote.tool import report_published
from simulation.remote.ways import WAYS
from simulation.transparency import TransparencyServer
from simulation.world import words
from simulation.world.acts import Mail
from simulation.world.askers import Askers
from simulation.world.chance import stream
from simulation.world.clock import DAY, HOUR, MINUTE, Loop, day_text, start_of
from simulation.world.notebooks import Notebooks
from simulation.world.people import FLAGGERS, People
from simulation.world.uploaders import Uploaders

from examples.platform.desk import declaration, export, quiet, schema, seed_bank, served, without_satire
from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.people.keys import new_key
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.read import default_text, read_policy
from waarmerk.desk.telling.webhooks import Endpoint
from waarmerk.web.serving import Installation, Running, running

START = "2026-03-02"
SERVICE = "plaza.example"
SECRET = "whsec_" + base64.b64encode(b"a secret of the simulated week").decode()
PASSWORD = "a long password of the week"  # noqa: S105 of a world that ends
STAFF = ("anne", "bram", "cora", "dirk")
KNOWN = (("known 0", words.FRAUD), ("known 1", words.FRAUD), ("known 2", words.INTIMATE))
TURNED_BACK = 8 * HOUR
_TOKEN = "the week's token"  # noqa: S105 of a world that ends


@dataclass
class Week:
    """What a week is made with. `period`: of the report, in days from the start; half of the time unless said."""

    folder: Path
    seed: int = 7
    days: float = 7
    habits: dict[str, float] = field(default_factory=dict)
    uploads_per_day: float = 40
    notices_per_day: float = 12
    probes_per_day: float = 4
    period: int | None = None
    database: str | None = None


@dataclass(frozen=True)
class Lived:
    """A week that was lived. `wrong`: what was done wrong, by habit; `refused`: what the desk did not let them do."""

    wrong: dict[str, list[dict[str, str]]]
    cases: dict[str, int]
    refused: int


class _World:
    """The people, their platform, and whoever runs it."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self.loop = Loop(start_of(START))
        self.start, self.end = self.loop.now, self.loop.now + int(week.days * DAY)
        days = week.period or max(1, int(week.days) // 2)
        self.period = (self.start, self.start + days * DAY)
        self.wrong = Habits(week.seed, week.habits, WAYS)
        self.hearing = Hearing(SECRET, self._refuses)
        self.database = Relay(_TOKEN, *schema(), habits=self.wrong)
        self.created: dict[str, int] = {}
        self.room = Room(self.period[1])
        self.books = Notebooks(stream(week.seed, "keeping"))

    def moment(self) -> datetime:
        """What the desk's clock shows."""
        return datetime.fromtimestamp((self.loop.now - self.back()) / 1000, UTC)

    def back(self) -> int:
        """By how much the operator's clocks were turned back, in milliseconds: for an evening, or not at all."""
        evening = self.start + int(self.week.days / 2) * DAY + 15 * HOUR
        turned = "clock-turned" in self.week.habits and evening <= self.loop.now < evening + TURNED_BACK
        if turned and not self.wrong.wrong["clock-turned"]:
            self.wrong.note("clock-turned")
        return TURNED_BACK if turned else 0

    def policy(self) -> tuple[Policy, str]:
        """The policy in force, and its text."""
        text = default_text()
        if "policy-without-satire" in self.week.habits:
            text = without_satire(text)
        return read_policy(text.encode(), "policy"), text

    def _refuses(self, kind: str, data: dict[str, str]) -> bool:
        return kind == "apply" and self.wrong.strikes("webhooks-refused", decision=data["decision"])


def live(week: Week) -> Lived:
    """Lives the week. Raises `TimeoutError` where the desk does not keep up."""
    world = _World(week)
    server = TransparencyServer(world.database)
    policy, text = world.policy()
    installation = Installation(
        folder=week.folder / "desk",
        service=SERVICE,
        policy=policy,
        policy_text=text,
        database=week.database,
        mode="live",
        at_once=2,
        webhook=Endpoint(world.hearing.address, SECRET),
        authority="Landelijk meldpunt",
        examine=False,
        requests_per_second=10_000,
        declared=declaration(world.period),
        pace=0.05,
        log_pace=2.0,
        transparency_url=server.url,
        transparency_token=_TOKEN,
    )
    seed_bank(installation, KNOWN, world.moment)
    try:
        with server, running(installation, world.moment) as made, served(made) as url, ExitStack() as ended:
            with made.site.desk.write() as unit:
                keys = {role: new_key(unit, role, role) for role in ("platform", "authority")}
                keys |= {ref: new_key(unit, ref, "flagger", flagger_ref=ref) for ref in FLAGGERS}
                for login in STAFF:
                    add_member(unit, login, PASSWORD, "senior")
            client = _inhabited(world, made, url, keys, ended)
            _published(world, made, client)
            _handed_over(world, made, client)
    finally:
        world.hearing.close()
    return Lived(world.wrong.wrong, world.wrong.cases, world.room.refused)


def _inhabited(world: _World, made: Running, url: str, keys: dict[str, str], ended: ExitStack) -> Client:
    """Everybody does what they do until the end; the platform's client."""
    week, loop, wrong = world.week, world.loop, world.wrong
    later = _Later(loop, world.books)
    known = frozenset(fake for fake, _ in KNOWN)
    client = Client(
        loop,
        url,
        keys,
        world.hearing,
        later,
        stream(week.seed, "platform"),
        wrong,
        lambda: None,
        SERVICE,
        known,
        world.back,
    )

    ended.callback(client.close)

    def settle() -> None:
        quiet(made, submits=not world.database.shut)
        for puid in world.database.statements:
            world.created.setdefault(puid, loop.now)
        client.hear()
        client.deliver()

    client.settle = settle
    people = People(stream(week.seed, "people"))
    uploaders = Uploaders(loop, client, stream(week.seed, "uploads"), people, week.uploads_per_day)
    uploaders.fakes = list(KNOWN)
    askers = Askers(
        loop,
        client,
        stream(week.seed, "asking"),
        people,
        uploaders,
        world.books,
        notices_per_day=week.notices_per_day,
        orders_per_day=max(1.0, week.notices_per_day / 12),
        probes_per_day=week.probes_per_day,
        election=loop.now + int(0.7 * week.days) * DAY,
        checked_after=18 * HOUR,
    )
    for number, login in enumerate(STAFF):
        chance = stream(week.seed, f"reviewer {number}")
        reviewer = Reviewer(loop, client, chance, wrong, login, PASSWORD, settle, world.room)
        ended.callback(reviewer.close)
        loop.after((6 + number) * HOUR + number * 7 * MINUTE, reviewer.begin)
    loop.after(HOUR, _hourly, loop, settle)
    if "statements-blocked" in week.habits:
        loop.after(week.days / 2 * DAY, world.database.shut_out)
    uploaders.begin()
    askers.begin()
    loop.after(2 * HOUR, askers.probe)
    loop.run(world.end)
    settle()
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


def _published(world: _World, made: Running, client: Client) -> None:
    """The report of the period, from what the record says so far."""
    ledger = Ledger(world.period)
    so_far = world.week.folder / "so-far.zip"
    export(made, so_far)
    with zipfile.ZipFile(so_far) as bundle, bundle.open("events.jsonl") as lines:
        for line in lines:
            event = json.loads(line)["event"]
            ledger.read(event, round(datetime.fromisoformat(event["at"]).timestamp() * 1000))
    so_far.unlink()
    told = write_report(world.wrong, ledger, SERVICE, world.week.folder / "report", day_text(world.loop.now))
    client.record([report_published(told)])


def _handed_over(world: _World, made: Running, client: Client) -> None:
    """The bundle, its key, the dump, the receipts and lists of outsiders."""
    folder = world.week.folder
    made.stop.set()
    key = export(made, folder / "bundle.zip")
    (folder / "log.key").write_text(key.text + "\n")
    write_dump(folder / "dump.csv", world.database.statements, world.created, SERVICE)
    world.books.write(folder)
    for event in client.events[:: max(1, len(client.events) // 200)]:
        receipt = client.receipt(event)
        if receipt is not None:
            (folder / "receipts" / f"{event}.json").write_bytes(receipt)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--notices-per-day", type=float, default=12)
    parser.add_argument("--habit", action="append", default=[], metavar="NAME:SHARE")
    parser.add_argument("--database", metavar="URL", help="postgresql+psycopg://... (default: SQLite)")
    given = parser.parse_args()
    habits = {name: float(share) for name, _, share in (each.partition(":") for each in given.habit)}
    given.folder.mkdir(parents=True, exist_ok=True)
    week = Week(
        given.folder, given.seed, given.days, habits, notices_per_day=given.notices_per_day, database=given.database
    )
    (given.folder / "truth.json").write_bytes(msgspec.json.encode(live(week)))


if __name__ == "__main__":
    main()
