"""A data subject's request to be forgotten (GDPR Art. 17): who they were, and what they wrote.

Rules:
- Nothing is forgotten while a case about what they posted, reported or complained of is open: it is needed for a
  legal claim (Art. 17(3)(b), (e)), and is refused in words.
- What is locked stays as it is: it is kept for an authority (DSA Art. 18).
- The record keeps its events: they hold a pseudonym, which then leads to nobody. Who granted it
  and why stays in the desk's tables.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import or_, select, update

from waarmerk.desk.intake.opening import OPEN
from waarmerk.desk.people.pseudonyms import erase
from waarmerk.desk.store.tables import adopted, case, cause, challenge, item, message, notice, person
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import ConflictError, InputError


def erase_person(unit: Unit, handle: str, by: dict[str, str], granted: str) -> str:
    """Forgets somebody; their pseudonym. `granted`: by whom and why, in words without names.

    Raises `InputError` where they are not known, `ConflictError` where something of theirs is open.
    """
    pid = unit.connection.execute(select(person.c.pid).where(person.c.handle == handle)).scalar()
    if pid is None:
        raise InputError("this person is not known here", hint="forgotten already, or never here")
    theirs = select(notice.c.id).where(notice.c.sender == pid)
    complaints = select(challenge.c.id).where(challenge.c.sender == pid)
    open_ = unit.connection.execute(
        select(case.c.id)
        .join(item, item.c.id == case.c.item)
        .outerjoin(cause, (cause.c.case == case.c.id) & (cause.c.kind == "notice"))
        .where(case.c.state.in_(OPEN))
        .where(or_(item.c.uploader == pid, cause.c.id.in_(theirs), case.c.challenge.in_(complaints)))
    ).first()
    if open_ is not None:
        raise ConflictError(
            "something of this person is still being decided", hint=f"decide case {open_.id} first, then ask again"
        )
    own = select(item.c.id).where(item.c.uploader == pid, item.c.locked.is_(False))
    unit.connection.execute(update(item).where(item.c.id.in_(own)).values(title="", text=""))
    unit.connection.execute(update(notice).where(notice.c.sender == pid).values(reason="", location=""))
    unit.connection.execute(update(challenge).where(challenge.c.sender == pid).values(text=""))
    unit.connection.execute(update(message).where(message.c.recipient == pid).values(subject="", body=""))
    erase(unit, str(pid), by)
    digest = hashlib.sha256(f"erasure {pid}".encode()).hexdigest()
    unit.connection.execute(adopted.insert().values(digest=digest, kind="erasure", body=granted, at=unit.at))
    return str(pid)
