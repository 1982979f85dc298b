"""Measures against misuse (DSA Art. 23): what stands against a person, a warning, and a suspension for a time.

Rules:
- A person decides and weighs all four factors of Art. 23(3); nothing here happens by itself.
- Against an uploader counts what a person held to be illegal, live, and what still stands: a reversed decision, an
  item that was left up and a breach of the terms alone do not. Against a notifier counts a notice that a person
  answered with no action and that nothing put right; whether it was *manifestly* unfounded is the decider's word.
- No warning without `REPEATED` of them, no suspension without a warning of the same kind and one more after it.
- A suspension has an end, `LONGEST_DAYS` away at most, and reaches the person with its reasons, as every restriction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update

from waarmerk.desk.cases.settle import BY_HAND
from waarmerk.desk.people.accounts import Member
from waarmerk.desk.store.tables import decision, item, message, notice, person
from waarmerk.desk.store.unit import Unit
from waarmerk.desk.telling.messages import tell
from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.errors import ConflictError, InputError, UsageError
from waarmerk.values import Json

Kind = Literal["content", "notices"]
REPEATED = 2
LONGEST_DAYS = 365
_ILLEGAL = code("decision_ground", "ILLEGAL_CONTENT")
_SUSPENDED = code("decision_account", "SUSPENDED")
_PRIORITY = 0


@dataclass(frozen=True)
class Standing:
    """What counts against a person. `wrong`: ids of decisions or notices, the latest last; `total`: all that they
    posted or sent; `warned_at`: the last warning of this kind; `after`: how many of `wrong` came after it."""

    kind: Kind
    wrong: tuple[str, ...]
    total: int
    warned_at: str | None
    after: int
    until: str | None

    @property
    def share(self) -> float:
        """0..1."""
        return len(self.wrong) / self.total if self.total else 0.0

    @property
    def may_warn(self) -> bool:
        return len(self.wrong) >= REPEATED and self.warned_at is None

    @property
    def may_suspend(self) -> bool:
        return self.kind == "content" and self.warned_at is not None and self.after > 0 and self.until is None


def standing(connection: Connection, pid: str, kind: Kind, today: str) -> Standing:
    """What counts against a person, of what they posted or of their notices. `today`: a date, for what still runs."""
    rows, total = (_content if kind == "content" else _notices)(connection, pid)
    ids = tuple(row.id for row in rows)
    warned = connection.scalar(
        select(func.max(message.c.sent_at)).where(
            message.c.what == "warning", message.c.recipient == pid, message.c.about.in_(ids)
        )
    )
    until = None
    if kind == "content":
        for row in _decisions(connection, pid):
            if row.body["subject"]["type"] == "account" and row.body["until"] >= today:
                until = max(until or "", row.body["until"])
    after = sum(warned is not None and row.posted > warned for row in rows)
    return Standing(kind, ids, total, warned, after, until)


def warn(unit: Unit, by: Member, pid: str, kind: Kind, explanation: str) -> str:
    """Warns a person, in words that they can act on; the message's id.

    Raises `UsageError` where the words are missing or too little stands against them, `ConflictError` where they
    were warned meanwhile.
    """
    found = standing(unit.connection, pid, kind, unit.at[:10])
    if not explanation.strip():
        raise UsageError("a warning says what was wrong", hint="name what was posted or sent, and why it must not be")
    if found.warned_at is not None:
        raise ConflictError("this person was warned already", hint="look at what came after it")
    if not found.may_warn:
        raise UsageError(
            f"too little stands against this person for a warning: {len(found.wrong)}",
            hint=f"{REPEATED} at least that still stand (DSA Art. 23: frequently)",
        )
    language = _language(unit, pid)
    told = {"facts": explanation}
    party: dict[str, Json] = {"type": "person", "pid": by.pid, "role": by.role}
    new = tell(unit, "warning", about=found.wrong[-1], to=pid, language=language, given=told, by=party)
    unit.connection.execute(update(person).where(person.c.pid == pid).values(warned_at=unit.at))
    return new


def suspend(
    unit: Unit,
    by: Member,
    pid: str,
    *,
    days: int,
    gravity: str,
    intent: str,
    explanation: str,
    mode: Literal["live", "shadow"] = "live",
) -> str:
    """Suspends an uploader's account for so many days; the decision's id. What follows is that of every decision.

    Raises `UsageError` where a factor was not weighed, the time is none, or no warning came before.
    """
    if not (gravity.strip() and intent.strip() and explanation.strip()):
        raise UsageError("gravity, intent and the reason are weighed and said, all three (DSA Art. 23(3))")
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"a suspension is for a time: 1 to {LONGEST_DAYS} days")
    found = standing(unit.connection, pid, "content", unit.at[:10])
    if found.until is not None:
        raise ConflictError(f"this account is suspended until {found.until}")
    if not found.may_suspend:
        raise UsageError("a suspension needs a warning before it, and a further act after that (DSA Art. 23(1))")
    last = unit.connection.execute(select(decision).where(decision.c.id == found.wrong[-1])).one()
    new = unit.new_id()
    body: dict[str, Json] = {
        "decision": new,
        "subject": {"type": "account", "id": pid},
        "because": {"type": "own", "ids": []},
        "taken_up_at": unit.at,
        "outcome": "restrict",
        "restrictions": [_SUSPENDED],
        "category": last.body["category"],
        "keywords": last.body["keywords"],
        "territory": list(vocabulary.territories()),
        "policy": last.body["policy"],
        "rule": "misuse",
        "mode": mode,
        "basis": ["context", "person"],
        "tools": [],
        "automated_detection": False,
        "automated_decision": BY_HAND,
        "deciders": [by.pid],
        "synthetic": "unknown",
        "art18": False,
        "uploader_contact": last.body["uploader_contact"],
        "commercial_spam": False,
        "until": (unit.now + timedelta(days=days)).date().isoformat(),
        "ground": _ILLEGAL,
        "ground_ref": "Regulation (EU) 2022/2065, Article 23(1)",
        "misuse": {
            "type": "content",
            "absolute": len(found.wrong),
            "share": found.share,
            "gravity": gravity,
            "intent": intent,
        },
    }
    unit.record("decision.made", "decisions", {"type": "person", "pid": by.pid, "role": by.role}, **body)
    unit.connection.execute(
        decision.insert().values(
            id=new,
            case=last.case,
            item=last.item,
            at=unit.at,
            outcome="restrict",
            mode=mode,
            body=body,
            explanation={"en": explanation, "nl": explanation},
        )
    )
    if mode == "live":
        unit.enqueue("carry_out", new, _PRIORITY)
    return new


def _content(connection: Connection, pid: str) -> tuple[Sequence[Any], int]:
    wrong = [
        row
        for row in _decisions(connection, pid)
        if row.body["subject"]["type"] == "item" and row.body.get("ground") == _ILLEGAL and row.body["deciders"]
    ]
    total = connection.scalar(select(func.count()).select_from(item).where(item.c.uploader == pid))
    return wrong, total or 0


def _decisions(connection: Connection, pid: str) -> Sequence[Any]:
    """Live restrictions of what somebody posted that nobody took back, the latest last."""
    back = decision.alias()
    return connection.execute(
        select(decision.c.id, decision.c.body, item.c.posted_at.label("posted"))
        .join(item, item.c.id == decision.c.item)
        .where(item.c.uploader == pid, decision.c.outcome == "restrict", decision.c.mode == "live")
        .where(~select(back.c.id).where(back.c.undoes == decision.c.id).exists())
        .order_by(decision.c.at, decision.c.id)
    ).all()


def _notices(connection: Connection, pid: str) -> tuple[Sequence[Any], int]:
    rows = connection.execute(
        select(notice.c.id, notice.c.received_at.label("posted"), decision.c.body, decision.c.item, decision.c.at)
        .join(decision, decision.c.id == notice.c.decision)
        .where(notice.c.sender == pid, decision.c.outcome == "no_action", decision.c.mode == "live")
        .order_by(notice.c.received_at, notice.c.id)
    ).all()
    wrong = [row for row in rows if row.body["deciders"] and not _acted_later(connection, row)]
    total = connection.scalar(select(func.count()).select_from(notice).where(notice.c.sender == pid))
    return wrong, total or 0


def _acted_later(connection: Connection, row: Any) -> bool:
    """Whether the item was restricted after all: then the notice was not unfounded."""
    found = select(decision.c.id).where(
        decision.c.item == row.item, decision.c.outcome == "restrict", decision.c.at >= row.at
    )
    return connection.execute(found).first() is not None


def _language(unit: Unit, pid: str) -> str:
    found = unit.connection.scalar(select(person.c.language).where(person.c.pid == pid))
    if found is None:
        raise InputError(f"there is no person {pid}")
    return str(found)
