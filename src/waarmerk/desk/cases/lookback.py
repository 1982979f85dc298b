"""What an entry of the bank means for what came before: uploads that it shows, decisions that rested on it.

Rules:
- An entry that was confirmed opens a case about every upload that it matches, once for each; none about the upload
  that it came from, about what is locked, or where a decision for this entry stands. A seeded one opens none.
- An entry that was retired puts what followed from it before a person, once; nothing is put back without one.
- What a reversed decision brought into the bank is retired by whoever reversed it; where their process died before it
  could, this does it within `LATE`.
- How far the desk has come is the bank's generation. It moves on when all that changed until then was dealt with:
  begun again, this finds what it did and does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import null, select, update

from waarmerk.desk.cases.matched import acted_on, followed_from
from waarmerk.desk.intake.opening import OPEN, RETIRED, again, join, open_case
from waarmerk.desk.intake.urgency import COMPLAINT, OWN
from waarmerk.desk.store.tables import banked, case, cause, decision, item, mark, task
from waarmerk.desk.store.unit import Desk, Unit, written

LATE = timedelta(days=1)
_MARK = "bank"


@dataclass(frozen=True)
class Past:
    """What changed in a bank until `generation`: entries that were retired; media that newly confirmed ones match,
    as the SHA-256 of each with the entries."""

    generation: int
    retired: tuple[str, ...]
    matched: Iterable[tuple[str, tuple[str, ...]]]


class Remembering(Protocol):
    """A bank that remembers what it was asked about."""

    def past(self, since: int) -> Past | None:
        """What changed after generation `since`; None where nothing did."""
        ...

    def retire(self, entry: str, pid: str, decision_id: str | None) -> None:
        """Takes an entry out, on a person's word; one that is out already stays out."""
        ...


def look_back(desk: Desk, bank: Remembering) -> int:
    """Opens what is to be opened because the bank has changed; how many cases."""
    back = decision.alias()
    reversed_ = select(banked.c.entry, banked.c.decision, back.c.body).join(back, back.c.undoes == banked.c.decision)
    with desk.read() as connection:
        undone = connection.execute(reversed_.where(back.c.at >= written(desk.clock() - LATE))).all()
        at = connection.scalar(select(mark.c.at).where(mark.c.name == _MARK))
    for row in undone:
        bank.retire(row.entry, row.body["deciders"][-1], row.decision)
    past = bank.past(0 if at is None else int(at))
    if past is None:
        return 0
    opened = 0
    for entry in past.retired:
        with desk.write() as unit:
            opened += put_before_a_person(unit, entry)
    finished = True
    for sha256, entries in past.matched:
        with desk.write() as unit:
            for item_id in unit.connection.scalars(select(item.c.id).where(item.c.sha256 == sha256)).all():
                for entry in entries:
                    done = open_known(unit, item_id, entry)
                    finished, opened = finished and done is not None, opened + (done or 0)
    if finished:
        with desk.write() as unit:
            to = str(past.generation)
            if not unit.connection.execute(update(mark).where(mark.c.name == _MARK).values(at=to)).rowcount:
                unit.connection.execute(mark.insert().values(name=_MARK, at=to))
    return opened


def open_known(unit: Unit, item_id: str, entry: str) -> int | None:
    """Opens a case about an upload that a confirmed entry matches; 1 or 0, None where that is to be tried later."""
    if unit.connection.scalar(select(item.c.locked).where(item.c.id == item_id)):
        return 0
    if _named(unit, item_id, ("confirmed",), entry) or acted_on(unit.connection, item_id, entry):
        return 0
    source = select(decision.c.item).join(banked, banked.c.decision == decision.c.id).where(banked.c.entry == entry)
    if unit.connection.scalar(source) == item_id:
        return 0
    queued = select(case.c.id, case.c.looked, task.c.slot).join(task, task.c.subject == case.c.id)
    here = unit.connection.execute(
        queued.where(case.c.item == item_id, case.c.state == "queued", task.c.done_at.is_(None))
    ).all()
    if any(row.slot is not None for row in here):
        return None  # it is being looked at, perhaps with the bank as it was
    if any(row.looked is None for row in here):
        return 0  # it is still to be looked at, with the bank as it is
    opened = open_case(unit, item_id, "retroactive", OWN)
    join(unit, opened, "confirmed", entry)
    unit.connection.execute(update(case).where(case.c.id == opened).values(looked=null()))
    again(unit, opened)
    return 1


def put_before_a_person(unit: Unit, entry: str) -> int:
    """Opens a case about each item under a decision that rested on a retired entry, once; how many."""
    opened = 0
    items = dict.fromkeys(row.item for row in followed_from(unit.connection, [entry]))
    for item_id in items:
        if _named(unit, item_id, (RETIRED,), entry):
            continue
        waiting = unit.connection.scalar(
            select(case.c.id)
            .join(cause, (cause.c.case == case.c.id) & (cause.c.kind == RETIRED))
            .where(case.c.item == item_id, case.c.state.in_(OPEN))
        )
        if waiting is None:
            open_case(unit, item_id, "retroactive", COMPLAINT, retired=entry)
            opened += 1
        else:
            join(unit, waiting, RETIRED, entry)
    return opened


def _named(unit: Unit, item_id: str, kinds: Sequence[str], entry: str) -> bool:
    query = select(cause.c.case).join(case, case.c.id == cause.c.case)
    named = query.where(case.c.item == item_id, cause.c.kind.in_(kinds), cause.c.id == entry)
    return unit.connection.execute(named).first() is not None
