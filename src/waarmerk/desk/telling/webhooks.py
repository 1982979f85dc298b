"""Webhooks to the platform: signed, retried, the same id at every attempt (standard-webhooks).

Rules:
- The signature is HMAC-SHA256 of `id.timestamp.body`; the receiver refuses what is older than five minutes.
- A delivery is tried again with growing gaps for three days, then given up with its last failure, which health shows.
- What the platform did is only known from its acknowledgement: a 2xx says that the message arrived, no more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from sqlalchemy import select, update

from waarmerk.desk.store.tables import delivery
from waarmerk.desk.store.unit import Desk, read, written
from waarmerk.errors import InputError, UsageError

TOLERANCE_S = 300
GAPS_S = (5, 30, 120, 600, 3600, *([4 * 3600] * 18))
"""Waits between attempts: about three days in all."""
_BATCH = 100


class Poster(Protocol):
    """Sends a request; gives the status, or raises `OSError` where nobody answered."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int: ...


@dataclass(frozen=True)
class Endpoint:
    """Where the platform listens, and the secret that both know (`whsec_` and base64)."""

    url: str
    secret: str


def sign(secret: str, message_id: str, moment: datetime, body: bytes) -> str:
    """The value of `webhook-signature`. Raises `UsageError` for a secret that is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise UsageError("a webhook's secret is whsec_ and base64", hint="24 to 64 random bytes") from error
    text = f"{message_id}.{int(moment.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a webhook that is what it says, for whoever receives one. Raises `InputError` where it is not."""
    try:
        message_id, stamp = headers["webhook-id"], int(headers["webhook-timestamp"])
        given = headers["webhook-signature"]
    except (KeyError, ValueError) as error:
        raise InputError("a webhook has an id, a time and a signature") from error
    if abs(now.timestamp() - stamp) > TOLERANCE_S:
        raise InputError("the webhook is too old, or from the future", hint="is it being replayed?")
    due = sign(secret, message_id, datetime.fromtimestamp(stamp, now.tzinfo), body)
    if not any(hmac.compare_digest(due, each) for each in given.split(" ")):
        raise InputError("the webhook's signature does not hold")
    return message_id


def send_due(desk: Desk, endpoint: Endpoint, post: Poster) -> int:
    """Sends what is due; how many arrived."""
    now = desk.clock()
    with desk.read() as connection:
        rows = connection.execute(
            select(delivery)
            .where(delivery.c.next_at.is_not(None), delivery.c.next_at <= written(now))
            .order_by(delivery.c.next_at)
            .limit(_BATCH)
        ).all()
    arrived = 0
    for row in rows:
        body = msgspec.json.encode({"type": row.kind, "data": row.body})
        headers = {
            "content-type": "application/json",
            "webhook-id": row.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(endpoint.secret, row.id, now, body),
        }
        try:
            status = post(endpoint.url, body, headers)
            failure = "" if 200 <= status < 300 else f"answered {status}"
        except OSError as error:
            failure = f"nobody answered: {error}"
        arrived += not failure
        gap = GAPS_S[row.attempts] if failure and row.attempts < len(GAPS_S) else None
        with desk.write() as unit:
            unit.connection.execute(
                update(delivery)
                .where(delivery.c.id == row.id, delivery.c.attempts == row.attempts)
                .values(
                    attempts=row.attempts + 1,
                    next_at=None if gap is None else written(now + timedelta(seconds=gap)),
                    acknowledged_at=None if failure else unit.at,
                    failure=failure or None,
                )
            )
    return arrived


def waiting_since(desk: Desk) -> datetime | None:
    """Since when the oldest delivery waits that has not arrived; None where none does."""
    with desk.read() as connection:
        found = connection.execute(
            select(delivery.c.next_at).where(delivery.c.next_at.is_not(None)).order_by(delivery.c.next_at)
        ).scalar()
    return None if found is None else read(found)
