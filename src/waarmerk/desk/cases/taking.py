"""Tasks as rows: which is next, who holds it, how often it was begun, when it is over.

Rules:
- The next task is the one with the smallest priority that nobody holds, the oldest first: what becomes urgent while
  it waits is next at once.
- A task is held by a worker's place. What a worker that died held is gone on with, or is due again under a new id.
- Every beginning is counted before anything is done: what ended its worker's life `ATTEMPTS` times is parked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from waarmerk.desk.cases.checking import give_up
from waarmerk.desk.store.tables import case, task
from waarmerk.desk.store.unit import Unit

ATTEMPTS = 20


@dataclass(frozen=True)
class Task:
    """A task that a worker holds; `tries`: how often it was begun."""

    id: str
    kind: str
    subject: str
    tries: int = 0


def take(unit: Unit, slot: int, kinds: Sequence[str]) -> Task | None:
    """The next task of these kinds, from now on held by the worker in `slot` and counted as begun."""
    row = unit.connection.execute(
        select(task.c.id, task.c.kind, task.c.subject, task.c.tries)
        .where(task.c.slot.is_(None), task.c.done_at.is_(None), task.c.kind.in_(kinds))
        .order_by(task.c.priority, task.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    tries = row.tries + 1
    unit.connection.execute(update(task).where(task.c.id == row.id).values(slot=slot, taken_at=unit.at, tries=tries))
    return Task(row.id, row.kind, row.subject, tries)


def tried(connection: Connection, task_id: str) -> int | None:
    """How often a task was begun that is not over; None where there is no such task."""
    return connection.scalar(select(task.c.tries).where(task.c.id == task_id, task.c.done_at.is_(None)))


def begin_again(unit: Unit, task_id: str, slot: int) -> Task | None:
    """Goes on with a task that a dead worker held, counted; None where it is over, or was parked just now."""
    row = unit.connection.execute(
        select(task.c.id, task.c.kind, task.c.subject, task.c.tries).where(
            task.c.id == task_id, task.c.done_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    if row.tries >= ATTEMPTS:
        finish(unit, Task(row.id, row.kind, row.subject), f"its worker died {ATTEMPTS} times")
        return None
    tries = row.tries + 1
    unit.connection.execute(update(task).where(task.c.id == task_id).values(slot=slot, tries=tries))
    return Task(row.id, row.kind, row.subject, tries)


def finish(unit: Unit, done: Task, trouble: str = "") -> None:
    """The task is over; with `trouble` its case, or its input, is parked with that reason."""
    if trouble and done.kind == "check":
        give_up(unit, done.subject, trouble)
    if trouble and done.kind == "prepare":  # the case before the task, in the order in which intake locks them
        unit.connection.execute(
            update(case)
            .where(case.c.id == done.subject, case.c.state == "queued")
            .values(state="parked", parked=trouble)
        )
    unit.connection.execute(update(task).where(task.c.id == done.id).values(done_at=unit.at))


def due_again(unit: Unit, task_id: str) -> None:
    """A task that nobody works at is due again, under a new id: its old workflow finds nothing to do."""
    unit.connection.execute(
        update(task).where(task.c.id == task_id, task.c.done_at.is_(None)).values(id=unit.new_id(), slot=None)
    )


def held(connection: Connection, most: int) -> Sequence[tuple[str, int]]:
    """Up to `most` tasks that were begun and are not over, with the place that holds each."""
    rows = connection.execute(
        select(task.c.id, task.c.slot).where(task.c.slot.is_not(None), task.c.done_at.is_(None)).limit(most)
    )
    return [(row.id, row.slot) for row in rows]
