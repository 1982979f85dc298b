"""What the service says of itself: tier, what it can restrict, its own yardsticks; recorded at each change.

The yardsticks (Delegated Regulation (EU) 2024/436 Art. 5) are what an audit measures times against, by the
obligation's id: `{"N4": {"value": 48, "unit": "hours"}}`.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import select

from waarmerk.desk.store.tables import adopted
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import InputError
from waarmerk.record.events.service import Benchmark
from waarmerk.record.events.types import Period

CHANNELS = ("form", "api", "flagger", "orders", "challenges")


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A declaration as an operator writes it; the fields are those of the event `service.declared`."""

    period: Period
    tier: str
    micro_small: bool = False
    can: tuple[str, ...]
    benchmarks: dict[str, Benchmark] = {}
    amar: dict[str, int] | None = None
    staff: dict[str, float] | None = None
    texts: dict[str, str] | None = None


def read_declaration(data: bytes, where: str) -> Declaration:
    """The declaration in a JSON text. Raises `InputError` naming the field."""
    try:
        return msgspec.json.decode(data, type=Declaration)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InputError(f"this is no declaration of a service: {error}", where=where) from error


def declare_service(unit: Unit, declared: Declaration) -> None:
    """Records a declaration, once for what it says."""
    text = msgspec.json.encode(declared, order="sorted")
    digest = hashlib.sha256(text).hexdigest()
    if unit.connection.execute(select(adopted.c.digest).where(adopted.c.digest == digest)).first():
        return
    fields = {name: value for name, value in msgspec.to_builtins(declared).items() if value is not None}
    unit.record(
        "service.declared", "service", {"type": "machine", "role": "admin"}, channels=list(CHANNELS), **fields
    )
    unit.connection.execute(adopted.insert().values(digest=digest, kind="service", body=text.decode(), at=unit.at))
