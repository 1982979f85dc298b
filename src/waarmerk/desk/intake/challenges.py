"""A complaint (DSA Art. 20) or an out-of-court dispute (Art. 21) about a decision.

Rules:
- Six months from the day on which the person was told (Art. 20(1)-(2)): who was never told is never late.
- The uploader may complain, and whoever sent a notice that the decision answered.
- A complaint that is late is refused in words and recorded as refused; it is never dropped.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from waarmerk.desk.intake.opening import open_case
from waarmerk.desk.intake.urgency import COMPLAINT
from waarmerk.desk.store.tables import challenge, decision, item, message, notice
from waarmerk.desk.store.unit import Unit, read
from waarmerk.desk.telling.messages import tell
from waarmerk.errors import InputError

MONTHS = 6


@dataclass(frozen=True)
class Challenge:
    """What a complainant says. `sender`: their pseudonym; `grounds`: 20_1_a to 20_1_d, or no_action."""

    decision: str
    sender: str
    grounds: str
    text: str
    language: str
    forum: str = "internal"


def months_after(moment: datetime, months: int) -> datetime:
    """The same day so many months later, the last day of the month where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def take_challenge(unit: Unit, given: Challenge) -> tuple[str, bool]:
    """The complaint's id, and whether it is dealt with.

    Raises `InputError` for an unknown decision, a stranger to it, or a complaint that is open already.
    """
    row = unit.connection.execute(
        select(decision.c.item, item.c.uploader)
        .join(item, item.c.id == decision.c.item)
        .where(decision.c.id == given.decision)
    ).first()
    if row is None:
        raise InputError(f"there is no decision {given.decision}", hint="its number stands in the message")
    noticed = select(notice.c.id).where(notice.c.decision == given.decision, notice.c.sender == given.sender)
    told = unit.connection.execute(
        select(message.c.sent_at)
        .where((message.c.about == given.decision) | message.c.about.in_(noticed))
        .where(message.c.recipient == given.sender)
        .where(message.c.what.in_(("statement", "decision")))
        .order_by(message.c.sent_at.desc())
    ).scalar()
    notifier = unit.connection.execute(noticed).first()
    if given.sender != row.uploader and notifier is None:
        raise InputError("this decision does not concern you", hint="the uploader and the notifiers may complain")
    double = unit.connection.execute(
        select(challenge.c.id).where(
            challenge.c.decision == given.decision,
            challenge.c.sender == given.sender,
            challenge.c.forum == given.forum,
            challenge.c.closed_at.is_(None),
            challenge.c.admitted,
        )
    ).scalar()
    if double is not None:
        raise InputError("your complaint about this decision is being dealt with", where=str(double))
    admitted = told is None or unit.now <= months_after(read(told), MONTHS)
    refusal = None if admitted else "late"
    new = unit.new_id()
    recorded = unit.record(
        "challenge.received",
        "challenges",
        {"type": "person", "pid": given.sender},
        challenge=new,
        decision=given.decision,
        forum=given.forum,
        sender=given.sender,
        grounds=given.grounds,
        admitted=admitted,
        refusal=refusal,
    )
    unit.connection.execute(
        challenge.insert().values(
            id=new,
            n=recorded.n,
            decision=given.decision,
            forum=given.forum,
            sender=given.sender,
            grounds=given.grounds,
            text=given.text,
            language=given.language,
            admitted=admitted,
            refusal=refusal,
            received_at=unit.at,
        )
    )
    number = f"challenges-{recorded.n}"
    if admitted:
        open_case(unit, row.item, "challenge", COMPLAINT, challenge=new)
    tell(
        unit,
        "receipt",
        about=new,
        to=given.sender,
        language=given.language,
        given={"number": number, "refused": not admitted},
    )
    return new, admitted
