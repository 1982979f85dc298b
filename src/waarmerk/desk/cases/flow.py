"""The durable work between what came in and what is done: the one home of the workflow library (DBOS).

Rules:
- A task is a row that was written with what made it due; its id is the workflow's: enqueued twice is enqueued once.
- A workflow is a list of steps, each one transaction that looks at the state first: a step may run twice after a
  kill, its effect is had once.
- `VERSION` is raised when the steps change. What an older version left is taken back to its row and begun anew by
  the new one: begun anew is safe, for the steps look at the state.
- What cannot be done after `ATTEMPTS` is parked with its reason: a case that kills workers stops nobody else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import select, update

from waarmerk.desk.cases import looking, slots
from waarmerk.desk.cases.carry_out import ask_platform, prepare_18, tell_uploader
from waarmerk.desk.cases.prepare import conclude, medium_of
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.store.tables import case, task
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import UnavailableError, WaarmerkError

VERSION = "1"
QUEUE = "desk"
ATTEMPTS = 20
_BATCH = 500
_LEFT = ("PENDING", "ENQUEUED")
_DEAD = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"


@dataclass(frozen=True)
class Duties:
    """What a worker does its work with. `authority`: who is told of what Art. 18 asks for; `learn`: has the bank
    keep what a decision confirmed."""

    policy: Callable[[], Policy]
    looker: looking.Looker
    mode: Literal["live", "shadow"] = "shadow"
    authority: str = "national authority"
    learn: Callable[[str], object] | None = None


class Worker:
    """One process's worker: holds a place, enqueues what is due, does what is queued, looks after free places."""

    def __init__(
        self,
        desk: Desk,
        duties: Duties,
        *,
        queue_url: str,
        at_once: int = 1,
        poll_s: float = 0.2,
        version: str = VERSION,
    ) -> None:
        self._desk = desk
        self._duties = duties
        self._locks = slots.locks_of(desk.engine)
        self._slot = slots.take_slot(self._locks)
        self._poll_s = poll_s
        self._version = version
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        config: DBOSConfig = {
            "name": "waarmerk",
            "system_database_url": queue_url,
            "application_version": version,
            "executor_id": slots.name(self._slot),
            "log_level": "ERROR",
            "run_migrations": True,
        }
        self._dbos = DBOS(config=config)
        self._workflow = self._registered()
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=at_once, polling_interval_sec=poll_s)

    def start(self) -> None:
        """Begins to enqueue what is due, in a thread of its own."""
        self._take_over_older()
        self._thread = threading.Thread(target=self._serve, name="desk-tasks", daemon=True)
        self._thread.start()

    def stop(self, patience_s: int = 10) -> None:
        """Finishes what runs, within `patience_s` seconds, and leaves the rest to whoever comes next."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience_s)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_s)
        self._locks.release(self._slot)

    def enqueue_due(self) -> int:
        """Hands the queue what is due; how many tasks that were."""
        with self._desk.read() as connection:
            rows = connection.execute(
                select(task.c.id, task.c.kind, task.c.subject, task.c.priority)
                .where(task.c.enqueued_at.is_(None))
                .order_by(task.c.priority, task.c.created_at)
                .limit(_BATCH)
            ).all()
        for row in rows:
            with SetWorkflowID(row.id), SetEnqueueOptions(priority=max(row.priority, 1)):
                DBOS.enqueue_workflow(QUEUE, self._workflow, row.id, row.kind, row.subject)
        if rows:
            with self._desk.write() as unit:
                ids = [row.id for row in rows]
                unit.connection.execute(update(task).where(task.c.id.in_(ids)).values(enqueued_at=unit.at))
        return len(rows)

    def _registered(self) -> Callable[[str, str, str], None]:
        desk, duties = self._desk, self._duties

        @DBOS.step(name="look", retries_allowed=True, max_attempts=3, should_retry=_passing)
        def look(case_id: str) -> dict[str, Any]:
            medium = medium_of(desk, case_id)
            seen = looking.Looked() if medium is None else duties.looker.look(medium)
            return looking.as_json(seen)

        @DBOS.step(name="conclude", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def conclude_(case_id: str, seen: dict[str, Any], trouble: str) -> None:
            with desk.write() as unit:
                conclude(
                    unit,
                    duties.policy(),
                    case_id,
                    looking.from_json(seen),
                    mode=duties.mode,
                    trouble=trouble,
                )

        @DBOS.step(name="tell", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def tell(decision_id: str) -> None:
            with desk.write() as unit:
                tell_uploader(unit, decision_id)
                prepare_18(unit, decision_id, duties.authority)

        @DBOS.step(name="ask", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def ask(decision_id: str) -> None:
            with desk.write() as unit:
                ask_platform(unit, decision_id)

        @DBOS.step(name="learn", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def learn(decision_id: str) -> None:
            if duties.learn is not None:
                duties.learn(decision_id)

        @DBOS.step(name="done")
        def done(task_id: str, kind: str, subject: str, trouble: str) -> None:
            with desk.write() as unit:
                unit.connection.execute(update(task).where(task.c.id == task_id).values(done_at=unit.at))
                if trouble and kind == "prepare":
                    unit.connection.execute(
                        update(case)
                        .where(case.c.id == subject, case.c.state == "queued")
                        .values(state="parked", parked=trouble)
                    )

        @DBOS.workflow(name="work", max_recovery_attempts=ATTEMPTS)
        def work(task_id: str, kind: str, subject: str) -> None:
            trouble = ""
            try:
                if kind == "prepare":
                    try:
                        seen = look(subject)
                    except WaarmerkError as error:
                        seen, trouble = looking.as_json(looking.Looked()), error.sentence()
                    conclude_(subject, seen, trouble)
                    trouble = ""
                else:
                    tell(subject)
                    ask(subject)
                    learn(subject)
            except Exception as error:  # whatever it is, it stops this case alone
                logging.getLogger(__name__).exception("a task failed")
                trouble = f"{type(error).__name__}: {error}"
            done(task_id, kind, subject, trouble)

        return work

    def _serve(self) -> None:
        rounds = 0
        while not self._stop.wait(self._poll_s):
            try:
                busy = self.enqueue_due() == _BATCH
                rounds += 1
                if rounds % 25 == 0 and not busy:
                    self._look_after_others()
            except Exception:
                logging.getLogger(__name__).exception("the tasks could not be enqueued; trying again")
                self._stop.wait(1)

    def _look_after_others(self) -> None:
        """Goes on with what killed workers left in places that nobody holds, and parks what kills workers."""
        # Only what runs: a long queue would hide it behind the limit.
        for status in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False, limit=_BATCH):
            number = _number(status.executor_id)
            if number is None or number == self._slot:
                continue
            if self._locks.take(number):
                try:
                    DBOS._recover_pending_workflows([slots.name(number)])
                finally:
                    self._locks.release(number)
        for status in DBOS.list_workflows(status=_DEAD, load_input=False, load_output=False, limit=_BATCH):
            with self._desk.write() as unit:
                row = unit.connection.execute(
                    select(task).where(task.c.id == status.workflow_id, task.c.done_at.is_(None))
                ).first()
                if row is None:
                    continue
                unit.connection.execute(update(task).where(task.c.id == row.id).values(done_at=unit.at))
                unit.connection.execute(
                    update(case)
                    .where(case.c.id == row.subject, case.c.state == "queued")
                    .values(state="parked", parked=f"its worker died {ATTEMPTS} times")
                )

    def _take_over_older(self) -> None:
        """Begins anew what an older version left behind, where no worker holds it any more."""
        for status in DBOS.list_workflows(status=list(_LEFT), load_input=False, load_output=False):
            number = _number(status.executor_id)
            if status.app_version == self._version:
                continue
            held = status.status == "PENDING" and number is not None and number != self._slot
            if held and number is not None:
                if not self._locks.take(number):
                    continue
                self._locks.release(number)
            # The row first: killed between the two, the work is due under its new id. The other way it were lost.
            with self._desk.write() as unit:
                unit.connection.execute(
                    update(task)
                    .where(task.c.id == status.workflow_id, task.c.done_at.is_(None))
                    .values(id=unit.new_id(), enqueued_at=None)
                )
            DBOS.cancel_workflow(status.workflow_id)


def _passing(error: BaseException) -> bool:
    """Whether trying again helps."""
    from sqlalchemy.exc import OperationalError

    return isinstance(error, (UnavailableError, OperationalError))


def _number(executor: str | None) -> int | None:
    head, _, tail = (executor or "").partition("-")
    return int(tail) if head == "slot" and tail.isdigit() else None
