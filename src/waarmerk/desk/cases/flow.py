"""The durable work between what came in and what is done: the one home of the workflow library (DBOS).

Rules:
- A task is a row that was written with what made it due; its id is the workflow's. A worker takes the next and runs
  its workflow; nothing waits in a second queue, where it could not become more urgent.
- A workflow is a list of steps, each one transaction that looks at the state first: a step may run twice after a
  kill, its effect is had once.
- `VERSION` is raised when the steps change. What an older version left is taken back to its row and begun anew by
  the new one: begun anew is safe, for the steps look at the state.
- What cannot be done is parked with its reason: a case that kills workers stops nobody else. What was begun
  `ALONE_AFTER` times without an end runs alone in its process, so that no neighbour dies of it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus
from sqlalchemy.exc import IntegrityError, OperationalError

from waarmerk.desk.cases import checking, looking, slots, taking
from waarmerk.desk.cases.carry_out import ask_platform, prepare_18, tell_uploader
from waarmerk.desk.cases.prepare import conclude, looked_before, medium_of
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.store.database import open_queue
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import UnavailableError, WaarmerkError

VERSION = "2"
ALONE_AFTER = 2
KEPT_S = 3600.0
_CARE_S = 5.0
_BATCH = 500


@dataclass(frozen=True)
class Duties:
    """What a worker does its work with. `authority`: who is told of what Art. 18 asks for; `learn`: has the bank
    keep what a decision confirmed; `check`: checks an archive's inputs, none where this worker leaves them to others.
    """

    policy: Callable[[], Policy]
    looker: looking.Looker
    mode: Literal["live", "shadow"] = "shadow"
    authority: str = "national authority"
    learn: Callable[[str], object] | None = None
    check: checking.Check | None = None


class Worker:
    """One process's worker: holds a place, does what is due, `at_once` tasks at a time, looks after free places."""

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
        self.slot = slots.take_slot(self._locks)
        self._poll_s = poll_s
        self._version = version
        self._at_once = at_once
        self._kinds = ("prepare", "carry_out", *(() if duties.check is None else ("check",)))
        self._seats = threading.Semaphore(at_once)
        self._seating = threading.Lock()
        self._here: set[str] = set()  # tasks that this process runs
        self._taking = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._queue = open_queue(queue_url)
        config: DBOSConfig = {
            "name": "waarmerk",
            "system_database_url": queue_url,
            "system_database_engine": self._queue,
            "application_version": version,
            "executor_id": slots.name(self.slot),
            "log_level": "ERROR",
            "run_migrations": True,
        }
        self._dbos = DBOS(config=config)
        self._workflow = self._registered()
        DBOS.launch()

    def start(self) -> None:
        """Begins to work, in threads of its own."""
        self._look_after()
        duties = [self._work] * self._at_once + [self._care]
        self._threads = [threading.Thread(target=each, name="desk-tasks", daemon=True) for each in duties]
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: int = 10) -> None:
        """Finishes what runs, within `patience_s` seconds, and leaves the rest to whoever comes next."""
        self._stop.set()
        for thread in self._threads:
            thread.join(patience_s)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_s)
        self._queue.dispose()
        self._locks.release(self.slot)

    def _registered(self) -> Callable[[str, str, str], None]:
        desk, duties = self._desk, self._duties

        @DBOS.step(name="look", retries_allowed=True, max_attempts=3, should_retry=_passing)
        def look(case_id: str) -> dict[str, Any]:
            if (before := looked_before(desk, case_id)) is not None:
                return before
            medium = medium_of(desk, case_id)
            seen = looking.Looked() if medium is None else duties.looker.look(medium)
            return looking.as_json(seen)

        @DBOS.step(name="conclude", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def conclude_(task: taking.Task, seen: dict[str, Any], trouble: str) -> None:
            with desk.write() as unit:
                found = looking.from_json(seen)
                conclude(unit, duties.policy(), task.subject, found, mode=duties.mode, trouble=trouble)
                taking.finish(unit, task)

        @DBOS.step(name="carry", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def carry(decision_id: str) -> None:
            with desk.write() as unit:
                tell_uploader(unit, decision_id)
                prepare_18(unit, decision_id, duties.authority)
                ask_platform(unit, decision_id)

        @DBOS.step(name="learn", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def learn(decision_id: str) -> None:
            if duties.learn is not None:
                duties.learn(decision_id)

        @DBOS.step(name="check", retries_allowed=True, max_attempts=3, should_retry=_passing)
        def check(subject: str) -> str | None:
            if duties.check is None:
                raise UnavailableError("this worker examines nothing", hint="start one that does")
            return checking.examined(desk, subject, duties.check)

        @DBOS.step(name="keep", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def keep(task: taking.Task, told: str | None) -> None:
            with desk.write() as unit:
                checking.keep(unit, task.subject, told)
                taking.finish(unit, task)

        @DBOS.step(name="finish", retries_allowed=True, max_attempts=5, should_retry=_passing)
        def finish(task: taking.Task, trouble: str) -> None:
            with desk.write() as unit:
                taking.finish(unit, task, trouble)

        # How often it may be begun is counted in the task's row: the library would count neighbours, too.
        @DBOS.workflow(name="work", max_recovery_attempts=None)
        def work(task_id: str, kind: str, subject: str) -> None:
            task = taking.Task(task_id, kind, subject)
            with self._held(task) as goes_on:
                if not goes_on:
                    return
                try:
                    if kind == "prepare":
                        seen, trouble = looking.as_json(looking.Looked()), ""
                        try:
                            seen = look(subject)
                        except WaarmerkError as error:
                            trouble = error.sentence()
                        conclude_(task, seen, trouble)
                        return
                    if kind == "check":
                        keep(task, check(subject))
                        return
                    carry(subject)
                    learn(subject)
                    trouble = ""
                except Exception as error:  # whatever it is, it stops this case alone
                    logging.getLogger(__name__).exception("a task failed")
                    trouble = f"{type(error).__name__}: {error}"
                finish(task, trouble)

        return work

    @contextlib.contextmanager
    def _held(self, task: taking.Task) -> Iterator[bool]:
        """Whether the task is this process's to do: it was taken by `_work`, or is gone on with after a death."""
        if task.id in self._here:
            yield True
            return
        with self._desk.read() as connection:
            tries = taking.tried(connection, task.id)
        if tries is None:
            yield False
            return
        with self._seated(self._at_once if tries >= ALONE_AFTER else 1):
            with self._taking:
                self._here.add(task.id)
            try:
                with self._desk.write() as unit:
                    again = taking.begin_again(unit, task.id, self.slot)
                yield again is not None
            finally:
                self._here.discard(task.id)

    @contextlib.contextmanager
    def _seated(self, seats: int) -> Iterator[None]:
        """So many of this process's seats; one thread gathers at a time, so that two never wait for each other."""
        with self._seating:
            for _ in range(seats):
                self._seats.acquire()
        try:
            yield
        finally:
            self._seats.release(seats)

    def _work(self) -> None:
        """Takes one task after the other until it is stopped."""
        while not self._stop.is_set():
            try:
                with self._seated(1):
                    busy = not self._stop.is_set() and self._do_next()
                if not busy:
                    self._stop.wait(self._poll_s)
            except Exception:
                logging.getLogger(__name__).exception("a task could not be taken or ended; trying again")
                self._stop.wait(1)

    def _do_next(self) -> bool:
        with self._taking, self._desk.write() as unit:
            task = taking.take(unit, self.slot, self._kinds)
            if task is not None:
                self._here.add(task.id)
        if task is None:
            return False
        try:
            with SetWorkflowID(task.id):
                self._workflow(task.id, task.kind, task.subject)
        finally:
            self._here.discard(task.id)
        return True

    def _care(self) -> None:
        while not self._stop.wait(min(_CARE_S, 25 * self._poll_s)):
            try:
                self._look_after()
                self.forget(KEPT_S)
            except Exception:
                logging.getLogger(__name__).exception("free places could not be looked after; trying again")

    def forget(self, older_s: float) -> int:
        """Has the library forget some of what ended longer ago than this, with what was seen; how many that were."""
        until = datetime.fromtimestamp(time.time() - older_s, UTC).isoformat()  # by the library's clock
        over = DBOS.list_workflows(completed_before=until, load_input=False, load_output=False, limit=_BATCH)
        if over:
            DBOS.delete_workflows([status.workflow_id for status in over])
        return len(over)

    def _look_after(self) -> None:
        """Goes on with what dead workers held: as it stood where the steps are the same, anew where they are not."""
        with self._taking:
            with self._desk.read() as connection:
                begun = taking.held(connection, _BATCH)
            left = {name: slot for name, slot in begun if name not in self._here}
        if not left:
            return
        known = {
            status.workflow_id: status
            for status in DBOS.list_workflows(workflow_ids=list(left), load_input=False, load_output=False)
        }
        by_place: dict[int, list[str]] = {}
        for name, slot in left.items():
            by_place.setdefault(_place(known.get(name), slot), []).append(name)
        for place, names in by_place.items():
            if place == self.slot:
                self._go_on(names, known)
            elif self._locks.take(place):
                try:
                    self._go_on(names, known)
                    DBOS._recover_pending_workflows([slots.name(place)])
                finally:
                    self._locks.release(place)

    def _go_on(self, names: list[str], known: dict[str, WorkflowStatus]) -> None:
        """Makes those due again that nobody would go on with: the others the library puts into its queue itself."""
        for name in names:
            status = known.get(name)
            alive = status is not None and status.status in ("PENDING", "ENQUEUED")
            if alive and status is not None and status.app_version == self._version:
                continue
            # The row first: killed between the two, the work is due under its new id. The other way it were lost.
            with self._desk.write() as unit:
                taking.due_again(unit, name)
            if alive:
                DBOS.cancel_workflow(name)


def _passing(error: BaseException) -> bool:
    """Whether trying again helps: not now, or two wrote the same thing for the first time."""
    return isinstance(error, (UnavailableError, OperationalError, IntegrityError))


def _place(status: WorkflowStatus | None, slot: int) -> int:
    """Who works at a task: the place that the library knows where it runs, else the one that took it."""
    if status is None or status.status != "PENDING":
        return slot
    head, _, tail = (status.executor_id or "").partition("-")
    return int(tail) if head == "slot" and tail.isdigit() else slot
