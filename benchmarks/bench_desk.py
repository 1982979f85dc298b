"""The desk under load: uploads with killed workers, notices a second, the queue page of a million cases.

    python -m benchmarks.bench_desk kills   --uploads 10000 --kills 100 [--database URL]
    python -m benchmarks.bench_desk queue   --cases 1000000 [--database URL]
    python -m benchmarks.bench_desk notices --rate 50 --seconds 60 [--database URL]

Without a database's URL: SQLite in a folder of its own. The media are not looked at: what is measured is the desk.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from waarmerk.desk.cases.flow import Duties, Worker
from waarmerk.desk.cases.looking import NoLooker
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.intake.notices import Notice, take_notice
from waarmerk.desk.intake.uploads import Upload, take_upload
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.review import queue
from waarmerk.desk.store import tables
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk


def opened(url: str) -> Desk:
    """A desk on the machine's clock."""
    return Desk(open_database(url), "bench", lambda: datetime.now(UTC), os.urandom)


def take(desk: Desk, number: int) -> None:
    """Takes uploads in, each in a transaction of its own, as the API does."""
    for each in range(number):
        with desk.write() as unit:
            given = Upload(
                platform_ref=f"clip-{each}",
                uploader=f"u{each % 97}",
                content_type=("CONTENT_TYPE_IMAGE",),
                posted_at=datetime.now(UTC),
                declared=("synthetic",),
            )
            take_upload(unit, given)


def work(url: str) -> None:
    """A worker until its input ends."""
    desk = opened(url)
    queue_url = url.replace("/desk.db", "/queue.db")
    worker = Worker(desk, Duties(default_policy, NoLooker(), "live"), queue_url=queue_url, poll_s=0.05)
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop()


def hire(url: str) -> subprocess.Popen[str]:
    """A worker's process that has started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bench_desk", "work", "--database", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout is not None:
        process.stdout.readline()
    return process


def left(desk: Desk) -> int:
    """Tasks that are not done."""
    with desk.read() as connection:
        return connection.scalar(select(func.count()).where(tables.task.c.done_at.is_(None))) or 0


def kills(url: str, uploads: int, times: int, seed: int) -> str:
    """Uploads decided by two workers, one of which is killed again and again."""
    desk, chance = opened(url), random.Random(seed)
    with desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
    take(desk, uploads)
    start = time.monotonic()
    crew = [hire(url), hire(url)]
    try:
        for _ in range(times):
            time.sleep(chance.uniform(0.05, 1.0))
            number = chance.randrange(len(crew))
            crew[number].kill()
            crew[number].wait()
            crew[number] = hire(url)
        while left(desk):
            time.sleep(0.2)
    finally:
        for process in crew:
            process.kill()
            process.wait()
    with desk.read() as connection:
        decided = Counter(connection.scalars(select(tables.decision.c.case)))
        told = Counter(connection.scalars(select(tables.message.c.about)))
    twice = sum(count > 1 for count in decided.values()) + sum(count > 1 for count in told.values())
    spent = time.monotonic() - start
    return f"{uploads} uploads, {times} kills: {uploads - len(decided)} lost, {twice} twice, {spent:.0f} s"


def fill(url: str, cases: int) -> Desk:
    """A desk with so many waiting cases, copies of one real one."""
    desk = opened(url)
    with desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
    take(desk, 1)
    with desk.write() as unit:
        one = dict(unit.connection.execute(select(tables.case)).mappings().one())
        thing = dict(unit.connection.execute(select(tables.item)).mappings().one())
        for begin in range(0, cases, 5000):
            numbers = range(begin, min(begin + 5000, cases))
            unit.connection.execute(
                insert(tables.item),
                [thing | {"id": f"{n:032x}", "platform_ref": f"copy-{n}"} for n in numbers],
            )
            unit.connection.execute(
                insert(tables.case),
                [
                    one | {"id": f"{n:032x}", "item": f"{n:032x}", "state": "waiting", "priority": n % 9}
                    for n in numbers
                ],
            )
    return desk


def queue_page(url: str, cases: int) -> str:
    """The first page of the queue and one in the middle."""
    desk = fill(url, cases)
    spent = []
    with desk.read() as connection:
        for after in (None, (4, "9999", "")):
            start = time.monotonic()
            page = queue.waiting(connection, after)
            spent.append(time.monotonic() - start)
            if len(page) != min(queue.PAGE, cases):
                raise SystemExit(f"the page has {len(page)} rows")
    return f"{cases} cases waiting: first page {spent[0]:.4f} s, one in the middle {spent[1]:.4f} s"


def notices(url: str, rate: int, seconds: int) -> str:
    """Notices at a steady rate while a worker runs: how long each took from when it was due."""
    desk = opened(url)
    with desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
        given = Upload("clip", "u", ("CONTENT_TYPE_VIDEO",), datetime.now(UTC))
        item, _ = take_upload(unit, given)
    worker = hire(url)
    spent, start = [], time.monotonic()
    try:
        for number in range(rate * seconds):
            due = start + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            with desk.write() as unit:
                take_notice(
                    unit,
                    Notice(
                        items=(item,),
                        category="STATEMENT_CATEGORY_CYBER_VIOLENCE",
                        keyword="KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
                        language="nl",
                        channel="api",
                        reason="bench",
                        name="An",
                        email=f"a{number}@example.org",
                        good_faith=True,
                    ),
                )
            spent.append(time.monotonic() - due)
    finally:
        worker.kill()
        worker.wait()
    spent.sort()
    middle, high = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    return f"{rate} notices a second for {seconds} s: p50 {middle:.3f} s, p99 {high:.3f} s"


def main() -> None:
    """Runs one measurement and prints one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("kills", "queue", "notices", "work"))
    parser.add_argument("--database")
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/desk.db"
        if given.what == "work":
            work(url)
        elif given.what == "kills":
            print(kills(url, given.uploads, given.kills, given.seed))
        elif given.what == "queue":
            print(queue_page(url, given.cases))
        else:
            print(notices(url, given.rate, given.seconds))


if __name__ == "__main__":
    main()
