"""Orders of authorities: to act (DSA Art. 9) or to inform (Art. 10), with territory and deadline.

The authority is told at once that the order came in, and its effect when there is one; an order to act opens the
most urgent kind of case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from waarmerk.desk.intake.opening import again, join, open_case
from waarmerk.desk.intake.urgency import ORDER
from waarmerk.desk.store.tables import authority_order, case
from waarmerk.desk.store.unit import Unit, written
from waarmerk.desk.telling.messages import tell
from waarmerk.errors import InputError


@dataclass(frozen=True)
class Order:
    """What an authority orders. `territory`: where, in the codes of the law; `items`: ids of the desk."""

    type: str
    authority_ref: str
    member_state: str
    category: str
    keyword: str
    items: tuple[str, ...]
    territory: tuple[str, ...]
    language: str = "en"
    text: str = ""
    deadline: datetime | None = None
    authority_email: str | None = None


def take_order(unit: Unit, given: Order) -> tuple[str, int]:
    """The order's id and number. Raises `InputError` for an unknown item or a code outside the law's lists."""
    if given.type == "act" and not given.items:
        raise InputError("an order to act names at least one item", hint="DSA Art. 9(2)(a)")
    new = unit.new_id()
    deadline = written(given.deadline) if given.deadline else None
    recorded = unit.record(
        "order.received",
        "orders",
        {"type": "authority"},
        order=new,
        type=given.type,
        authority_ref=given.authority_ref,
        member_state=given.member_state,
        category=given.category,
        keyword=given.keyword,
        items=list(given.items),
        territory=list(given.territory),
        deadline=deadline,
    )
    unit.connection.execute(
        authority_order.insert().values(
            id=new,
            n=recorded.n,
            type=given.type,
            authority_ref=given.authority_ref,
            authority_email=given.authority_email,
            member_state=given.member_state,
            category=given.category,
            keyword=given.keyword,
            territory=list(given.territory),
            text=given.text,
            language=given.language,
            received_at=unit.at,
            deadline=deadline,
        )
    )
    for item_id in dict.fromkeys(given.items):
        case_id = open_case(unit, item_id, "order", ORDER)
        join(unit, case_id, "order", new)
        if deadline:
            unit.connection.execute(update(case).where(case.c.id == case_id).values(deadline=deadline))
        again(unit, case_id)
    tell(
        unit,
        "order_receipt",
        about=new,
        to=given.authority_ref,
        language=given.language,
        given={"number": f"orders-{recorded.n}"},
    )
    return new, recorded.n
