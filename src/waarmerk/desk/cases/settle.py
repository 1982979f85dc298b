"""A case becomes a decision: one transaction that writes it, answers its notices and queues what follows from it.

Rules:
- A decision answers every notice and order that belongs to its case, and no notice is answered twice.
- Only a case in the state and version that the decider saw can be decided: of two at once, the second is told.
- "No action" is a decision where somebody asked or a person looked; else the case is closed without one.
- What is decided live is carried out by a task of its own; what is decided in shadow has no effect.
- A case is taken up when the person who decides it, the first of two, opens it to decide; a case that lay open to all
  was not taken up. What the policy decides alone is taken up when it is prepared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, update

from waarmerk.desk.cases.matched import to_put_back
from waarmerk.desk.intake.opening import OPEN, notices_of
from waarmerk.desk.policy.choice import Choice, Proposal
from waarmerk.desk.store.tables import authority_order, case, cause, challenge, decision, item, look, notice
from waarmerk.desk.store.unit import Unit
from waarmerk.desk.telling.letters import explained
from waarmerk.desk.telling.messages import tell
from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.errors import ConflictError, InputError
from waarmerk.values import Json

AUTOMATED = code("automated_decision", "FULLY")
ASSISTED = code("automated_decision", "PARTIALLY")
BY_HAND = code("automated_decision", "NOT_AUTOMATED")
_GROUNDS = {
    "law": code("decision_ground", "ILLEGAL_CONTENT"),
    "terms": code("decision_ground", "INCOMPATIBLE_CONTENT"),
}


def settle(
    unit: Unit,
    case_id: str,
    choice: Choice,
    *,
    proposal: Proposal,
    deciders: tuple[str, ...] = (),
    version: int | None = None,
) -> str | None:
    """Decides a case; the decision's id, None where it was closed without one.

    `deciders`: pseudonyms of the persons, none where the policy decided alone. `version`: what the decider saw.
    Raises `ConflictError` where somebody was quicker, `InputError` for an unknown case.
    """
    row = unit.connection.execute(
        select(case, item.c.uploader_contact, item.c.content_type, item.c.language.label("spoken"))
        .join(item, item.c.id == case.c.item)
        .where(case.c.id == case_id)
    ).first()
    if row is None:
        raise InputError(f"there is no case {case_id}")
    notices = notices_of(unit, case_id)
    orders = _orders(unit, case_id)
    asked = bool(notices or orders or row.challenge or deciders)
    wanted = "closed" if choice.outcome == "no_action" and not asked else "decided"
    taken_up_at = _taken_up(unit, row.item, deciders) or row.taken_up_at or unit.at
    changed = unit.connection.execute(
        update(case)
        .where(case.c.id == case_id, case.c.state.in_(OPEN))
        .where(case.c.version == (row.version if version is None else version))
        .values(state=wanted, version=case.c.version + 1, taken_up_at=taken_up_at)
    )
    if not changed.rowcount:
        raise ConflictError("somebody else decided or changed this case meanwhile", hint="look at it again")
    if wanted == "closed":
        return None
    return _write(unit, row, choice, proposal, deciders, notices, orders, taken_up_at)


def _write(
    unit: Unit,
    row: Row[Any],
    choice: Choice,
    proposal: Proposal,
    deciders: tuple[str, ...],
    notices: list[str],
    orders: Sequence[Any],
    taken_up_at: str,
) -> str:
    new = unit.new_id()
    territory = list(choice.territory) or list(vocabulary.territories())
    person: dict[str, Json] = {"type": "person", "pid": deciders[-1], "role": "reviewer"} if deciders else {}
    automated = (ASSISTED if proposal.tools or proposal.detected else BY_HAND) if deciders else AUTOMATED
    body: dict[str, Json] = {
        "decision": new,
        "subject": _subject(unit, row, choice),
        "because": _because(unit, row, notices, orders),
        "taken_up_at": taken_up_at,
        "outcome": choice.outcome,
        "restrictions": list(choice.restrictions),
        "category": choice.category,
        "keywords": list(choice.keywords),
        "territory": territory,
        "policy": proposal.policy,
        "rule": choice.rule,
        "mode": choice.mode,
        "basis": [*choice.basis, *(["person"] if deciders and "person" not in choice.basis else [])],
        "tools": list(proposal.tools),
        "automated_detection": proposal.detected and not notices and not orders,
        "automated_decision": automated,
        "deciders": list(deciders),
        "synthetic": choice.synthetic,
        "art18": choice.art18,
        "uploader_contact": bool(row.uploader_contact),
        "commercial_spam": choice.commercial_spam,
        "until": choice.until,
        "ground": _GROUNDS[choice.ground] if choice.ground else None,
        "ground_ref": choice.ground_ref,
        "language": row.spoken,
        "satire_weighed": choice.satire_weighed,
    }
    body = {name: value for name, value in body.items() if value is not None}
    unit.record("decision.made", "decisions", person or {"type": "machine"}, **body)
    unit.connection.execute(
        decision.insert().values(
            id=new,
            case=row.id,
            item=row.item,
            at=unit.at,
            outcome=choice.outcome,
            mode=choice.mode,
            body=body,
            explanation=choice.explanation,
            second_pid=deciders[0] if len(deciders) > 1 else None,
            undoes=_undone(unit, row) if choice.outcome == "restore" else None,
        )
    )
    unit.connection.execute(update(notice).where(notice.c.id.in_(notices)).values(decision=new))
    if choice.mode == "live":
        _answer(unit, notices, choice, body)
        unit.enqueue("carry_out", new, row.priority - 1)  # before what is still to be decided of its class
    return new


def _taken_up(unit: Unit, item_id: str, deciders: tuple[str, ...]) -> str | None:
    """When whoever decides, the first of two, last opened the case; None where they saw it elsewhere."""
    if not deciders:
        return None
    opened = select(func.max(look.c.at)).where(
        look.c.staff == deciders[0], look.c.item == item_id, look.c.purpose == "case", look.c.at <= unit.at
    )
    found = unit.connection.execute(opened).scalar()
    return None if found is None else str(found)


def _because(unit: Unit, row: Row[Any], notices: list[str], orders: Sequence[Any]) -> dict[str, Json]:
    """What the decision answers, the strongest first: an order, a complaint, notices, the desk's own looking."""
    if orders:
        return {"type": "order", "ids": [order.id for order in orders]}
    if row.challenge:
        forum = unit.connection.execute(select(challenge.c.forum).where(challenge.c.id == row.challenge)).scalar()
        return {"type": "dispute" if forum == "out_of_court" else "challenge", "ids": [row.challenge]}
    if notices:
        return {"type": "notice", "ids": notices}
    return {"type": "own", "ids": []}


