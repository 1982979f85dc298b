"""What follows from a decision, in steps that may each run twice and have their effect once.

Rules:
- The order: the uploader is told first (a statement comes no later than the restriction, DSA Art. 17(2)), then the
  platform is asked to act, and what it confirms is the effect.
- No statement for an order (Art. 17(5)), without a contact, or for deceptive high-volume commercial content
  (Art. 17(2)); an order's user is told of the order instead (Art. 9(5)).
- Only what the platform confirmed is an effect: asking is not having.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from waarmerk.desk.cases.labels import LABELLED, ask_label, lift_label, need_label, note_label
from waarmerk.desk.store.tables import authority_order, decision, delivery, item, message, person
from waarmerk.desk.store.unit import MACHINE, Unit
from waarmerk.desk.telling.letters import explained
from waarmerk.desk.telling.messages import push, tell
from waarmerk.desk.telling.statements import queue_statement
from waarmerk.dsa.codes import code
from waarmerk.errors import InputError
from waarmerk.values import Json

_MACHINE_EFFECT = {"type": "machine"}


def tell_uploader(unit: Unit, decision_id: str) -> None:
    """The statement of reasons of a restriction, or that what was restricted is back."""
    row = _decision(unit, decision_id)
    if row.mode != "live" or not row.uploader_contact:
        return
    body = row.body
    if row.outcome == "restrict" and body["because"]["type"] != "order" and not body["commercial_spam"]:
        what = "statement"
    elif row.outcome == "restore":
        what = "restored"
    else:
        return
    if _told(unit, what, decision_id):
        return
    tell(unit, what, about=decision_id, to=row.uploader, language=row.language, given=_given(row))


def ask_platform(unit: Unit, decision_id: str) -> None:
    """Queues the webhook that asks the platform to apply the decision's restrictions, or to lift what it undoes."""
    row = _decision(unit, decision_id)
    if row.mode != "live" or row.outcome == "no_action":
        _answer_orders(unit, row)
        unit.connection.execute(update(decision).where(decision.c.id == decision_id).values(carried_out_at=unit.at))
        return
    asked = unit.connection.execute(select(delivery.c.id).where(delivery.c.decision == decision_id)).first()
    if asked is not None:
        return
    meant = _decision(unit, row.undoes).body if row.undoes else row.body
    body = {
        "decision": decision_id,
        "item": row.platform_ref,
        "restrictions": meant["restrictions"],
        "territory": meant["territory"],
        "until": meant.get("until"),
    }
    if meant["subject"]["type"] == "account":
        body["account"] = unit.connection.scalar(
            select(person.c.handle).where(person.c.pid == meant["subject"]["id"])
        )
    if row.undoes:
        lift_label(unit, row.undoes)
    elif row.outcome == "restrict" and LABELLED in meant["restrictions"]:
        body["label"] = ask_label(unit, row.item, decision_id, meant)
    push(unit, "apply" if row.outcome == "restrict" else "lift", body, decision_id)


def confirm(
    unit: Unit,
    decision_id: str,
    effect: str,
    ack: str,
    *,
    views_total: int | None = None,
) -> None:
    """What the platform says it did about a decision: `applied`, `lifted`, `label_shown`, `label_lost` or `failed`.

    The same confirmation again changes nothing; `label_shown` of what is to be labelled alone applies it. Raises
    `InputError` for an unknown decision, one that asked for nothing, or an effect that it did not ask for.
    """
    row = _decision(unit, decision_id)
    if row.mode != "live" or row.outcome == "no_action":
        raise InputError("this decision asked the platform for nothing", where=decision_id)
    if effect == ("lifted" if row.outcome == "restrict" else "applied"):
        raise InputError(f"the decision did not ask for this: {effect}", where=decision_id)
    undone = _decision(unit, row.undoes).body if row.undoes else row.body
    restrictions, territory = undone["restrictions"], undone["territory"]
    about_label = effect in ("label_shown", "label_lost")
    if about_label:
        need_label(unit, decision_id)
        if effect == "label_shown" and row.carried_out_at is None and restrictions == [LABELLED]:
            effect, about_label = "applied", False
        elif not note_label(unit, decision_id, effect.removeprefix("label_")):
            return
    elif row.carried_out_at is not None:
        return
    labelled = effect == "applied" and LABELLED in restrictions and note_label(unit, decision_id, "shown")
    for each in (effect, *(["label_shown"] if labelled else [])):
        unit.record(
            "effect.applied",
            "effects",
            _MACHINE_EFFECT,
            subject=undone["subject"]["id"],
            decision=decision_id,
            effect=each,
            restrictions=restrictions,
            territory=territory,
            ack=ack,
            views_total=views_total,
        )
    if effect == "failed" or about_label:
        return
    queue_statement(unit, decision_id, unit.at)
    if undone["subject"]["type"] == "item":
        held = set(row.restrictions)
        held = held - set(restrictions) if effect == "lifted" else held | set(restrictions)
        unit.connection.execute(update(item).where(item.c.id == row.item).values(restrictions=sorted(held)))
    unit.connection.execute(update(decision).where(decision.c.id == decision_id).values(carried_out_at=unit.at))
    _answer_orders(unit, row)


