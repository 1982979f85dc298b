"""Opening a case about an item, or joining the one that is open: ten thousand notices about one item are one case."""

from __future__ import annotations

from sqlalchemy import select, update

from waarmerk.desk.intake.urgency import priority
from waarmerk.desk.store.tables import case, cause, item, notice, task
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import InputError

OPEN = ("queued", "waiting", "parked")
RETIRED = "retired"
"""The cause of a case that looks again at what followed from an entry that the bank gave up."""
# What opened a case, the strongest last: an upload that is noticed becomes the case of a notice.
_STRENGTH = ("upload", "retroactive", "challenge", "notice", "order")


def open_case(
    unit: Unit, item_id: str, why: str, base: int, *, challenge: str | None = None, retired: str | None = None
) -> str:
    """The id of the case; one that is open about the item for the same purpose is joined and made more urgent.

    A complaint always has a case of its own, for it goes to another person; so has what followed from a `retired`
    entry of the bank, for the question there is what to put back. Raises `InputError` for an unknown item.
    """
    found = unit.connection.execute(select(item.c.views_per_hour).where(item.c.id == item_id)).first()
    if found is None:
        raise InputError(f"there is no item {item_id}", hint="an upload comes before what is said about it")
    urgency = priority(base, found.views_per_hour)
    if challenge is None and retired is None:
        own = select(cause.c.case).where(cause.c.case == case.c.id, cause.c.kind == RETIRED).exists()
        old = unit.connection.execute(
            select(case.c.id, case.c.priority, case.c.why).where(
                case.c.item == item_id, case.c.state.in_(OPEN), case.c.challenge.is_(None), ~own
            )
        ).first()
        if old is not None:
            stronger = why if _STRENGTH.index(why) > _STRENGTH.index(old.why) else old.why
            sooner = min(urgency, old.priority)
            unit.connection.execute(update(case).where(case.c.id == old.id).values(priority=sooner, why=stronger))
            hasten(unit, old.id, sooner)
            return str(old.id)
    new = unit.new_id()
    unit.connection.execute(
        case.insert().values(
            id=new,
            item=item_id,
            why=why,
            state="queued",
            priority=urgency,
            opened_at=unit.at,
            version=0,
            challenge=challenge,
        )
    )
    if retired is not None:
        join(unit, new, RETIRED, retired)
    unit.enqueue("prepare", new, urgency)
    return new


def hasten(unit: Unit, case_id: str, urgency: int) -> None:
    """Has a case that waits for its preparation prepared sooner, where it is more urgent now."""
    unit.connection.execute(
        update(task)
        .where(task.c.subject == case_id, task.c.done_at.is_(None), task.c.priority > urgency)
        .values(priority=urgency)
    )


def join(unit: Unit, case_id: str, kind: str, cause_id: str) -> None:
    """Notes that a notice or an order belongs to a case."""
    unit.connection.execute(cause.insert().values(case=case_id, kind=kind, id=cause_id))


def again(unit: Unit, case_id: str) -> None:
    """Has a case that waits prepared again, for something new is known about it."""
    state, urgency = unit.connection.execute(select(case.c.state, case.c.priority).where(case.c.id == case_id)).one()
    if state == "waiting":
        unit.connection.execute(
            update(case).where(case.c.id == case_id).values(state="queued", version=case.c.version + 1)
        )
        unit.enqueue("prepare", case_id, urgency)


def notices_of(unit: Unit, case_id: str) -> list[str]:
    """The notices that belong to a case and that no decision has answered, oldest first."""
    rows = unit.connection.execute(
        select(notice.c.id)
        .join(cause, (cause.c.id == notice.c.id) & (cause.c.kind == "notice"))
        .where(cause.c.case == case_id, notice.c.decision.is_(None))
        .order_by(notice.c.received_at, notice.c.id)
    )
    return [str(row.id) for row in rows]