def _subject(unit: Unit, row: Row[Any], choice: Choice) -> dict[str, Json]:
    """The case's item; the account, where a suspension is taken back."""
    undone = _undone(unit, row) if choice.outcome == "restore" else None
    body = (
        unit.connection.execute(select(decision.c.body).where(decision.c.id == undone)).scalar() if undone else None
    )
    return {"type": "item", "id": row.item} if body is None else dict(body["subject"])


def _undone(unit: Unit, row: Row[Any]) -> str | None:
    """The decision that a complaint was about, or that rested on what the bank gave up."""
    if row.challenge is None:
        back = to_put_back(unit.connection, row.id)
        return None if back is None else str(back.id)
    found = unit.connection.execute(select(challenge.c.decision).where(challenge.c.id == row.challenge)).scalar()
    return None if found is None else str(found)


def _answer(unit: Unit, notices: list[str], choice: Choice, body: dict[str, Json]) -> None:
    """Tells every notifier who left an address (Art. 16(5)-(6))."""
    rows = unit.connection.execute(
        select(notice.c.id, notice.c.sender, notice.c.language).where(
            notice.c.id.in_(notices), notice.c.sender.is_not(None)
        )
    )
    for row in rows.all():
        given = {**body, "facts": explained(choice.explanation, row.language)}
        tell(unit, "decision", about=row.id, to=row.sender, language=row.language, given=given)


def _orders(unit: Unit, case_id: str) -> Sequence[Any]:
    rows = unit.connection.execute(
        select(authority_order.c.id, authority_order.c.authority_ref, authority_order.c.territory)
        .join(cause, (cause.c.id == authority_order.c.id) & (cause.c.kind == "order"))
        .where(cause.c.case == case_id, authority_order.c.answered_at.is_(None))
        .order_by(authority_order.c.received_at)
    )
    return rows.all()
