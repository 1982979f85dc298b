"""The facts of a case: what the outside said of the item, what was seen of it, what day it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from waarmerk.desk.cases.looking import Looked
from waarmerk.desk.policy import context
from waarmerk.desk.policy.facts import Facts
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.store.tables import authority_order, case, cause, decision, item, notice, person
from waarmerk.desk.store.unit import Unit
from waarmerk.dsa.codes import code


def gather(unit: Unit, policy: Policy, case_id: str, looked: Looked) -> tuple[Facts, tuple[str, ...]]:
    """The facts, and the sentences that say where the less obvious ones come from."""
    row = unit.connection.execute(
        select(item, case.c.why, person.c.warned_at)
        .join(case, case.c.item == item.c.id)
        .join(person, person.c.pid == item.c.uploader)
        .where(case.c.id == case_id)
    ).one()
    notices = _notices(unit, case_id)
    territory = _territory(unit, case_id)
    status = {known.status: known for known in sorted(looked.matches, key=lambda known: known.status, reverse=True)}
    known = status.get("confirmed") or status.get("seeded")
    text = f"{row.title}\n{row.text}"
    category, reason = context.category(
        policy,
        text=text,
        declared=tuple(row.declared),
        notices=tuple(each.keyword for each in notices),
        match=known.category if known else "",
        day=unit.now.date(),
    )
    public = context.public_person(policy, text)
    election = context.election(policy, unit.now.date())
    csam = any(each.csam for each in notices) or (known is not None and known.category == "child_abuse")
    declared = "synthetic" in row.declared or looked.declared_synthetic
    facts = Facts(
        why=row.why,
        category="child_abuse" if csam else category,
        synthetic="yes" if declared or (known and known.status == "confirmed") else "unknown",
        ratio_known=looked.ratio is not None,
        ratio=looked.ratio or 0.0,
        match=known.status if known else "none",
        match_category=known.category if known else "",
        provenance=looked.provenance,
        declared_synthetic=declared,
        declared_satire="satire" in row.declared,
        noticed=bool(notices),
        notice_category=notices[0].category if notices else "",
        trusted_flagger=any(each.flagger_ref for each in notices),
        depicted=any(each.depicted for each in notices),
        csam=csam,
        ordered=territory is not None,
        order_territory=territory or (),
        video=code("content_type", "VIDEO") in row.content_type,
        language=row.language or "",
        views=row.views,
        views_per_hour=row.views_per_hour,
        election=election is not None,
        public_person=public is not None,
        times_warned=0 if row.warned_at is None else 1,
    )
    why = [f"category {facts.category}: {reason}"]
    if public:
        why.append(f"names a person of public life: {public}")
    if election:
        why.append(f"in the time of {election}")
    if known:
        why.append(f"shows a {known.status} known item ({known.signal}, distance {known.distance})")
    return facts, tuple(why)


def earlier_decisions(unit: Unit, item_id: str) -> int:
    """How many live decisions there are about an item."""
    found = select(decision.c.id).where(decision.c.item == item_id, decision.c.mode == "live")
    return len(unit.connection.execute(found).all())


def _notices(unit: Unit, case_id: str) -> list[Row[Any]]:
    query = (
        select(notice)
        .join(cause, (cause.c.id == notice.c.id) & (cause.c.kind == "notice"))
        .where(cause.c.case == case_id)
        .order_by(notice.c.received_at, notice.c.id)
    )
    return [*unit.connection.execute(query)]


def _territory(unit: Unit, case_id: str) -> tuple[str, ...] | None:
    """Where all open orders of a case together apply; None without an order."""
    query = (
        select(authority_order.c.territory)
        .join(cause, (cause.c.id == authority_order.c.id) & (cause.c.kind == "order"))
        .where(cause.c.case == case_id, authority_order.c.answered_at.is_(None))
    )
    rows = unit.connection.execute(query).scalars().all()
    return tuple(sorted({each for territory in rows for each in territory})) if rows else None
