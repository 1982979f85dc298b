"""Keys of machines: random, shown once, kept as their digest, with a role, an end and a way back.

Roles: `platform` (uploads, events, effects, views), `flagger` (notices as a trusted flagger), `authority` (orders),
`auditor` (reads the record), `admin` (everything).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select, update

from waarmerk.desk.store.tables import api_key
from waarmerk.desk.store.unit import Desk, Unit, read, written
from waarmerk.errors import UsageError

Role = Literal["platform", "flagger", "authority", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
_PREFIX = "wm_"


@dataclass(frozen=True)
class Key:
    """A key that is good now: whose it is and what it may do."""

    name: str
    role: Role
    flagger_ref: str | None


def digest_of(key: str) -> str:
    """What is kept of a key. It has 256 random bits: no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key(
    unit: Unit, name: str, role: Role, *, flagger_ref: str | None = None, expires: datetime | None = None
) -> str:
    """A new key, to be shown this once. Raises `UsageError` for a name that is taken or an unknown role."""
    if role not in ROLES:
        raise UsageError(f"there is no role {role}", hint=", ".join(ROLES))
    if (role == "flagger") != (flagger_ref is not None):
        raise UsageError("a trusted flagger's key names its number in the public register, and no other key does")
    if unit.connection.execute(select(api_key.c.digest).where(api_key.c.name == name)).first():
        raise UsageError(f"there is a key called {name} already", hint="revoke it, or choose another name")
    key = _PREFIX + secrets.token_urlsafe(32)
    unit.connection.execute(
        api_key.insert().values(
            digest=digest_of(key),
            name=name,
            role=role,
            flagger_ref=flagger_ref,
            expires_at=None if expires is None else written(expires),
        )
    )
    return key


def revoke(unit: Unit, name: str) -> None:
    """The key is good no longer. Raises `UsageError` for an unknown name."""
    changed = unit.connection.execute(
        update(api_key).where(api_key.c.name == name, api_key.c.revoked_at.is_(None)).values(revoked_at=unit.at)
    )
    if not changed.rowcount:
        raise UsageError(f"there is no key called {name} that is good")


def find_key(desk: Desk, key: str) -> Key | None:
    """The key where it is good now; None where it is unknown, expired or revoked."""
    with desk.read() as connection:
        row = connection.execute(select(api_key).where(api_key.c.digest == digest_of(key))).first()
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and read(row.expires_at) <= desk.clock():
        return None
    return Key(row.name, row.role, row.flagger_ref)
