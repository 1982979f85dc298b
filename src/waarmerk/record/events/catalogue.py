"""All kinds of event in one place: read them, print them, publish their schema.

Rules:
- An event has one form in bytes, its canonical JSON (RFC 8785); another spelling of the same event is refused, and
  with it duplicate keys, lone surrogates and numbers that no two readers read alike.
- An unknown kind or version is refused by name, never guessed at.
- Times and days must exist in the calendar; free values are nested 32 levels deep at most.
- A native event has every field marked so; an imported one lacks what its source does not carry, and nothing is made
  up for it.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import Any, get_type_hints

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
from waarmerk.record.events.types import NATIVE, Date, Event, Time, parts_of
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
_encoder = msgspec.json.Encoder(order="sorted")
# A number with a fraction, an exponent or more than 15 digits, at the places where compact JSON has numbers; the same
# inside a text only costs time.
_SPELLED_TWO_WAYS = re.compile(rb"(?:\":|[\[,])-?(?:[0-9]+[.eE]|[0-9]{16}|0\b)")


def encode(event: Event) -> bytes:
    """The event's one form in bytes. Raises `InputError` where a free value has none that reads back."""
    _check_native(event, "")
    _check_values(event, "")
    return canonical(msgspec.to_builtins(event))


def decode(data: bytes, where: str = "") -> Event:
    """The event that canonical JSON holds. Raises `InputError` naming the field, the kind or the version."""
    if len(data) > MAX_EVENT:
        raise InputError(f"an event of {len(data)} bytes is above the limit of {MAX_EVENT}", where=where)
    try:
        event: Event = _decoder.decode(data)
    except msgspec.ValidationError as error:
        _check_head(data, where)
        raise InputError(f"this is not an event of the catalogue: {error}", where=where) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"this is not JSON: {error}", where=where) from error
    _check_native(event, where)
    _check_values(event, where)
    if not _is_canonical(data, event):
        raise InputError(
            "the event is not in canonical form: order, spacing, numbers or a key that stands twice",
            where=where,
            hint="RFC 8785; absent fields are left out, not null",
        )
    return event


def fields(kind: str) -> tuple[str, ...]:
    """The names of a kind's fields, header first."""
    return tuple(field.encode_name for field in msgspec.structs.fields(KINDS[kind]))


@cache
def native_fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind that every native event has and an imported one may lack."""
    hints = get_type_hints(KINDS[kind], include_extras=True)
    return tuple(name for name, hint in hints.items() if NATIVE in getattr(hint, "__metadata__", ()))


def schema() -> Json:
    """The JSON Schema of all kinds (draft 2020-12), generated from the structs; an absent field is never null."""
    made = msgspec.json.schema(_ANY)
    for definition in made["$defs"].values():
        definition["properties"] = {
            name: _without_null(property_) for name, property_ in definition["properties"].items()
        }
    for kind, struct in KINDS.items():
        if names := native_fields(kind):
            native = {"properties": {"src": {"const": "native"}}}
            made["$defs"][struct.__name__] |= {"if": native, "then": {"required": list(names)}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of the record, version 1",
        **made,
    }


def _without_null(property_: Json) -> Json:
    """The schema of a field that may be absent, but is never null."""
    others = [one for one in property_.get("anyOf", []) if one != {"type": "null"}]
    return others[0] if len(others) == 1 else property_


def _is_canonical(data: bytes, event: Event) -> bool:
    """Whether the bytes are the event's canonical JSON.

    msgspec's sorted JSON is the same text, ten times as quick, for ASCII without fractions or great numbers.
    """
    plain = data.isascii() and _SPELLED_TWO_WAYS.search(data) is None
    return (plain and _encoder.encode(event) == data) or encode(event) == data


def _check_head(data: bytes, where: str) -> None:
    """Says what is wrong in the plainest words: an unknown kind or version before a field."""
    try:
        head = _head_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if head.kind not in KINDS:
        raise InputError(f"there is no kind of event called {head.kind!r}", where=where, hint="see the catalogue")
    if head.v != 1:
        raise InputError(
            f"version {head.v} of {head.kind} is not known, only 1", where=where, hint="a newer Waarmerk?"
        )


def _check_native(event: Event, where: str) -> None:
    if event.src != "native":
        return
    kind = str(event.__struct_config__.tag)
    for name in native_fields(kind):
        if getattr(event, name) is None:
            raise InputError(
                f"this is not an event of the catalogue: a native {kind} has the field `{name}` - at `$.{name}`",
                where=where,
                hint="only an event whose src is import:NAME may lack it",
            )


@cache
def _moments(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The names of the fields of a struct that hold a time or a day."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name, hint in hints.items() if {Time, Date} & set(parts_of(hint)))


def _check_values(value: msgspec.Struct, where: str) -> None:
    moments = _moments(type(value))
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if isinstance(inner, str):
            if name in moments:
                _check_moment(name, inner, where)
        elif isinstance(inner, msgspec.Struct):
            _check_values(inner, where)
        elif isinstance(inner, tuple):
            for part in inner:
                if isinstance(part, msgspec.Struct):
                    _check_values(part, where)
        elif isinstance(inner, (dict, list)):
            _check_free(inner, MAX_DEPTH, where)
        elif isinstance(inner, float):
            _check_free([inner], 1, where)


def _check_moment(name: str, text: str, where: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{name} is {text}, which no calendar has", where=where) from error


def _check_free(value: Json, left: int, where: str) -> None:
    """Free values are not nested too deep; no fraction is one that canonical JSON writes as too great an integer."""
    if not left:
        raise InputError(f"a value is nested deeper than {MAX_DEPTH} levels", where=where)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            _check_free(inner, left - 1, where)
        elif isinstance(inner, float) and inner.is_integer() and abs(inner) >= 2**53:
            raise InputError(f"{inner!r} is beyond the whole numbers that JSON carries", where=where)
