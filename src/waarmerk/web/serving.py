"""One process of an installation: the site, a worker, and the regular duties, each in a thread of its own.

Rules:
- A duty that fails is tried again, and never stops another: what it would have done waits in the database.
- Stopping is graceful: requests end, steps that run end, the rest is left to whoever starts next.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import uvicorn

from waarmerk.desk.cases.banking import BankLooker, DeskBank
from waarmerk.desk.cases.checking import checker
from waarmerk.desk.cases.examining import ExamineLooker
from waarmerk.desk.cases.flow import Duties, Worker
from waarmerk.desk.cases.looking import Looker
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.intake.backlog import MOST_WAITING, Backlog
from waarmerk.desk.people.declaration import Declaration, declare_service
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.media import MediaStore, open_media
from waarmerk.desk.store.unit import Clock, Desk
from waarmerk.desk.telling.webhooks import Endpoint
from waarmerk.examine.walk import Examiner, Options
from waarmerk.web.app import create_app
from waarmerk.web.auth.rates import Rates
from waarmerk.web.console.previews import Previews
from waarmerk.web.duties import Duty, Lead, Outside, delivering, duties_of, log_here
from waarmerk.web.listening import MOST_CONNECTIONS, Patient, Server
from waarmerk.web.public.looking import Looks, router_of
from waarmerk.web.site import Site

_random = secrets.token_bytes
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
Roles = Literal["all", "api", "worker"]


@dataclass(frozen=True)
class Installation:
    """What an operator sets. `folder` holds all that is not said otherwise: database, media, log.

    `bank`: a bank of known fakes elsewhere than in the desk's database, a path or a URL of PostgreSQL; `pace`: how
    much longer or shorter than usual the pauses between regular duties are; `log_pace`: those of the log, where they
    differ.
    """

    folder: Path
    service: str
    policy: Policy
    policy_text: str
    database: str | None = None
    queue: str | None = None
    media: str | None = None
    mode: Literal["live", "shadow"] = "shadow"
    roles: Roles = "all"
    at_once: int = 1
    webhook: Endpoint | None = None
    transparency_url: str | None = None
    transparency_token: str | None = None
    authority: str = "national authority"
    examine: bool = True
    requests_per_second: float = 50.0
    most_waiting: int = MOST_WAITING
    declared: Declaration | None = None
    bank: str | None = None
    pace: float = 1.0
    log_pace: float | None = None

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder}/desk.db"

    @property
    def outside(self) -> Outside:
        return Outside(self.webhook, self.transparency_url, self.transparency_token or "", self.pace)

    @property
    def bank_address(self) -> str:
        if self.bank:
            return self.bank
        url = self.database_url
        return url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.replace("+psycopg", "", 1)

    @property
    def queue_url(self) -> str:
        if self.queue:
            return self.queue
        return self.database_url if self.database else f"sqlite:///{self.folder}/queue.db"


class Running:
    """What `run` has started: the site and its parts, for tests and for the command line."""

    def __init__(self, site: Site, installation: Installation) -> None:
        self.site = site
        self.installation = installation
        self.stop = threading.Event()


@contextlib.contextmanager
def running(
    installation: Installation,
    clock: Clock,
    *,
    local: bool = True,
    looker: Callable[[MediaStore], Looker] | None = None,
) -> Iterator[Running]:
    """The installation with its worker and duties started; all ended when it is left."""
    installation.folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(open_database(installation.database_url), installation.service, clock, _random)
    media = open_media(installation.media or str(installation.folder / "media"), installation.folder / "scratch")
    with desk.write() as unit:
        if installation.declared is not None:
            declare_service(unit, installation.declared)
        adopt_policy(unit, installation.policy, installation.policy_text)
    bank = DeskBank(installation.bank_address, installation.service, clock, _random)
    log = log_here(desk, installation.folder / "log", create=installation.roles != "worker")
    site = Site(
        desk,
        Rates(installation.requests_per_second, int(installation.requests_per_second * 4), time.monotonic),
        media,
        Previews(desk, media, installation.folder / "previews"),
        log,
        mode=installation.mode,
        local=local,
        policy=lambda: installation.policy,
        retire=bank.retire,
        backlog=Backlog(desk, installation.most_waiting, time.monotonic),
    )
    made = Running(site, installation)
    worker: Worker | None = None
    lead = Lead(desk.engine)
    regular: list[Duty] = []
    threads: list[threading.Thread] = []
    try:
        if installation.roles in ("all", "worker"):
            found = looker(media) if looker else _looker(installation, media, bank)
            learn = partial(bank.learn, desk, media)
            check = checker(found.examiner) if isinstance(found, ExamineLooker) else None
            duties = Duties(
                lambda: installation.policy, found, installation.mode, installation.authority, learn, check
            )
            worker = Worker(
                desk,
                duties,
                queue_url=installation.queue_url,
                at_once=installation.at_once,
                poll_s=0.2 * installation.pace,
            )
            worker.start()
            regular = [each.led(lead) for each in duties_of(installation.outside, desk, bank)]
        if site.previews is not None:
            regular.append(Duty("previews", 60.0, site.previews.sweep))
        if log is not None:
            log_pace = installation.pace if installation.log_pace is None else installation.log_pace
            regular.append(Duty("log", log_pace, delivering(desk, log)))
        threads = [each.thread(made.stop, installation.pace) for each in regular]
        for thread in threads:
            thread.start()
        yield made
    finally:
        made.stop.set()
        for thread in threads:
            thread.join(10)
        if worker is not None:
            worker.stop()
        lead.give_up()
        bank.close()
        desk.engine.dispose()


def serve(installation: Installation, clock: Clock, *, host: str, port: int, told: Callable[[str], None]) -> None:
    """Answers requests until it is stopped. `told` is given the address once it does."""
    local = host in _LOOPBACK
    # As Ctrl-C does: the server ends its requests and hands the signal on, then what runs is ended here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(installation, clock, local=local) as made:
        if installation.roles == "worker":
            told("working")
            while not made.stop.wait(1):
                pass
            return
        app = create_app(made.site)
        if local:
            app.include_router(router_of(Looks(installation.folder / "scratch")))
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=Patient,
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=64 << 10,
        )
        server = Server(config, told)
        server.run()


def _looker(installation: Installation, media: MediaStore, bank: DeskBank) -> Looker:
    if installation.examine:
        return ExamineLooker(media, Examiner(Options(), clock=time.monotonic), bank.look)
    return BankLooker(media, bank)
