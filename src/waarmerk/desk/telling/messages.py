"""Telling somebody something: the message, and its event, in the transaction that made it due.

The message lies ready for the recipient from the commit on (their page, the API); a webhook asks the platform to pass
it on. Its receipt from the record follows when the log holds the event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from waarmerk.desk.store.tables import delivery, message
from waarmerk.desk.store.unit import MACHINE, Unit
from waarmerk.desk.telling.letters import language_of, write
from waarmerk.values import Json


def tell(
    unit: Unit,
    what: str,
    *,
    about: str,
    to: str,
    language: str,
    given: Mapping[str, Json],
    by: Mapping[str, Json] = MACHINE,
) -> str:
    """Writes to a person (`to` is a pseudonym) or an authority (its reference); the message's id."""
    letter = write(what, language, given)
    spoken = language_of(language)
    new = unit.new_id()
    recorded = unit.record(
        "message.sent",
        "messages",
        by,
        what=what,
        about=about,
        to=to,
        elements=list(letter.elements),
        language=spoken,
        delivered=True,
        text=hashlib.sha256(letter.body.encode()).hexdigest(),
    )
    unit.connection.execute(
        message.insert().values(
            id=new,
            what=what,
            about=about,
            recipient=to,
            language=spoken,
            subject=letter.subject,
            body=letter.body,
            elements=list(letter.elements),
            event=recorded.id,
            sent_at=unit.at,
        )
    )
    push(unit, "message", {"message": new, "what": what, "about": about})
    return new


def push(unit: Unit, kind: str, body: Mapping[str, Json], decision: str | None = None) -> str:
    """Queues a webhook to the platform; it is sent and retried outside this transaction. Gives its id."""
    new = unit.new_id()
    unit.connection.execute(
        delivery.insert().values(id=new, kind=kind, body=dict(body), decision=decision, attempts=0, next_at=unit.at)
    )
    return new
