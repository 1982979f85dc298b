"""Those who decide: logins with argon2id, roles, sessions; every look at restricted material stands in the record.

Roles: `reviewer` decides cases, `senior` complaints too and restricted material, `admin` everything and accounts,
`auditor` looks.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select

from waarmerk.desk.store.tables import item, look, session, staff
from waarmerk.desk.store.unit import Desk, Unit, read, written
from waarmerk.errors import InputError, UsageError

StaffRole = Literal["reviewer", "senior", "auditor", "admin"]
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)
SESSION_HOURS = 10
SHORTEST = 12
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""What a password is compared with where there is no such login: the answer takes as long."""


@dataclass(frozen=True)
class Member:
    """Somebody who is logged in. `csrf`: what every form of theirs must carry."""

    pid: str
    login: str
    role: StaffRole
    language: str
    csrf: str


def add_member(unit: Unit, login: str, password: str, role: StaffRole, language: str = "en") -> str:
    """A new account; its pseudonym. Raises `UsageError` for a short password, a taken login or an unknown role."""
    if role not in STAFF_ROLES:
        raise UsageError(f"there is no role {role}", hint=", ".join(STAFF_ROLES))
    if len(password) < SHORTEST:
        raise UsageError(f"a password has at least {SHORTEST} characters")
    if unit.connection.execute(select(staff.c.pid).where(staff.c.login == login)).first():
        raise UsageError(f"there is a login {login} already")
    pid = unit.new_id()
    unit.connection.execute(
        staff.insert().values(pid=pid, login=login, password=_hasher.hash(password), role=role, language=language)
    )
    return pid


def log_in(desk: Desk, login: str, password: str) -> str | None:
    """What the browser is given to keep; None where login and password do not go together."""
    with desk.read() as connection:
        row = connection.execute(select(staff).where(staff.c.login == login, staff.c.active)).first()
    try:
        _hasher.verify(row.password if row else _NOBODY, password)
    except VerificationError:
        return None
    if row is None:
        return None
    token = secrets.token_urlsafe(32)
    with desk.write() as unit:
        unit.connection.execute(delete(session).where(session.c.expires_at <= unit.at))
        unit.connection.execute(
            session.insert().values(
                token=_digest(token),
                staff=row.pid,
                csrf=secrets.token_urlsafe(32),
                expires_at=written(unit.now + timedelta(hours=SESSION_HOURS)),
            )
        )
    return token


def member(desk: Desk, token: str) -> Member | None:
    """Who holds this session now."""
    with desk.read() as connection:
        row = connection.execute(
            select(staff, session.c.csrf, session.c.expires_at)
            .join(session, session.c.staff == staff.c.pid)
            .where(session.c.token == _digest(token), staff.c.active)
        ).first()
    if row is None or read(row.expires_at) <= desk.clock():
        return None
    return Member(row.pid, row.login, row.role, row.language, row.csrf)


def log_out(desk: Desk, token: str) -> None:
    """The session is good no longer."""
    with desk.write() as unit:
        unit.connection.execute(delete(session).where(session.c.token == _digest(token)))


def note_look(unit: Unit, who: Member, item_id: str, purpose: str) -> None:
    """Keeps who looked at what and what for; of restricted material it enters the record.

    Raises `InputError` for an unknown item.
    """
    row = unit.connection.execute(select(item.c.locked).where(item.c.id == item_id)).first()
    if row is None:
        raise InputError(f"there is no item {item_id}")
    unit.connection.execute(
        look.insert().values(id=unit.new_id(), staff=who.pid, item=item_id, at=unit.at, purpose=purpose)
    )
    if row.locked:
        by = {"type": "person", "pid": who.pid, "role": who.role}
        unit.record("material.viewed", "views", by, item=item_id, viewer=who.pid, role=who.role, purpose=purpose)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
