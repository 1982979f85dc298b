"""An upload: the item, its place in the hour's frame, a case. Views and a declaration that comes later.

Rules:
- The frame: every upload gets 32 random bytes; its leaf is SHA-256(salt, item id). What an hour holds is fixed by one
  root in `uploads.counted` before anybody knows what will be drawn from it (`intake/hours.py`).
- The same `platform_ref` again is the same item: nothing happens twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from waarmerk.desk.intake.opening import again, hasten, open_case
from waarmerk.desk.intake.urgency import OWN, priority
from waarmerk.desk.people.pseudonyms import Who, pid
from waarmerk.desk.store.tables import case, frame, item
from waarmerk.desk.store.unit import MACHINE, Unit, read, written
from waarmerk.errors import InputError

SALT_SIZE = 32
FUTURE_S = 300
"""A platform's clock may be ahead by so much; what was posted later than that is refused."""


@dataclass(frozen=True)
class Upload:
    """What the platform says of an upload. `sha256` and `size`: of the medium where the desk keeps it;
    `extent`: how much of what is declared synthetic is: whole, part."""

    platform_ref: str
    uploader: str
    content_type: tuple[str, ...]
    posted_at: datetime
    title: str = ""
    text: str = ""
    language: str | None = None
    declared: tuple[str, ...] = ()
    sha256: str | None = None
    size: int | None = None
    uploader_contact: bool = True
    uploader_email: str | None = None
    uploader_language: str = "en"
    extent: str | None = None


def take_upload(unit: Unit, upload: Upload) -> tuple[str, bool]:
    """The item's id, and whether it is new. Raises `InputError` for a time in the future or an unknown code."""
    known = unit.connection.execute(select(item.c.id).where(item.c.platform_ref == upload.platform_ref)).scalar()
    if known is not None:
        return str(known), False
    if (upload.posted_at - unit.now).total_seconds() > FUTURE_S:
        raise InputError("posted_at lies in the future", hint="is the platform's clock right?")
    who = Who(f"uploader:{upload.uploader}", None, upload.uploader_email, upload.uploader_language)
    new = unit.new_id()
    unit.connection.execute(
        item.insert().values(
            id=new,
            platform_ref=upload.platform_ref,
            uploader=pid(unit, who),
            content_type=list(upload.content_type),
            title=upload.title,
            text=upload.text,
            language=upload.language,
            declared=list(upload.declared),
            posted_at=written(upload.posted_at),
            received_at=unit.at,
            sha256=upload.sha256,
            bytes=upload.size,
            uploader_contact=upload.uploader_contact,
            restrictions=[],
            labels=[],
            extent=_extent(upload.extent, upload.declared),
        )
    )
    hour = written(unit.now.replace(minute=0, second=0, microsecond=0))
    unit.connection.execute(frame.insert().values(item=new, hour=hour, salt=unit.random(SALT_SIZE).hex()))
    open_case(unit, new, "upload", OWN)
    return new, True


def take_views(unit: Unit, item_id: str, total: int, at: datetime) -> None:
    """Notes how often an item was seen until `at`, and raises its case when it spreads fast."""
    row = unit.connection.execute(
        select(item.c.views, item.c.views_at, item.c.posted_at).where(item.c.id == item_id)
    ).first()
    if row is None:
        raise InputError(f"there is no item {item_id}")
    since = read(row.views_at or row.posted_at)
    hours = (at - since).total_seconds() / 3600
    if hours <= 0:
        return  # an older count that came late
    rate = max(total - row.views, 0) / hours
    unit.connection.execute(
        update(item).where(item.c.id == item_id).values(views=total, views_at=written(at), views_per_hour=rate)
    )
    for old in unit.connection.execute(
        select(case.c.id, case.c.priority).where(case.c.item == item_id, case.c.state.in_(("queued", "waiting")))
    ).all():
        sooner = priority(-(-old.priority // 100) * 100, rate)
        unit.connection.execute(update(case).where(case.c.id == old.id).values(priority=sooner))
        hasten(unit, old.id, sooner)


def watch(unit: Unit, item_id: str) -> None:
    """Records the daily reading of an item under watch."""
    views = unit.connection.execute(select(item.c.views).where(item.c.id == item_id)).scalar()
    if views is None:
        raise InputError(f"there is no item {item_id}")
    unit.record("exposure.read", "views", MACHINE, item=item_id, views_total=views)


def declare(unit: Unit, item_id: str, what: str, extent: str | None = None) -> None:
    """The uploader's word that an item is synthetic (`extent`: whole, part) or satire; what waits is looked at again.

    Raises `InputError` for an unknown item, or an extent of what is not declared synthetic.
    """
    found = unit.connection.execute(select(item.c.declared).where(item.c.id == item_id)).first()
    if found is None:
        raise InputError(f"there is no item {item_id}")
    declared = sorted({*found.declared, what})
    unit.connection.execute(update(item).where(item.c.id == item_id).values(declared=declared))
    if (said := _extent(extent, (what,))) is not None:
        unit.connection.execute(update(item).where(item.c.id == item_id).values(extent=said))
    for waiting in unit.connection.execute(
        select(case.c.id).where(case.c.item == item_id, case.c.state == "waiting")
    ).all():
        again(unit, waiting.id)


def _extent(said: str | None, declared: tuple[str, ...]) -> str | None:
    if said is not None and "synthetic" not in declared:
        raise InputError("extent says how much is synthetic", where="extent", hint="declare synthetic with it")
    return said
