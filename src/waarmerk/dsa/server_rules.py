"""The server's own rules for a statement, field by field, as its schema states them (`data/fields.json`).

Rules, as the server applies them:
- Text is trimmed first, in lists too; empty text, an empty list and null are absent.
- Lists and codes that are not nullable must not be null.
- Lengths count characters; a date is a real day written YYYY-MM-DD; conditions are read from the schema.
- What it does not know it ignores without a word: told here, since the sender meant something by it.
"""
# ruff: noqa: ARG001 - every check has the one signature, whatever of it it needs

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from waarmerk.dsa import vocabulary
from waarmerk.dsa.rules import Breach, Kind, declare
from waarmerk.dsa.vocabulary import Field

Statement = Mapping[str, Any]
FieldCheck = Callable[[str, Field, Any, Statement], Mapping[str, str] | None]

_CHECKS: list[tuple[str, FieldCheck]] = []
_BASIS = "server's request rules"
_TYPES = {"string": str, "date": str, "url": str, "array": list, "object": dict}
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]+\S*", re.IGNORECASE)


def server_rule(
    name: str, *, kind: Kind = "instructions", refused: bool = True
) -> Callable[[FieldCheck], FieldCheck]:
    """Register a check of one field; it returns the values of its sentence, None where all is in order."""

    def register(check: FieldCheck) -> FieldCheck:
        declare(name, kind, basis=_BASIS, scope="statement", refused=refused)
        _CHECKS.append((name, check))
        return check

    return register


def refusals(statement: Statement) -> Iterator[tuple[str, Breach]]:
    """Every rule of the server that the statement breaks, as (rule, breach), in the order of the fields."""
    for name, spec in vocabulary.fields().items():
        value = _normal(statement.get(name))
        for rule_name, check in _CHECKS:
            values = check(name, spec, value, statement)
            if values is not None:
                yield rule_name, Breach(name, {"field": name, **values})
    for name in statement:
        if name not in vocabulary.fields():
            yield "unknown_field", Breach(name, {"field": name, "meant": _meant(name)})


@server_rule("required")
def required(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """A field that every statement carries."""
    return {} if spec.required and _absent(value) else None


@server_rule("required_if")
def required_if(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """A field that another field's value calls for."""
    if spec.required_if and _absent(value) and _holds(spec.required_if, statement):
        return {"condition": spec.required_if}
    return None


@server_rule("required_without_all")
def required_without_all(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """At least one of the four kinds of decision; named once, at the first."""
    group = (name, *spec.required_without_all)
    first = next(field for field in vocabulary.fields() if field in group)
    if spec.required_without_all and name == first and all(_absent(_normal(statement.get(other))) for other in group):
        return {"fields": ", ".join(group)}
    return None


@server_rule("wrong_type")
def wrong_type(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """Text where text is due, a list of texts where a list is due."""
    if value is None:
        forbidden = (spec.type == "array" or spec.enum) and not spec.nullable and not spec.required
        written_null = name in statement and statement[name] is None
        return {"found": "null", "due": spec.type} if forbidden and written_null else None
    if not isinstance(value, _TYPES[spec.type]):
        return {"found": _json_type(value), "due": spec.type}
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return {"found": "array of " + _json_type(next(i for i in value if not isinstance(i, str))), "due": "array"}
    return None


@server_rule("not_in_list")
def not_in_list(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """Codes from the closed list alone."""
    if not spec.enum or _absent(value):
        return None
    allowed = allowed_codes(spec.enum)
    given = value if isinstance(value, list) else [value]
    unknown = [item for item in given if isinstance(item, str) and item not in allowed]
    return {"found": ", ".join(unknown[:3])} if unknown else None


@server_rule("too_long")
def too_long(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """No text above the field's length."""
    if spec.max is not None and isinstance(value, str) and len(value) > spec.max:
        return {"length": str(len(value)), "max": str(spec.max)}
    return None


@server_rule("not_a_date")
def not_a_date(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """A real day written YYYY-MM-DD."""
    if spec.type == "date" and isinstance(value, str) and day(value) is None:
        return {"found": value[:40]}
    return None


@server_rule("date_out_of_bounds")
def date_out_of_bounds(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """A day between the first and the last that the server takes."""
    if spec.type != "date" or not isinstance(value, str) or day(value) is None:
        return None
    if (spec.min_date and value < spec.min_date) or (spec.max_date and value > spec.max_date):
        return {"found": value, "first": spec.min_date or "-", "last": spec.max_date or "-"}
    return None


@server_rule("wrong_form")
def wrong_form(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """The characters that an identifier may hold."""
    if spec.pattern and isinstance(value, str) and not _compiled(spec.pattern).fullmatch(value):
        return {"found": value[:40], "pattern": spec.pattern}
    if name == "content_id" and isinstance(value, dict) and set(value) - {"EAN-13"}:
        return {"found": ", ".join(sorted(map(str, value)))[:40], "pattern": '{"EAN-13": "..."}'}
    if name == "content_id" and isinstance(value, dict) and value:
        ean = vocabulary.fields()["content_id_ean"].pattern or ""
        if not (isinstance(value["EAN-13"], str) and _compiled(ean).fullmatch(value["EAN-13"])):
            return {"found": str(value["EAN-13"])[:40], "pattern": ean}
    return None


@server_rule("not_a_url")
def not_a_url(name: str, spec: Field, value: Any, statement: Statement) -> Mapping[str, str] | None:
    """An absolute address."""
    if spec.type == "url" and isinstance(value, str) and not _URL.fullmatch(value):
        return {"found": value[:80]}
    return None


declare("unknown_field", "instructions", basis="server: ignored without a word", scope="statement")
declare("not_an_object", "instructions", basis=_BASIS, scope="statement", refused=True)
declare("batch_size", "instructions", basis=_BASIS, scope="statement", refused=True)
declare("puid_twice", "instructions", basis="server: the whole batch is refused", scope="statement", refused=True)
declare("ean_in_batch", "instructions", basis="server: ignored in a batch", scope="statement")
declare("boiler_plate", "question", basis="DSA 17(3)(b): specific reasons", scope="statement")


@cache
def allowed_codes(enum: str) -> frozenset[str]:
    """The closed list of that name, territories and languages included."""
    if enum == "territorial_scope":
        return frozenset(vocabulary.territories())
    if enum == "content_language":
        return frozenset(vocabulary.languages())
    return frozenset(vocabulary.enum(enum))


def day(text: str) -> date | None:
    """The day that `text` writes as YYYY-MM-DD, else None."""
    if len(text) != len("2025-07-01") or not text.isascii() or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _normal(value: Any) -> Any:
    if isinstance(value, list):
        return [item.strip() if isinstance(item, str) else item for item in value]
    return (value.strip() or None) if isinstance(value, str) else value


def _absent(value: Any) -> bool:
    return value is None or value == []


def _holds(condition: str, statement: Statement) -> bool:
    name, _operator, wanted = condition.split()
    value = _normal(statement.get(name))
    return wanted in value if isinstance(value, list) else value == wanted


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("9-_", "9_-").replace("$", r"\Z"))


def _json_type(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _meant(name: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, vocabulary.fields(), n=1)), "-")
