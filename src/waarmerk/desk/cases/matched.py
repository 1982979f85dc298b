"""What rests on a known item: which cases showed it, what was decided in them, and what is to be put back.

Rules:
- A match is a cause of its case, under the status that the entry had then (`seeded`, `confirmed`); a case that looks
  again at what followed from an entry names it as `retired`.
- What followed from an entry are the live restrictions in the cases that showed it and that nothing has taken back:
  a person saw the match there, or the policy did, whatever else it rested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from waarmerk.desk.cases.looking import Looked
from waarmerk.desk.intake.opening import RETIRED, join
from waarmerk.desk.policy.choice import Choice
from waarmerk.desk.store.tables import case, cause, decision
from waarmerk.desk.store.unit import Unit
from waarmerk.text.words import words

SHOWN = ("seeded", "confirmed")
WHY = "a known item that this decision rests on was taken out of the bank: put back what was done, or decide anew"


def note_matches(unit: Unit, case_id: str, looked: Looked) -> None:
    """Keeps which known items a case showed, each once for a status."""
    query = select(cause.c.kind, cause.c.id).where(cause.c.case == case_id, cause.c.kind.in_(SHOWN))
    there = {(row.kind, row.id) for row in unit.connection.execute(query)}
    for status, entry in dict.fromkeys((known.status, known.entry) for known in looked.matches):
        if (status, entry) not in there:
            join(unit, case_id, status, entry)


def followed_from(connection: Connection, entries: Sequence[str]) -> list[Row[Any]]:
    """The decisions that stand in cases which showed one of these entries, the newest first."""
    return [*connection.execute(select(decision).where(_stands(entries)).order_by(decision.c.at.desc()))]


def acted_on(connection: Connection, item_id: str, entry: str) -> bool:
    """Whether a decision about an item stands that was taken where it showed this entry."""
    query = select(decision.c.id).where(_stands([entry]), decision.c.item == item_id)
    return connection.execute(query).first() is not None


def to_put_back(connection: Connection, case_id: str) -> Row[Any] | None:
    """The decision that a case may take back because its entry was retired; None where there is none (any more)."""
    query = select(cause.c.id, case.c.item).join(case, case.c.id == cause.c.case)
    rows = connection.execute(query.where(cause.c.case == case_id, cause.c.kind == RETIRED)).all()
    standing = followed_from(connection, [row.id for row in rows])
    return next((each for each in standing if each.item == rows[0].item), None)


def putting_back(decided: Row[Any]) -> Choice:
    """The choice that takes a decision back, with what the uploader is told."""
    body = decided.body
    return Choice(
        outcome="restore",
        rule=body["rule"],
        category=body["category"],
        keywords=tuple(body["keywords"]),
        ground_ref=body.get("ground_ref"),
        explanation={each: words("letters", each).say("restored.retired") for each in ("en", "nl")},
        satire_weighed=body.get("satire_weighed"),
    )


def _stands(entries: Sequence[str]) -> ColumnElement[bool]:
    """A live restriction that nothing has taken back, in a case that showed one of these entries."""
    back = decision.alias()
    shown = select(cause.c.case).where(cause.c.kind.in_(SHOWN), cause.c.id.in_(entries))
    return (
        (decision.c.mode == "live")
        & (decision.c.outcome == "restrict")
        & decision.c.case.in_(shown)
        & ~select(back.c.id).where(back.c.undoes == decision.c.id).exists()
    )
