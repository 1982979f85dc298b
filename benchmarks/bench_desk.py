"""The desk under load: uploads with killed workers, notices a second, the queue page of a million cases, two workers.

    python -m benchmarks.bench_desk kills   [--uploads 10000] [--kills 100] [--pictures 10000] [--on postgres]
    python -m benchmarks.bench_desk queue   [--cases 1000000] [--on postgres]
    python -m benchmarks.bench_desk notices [--rate 50] [--seconds 60] [--on postgres]
    python -m benchmarks.bench_desk workers [--uploads 60] [--on postgres]

In a folder of its own: SQLite, or with `--on postgres` a server of its own. Pictures have 64 by 64 pixels and are
looked up in the bank; nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from benchmarks import desk_crew as crew
from sqlalchemy import func, insert, select

from waarmerk.desk.intake.uploads import Upload, take_upload
from waarmerk.desk.people.keys import new_key
from waarmerk.desk.review import queue
from waarmerk.desk.store import tables

_SENDERS = 16


def kills(url: str, folder: Path, uploads: int, times: int, with_pictures: int, seed: int) -> str:
    """Uploads decided by two workers, one of which is killed again and again, over the whole length of the work."""
    desk, chance = crew.opened(url), random.Random(seed)
    digests, fakes = crew.pictures(url, folder) if with_pictures else ([], set())
    kept = min(with_pictures, uploads)
    crew.take(desk, 0, kept, digests)
    crew.take(desk, kept, uploads)
    start, mates, killed = time.monotonic(), [crew.hire(url, folder), crew.hire(url, folder)], 0
    try:
        while crew.left(desk):
            # Spread over the work, two tasks an upload: every kill falls into work that is under way.
            if killed < times and crew.done(desk) >= 2 * uploads * killed / times:
                time.sleep(chance.uniform(0.0, 0.3))
                number = chance.randrange(len(mates))
                crew.kill(mates[number])
                mates[number] = crew.hire(url, folder)
                killed += 1
            else:
                time.sleep(0.1)
        spent = time.monotonic() - start
    finally:
        for process in mates:
            crew.kill(process)
    found = ", ".join(f"{count} {what}" for what, count in crew.outcome(desk, uploads, fakes).items())
    return f"{uploads} uploads ({kept} with a picture), {killed} kills: {found}; {spent:.0f} s"


def queue_page(url: str, cases: int) -> str:
    """The first page of the queue and one in the middle, of so many waiting cases, copies of one real one."""
    desk = crew.opened(url)
    crew.take(desk, 0, 1)
    with desk.write() as unit:
        one = dict(unit.connection.execute(select(tables.case)).mappings().one())
        thing = dict(unit.connection.execute(select(tables.item)).mappings().one())
        for begin in range(0, cases, 5000):
            numbers = range(begin, min(begin + 5000, cases))
            things = [thing | {"id": f"{n:032x}", "platform_ref": f"copy-{n}"} for n in numbers]
            unit.connection.execute(insert(tables.item), things)
            waiting = {"state": "waiting"}
            copies = [one | waiting | {"id": f"{n:032x}", "item": f"{n:032x}", "priority": n % 9} for n in numbers]
            unit.connection.execute(insert(tables.case), copies)
    spent = []
    with desk.read() as connection:
        for after in (None, (4, "9999", "")):
            start = time.monotonic()
            page = queue.waiting(connection, after)
            spent.append(time.monotonic() - start)
            if len(page) != min(queue.PAGE, cases):
                raise SystemExit(f"the page has {len(page)} rows")
    return f"{cases} cases waiting: first page {spent[0]:.4f} s, one in the middle {spent[1]:.4f} s"


def notices(url: str, folder: Path, rate: int, seconds: int) -> str:
    """Notices at a steady rate over HTTP, while a worker prepares pictures: the seconds from when each was due."""
    desk = crew.opened(url)
    digests, _ = crew.pictures(url, folder)
    crew.take(desk, 0, rate * seconds // 10, digests)
    with desk.write() as unit:
        key = new_key(unit, "bench", "platform")
        take_upload(unit, Upload("noticed", "u", ("CONTENT_TYPE_VIDEO",), datetime.now(UTC)))
    words = ["serve", "--dir", str(folder), "--service", "bench", "--port", "0", "--roles", "api", "--database", url]
    program = Path(sys.executable).with_name("waarmerk")
    server = subprocess.Popen([program, *words, "--no-examine"], stdout=subprocess.PIPE, text=True)
    worker = crew.hire(url, folder)
    try:
        address = server.stdout.readline().split()[0] if server.stdout else ""
        spent = _sent(address, key, rate, seconds)
        with desk.read() as connection:
            kept = connection.scalar(select(func.count()).select_from(tables.notice))
    finally:
        crew.kill(worker)
        server.terminate()
        _, _, used = os.wait4(server.pid, 0)
    spent.sort()
    middle, high = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    return (
        f"{rate} notices a second for {seconds} s: {len(spent)} sent, {kept} kept, p50 {middle:.3f} s, "
        f"p99 {high:.3f} s, {(used.ru_utime + used.ru_stime) / len(spent) * 1000:.1f} ms of CPU a notice in the "
        f"server, its start included; {crew.done(desk)} tasks done meanwhile; load {os.getloadavg()[0]:.1f}"
    )


def _sent(address: str, key: str, rate: int, seconds: int) -> list[float]:
    """Sends the notices, each when it is due whatever became of the others; the seconds until each was answered."""
    spent: list[float] = []
    start = time.monotonic() + 1
    numbers = iter(range(rate * seconds))
    turn = threading.Lock()

    def send() -> None:
        with httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
            while True:
                with turn:
                    number = next(numbers, None)
                if number is None:
                    return
                due = start + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                client.post("/v1/notices", json=_notice(number)).raise_for_status()
                spent.append(time.monotonic() - due)

    senders = [threading.Thread(target=send) for _ in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return spent


def _notice(number: int) -> dict[str, object]:
    return {
        "items": ["noticed"],
        "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "keyword": "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
        "language": "nl",
        "reason": "bench",
        "name": "An",
        "email": f"a{number}@example.org",
        "good_faith": True,
    }


def workers(url: str, folder: Path, uploads: int) -> str:
    """Work that needs a core each, by one worker and by two, turn about: seconds, and CPU seconds for a piece."""
    desk, begun = crew.opened(url), 0
    spent: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    load = os.getloadavg()[0]
    for number in (1, 2, 1, 2):
        mates = [crew.hire(url, folder, "core") for _ in range(number)]
        crew.take(desk, begun, begun + uploads, ["0" * 64])
        begun += uploads
        start = time.monotonic()
        crew.waited(desk, 0.05)
        spent[number].append(time.monotonic() - start)
        cpu[number].append(sum(crew.dismiss(each) for each in mates))
    one, two = min(spent[1]), min(spent[2])
    return (
        f"{uploads} pieces of work: one worker {one:.2f} s, two {two:.2f} s, {one / two:.2f} times as fast; "
        f"CPU seconds, start included: {min(cpu[1]):.1f} and {min(cpu[2]):.1f}; load before {load:.1f}"
    )


def main() -> None:
    """Runs one measurement and prints one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("kills", "queue", "notices", "workers", "work"))
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--uploads", type=int)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    for inner in ("--database", "--folder", "--looker"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.what == "work":
        crew.work(given.database, given.folder, given.looker)
        return
    with tempfile.TemporaryDirectory() as name, crew.database(given.on, Path(name)) as url:
        folder = Path(name)
        if given.what == "kills":
            print(kills(url, folder, given.uploads or 10_000, given.kills, given.pictures, given.seed))
        elif given.what == "queue":
            print(queue_page(url, given.cases))
        elif given.what == "notices":
            print(notices(url, folder, given.rate, given.seconds))
        else:
            print(workers(url, folder, given.uploads or 60))


if __name__ == "__main__":
    main()
