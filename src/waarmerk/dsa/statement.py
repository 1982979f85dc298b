"""Validate statements of reasons: the server's rules, and what it accepts and nobody should send.

The public thing is `validate` for one statement and `validate_stream` for a file of them; both are pure but for the
stream. A statement is valid when no rule of class impossible or instructions is broken; questions are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

import msgspec

from waarmerk.dsa import vocabulary
from waarmerk.dsa.reading import Given, Shape, read_statements
from waarmerk.dsa.rules import Breach, Rule, house_rules, values_of
from waarmerk.dsa.server_rules import refusals
from waarmerk.errors import InputError
from waarmerk.text.words import Language

SCHEMA = "waarmerk.statement-validation/1"
KEPT = 1000
"""How many findings a report keeps word for word; the rest is counted."""

_UNSOUND = {"wrong_type", "not_in_list", "not_a_date"}
_BOILER_PLATE_FROM = 5
_BOILER_PLATE_SHARE = 0.8


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule: `key` is the server's name of the place (`statement_0.puid`; `puid` for a single one)."""

    rule: str
    kind: str = msgspec.field(name="class")
    key: str
    statement: int
    line: int
    field: str
    refused: bool
    basis: str
    sentence: str


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is no statement, with the sentence that says why."""

    where: str
    sentence: str


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """A file of statements validated; `errors` in the shape of the server's answer, questions left out."""

    schema: str = SCHEMA
    file: str
    shape: Shape
    statements: int
    valid: int
    counts: dict[str, int]
    findings: list[Found]
    left_out: int
    errors: dict[str, Any]
    unreadable: list[Unreadable]


def validate(statement: Any, *, language: Language = "en") -> list[Found]:
    """Every rule that one statement (a decoded JSON object) breaks, the server's first."""
    return [_found(rule, breach, Given("single", 0, 0, statement), language) for rule, breach in breaches(statement)]


def breaches(statement: Any) -> list[tuple[Rule, Breach]]:
    """The rules that one statement breaks with the fields that break them."""
    rules = house_rules()
    if not isinstance(statement, dict):
        return [(rules["not_an_object"], Breach("", {}))]
    found = [(rules[name], breach) for name, breach in refusals(statement)]
    # What a field that cannot be read means beside others is no question yet.
    unsound = {breach.field for rule, breach in found if rule.id in _UNSOUND}
    values = values_of(statement)
    for rule in rules.values():
        if rule.check is None or rule.scope == "dump" or unsound.intersection(rule.reads):
            continue
        found.extend((rule, breach) for breach in rule.check(**{name: values[name] for name in rule.reads}))
    return found


def validate_stream(stream: IO[bytes], where: str, *, language: Language = "en") -> Validation:
    """Every statement of a binary stream; InputError where the whole cannot be read."""
    rules = house_rules()
    findings: list[Found] = []
    unreadable: list[Unreadable] = []
    errors: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    facts: Counter[int] = Counter()
    puids: dict[int, int] = {}
    shape: Shape = "single"
    total = valid = 0
    last: Given | None = None
    for given in read_statements(stream, where):
        if isinstance(given, InputError):
            unreadable.append(Unreadable(given.where, given.sentence()))
            continue
        shape, last = given.shape, given
        total += 1
        broken = breaches(given.body)
        if isinstance(given.body, dict):
            broken += _between(given, puids, facts, rules)
        sound = True
        for rule, breach in broken:
            counts[rule.id] += 1
            sound = sound and rule.kind == "question"
            if len(findings) < KEPT:
                found = _found(rule, breach, given, language)
                findings.append(found)
                if rule.kind != "question":
                    _file(errors, found, given.shape)
        valid += sound
    if last is not None:
        for rule, breach in _whole(last, total, facts, rules):
            counts[rule.id] += 1
            valid = valid if rule.kind == "question" else 0
            found = _found(rule, breach, Given("single", 0, 0, None), language)
            findings.append(found)
            if rule.kind != "question":
                errors[breach.field] = [found.sentence]
    return Validation(
        file=where,
        shape=shape,
        statements=total,
        valid=valid,
        counts=dict(counts),
        findings=findings,
        left_out=max(0, sum(counts.values()) - len(findings)),
        errors=errors,
        unreadable=unreadable,
    )


def _between(
    given: Given, puids: dict[int, int], facts: Counter[int], rules: Mapping[str, Rule]
) -> list[tuple[Rule, Breach]]:
    """What a statement breaks beside the others of its file. Texts are remembered by their hash alone."""
    found = []
    puid = given.body.get("puid")
    if isinstance(puid, str) and (puid := puid.strip()):
        earlier = puids.setdefault(hash(puid), given.number)
        if earlier != given.number:
            found.append((rules["puid_twice"], Breach("puid", {"puid": puid[:60], "first": str(earlier)})))
    if given.shape == "batch" and given.body.get("content_id_ean") is not None:
        found.append((rules["ean_in_batch"], Breach("content_id_ean")))
    text = given.body.get("decision_facts")
    if isinstance(text, str) and text.strip():
        facts[hash(text.strip())] += 1
    return found


def _whole(last: Given, total: int, facts: Counter[int], rules: Mapping[str, Rule]) -> list[tuple[Rule, Breach]]:
    batch = vocabulary.server().batch
    found = []
    if last.shape == "batch" and total > batch.max:
        found.append((rules["batch_size"], Breach(batch.body_key, {"count": str(total), "max": str(batch.max)})))
    most = max(facts.values(), default=0)
    if total >= _BOILER_PLATE_FROM and most >= _BOILER_PLATE_SHARE * total:
        found.append((rules["boiler_plate"], Breach("decision_facts", {"count": str(most), "of": str(total)})))
    return found


def _file(errors: dict[str, Any], found: Found, shape: Shape) -> None:
    fields = errors if shape == "single" else errors.setdefault(f"statement_{found.statement}", {})
    fields.setdefault(found.field or "statement", []).append(found.sentence)


def _found(rule: Rule, breach: Breach, given: Given, language: Language) -> Found:
    place = "" if given.shape == "single" else f"statement_{given.number}"
    return Found(
        rule=rule.id,
        kind=rule.kind,
        key=".".join(part for part in (place, breach.field) if part) or "statement",
        statement=given.number,
        line=given.line,
        field=breach.field,
        refused=rule.refused,
        basis=rule.basis,
        sentence=rule.sentence(language, breach.values),
    )
