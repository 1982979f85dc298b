"""Timers that warn before a deadline breaks: the policy's hours of a case, and an authority's date of an order.

Rules:
- Warned is `SOON` before the deadline, once, by a webhook to the platform; the queue and the metrics show it always.
- What came in with less time than that is warned of at once; what is past it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from waarmerk.desk.intake.opening import OPEN
from waarmerk.desk.store.tables import authority_order, case, mark
from waarmerk.desk.store.unit import Desk, written
from waarmerk.desk.telling.messages import push

SOON = timedelta(hours=4)
_BATCH = 500


@dataclass(frozen=True)
class Pressing:
    """How many open cases and unanswered orders are past their deadline, and how many will be within `SOON`."""

    overdue: int
    soon: int


def pressing(connection: Connection, now: datetime) -> Pressing:
    """Counts what presses now."""
    overdue = soon = 0
    for table, open_ in _OPEN:  # one pass a table: the queue's page counts a million cases
        passed = func.count().filter(table.c.deadline < written(now))
        query = select(passed, func.count()).select_from(table).where(open_, table.c.deadline < written(now + SOON))
        late, near = connection.execute(query).one()
        overdue, soon = overdue + late, soon + near - late
    return Pressing(overdue, soon)


def warn_of_deadlines(desk: Desk) -> int:
    """Queues a webhook for each deadline that comes near, once; how many."""
    with desk.write() as unit:
        told = 0
        for table, open_ in _OPEN:
            rows = unit.connection.execute(
                select(table.c.id, table.c.deadline)
                .where(open_, table.c.deadline < written(unit.now + SOON))
                .where(~select(mark.c.name).where(mark.c.name == table.c.id).exists())
                .order_by(table.c.deadline)
                .limit(_BATCH)
            ).all()
            for row in rows:
                unit.connection.execute(mark.insert().values(name=row.id, at=unit.at))
                push(unit, "deadline", {_NAMES[table.name]: row.id, "deadline": row.deadline})
            told += len(rows)
        return told


_OPEN = (
    (case, case.c.state.in_(OPEN)),
    (authority_order, authority_order.c.answered_at.is_(None) & (authority_order.c.type == "inform")),
)
_NAMES = {case.name: "case", authority_order.name: "order"}