def _answer_orders(unit: Unit, row: Row[Any]) -> None:
    """Tells the authority the effect and its time (Art. 9(1)), and the user of the order (Art. 9(5))."""
    if row.body["because"]["type"] != "order":
        return
    for order_id in row.body["because"]["ids"]:
        order = unit.connection.execute(select(authority_order).where(authority_order.c.id == order_id)).one()
        if order.answered_at is not None:
            continue
        acted = row.outcome == "restrict" and row.mode == "live"
        given = {**_given(row), "time": unit.at, "kind": "act" if acted else "none"}
        tell(unit, "order_effect", about=order_id, to=order.authority_ref, language=order.language, given=given)
        if acted and row.uploader_contact:
            given["authority"] = order.authority_ref
            tell(unit, "order_user", about=order_id, to=row.uploader, language=row.language, given=given)
        unit.connection.execute(
            update(authority_order).where(authority_order.c.id == order_id).values(answered_at=unit.at)
        )


def answer_inform(unit: Unit, order_id: str, facts: str, by: dict[str, Json]) -> None:
    """A person's answer to an order to provide information (Art. 10)."""
    order = unit.connection.execute(select(authority_order).where(authority_order.c.id == order_id)).first()
    if order is None or order.type != "inform":
        raise InputError(f"there is no order to inform {order_id}")
    if order.answered_at is not None:
        return
    given = {"kind": "inform", "time": unit.at, "facts": facts}
    tell(unit, "order_effect", about=order_id, to=order.authority_ref, language=order.language, given=given, by=by)
    unit.connection.execute(
        update(authority_order).where(authority_order.c.id == order_id).values(answered_at=unit.at)
    )


def prepare_18(unit: Unit, decision_id: str, authority: str) -> None:
    """The notification of Art. 18 to the authority that the operator named, once."""
    row = _decision(unit, decision_id)
    if row.body["art18"] and not _told(unit, "authority_18", decision_id):
        given = {"number": decision_id}
        tell(unit, "authority_18", about=decision_id, to=authority, language="en", given=given, by=MACHINE)


def _decision(unit: Unit, decision_id: str) -> Row[Any]:
    row = unit.connection.execute(
        select(
            decision,
            item.c.uploader,
            item.c.uploader_contact,
            item.c.platform_ref,
            item.c.restrictions,
            person.c.language,
        )
        .join(item, item.c.id == decision.c.item)
        .join(person, person.c.pid == item.c.uploader)
        .where(decision.c.id == decision_id)
    ).first()
    if row is None:
        raise InputError(f"there is no decision {decision_id}")
    return row


def _given(row: Row[Any]) -> dict[str, Json]:
    """The values that the messages about a decision name."""
    law = str(row.body.get("ground", "")) == code("decision_ground", "ILLEGAL_CONTENT")
    return {
        **row.body,
        "because": row.body["because"]["type"],
        "ground": "law" if law else "terms",
        "facts": explained(row.explanation, row.language),
    }


def _told(unit: Unit, what: str, about: str) -> bool:
    found = select(message.c.id).where(message.c.what == what, message.c.about == about)
    return unit.connection.execute(found).first() is not None
