"""The uploads of an hour, counted and committed to: the frame from which an auditor can draw what nobody acted on.

Rules:
- What is committed to is said in `record.frame`.
- An hour is closed once it is over, whatever was in it; an empty hour is counted too, with no uploads.
- Salts stay here and go to an auditor with the list of an hour's items, who recomputes the root.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from waarmerk.desk.store.tables import frame, item, mark
from waarmerk.desk.store.unit import MACHINE, Desk, Unit, read, written
from waarmerk.record.frame import frame_leaf, frame_root

_HOUR = timedelta(hours=1)
_MARK = "hours"


def close_hours(desk: Desk) -> int:
    """Counts every hour that is over and was not counted; how many those were. Call it from one process."""
    now = desk.clock().replace(minute=0, second=0, microsecond=0)
    closed = 0
    while True:
        with desk.write() as unit:
            hour = _next(unit, now)
            if hour is None:
                return closed
            _close(unit, hour)
        closed += 1


def _next(unit: Unit, now: datetime) -> datetime | None:
    last = unit.connection.execute(select(mark.c.at).where(mark.c.name == _MARK)).scalar()
    if last is None:
        first = unit.connection.execute(select(func.min(frame.c.hour))).scalar()
        hour = now - _HOUR if first is None else read(first)
    else:
        hour = read(last) + _HOUR
    return hour if hour < now else None


def _close(unit: Unit, hour: datetime) -> None:
    at = written(hour)
    rows = unit.connection.execute(
        select(frame, item.c.views).join(item, item.c.id == frame.c.item).where(frame.c.hour == at)
    ).all()
    unit.record(
        "uploads.counted",
        "uploads",
        MACHINE,
        start=at,
        end=written(hour + _HOUR),
        uploads=len(rows),
        examined=sum(row.examined for row in rows),
        abstained=dict(Counter(row.abstained for row in rows if row.abstained)),
        frame_root=frame_root(frame_leaf(row.salt, row.item) for row in rows),
        views_all=sum(row.views for row in rows),
    )
    if not unit.connection.execute(update(mark).where(mark.c.name == _MARK).values(at=at)).rowcount:
        unit.connection.execute(mark.insert().values(name=_MARK, at=at))


def frames(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Hour, item and salt of every upload of the hours that were counted, hour by hour: what an auditor is given."""
    last = connection.execute(select(mark.c.at).where(mark.c.name == _MARK)).scalar()
    if last is not None:
        rows = select(frame.c.hour, frame.c.item, frame.c.salt).where(frame.c.hour <= last)
        for row in connection.execute(rows.order_by(frame.c.hour, frame.c.item)):
            yield row.hour, row.item, row.salt
