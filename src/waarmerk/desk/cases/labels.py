"""The label of an item: which EU icon the platform's player is to show, and whether it stands.

Rules:
- The icon, the surest word first: a valid signed provenance, the uploader's, what the decision rests on. What a
  person found not synthetic, or only a context speaks of, gets a label without an icon of the EU: it would say too
  much.
- A label stands from the platform's word on, not from its being asked for; the icons are data (`icons.json`).
- An item has one label, of the last decision that asked for one.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Literal

from sqlalchemy import select, update

from waarmerk.desk.store.tables import case, decision, item, label
from waarmerk.desk.store.unit import Unit
from waarmerk.dsa.codes import code
from waarmerk.errors import InputError
from waarmerk.values import Json

LABELLED = code("decision_visibility", "CONTENT_LABELLED")
Extent = Literal["whole", "part"]
_SIGNED = ("valid", "trusted")
_ABOUT_MAKING = {"ratio", "match", "provenance", "declaration"}


@cache
def _data() -> dict[str, Any]:
    text = resources.files("waarmerk.desk.cases").joinpath("icons.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def kind_of(body: dict[str, Any], looked: dict[str, Any], declared: list[str], extent: str | None) -> str | None:
    """`whole`, `part`, `basic`, or None where no icon may be shown.

    `body`: the decision; `looked`: what was seen of the item; `declared`, `extent`: what its uploader says.
    """
    if body.get("synthetic") == "no":
        return None
    signed = str(looked.get("source_type") or "").rpartition("/")[2]
    if looked.get("provenance") in _SIGNED and signed in _data()["source_types"]:
        return str(_data()["source_types"][signed])
    if extent is not None:
        return extent
    known = body.get("synthetic") == "yes" or "synthetic" in declared or _ABOUT_MAKING & set(body["basis"])
    return "basic" if known else None


def ask_label(unit: Unit, item_id: str, decision_id: str, body: dict[str, Any]) -> dict[str, Json]:
    """Notes that the platform is asked to show a label; what the webhook says of it."""
    about = unit.connection.execute(select(item.c.declared, item.c.extent).where(item.c.id == item_id)).one()
    looked = unit.connection.execute(
        select(case.c.looked)
        .where(case.c.item == item_id, case.c.looked.is_not(None))
        .order_by(case.c.opened_at.desc())
        .limit(1)
    ).scalar()
    kind = kind_of(body, looked or {}, about.declared, about.extent)
    unit.connection.execute(label.delete().where(label.c.item == item_id))
    unit.connection.execute(
        label.insert().values(item=item_id, decision=decision_id, kind=kind, state="asked", at=unit.at)
    )
    return of_kind(kind)


def of_kind(kind: str | None) -> dict[str, Json]:
    """The icon's words, what a screen reader or a voice says for it, and where it stands; `icon` None without one."""
    if kind is None:
        return {"icon": None}
    return {**_data()["icons"][kind], "position": _data()["position"]}


def lift_label(unit: Unit, decision_id: str) -> None:
    """The label that a decision asked for is not wanted any more."""
    unit.connection.execute(label.delete().where(label.c.decision == decision_id))


def note_label(unit: Unit, decision_id: str, state: str) -> bool:
    """Notes that a decision's label is `shown` or `lost`; False where that was known."""
    same = select(label.c.item).where(label.c.decision == decision_id, label.c.state == state)
    if unit.connection.execute(same).first() is not None:
        return False
    unit.connection.execute(update(label).where(label.c.decision == decision_id).values(state=state, at=unit.at))
    return True


def need_label(unit: Unit, decision_id: str) -> None:
    """Raises `InputError` where a decision asked for no label, or its label is not wanted any more."""
    if unit.connection.execute(select(label.c.item).where(label.c.decision == decision_id)).first() is not None:
        return
    made = unit.connection.execute(select(decision).where(decision.c.id == decision_id)).one()
    undone = select(decision.c.id).where(decision.c.undoes == decision_id)
    newer = select(label.c.item).where(label.c.item == made.item)
    wanted = made.carried_out_at is not None and LABELLED in made.body["restrictions"] and made.outcome == "restrict"
    if not wanted or unit.connection.execute(undone.union(newer)).first() is not None:
        raise InputError(
            "no label is wanted by this decision", where=decision_id, hint="name the last that asked for one"
        )
    ask_label(unit, made.item, decision_id, made.body)  # carried out by a version that kept no labels
    note_label(unit, decision_id, "shown")
