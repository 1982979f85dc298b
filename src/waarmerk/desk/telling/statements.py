"""The statement of reasons as the Commission's database takes it (DSA Art. 24(5)): from a decision's values alone.

Rules:
- What the statement says is what was recorded: automated means, source, territory, dates come from the decision.
- An order is no statement (Art. 17(5)); neither is deceptive high-volume commercial content.
- No personal data: facts and explanations are the policy's sentences, never a user's or a reviewer's own words.
- An identifier is used once for ever: the decision's id, behind the service's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from waarmerk.desk.store.tables import decision, item, notice, statement
from waarmerk.desk.store.unit import Unit
from waarmerk.desk.telling.letters import circumstances, explained
from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.values import Json

_KINDS = ("visibility", "monetary", "provision", "account")
_ENDS = {"visibility": "visibility", "monetary": "monetary", "provision": "service", "account": "account"}


def puid(service: str, decision_id: str) -> str:
    """The statement's identifier: letters, digits, `-` and `_`."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{service}-{decision_id}")


def queue_statement(unit: Unit, decision_id: str, applied_at: str) -> None:
    """Has the statement of a restriction wait for the database, once; nothing where none is due."""
    row = unit.connection.execute(
        select(decision, item.c.content_type, item.c.posted_at, item.c.language, item.c.uploader_contact)
        .join(item, item.c.id == decision.c.item)
        .where(decision.c.id == decision_id)
    ).one()
    because = row.body["because"]
    due = row.outcome == "restrict" and row.mode == "live" and because["type"] != "order"
    if not due or row.body["commercial_spam"] or not row.uploader_contact:
        return
    if unit.connection.execute(select(statement.c.puid).where(statement.c.decision == decision_id)).first():
        return
    trusted = None
    if because["type"] == "notice":
        trusted = unit.connection.execute(
            select(notice.c.flagger_ref).where(notice.c.id.in_(because["ids"]), notice.c.flagger_ref.is_not(None))
        ).first()
    body = statement_body(
        row.body,
        identifier=puid(unit.service, decision_id),
        content_type=row.content_type,
        posted_at=row.posted_at,
        language=row.language,
        applied_at=applied_at,
        explanation=explained(row.explanation, "en"),
        trusted=trusted is not None,
    )
    unit.connection.execute(
        statement.insert().values(puid=body["puid"], decision=decision_id, body=body, state="waiting", at=unit.at)
    )


def statement_body(
    made: Mapping[str, Any],
    *,
    identifier: str,
    content_type: list[str],
    posted_at: str,
    language: str | None,
    applied_at: str,
    explanation: str,
    trusted: bool,
) -> dict[str, Json]:
    """The statement of a decision. `made`: the fields of its event; times as the record writes them."""
    restrictions = made["restrictions"]
    body: dict[str, Json] = {}
    for kind in _KINDS:
        found = [each for each in restrictions if each in vocabulary.enum(f"decision_{kind}")]
        if found:
            body[f"decision_{kind}"] = found if kind == "visibility" else found[0]
            if made.get("until"):
                body[f"end_date_{_ENDS[kind]}_restriction"] = made["until"]
    illegal = made["ground"] == code("decision_ground", "ILLEGAL_CONTENT")
    prefix, ground = ("illegal_content", "legal_ground") if illegal else ("incompatible_content", "ground")
    sources = {
        "notice": code("source_type", "TRUSTED_FLAGGER") if trusted else code("source_type", "ARTICLE_16"),
        "own": code("source_type", "VOLUNTARY"),
    }
    synthetic = code("content_type", "SYNTHETIC_MEDIA")
    kinds = [*content_type, *([synthetic] if made["synthetic"] == "yes" and synthetic not in content_type else [])]
    return body | {
        "puid": identifier,
        "decision_ground": made["ground"],
        f"{prefix}_{ground}": made["ground_ref"][:500],
        f"{prefix}_explanation": explanation[:2000],
        **({} if illegal else {"incompatible_content_illegal": "No"}),
        "category": made["category"],
        **({"category_specification": list(made["keywords"])} if made["keywords"] else {}),
        "content_type": kinds,
        "content_date": posted_at[:10],
        **({"content_language": language.upper()} if language else {}),
        "territorial_scope": list(made["territory"]),
        "application_date": applied_at[:10],
        "decision_facts": circumstances("en", made["because"]["type"], made["basis"]),
        "source_type": sources.get(made["because"]["type"], code("source_type", "OTHER_NOTIFICATION")),
        "automated_detection": "Yes" if made["automated_detection"] else "No",
        "automated_decision": made["automated_decision"],
    }
