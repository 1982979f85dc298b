"""What a desk does again and again: hours, webhooks, statements, and bringing events into the log.

Rules:
- A duty that fails is tried again, and never stops another: what it would have done waits in the database.
- Of all processes over one database one leads, by a lock that dies with it, and does what is to be done once:
  hours, webhooks, statements. When it ends, another leads.
- A desk has one log, and one folder holds it: the first process that is asked to, makes it and says so in the
  database. A process whose folder holds another one, or none, leaves the log alone; its events wait in the database
  for whoever has it. Of several processes over that folder, the log's own lock lets one append.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from waarmerk.desk.cases.lookback import Remembering, look_back
from waarmerk.desk.cases.slots import LEAD, locks_of
from waarmerk.desk.intake.hours import close_hours
from waarmerk.desk.review.labels import watch_labels
from waarmerk.desk.review.timers import warn_of_deadlines
from waarmerk.desk.store.database import dialect
from waarmerk.desk.store.tables import adopted
from waarmerk.desk.store.unit import Desk, Unit
from waarmerk.desk.telling.database import Answer, Submitter, Windows
from waarmerk.desk.telling.webhooks import Endpoint, send_due
from waarmerk.errors import UnavailableError, UsageError, WaarmerkError
from waarmerk.record.dispatch import open_dispatcher
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.outbox import Rows
from waarmerk.values import Json

_THE_LOG = hashlib.sha256(b"the log of this desk").hexdigest()


@dataclass(frozen=True)
class Outside:
    """Who is told of what: the platform's endpoint, the Commission's database. `pace`: see `Installation`."""

    webhook: Endpoint | None = None
    transparency_url: str | None = None
    transparency_token: str = ""
    pace: float = 1.0


@dataclass(frozen=True)
class Duty:
    """What is done every so many seconds."""

    name: str
    every_s: float
    act: Callable[[], object]

    def led(self, lead: Lead) -> Duty:
        """The same, done by the process that leads and by no other."""
        return replace(self, act=lambda: self.act() if lead.mine() else None)

    def thread(self, stop: threading.Event, pace: float) -> threading.Thread:
        """A thread that does it until `stop`, not started."""
        return threading.Thread(target=self._repeat, args=(stop, pace), name=self.name, daemon=True)

    def _repeat(self, stop: threading.Event, pace: float) -> None:
        log = logging.getLogger(__name__)
        while not stop.wait(self.every_s * pace):
            try:
                self.act()
            except WaarmerkError as error:
                log.warning("the duty %s failed; it is tried again: %s", self.name, error.sentence())
            except Exception:
                log.exception("the duty %s failed; it is tried again", self.name)


class Lead:
    """Whether this process leads among those over one database."""

    def __init__(self, engine: Engine) -> None:
        self._locks = locks_of(engine)
        self._turn = threading.Lock()
        self._held = False

    def mine(self) -> bool:
        """Whether this process leads, now or already."""
        with self._turn:
            self._held = self._held or self._locks.take(LEAD)
            return self._held

    def give_up(self) -> None:
        """Lets another lead."""
        with self._turn:
            if self._held:
                self._locks.release(LEAD)
                self._held = False


def log_here(desk: Desk, folder: Path, *, create: bool) -> PosixStorage | None:
    """The desk's log where `folder` holds it, or may: made where the desk has none and `create` allows it."""
    storage = PosixStorage(folder)
    try:
        with desk.write() as unit:
            return _claimed(unit, storage, create=create)
    except IntegrityError:  # another process was quicker
        with desk.write() as unit:
            return _claimed(unit, storage, create=False)


def _claimed(unit: Unit, storage: PosixStorage, *, create: bool) -> PosixStorage | None:
    whose = unit.connection.execute(select(adopted.c.body).where(adopted.c.digest == _THE_LOG)).scalar()
    if whose is None:
        if create:
            with contextlib.suppress(UsageError):  # it is there
                create_log(storage, f"{unit.service}.waarmerk.local/log", secrets.token_bytes(32))
        whose = _first_key(storage)
        if whose is None:
            return None
        unit.connection.execute(adopted.insert().values(digest=_THE_LOG, kind="log", body=whose, at=unit.at))
    return storage if whose == _first_key(storage) else None


def _first_key(storage: PosixStorage) -> str | None:
    try:
        return read_keys(storage)[0].verifier.text
    except UsageError:
        return None


def duties_of(outside: Outside, desk: Desk, bank: Remembering | None = None) -> list[Duty]:
    """The regular duties of a desk, without the log's. `bank`: whose changes reach back to what came before."""
    pace = outside.pace
    found = [Duty("hours", 30.0 * pace, lambda: close_hours(desk))]
    found.append(Duty("deadlines", 60.0 * pace, lambda: warn_of_deadlines(desk)))
    found.append(Duty("labels", 300.0 * pace, lambda: watch_labels(desk)))  # an item at most once a day
    if bank is not None:
        found.append(Duty("bank", 10.0 * pace, lambda: look_back(desk, bank)))
    endpoint = outside.webhook
    if endpoint is not None:
        client = httpx.Client(timeout=10, follow_redirects=False, trust_env=False)

        def post(url: str, body: bytes, headers: Any) -> int:
            try:
                return client.post(url, content=body, headers=headers).status_code
            except httpx.HTTPError as error:
                raise OSError(str(error)) from error

        found.append(Duty("webhooks", pace, lambda: send_due(desk, endpoint, post)))
    if outside.transparency_url is not None:
        submitter = Submitter(
            desk,
            caller(outside.transparency_url, outside.transparency_token),
            Windows(time.monotonic, time.sleep),
            time.sleep,
        )
        found.append(Duty("statements", 5.0 * pace, submitter.submit_due))
    return found


def delivering(desk: Desk, storage: PosixStorage) -> Callable[[], None]:
    """Brings events into the log; where another process holds the log, that one does."""

    def deliver() -> None:
        with contextlib.suppress(UnavailableError), open_dispatcher(storage) as dispatcher:
            connection = desk.engine.raw_connection()
            try:
                raw: Any = connection.dbapi_connection
                dispatcher.deliver(Rows(raw, dialect(desk.engine)))
            finally:
                connection.close()

    return deliver


def caller(url: str, token: str, timeout_s: float = 30) -> Callable[[str, str, Json | None], Answer]:
    """Asks the Commission's database over HTTP. It raises `TimeoutError`, and `OSError` where nobody answered."""
    client = httpx.Client(
        base_url=url,
        timeout=timeout_s,
        follow_redirects=False,
        trust_env=False,
        headers={"authorization": f"Bearer {token}", "accept": "application/json"},
    )

    def call(method: str, path: str, body: Json | None) -> Answer:
        try:
            answer = client.request(method, path, json=body)
        except httpx.TimeoutException as error:
            raise TimeoutError from error
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        return Answer(answer.status_code, answer.content)

    return call
