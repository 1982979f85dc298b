"""What a person sees: the queue by urgency, and one case with everything that bears on it.

Rules:
- A page of the queue costs the same however long it is: it goes on from where the last one ended, by index.
- A complaint about one's own decision is not shown as one's own to decide.
- Of locked material there is no picture, no text of the uploader, no report: only that it is locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, select, tuple_

from waarmerk.desk.store.tables import (
    agreement,
    authority_order,
    banked,
    case,
    cause,
    challenge,
    decision,
    examination,
    item,
    label,
    notice,
)
from waarmerk.errors import InputError

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """A case in the queue."""

    id: str
    item: str
    why: str
    priority: int
    opened_at: str
    deadline: str | None
    rule: str | None
    locked: bool
    views_per_hour: float


@dataclass(frozen=True)
class Whole:
    """A case with what bears on it; of a locked item the lists and the report are empty."""

    case: Row[Any]
    item: Row[Any]
    notices: list[Row[Any]]
    orders: list[Row[Any]]
    challenge: Row[Any] | None
    challenged: Row[Any] | None
    report: dict[str, Any] | None
    decisions: list[Row[Any]]
    first: Row[Any] | None
    label: Row[Any] | None


def waiting(connection: Connection, after: tuple[int, str, str] | None = None, size: int = PAGE) -> list[Listed]:
    """Cases that wait for a person, the most urgent first; `after`: priority, opening and id of the last one seen."""
    query = (
        select(case, item.c.locked, item.c.views_per_hour)
        .join(item, item.c.id == case.c.item)
        .where(case.c.state == "waiting")
        .order_by(case.c.priority, case.c.opened_at, case.c.id)
        .limit(size)
    )
    if after is not None:  # compared as a row: the index is entered there, whatever lies before
        query = query.where(tuple_(case.c.priority, case.c.opened_at, case.c.id) > after)
    return [
        Listed(
            row.id,
            row.item,
            row.why,
            row.priority,
            row.opened_at,
            row.deadline,
            (row.proposal or {}).get("choice", {}).get("rule"),
            row.locked,
            row.views_per_hour,
        )
        for row in connection.execute(query)
    ]


def whole(connection: Connection, case_id: str) -> Whole:
    """Everything about a case. Raises `InputError` for an unknown one."""
    row = connection.execute(select(case).where(case.c.id == case_id)).first()
    if row is None:
        raise InputError(f"there is no case {case_id}")
    about = connection.execute(select(item).where(item.c.id == row.item)).one()
    complaint = challenged = None
    if row.challenge:
        complaint = connection.execute(select(challenge).where(challenge.c.id == row.challenge)).one()
        challenged = connection.execute(select(decision).where(decision.c.id == complaint.decision)).one()
    report = connection.execute(
        select(examination.c.report)
        .join(case, case.c.id == examination.c.case)
        .where(case.c.item == row.item)
        .order_by(examination.c.at.desc())
    ).scalar()
    return Whole(
        case=row,
        item=about,
        notices=_caused(connection, case_id, "notice", notice),
        orders=_caused(connection, case_id, "order", authority_order),
        challenge=complaint,
        challenged=challenged,
        report=None if about.locked else report,
        decisions=[*connection.execute(select(decision).where(decision.c.item == row.item).order_by(decision.c.at))],
        first=connection.execute(select(agreement).where(agreement.c.case == case_id)).first(),
        label=connection.execute(select(label).where(label.c.item == row.item)).first(),
    )


@dataclass(frozen=True)
class Shown:
    """A known item that a case's item shows. `item`: the same item here, None where the bank holds hashes alone;
    `ranges`: start and end in this medium, start and end in the known one, in seconds."""

    entry: str
    status: str
    signal: str
    distance: int
    item: str | None
    locked: bool
    ranges: tuple[tuple[float, float, float, float], ...]


def known(connection: Connection, case_id: str) -> list[Shown]:
    """The known items that the bank found in a case's item, the surest first."""
    looked = connection.scalar(select(case.c.looked).where(case.c.id == case_id)) or {}
    matches = looked.get("matches", ())
    rows = connection.execute(
        select(banked.c.entry, item.c.id, item.c.locked)
        .join(decision, decision.c.id == banked.c.decision)
        .join(item, item.c.id == decision.c.item)
        .where(banked.c.entry.in_([each["entry"] for each in matches]))
    )
    here = {row.entry: row for row in rows}
    return [
        Shown(
            entry=each["entry"],
            status=each["status"],
            signal=each["signal"],
            distance=each["distance"],
            item=here[each["entry"]].id if each["entry"] in here else None,
            locked=each["entry"] in here and here[each["entry"]].locked,
            ranges=tuple(tuple(stretch) for stretch in each.get("ranges", ())),
        )
        for each in matches
    ]


def _caused(connection: Connection, case_id: str, kind: str, table: Any) -> list[Row[Any]]:
    return [
        *connection.execute(
            select(table)
            .join(cause, and_(cause.c.id == table.c.id, cause.c.kind == kind))
            .where(cause.c.case == case_id)
            .order_by(table.c.received_at)
            .limit(200)
        )
    ]
