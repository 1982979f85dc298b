"""What the measurements of the desk share: uploads with pictures, workers in processes, what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from simulation.remote.pictures import picture
from simulation.world.chance import stream
from sqlalchemy import func, select
from tests.support import postgres

from waarmerk.bank.bringing import entry_of
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import By, Source
from waarmerk.desk.cases.banking import NAME, BankLooker, DeskBank
from waarmerk.desk.cases.flow import Duties, Worker
from waarmerk.desk.cases.looking import Looked, Medium
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.intake.uploads import Upload, take_upload
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store import tables
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.media import MediaStore, open_media
from waarmerk.desk.store.unit import Desk

KNOWN, NAMES, COPIES = 5, 100, 500
"""Known fakes among so many pictures, of which there are so many copies, each with bytes of its own."""
_CORE_ROUNDS = 2_000_000


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database: `sqlite`, or `postgres` on a server of its own with its own flushing."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/desk.db"
        return
    with postgres.server() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE desk")
            connection.execute("ALTER SYSTEM SET fsync = on")
            connection.execute("SELECT pg_reload_conf()")
        words = dict(part.split("=") for part in address.split())
        yield f"postgresql+psycopg://{words['user']}@/desk?host={words['host']}"


def opened(url: str) -> Desk:
    """A desk on the machine's clock, with the default policy in force."""
    desk = Desk(open_database(url), "bench", lambda: datetime.now(UTC), os.urandom)
    with desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
    return desk


def bank_of(url: str) -> str:
    """The bank's address in the desk's database."""
    return url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.replace("+psycopg", "", 1)


def pictures(url: str, folder: Path) -> tuple[list[str], set[str]]:
    """Puts copies into the store and known fakes into the bank; the copies' digests, and those that show a fake."""
    media = open_media(str(folder / "media"), folder / "scratch")
    DeskBank(bank_of(url), "bench", lambda: datetime.now(UTC), os.urandom).close()
    store = Store(Address.of(bank_of(url)), lambda: datetime.now(UTC), os.urandom)
    digests, fakes = [], set()
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        path = Path(file.name)
        for each in range(KNOWN):
            path.write_bytes(picture(f"picture {each}", stream(1, f"known {each}")))
            known = KnownItem.of(hash_medium(path, "keep", sound=False).signals)
            source = Source("bench", "STATEMENT_CATEGORY_CYBER_VIOLENCE")
            store.add(NAME, source, [entry_of(known, "confirmed")], By("0" * 32, "bench", None, ()))
        for each in range(COPIES):
            name = each % NAMES
            path.write_bytes(picture(f"picture {name}", stream(1, f"copy {each}")))
            digests.append(media.add(path))
            if name < KNOWN:
                fakes.add(digests[-1])
    store.close()
    return digests, fakes


def take(desk: Desk, first: int, end: int, digests: Sequence[str] = ()) -> None:
    """Takes uploads in, each in a transaction of its own, as the API does; with one of the media by turns."""
    for each in range(first, end):
        with desk.write() as unit:
            given = Upload(
                platform_ref=f"clip-{each}",
                uploader=f"u{each % 97}",
                content_type=("CONTENT_TYPE_IMAGE",),
                posted_at=datetime.now(UTC),
                declared=("synthetic",),
                sha256=digests[each % len(digests)] if digests else None,
            )
            take_upload(unit, given)


class CoreLooker:
    """A look that needs a core and nothing else."""

    def look(self, medium: Medium) -> Looked:
        data = medium.sha256.encode()
        for _ in range(_CORE_ROUNDS):
            data = hashlib.sha256(data).digest()
        return Looked()


def work(url: str, folder: str, kind: str) -> None:
    """A worker until its input ends; then it says what CPU it took."""
    desk = opened(url)
    media = open_media(f"{folder}/media", Path(folder) / "scratch")
    worker = Worker(
        desk, Duties(default_policy, _looker(url, media, kind), "live"), queue_url=queue_of(url), poll_s=0.1
    )
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop()
    spent = os.times()
    print(json.dumps(spent.user + spent.system + spent.children_user + spent.children_system), flush=True)


def _looker(url: str, media: MediaStore, kind: str) -> Any:
    if kind == "core":
        return CoreLooker()
    return BankLooker(media, DeskBank(bank_of(url), "bench", lambda: datetime.now(UTC), os.urandom))


def queue_of(url: str) -> str:
    """Where the workflow library keeps what runs."""
    return url.replace("/desk.db", "/queue.db")


def hire(url: str, folder: Path, kind: str = "bank") -> subprocess.Popen[str]:
    """A worker's process that has started."""
    words = [sys.executable, "-m", "benchmarks.bench_desk", "work", "--database", url, "--folder", str(folder)]
    process = subprocess.Popen([*words, "--looker", kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdout is not None:
        process.stdout.readline()
    return process


def dismiss(process: subprocess.Popen[str]) -> float:
    """Stops a worker gracefully; the CPU seconds that it took."""
    out, _ = process.communicate()
    return float(out or 0)


def kill(process: subprocess.Popen[str]) -> None:
    """Ends a worker as a power cut would end its process."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def left(desk: Desk) -> int:
    """Tasks that are not done."""
    with desk.read() as connection:
        return connection.scalar(select(func.count()).where(tables.task.c.done_at.is_(None))) or 0


def done(desk: Desk) -> int:
    """Tasks that are done."""
    with desk.read() as connection:
        return connection.scalar(select(func.count()).where(tables.task.c.done_at.is_not(None))) or 0


def outcome(desk: Desk, uploads: int, fakes: set[str]) -> dict[str, int]:
    """What was lost and what was had twice: each upload has to be decided or before a person, those that show a known
    fake with their match, each once in the tables and once in the record."""
    with desk.read() as connection:
        state = {
            row.id: row for row in connection.execute(select(tables.case, tables.item.c.sha256).join(tables.item))
        }
        decided = Counter(connection.scalars(select(tables.decision.c.case)))
        told = Counter(connection.scalars(select(tables.message.c.about)))
        bodies = connection.exec_driver_sql("SELECT body FROM waarmerk_outbox").scalars()
        events = [json.loads(bytes(body)) for body in bodies]
    made = Counter(each["item"] if "item" in each else each["subject"]["id"] for each in events if _is(each, "made"))
    seen = Counter(each["item"] for each in events if each["kind"] == "item.examined")
    waiting = [row for row in state.values() if row.state == "waiting"]
    matched = {each["item"] for each in events if each["kind"] == "item.examined" and each["matches"]}
    return {
        "lost": uploads - len(decided) - len(waiting),
        "parked": sum(row.state == "parked" for row in state.values()),
        "matched wrongly": sum((row.sha256 in fakes) != (row.item in matched) for row in state.values()),
        "examined and not recorded": uploads - len(seen),
        "decided twice": sum(count > 1 for count in decided.values()),
        "told twice": sum(count > 1 for count in told.values()),
        "recorded twice": sum(count > 1 for count in (*made.values(), *seen.values())),
    }


def _is(event: dict[str, Any], what: str) -> bool:
    return str(event["kind"]) == f"decision.{what}"


def waited(desk: Desk, pause_s: float = 0.5) -> None:
    """Until nothing is left to do."""
    while left(desk):
        time.sleep(pause_s)
