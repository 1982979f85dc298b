"""A person's decision about a case, and about a complaint.

Rules:
- Where two must agree, the first choice waits for a second person; they may differ, then a third begins anew. One is
  enough to leave an item as it is, or to put back what was proposed to be put back.
- A complaint is decided by a person who had no part in the decision (DSA Art. 20(6), and our own promise).
- A complaint that is right takes the decision back: restrictions are lifted, the person is told, and whatever the
  decision put into the bank is retired by whoever holds the bank (`undone` names it). Where nothing had been done, it
  is done now (DSA Art. 20(4)).
- What an out-of-court body found (Art. 21) is entered with the body's reference and carried out in the same way;
  nobody here decides a dispute, so whoever took the decision may enter it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlalchemy import delete, select, update

from waarmerk.desk.cases.settle import ASSISTED, BY_HAND, settle
from waarmerk.desk.policy.choice import Choice, Proposal
from waarmerk.desk.store.tables import agreement, banked, case, challenge, decision
from waarmerk.desk.store.unit import Unit
from waarmerk.desk.telling.letters import explained
from waarmerk.desk.telling.messages import tell
from waarmerk.errors import ConflictError, InputError, UsageError

Outcome = Literal["upheld", "partially_reversed", "reversed", "omitted"]
REVIEWERS = ("reviewer", "senior", "admin")
SENIORS = ("senior", "admin")


@dataclass(frozen=True)
class Verdict:
    """What became of a person's choice: the decision, or that a second person is waited for; entries to retire,
    and the decision that they came from."""

    decision: str | None
    waits_for_second: bool = False
    undone: tuple[str, ...] = ()
    challenged: str | None = None


def decide(unit: Unit, case_id: str, pid: str, choice: Choice, version: int, *, needs_two: bool = False) -> Verdict:
    """A person decides a case that waits. `version`: of the case as they saw it; `needs_two`: the rule that they
    chose asks for two, whatever was proposed.

    Raises `ConflictError` where it changed meanwhile or they must not decide it, `InputError` for an unknown case.
    """
    row = unit.connection.execute(select(case).where(case.c.id == case_id)).first()
    if row is None or row.proposal is None:
        raise InputError(f"there is no case {case_id} to decide")
    if row.challenge:
        raise UsageError("this case is a complaint", hint="decide whether it is right")
    proposal = msgspec.convert(row.proposal, Proposal)
    first = unit.connection.execute(select(agreement).where(agreement.c.case == case_id)).first()
    back = choice.outcome == proposal.choice.outcome == "restore"
    if back or choice.outcome == "no_action" or not (proposal.needs_two or needs_two):
        made = _settled(unit, case_id, choice, proposal, (pid,), version)
        undoes = unit.connection.scalar(select(decision.c.undoes).where(decision.c.id == made))
        return Verdict(made, undone=_entries(unit, undoes), challenged=undoes)
    if first is None:
        _same_version(row.version, version)
        return _noted(unit, case_id, pid, choice)
    if first.pid == pid:
        raise ConflictError("a second person must agree, and you were the first", hint="somebody else decides")
    _same_version(row.version, version)
    unit.connection.execute(delete(agreement).where(agreement.c.case == case_id))
    if msgspec.convert(first.choice, Choice).outcome != choice.outcome:
        unit.connection.execute(update(case).where(case.c.id == case_id).values(version=case.c.version + 1))
        return Verdict(None, waits_for_second=True)
    return Verdict(_settled(unit, case_id, choice, proposal, (first.pid, pid), version))


def decide_challenge(
    unit: Unit,
    case_id: str,
    pid: str,
    outcome: Outcome,
    explanation: dict[str, str],
    version: int,
    *,
    instead: Choice | None = None,
    needs_two: bool = False,
    body_ref: str | None = None,
) -> Verdict:
    """A person decides a complaint. `instead`: what is done where nothing was; `needs_two`: by two alone.

    `body_ref`: the certified body's reference, where the outcome is its finding on a dispute, by nobody here; a body
    may have dropped it (`omitted`).

    Raises `ConflictError` where they took part in the decision itself or are the first of two, `UsageError` where a
    refusal to act is reversed and nothing is done instead, or a finding is entered without its body's reference.
    """
    row = unit.connection.execute(
        select(case.c.version, challenge, decision.c.body, decision.c.explanation.label("was"))
        .join(challenge, challenge.c.id == case.c.challenge)
        .join(decision, decision.c.id == challenge.c.decision)
        .where(case.c.id == case_id)
    ).first()
    if row is None:
        raise InputError(f"there is no complaint {case_id}")
    disputed = row.forum == "out_of_court"
    if disputed and body_ref is None:
        raise UsageError("an out-of-court body decides this dispute", hint="enter its outcome with its reference")
    if not disputed and (body_ref is not None or outcome == "omitted"):
        raise UsageError("this complaint is before no out-of-court body", hint="decide whether it is right")
    if pid in row.body["deciders"] and not disputed:
        raise ConflictError("you took the decision that this complaint is about", hint="another person decides")
    body = row.body
    proposal = Proposal(
        choice=Choice(outcome="no_action", rule=body["rule"], category=body["category"]),
        policy=body["policy"],
        needs_person=True,
        needs_two=False,
        deadline_h=None,
        reasons=(),
        detected=False,
    )
    right = outcome not in ("upheld", "omitted")
    reversed_ = right and body["outcome"] == "restrict"
    acts = right and body["outcome"] == "no_action"
    if acts and (instead is None or instead.outcome != "restrict"):
        raise UsageError("a refusal to act that was wrong is followed by an act", hint="choose what is done instead")
    deciders: tuple[str, ...] = (pid,)
    if acts and needs_two:
        first = unit.connection.execute(select(agreement).where(agreement.c.case == case_id)).first()
        if first is None:
            _same_version(row.version, version)
            return _noted(unit, case_id, pid, instead)
        if first.pid == pid:
            raise ConflictError("a second person must agree, and you were the first", hint="somebody else decides")
        deciders = (first.pid, pid)
    unit.connection.execute(delete(agreement).where(agreement.c.case == case_id))
    choice = Choice(
        outcome="restore" if reversed_ else "no_action",
        rule=body["rule"],
        category=body["category"],
        keywords=tuple(body["keywords"]),
        basis=("person",),
        ground_ref=body.get("ground_ref"),
        explanation=explanation,
        satire_weighed=body.get("satire_weighed"),
    )
    if acts and instead is not None:
        choice = instead
    carried_out_by = _settled(unit, case_id, choice, proposal, deciders, version)
    unit.record(
        "challenge.closed",
        "bodies" if disputed else "challenges-closed",
        {"type": "authority"} if disputed else {"type": "person", "pid": pid, "role": "senior"},
        challenge=row.id,
        outcome=outcome,
        deciders=[] if disputed else list(deciders),
        automated=ASSISTED if body["tools"] and not disputed else BY_HAND,
        body_ref=body_ref,
        carried_out_by=carried_out_by if reversed_ or acts else None,
    )
    unit.connection.execute(
        update(challenge).where(challenge.c.id == row.id).values(closed_at=unit.at, outcome=outcome)
    )
    given = {"outcome": outcome, "body": body_ref or "", "facts": explained(explanation, row.language)}
    tell(unit, "challenge_outcome", about=row.id, to=row.sender, language=row.language, given=given)
    undone = _entries(unit, row.decision) if reversed_ else ()
    return Verdict(carried_out_by, undone=undone, challenged=row.decision)


def _entries(unit: Unit, decision_id: str | None) -> tuple[str, ...]:
    """What a decision put into the bank."""
    return tuple(unit.connection.scalars(select(banked.c.entry).where(banked.c.decision == decision_id)))


def _noted(unit: Unit, case_id: str, pid: str, choice: Choice | None) -> Verdict:
    """The first of two persons' choice, which waits for the second."""
    unit.connection.execute(
        agreement.insert().values(case=case_id, pid=pid, choice=msgspec.to_builtins(choice), at=unit.at)
    )
    unit.connection.execute(update(case).where(case.c.id == case_id).values(version=case.c.version + 1))
    return Verdict(None, waits_for_second=True)


def _settled(
    unit: Unit, case_id: str, choice: Choice, proposal: Proposal, deciders: tuple[str, ...], version: int
) -> str | None:
    return settle(unit, case_id, choice, proposal=proposal, deciders=deciders, version=version)


def _same_version(now: int, seen: int) -> None:
    if now != seen:
        raise ConflictError("somebody else decided or changed this case meanwhile", hint="look at it again")
