"""What a platform reads: messages to pass on, and the receipts that prove them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response
from sqlalchemy import column, func, select, table

from waarmerk.desk.people.keys import Key
from waarmerk.desk.store.database import dialect
from waarmerk.desk.store.tables import challenge, decision, item, message, notice, person
from waarmerk.errors import InputError
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.reader import Reader
from waarmerk.record.outbox import Rows
from waarmerk.record.receipt import make_receipt
from waarmerk.web.api.models import Id, MessageOut, MessagesOut
from waarmerk.web.site import NO_NUL, SiteHere, needs

router = APIRouter(prefix="/v1", tags=["reading"])
Reads = Annotated[Key, Depends(needs("platform", "auditor"))]
PAGE = 500
_LONGEST_CURSOR = 15
_outbox = table("waarmerk_outbox", column("id"), column("service"), column("channel"), column("n"))


@router.get("/messages")
def get_messages(
    site: SiteHere,
    key: Annotated[Key, Depends(needs("platform"))],
    after: Annotated[str, Query(max_length=80, pattern=NO_NUL)] = "",
) -> MessagesOut:
    """Messages in the order in which they were written, from where the last page ended.

    The order is that of their numbers in the record, which transactions take one after another: by a time, what a
    slower transaction commits later, or a clock that was turned back, would lie behind the cursor for ever.
    """
    del key
    query = (
        select(
            message,
            person.c.handle,
            decision.c.id.label("decision"),
            func.coalesce(challenge.c.outcome, decision.c.outcome).label("outcome"),
            item.c.platform_ref,
            _outbox.c.n,
        )
        .join(_outbox, message.c.event == _outbox.c.id)
        .outerjoin(person, person.c.pid == message.c.recipient)
        .outerjoin(notice, notice.c.id == message.c.about)
        .outerjoin(challenge, challenge.c.id == message.c.about)
        .outerjoin(decision, decision.c.id == func.coalesce(notice.c.decision, challenge.c.decision, message.c.about))
        .outerjoin(item, item.c.id == decision.c.item)
        .where(_outbox.c.service == site.desk.service, _outbox.c.channel == "messages")
        .order_by(_outbox.c.n)
        .limit(PAGE)
    )
    if after:
        if not (after.isascii() and after.isdecimal() and len(after) <= _LONGEST_CURSOR):
            raise InputError("this cursor is none of ours", where="after", hint="take it from next")
        query = query.where(_outbox.c.n > int(after))
    with site.desk.read() as connection:
        rows = connection.execute(query).all()
    told = [
        MessageOut(
            message=row.id,
            what=row.what,
            about=row.about,
            decision=row.decision,
            outcome=row.outcome,
            item=row.platform_ref,
            to=row.handle or row.recipient,
            language=row.language,
            subject=row.subject,
            body=row.body,
            sent_at=row.sent_at,
            event=row.event,
        )
        for row in rows
    ]
    return MessagesOut(messages=told, next=str(rows[-1].n) if rows else None)


@router.get("/receipts/{event}", responses={404: {"description": "the log does not hold it (yet)"}})
def get_receipt(event: Id, site: SiteHere, key: Reads) -> Response:
    """The receipt of an event: the event, its salt, the proof of its place in the log."""
    del key
    if site.log is None:
        raise HTTPException(404, "this process has no log")
    connection = site.desk.engine.raw_connection()
    try:
        raw: Any = connection.dbapi_connection
        rows = Rows(raw, dialect(site.desk.engine))
        index = rows.index_of(event)
        stored = None if index is None else next(rows.between(index, index + 1), None)
        raw.rollback()
    finally:
        connection.close()
    if stored is None:
        raise HTTPException(404, "the log does not hold this event, or not yet")
    keys = [each.verifier for each in read_keys(site.log)]
    receipt = make_receipt(Reader(site.log, keys), keys, stored)
    return Response(receipt.data + b"\n", media_type="application/json")
