"""The real desk of a simulated week: its installation, its site over HTTP, and when it has done what is due."""

from __future__ import annotations

import contextlib
import json
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import uvicorn
import yaml
from simulation.remote.pictures import picture
from simulation.world.chance import stream
from simulation.world.clock import day_text
from simulation.world.words import Harm
from sqlalchemy import func, select

from waarmerk.bank.bringing import entry_of
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import Store, create_store
from waarmerk.bank.store.values import Bank, By, Source
from waarmerk.desk.cases.banking import NAME
from waarmerk.desk.people.declaration import Declaration
from waarmerk.desk.store.database import dialect
from waarmerk.desk.store.tables import delivery, statement, task
from waarmerk.desk.store.unit import written
from waarmerk.dsa.codes import code
from waarmerk.record.bundle.write import write_bundle
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.events.service import Benchmark
from waarmerk.record.events.types import Period
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.outbox import Rows
from waarmerk.web.app import create_app
from waarmerk.web.serving import Installation, Running

BENCHMARKS = {"N1": 6, "N4": 18, "N8": 18, "S3": 12, "C2": 120, "C5": 12, "K1": 18, "L2": 12, "X1": 18, "O1": 24}
"""The platform's own yardsticks, in hours: short, so that a short world shows what is late."""
PATIENCE_S = 60


def schema() -> tuple[dict[str, dict[str, object]], dict[str, dict[str, str]]]:
    """The fields and the enums of the Commission's database."""
    data = files("waarmerk.dsa") / "data"
    fields, enums = (json.loads((data / f"{name}.json").read_text())[name] for name in ("fields", "enums"))
    return fields, enums


def declaration(period: tuple[int, int]) -> Declaration:
    """What the service says of itself. `period`: of its next report, [start, end) in milliseconds."""
    visible = ("CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_LABELLED", "CONTENT_DEMOTED")
    return Declaration(
        period=Period(start=day_text(period[0]), end=day_text(period[1] - 1)),
        tier="platform",
        can=tuple(code("decision_visibility", each) for each in visible),
        benchmarks={name: Benchmark(value=float(hours), unit="hours") for name, hours in BENCHMARKS.items()},
    )


def without_satire(text: str) -> str:
    """A policy in which nobody thought of satire, and what is reported as political deception is always demoted."""
    policy = yaml.safe_load(text)
    policy["contexts"] = [each for each in policy["contexts"] if each["category"] != "satire"]
    policy["rules"] = [each for each in policy["rules"] if each["name"] != "satire-label"]
    (rule,) = (each for each in policy["rules"] if each["name"] == "political-deception")
    rule["when"] = f'noticed && notice_category == "{rule["category"]}"'
    return str(yaml.safe_dump({**policy, "tests": []}, allow_unicode=True))


def seed_bank(installation: Installation, fakes: Iterable[tuple[str, Harm]], clock: Callable[[], datetime]) -> None:
    """Puts known fakes into the desk's bank, on a person's word, before the desk opens."""
    installation.folder.mkdir(parents=True, exist_ok=True)
    address = Address.of(installation.bank_address)
    create_store(address, installation.service)
    with Store(address, clock, secrets.token_bytes) as store, tempfile.TemporaryDirectory() as folder:
        store.create_bank(Bank(NAME))
        for fake, harm in fakes:
            path = Path(folder) / "known.png"
            path.write_bytes(picture(fake, stream(0, f"listed {fake}")))
            item = KnownItem.of(hash_medium(path, "keep", sound=False).signals)
            store.add(NAME, Source("a shared list", harm.category), [entry_of(item, "confirmed")], By("a curator"))


@contextlib.contextmanager
def served(made: Running) -> Iterator[str]:
    """The site on loopback; its address."""
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


def quiet(made: Running, *, submits: bool = True) -> None:
    """Waits until the desk has done everything that is due. Raises `TimeoutError` where it does not keep up."""
    desk, until = made.site.desk, time.monotonic() + PATIENCE_S
    counts = [
        select(func.count()).select_from(task).where(task.c.done_at.is_(None)),
        select(func.count()).select_from(delivery).where(delivery.c.next_at <= written(desk.clock())),
    ]
    if submits:
        counts.append(select(func.count()).select_from(statement).where(statement.c.state == "waiting"))
    asked = select(*(count.scalar_subquery() for count in counts))
    while True:
        with desk.read() as connection:
            left = connection.execute(asked).one()
        if not any(left):
            return
        if time.monotonic() > until:
            raise TimeoutError(f"the desk has {left} tasks, deliveries, statements left after {PATIENCE_S} s")
        time.sleep(0.01)


def export(made: Running, path: Path) -> VerifierKey:
    """Brings what waits into the log and writes the bundle of it all; the log's key."""
    desk, storage = made.site.desk, made.site.log
    assert storage is not None  # noqa: S101 `running` makes it
    deadline = time.monotonic() + PATIENCE_S
    raw = desk.engine.raw_connection()
    try:
        rows = Rows(raw.dbapi_connection, dialect(desk.engine))  # type: ignore[arg-type]
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception), open_dispatcher(storage) as dispatcher:
                dispatcher.deliver(rows)
                break
            time.sleep(0.1)
        keys = [key.verifier for key in read_keys(storage)]
        write_bundle(path, storage, rows, keys)
        raw.rollback()
    finally:
        raw.close()
    return keys[0]
