"""All kinds of event in one place: read them, print them, publish their schema.

Rules:
- An event has one form in bytes, its canonical JSON (RFC 8785); another spelling of the same event is refused, and
  with it duplicate keys, lone surrogates and numbers that no two readers read alike.
- An unknown kind or version is refused by name, never guessed at.
- Times and days must exist in the calendar; free values are nested 32 levels deep at most.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import Any, get_args, get_type_hints

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.events.acting import DecisionMade, EffectApplied, MessageSent, StatementSubmitted
from waarmerk.record.events.asking import ChallengeClosed, ChallengeReceived, NoticeReceived, OrderReceived
from waarmerk.record.events.checking import (
    MaterialViewed,
    PersonErased,
    RecordCorrected,
    SampleLabelled,
    SamplePlanned,
)
from waarmerk.record.events.looking import BankChanged, ExposureRead, ItemExamined, UploadsCounted
from waarmerk.record.events.service import PolicyAdopted, ReportPublished, ServiceDeclared, ToolAdopted
from waarmerk.record.events.types import Date, Event, Time
from waarmerk.values import Json

MAX_EVENT = 1 << 20
"""Bytes of one event; anything large is a blob that the event names by its digest."""
MAX_DEPTH = 32

_ALL: tuple[type[Event], ...] = (
    ServiceDeclared,
    PolicyAdopted,
    ToolAdopted,
    UploadsCounted,
    ItemExamined,
    NoticeReceived,
    OrderReceived,
    DecisionMade,
    EffectApplied,
    MessageSent,
    StatementSubmitted,
    ChallengeReceived,
    ChallengeClosed,
    BankChanged,
    ReportPublished,
    ExposureRead,
    SamplePlanned,
    SampleLabelled,
    MaterialViewed,
    RecordCorrected,
    PersonErased,
)
KINDS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in _ALL}
_ANY: Any = reduce(or_, _ALL)
_decoder = msgspec.json.Decoder(_ANY)


class _Head(msgspec.Struct):
    kind: str
    v: int


_head_decoder = msgspec.json.Decoder(_Head)


def encode(event: Event) -> bytes:
    """The event's one form in bytes."""
    return canonical(msgspec.to_builtins(event))


def decode(data: bytes, where: str = "") -> Event:
    """The event that canonical JSON holds. Raises `InputError` naming the field, the kind or the version."""
    if len(data) > MAX_EVENT:
        raise InputError(f"an event of {len(data)} bytes is above the limit of {MAX_EVENT}", where=where)
    try:
        head = _head_decoder.decode(data)
        _check_head(head, where)
        event: Event = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise InputError(f"this is not an event of the catalogue: {error}", where=where) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"this is not JSON: {error}", where=where) from error
    _check_values(event, where)
    if encode(event) != data:
        raise InputError(
            "the event is not in canonical form: order, spacing, numbers or a key that stands twice",
            where=where,
            hint="RFC 8785; absent fields are left out, not null",
        )
    return event


def fields(kind: str) -> tuple[str, ...]:
    """The names of a kind's fields, header first."""
    return tuple(field.encode_name for field in msgspec.structs.fields(KINDS[kind]))


def schema() -> Json:
    """The JSON Schema of all kinds (draft 2020-12), generated from the structs."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of the record, version 1",
        **msgspec.json.schema(_ANY),
    }


def _check_head(head: _Head, where: str) -> None:
    if head.kind not in KINDS:
        raise InputError(f"there is no kind of event called {head.kind!r}", where=where, hint="see the catalogue")
    if head.v != 1:
        raise InputError(
            f"version {head.v} of {head.kind} is not known, only 1", where=where, hint="a newer Waarmerk?"
        )


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, tuple[Any, ...]]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: (hint, *get_args(hint)) for name, hint in hints.items()}


def _check_values(value: msgspec.Struct, where: str) -> None:
    for name, types in _hints(type(value)).items():
        inner = getattr(value, name)
        if isinstance(inner, str) and (Time in types or Date in types):
            try:
                datetime.fromisoformat(inner)
            except ValueError as error:
                raise InputError(f"{name} is {inner}, which no calendar has", where=where) from error
        if isinstance(inner, (dict, list)):
            _check_depth(inner, MAX_DEPTH, where)
        for part in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(part, msgspec.Struct):
                _check_values(part, where)


def _check_depth(value: Json, left: int, where: str) -> None:
    if not left:
        raise InputError(f"a value is nested deeper than {MAX_DEPTH} levels", where=where)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            _check_depth(inner, left - 1, where)
