"""The same request twice is one: `Idempotency-Key` (draft of the IETF), kept in the transaction of what it did.

Rules:
- Key and body together: the same key with another body is refused, never answered with the other's answer.
- Two at once: one waits for the other's transaction, or is told to come again; never both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError as DatabaseError

from waarmerk.desk.people.keys import Key
from waarmerk.desk.store.tables import idempotency
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import ConflictError, InputError
from waarmerk.web.site import Site

_Answer = TypeVar("_Answer", bound=BaseModel)
_LONGEST = 200


def once(
    site: Site,
    request: Request,
    key: Key,
    given: BaseModel,
    kind: type[_Answer],
    act: Callable[[Unit], _Answer],
) -> _Answer:
    """What `act` answers, or what it answered to the same request before."""
    name = request.headers.get("idempotency-key")
    if name is None:
        with site.desk.write() as unit:
            return act(unit)
    if not 1 <= len(name) <= _LONGEST:
        raise InputError(f"an Idempotency-Key has 1 to {_LONGEST} characters")
    scope = f"{key.name} {request.url.path} {name}"
    digest = hashlib.sha256(given.model_dump_json().encode()).hexdigest()
    try:
        with site.desk.write() as unit:
            row = unit.connection.execute(select(idempotency).where(idempotency.c.scope == scope)).first()
            if row is not None:
                if row.request != digest:
                    raise ConflictError("this Idempotency-Key was used for another request", hint="use a new one")
                return kind.model_validate_json(row.body)
            answer = act(unit)
            unit.connection.execute(
                idempotency.insert().values(
                    scope=scope, request=digest, status=200, body=answer.model_dump_json(), at=unit.at
                )
            )
            return answer
    except DatabaseError as error:
        raise ConflictError("the same request is being dealt with", hint="ask again") from error
