"""One pseudonym a person and service; the mapping stands here and nowhere else.

Rules:
- A pseudonym is random and kept for as long as the records are; erasing a person deletes the row, and with it every
  way from the record to a name. A person who comes back afterwards is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from waarmerk.desk.store.tables import person
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import InputError


@dataclass(frozen=True)
class Who:
    """A person of the outside as they come in: `handle` is what they are recognised by (`mailto:a@b.example`)."""

    handle: str
    name: str | None = None
    email: str | None = None
    language: str = "en"


def by_email(email: str, name: str | None, language: str) -> Who:
    """Somebody who gave an address. The domain is compared without case, the rest as it is written."""
    local, _, domain = email.rpartition("@")
    return Who(f"mailto:{local}@{domain.lower()}", name, email, language)


def pid(unit: Unit, who: Who) -> str:
    """The person's pseudonym, a new one where they were not known."""
    found = unit.connection.execute(select(person.c.pid).where(person.c.handle == who.handle)).scalar()
    if found is not None:
        return str(found)
    new = unit.new_id()
    unit.connection.execute(
        person.insert().values(pid=new, handle=who.handle, name=who.name, email=who.email, language=who.language)
    )
    return new


def erase(unit: Unit, pseudonym: str, by: dict[str, str]) -> None:
    """Forgets who a pseudonym was and records that. Raises `InputError` for a pseudonym that is not known."""
    changed = unit.connection.execute(
        person.update().where(person.c.pid == pseudonym).values(handle=f"erased:{pseudonym}", name=None, email=None)
    )
    if not changed.rowcount:
        raise InputError(f"there is no person {pseudonym}")
    unit.record("person.erased", "people", by, person=pseudonym)
