"""The uploads of an hour, counted and committed to: the frame from which an auditor can draw what nobody acted on.

Rules:
- A leaf is SHA-256(0x00, salt, item id); an hour's leaves are sorted, its root is the tree's of RFC 9162 over them.
- An hour is closed once it is over, whatever was in it; an empty hour is counted too, with no uploads.
- Salts stay here and go to an auditor with the list of an hour's items, who recomputes the root.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from waarmerk.desk.store.tables import frame, item, mark
from waarmerk.desk.store.unit import MACHINE, Desk, Unit, read, written
from waarmerk.record.log.merkle import leaf_hash, root_hash

_HOUR = timedelta(hours=1)
_MARK = "hours"


def frame_leaf(salt: str, item_id: str) -> bytes:
    """What stands for an item in its hour's frame: 32 bytes."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(salt) + bytes.fromhex(item_id)).digest()


def frame_root(leaves: Iterable[bytes]) -> str:
    """The root over an hour's leaves, whatever order they come in."""
    return root_hash([leaf_hash(each) for each in sorted(leaves)]).hex()


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
