"""The watch over labels: one that was decided and does not stand comes back to a person.

Rules:
- Not confirmed within `GRACE`, or reported lost: a webhook asks the platform again and the queue shows it; asked is
  once a day at most for an item, until the platform says that it is shown or the label is not wanted any more.
- What is removed needs no label.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.sql import ColumnElement

from waarmerk.desk.cases.labels import of_kind
from waarmerk.desk.store.tables import decision, item, label
from waarmerk.desk.store.unit import Desk, written
from waarmerk.desk.telling.messages import push
from waarmerk.dsa.codes import code

GRACE = timedelta(hours=1)
"""What a platform is given to confirm a label before a person hears of it."""
AGAIN = timedelta(days=1)
_GONE = {code("decision_visibility", "CONTENT_REMOVED"), code("decision_visibility", "CONTENT_DISABLED")}
_BATCH = 500


@dataclass(frozen=True)
class Missing:
    """A label that does not stand: `asked` without an answer, or `lost`, and since when; the case that decided it."""

    item: str
    platform_ref: str
    decision: str
    case: str
    kind: str | None
    state: str
    since: str


def missing(connection: Connection, now: datetime, size: int = 20) -> list[Missing]:
    """The labels that do not stand now, the longest first."""
    return _found(connection, _stands_not(now), size)


def watch_labels(desk: Desk) -> int:
    """Asks the platform again for each label that does not stand, once a day; how many."""
    with desk.write() as unit:
        due = label.c.warned_at.is_(None) | (label.c.warned_at <= written(unit.now - AGAIN))
        rows = _found(unit.connection, _stands_not(unit.now) & due, _BATCH)
        for row in rows:
            body = {
                "decision": row.decision,
                "item": row.platform_ref,
                "case": row.case,
                "state": row.state,
                "since": row.since,
                "label": of_kind(row.kind),
            }
            push(unit, "label", body)
            unit.connection.execute(update(label).where(label.c.item == row.item).values(warned_at=unit.at))
        return len(rows)


def _stands_not(now: datetime) -> ColumnElement[bool]:
    late = (label.c.state == "asked") & (label.c.at <= written(now - GRACE))
    return late | (label.c.state == "lost")


def _found(connection: Connection, which: ColumnElement[bool], size: int) -> list[Missing]:
    rows = connection.execute(
        select(label, item.c.platform_ref, item.c.restrictions, decision.c.case)
        .join(item, item.c.id == label.c.item)
        .join(decision, decision.c.id == label.c.decision)
        .where(which)
        .order_by(label.c.at)
    )
    found: list[Missing] = []
    for row in rows:
        if _GONE & set(row.restrictions):
            continue
        found.append(Missing(row.item, row.platform_ref, row.decision, row.case, row.kind, row.state, row.at))
        if len(found) == size:
            break
    return found
