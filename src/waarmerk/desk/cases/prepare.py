"""A case is prepared: its item looked at, the policy asked; then it is decided, closed, or waits for a person.

Rules:
- One transaction, and only from the state `queued`: run twice, it has its effect once.
- In shadow, every rule is: what would have been done is recorded and has no effect.
- A medium that cannot be examined never stops a case: the case says so and a person decides.
- A medium is looked at once a case: ten thousand notices that come after it cost no second examination.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import select, update

from waarmerk.desk.cases.facts import gather
from waarmerk.desk.cases.looking import Looked, Medium, Tool, as_json, found_something
from waarmerk.desk.cases.matched import WHY, note_matches, putting_back, to_put_back
from waarmerk.desk.cases.settle import settle
from waarmerk.desk.policy.choice import Proposal
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.propose import propose
from waarmerk.desk.store.tables import adopted, case, examination, frame, item
from waarmerk.desk.store.unit import MACHINE, Desk, Unit, read, written

RATIO_FLOOR = 1.0
"""log10: what a look must find so that an upload nobody asked about is worth an event."""


def medium_of(desk: Desk, case_id: str) -> Medium | None:
    """The medium of a case that is still to be prepared; None where it is not, or has none."""
    with desk.read() as connection:
        row = connection.execute(
            select(item.c.sha256, item.c.locked)
            .join(case, case.c.item == item.c.id)
            .where(case.c.id == case_id, case.c.state == "queued")
        ).first()
    return None if row is None or row.sha256 is None else Medium(row.sha256, row.locked)


def looked_before(desk: Desk, case_id: str) -> dict[str, Any] | None:
    """What was seen when the case was prepared before, as a step returns it: no notice changes the medium."""
    with desk.read() as connection:
        return connection.scalar(select(case.c.looked).where(case.c.id == case_id))


def conclude(
    unit: Unit, policy: Policy, case_id: str, looked: Looked, *, mode: Literal["live", "shadow"], trouble: str = ""
) -> str | None:
    """What becomes of a queued case; the decision's id where it was decided. `trouble`: why it was not examined."""
    row = unit.connection.execute(select(case).where(case.c.id == case_id, case.c.state == "queued")).first()
    if row is None:
        return None
    for seen in looked.findings:
        adopt_tool(unit, seen.tool)
    facts, why = gather(unit, policy, case_id, looked)
    tools = tuple(dict.fromkeys(seen.tool.digest for seen in looked.findings))
    proposal = propose(policy, facts, why=(*why, *([trouble] if trouble else [])), tools=tools)
    if mode == "shadow":
        proposal = msgspec.structs.replace(proposal, choice=msgspec.structs.replace(proposal.choice, mode="shadow"))
    if row.challenge is not None or (trouble and facts.why != "upload"):
        proposal = msgspec.structs.replace(proposal, needs_person=True)
    if (back := to_put_back(unit.connection, case_id)) is not None:
        proposal = msgspec.structs.replace(
            proposal,
            choice=putting_back(back),
            needs_person=True,
            needs_two=False,
            reasons=(WHY, *proposal.reasons),
        )
    if facts.csam:
        unit.connection.execute(update(item).where(item.c.id == row.item).values(locked=True))
    _examined(unit, row.item, row.why, looked)
    note_matches(unit, case_id, looked)
    unit.connection.execute(
        update(case)
        .where(case.c.id == case_id)
        .values(
            taken_up_at=row.taken_up_at or unit.at,
            looked=None if trouble else as_json(replace(looked, report=None)),
            facts=msgspec.to_builtins(facts),
            proposal=msgspec.to_builtins(proposal),
            deadline=row.deadline or _deadline(row.opened_at, proposal),
            state="waiting" if proposal.needs_person else "queued",
            version=row.version + 1,
        )
    )
    if looked.report is not None:
        unit.connection.execute(examination.delete().where(examination.c.case == case_id))
        unit.connection.execute(examination.insert().values(case=case_id, report=looked.report, at=unit.at))
    if proposal.needs_person:
        return None
    return settle(unit, case_id, proposal.choice, proposal=proposal)


def adopt_tool(unit: Unit, tool: Tool) -> None:
    """Records a tool before anything rests on it, once."""
    if unit.connection.execute(select(adopted.c.digest).where(adopted.c.digest == tool.digest)).first():
        return
    unit.record(
        "tool.adopted",
        "tools",
        MACHINE,
        tool=tool.digest,
        name=tool.name,
        version=tool.version,
        type=tool.type,
        domain=list(tool.domain),
        threshold=tool.threshold,
        in_use_from=unit.at,
    )
    unit.connection.execute(adopted.insert().values(digest=tool.digest, kind="tool", body=tool.name, at=unit.at))


def adopt_policy(unit: Unit, policy: Policy, text: str) -> None:
    """Records a policy as in force from now, once; its rules as the record names them."""
    if unit.connection.execute(select(adopted.c.digest).where(adopted.c.digest == policy.digest)).first():
        return
    rules = [
        {
            "rule": rule.name,
            "ground": rule.ground,
            "ground_ref": rule.ground_ref,
            "restrictions": list(rule.restrictions),
            "needs_person": rule.needs_person,
            "needs_two": rule.needs_two,
            "mode": rule.mode,
            **({} if rule.deadline_h is None else {"deadline_h": float(rule.deadline_h)}),
        }
        for rule in policy.rules
    ]
    unit.record(
        "policy.adopted",
        "policies",
        {"type": "machine", "role": "admin"},
        policy=policy.digest,
        in_force_from=unit.at,
        rules=rules,
        restricted_roles=list(policy.restricted_roles),
        significant=policy.significant,
    )
    unit.connection.execute(adopted.insert().values(digest=policy.digest, kind="policy", body=text, at=unit.at))


def _examined(unit: Unit, item_id: str, why: str, looked: Looked) -> None:
    """The look as an event where it is worth one, and as a mark in the hour's frame."""
    row = unit.connection.execute(select(item).where(item.c.id == item_id)).one()
    abstained = next((seen.abstained for seen in looked.findings if seen.abstained), None)
    if looked.report is not None:
        unit.connection.execute(
            update(frame).where(frame.c.item == item_id).values(examined=True, abstained=abstained)
        )
    declared = sorted({*row.declared, *(["synthetic"] if looked.declared_synthetic else [])})
    looked = replace(looked, declared_synthetic=bool(declared))
    if why == "upload" and not found_something(looked, RATIO_FLOOR):
        return
    unit.record(
        "item.examined",
        "examinations",
        MACHINE,
        item=item_id,
        posted_at=row.posted_at,
        uploader=row.uploader,
        content_type=list(row.content_type),
        language=row.language,
        declared=declared,
        provenance=looked.provenance,
        source_type=looked.source_type,
        why=why,
        findings=[
            {
                "tool": seen.tool.digest,
                "in_domain": seen.abstained is None,
                **({} if seen.log10_lr is None else {"log10_lr": seen.log10_lr}),
                **({} if seen.abstained is None else {"abstained": seen.abstained}),
            }
            for seen in looked.findings
        ],
        matches=[
            {"entry": known.entry, "signal": known.signal, "distance": known.distance} for known in looked.matches
        ],
        views_total=row.views or None,
    )


def _deadline(opened_at: str, proposal: Proposal) -> str | None:
    hours = proposal.deadline_h
    return None if hours is None else written(read(opened_at) + timedelta(hours=hours))
