"""What no row of the database's dumps should show, since the server refuses it when it is sent.

A finding here asks about the database or its export as much as about the platform.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import GROUNDS, code
from waarmerk.dsa.flag_rules import CODED
from waarmerk.dsa.rules import Breach, Value, rule
from waarmerk.dsa.server_rules import allowed_codes, day

_DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_DATES = tuple(name for name, field in vocabulary.fields().items() if field.type == "date")


@rule("code_unknown", "instructions", basis="schema of the database", reads=CODED, scope="dump")
def code_unknown(**values: Value) -> Iterator[Breach]:
    """A code that stands in no list, neither today's nor the one before 1 July 2025."""
    old = {*vocabulary.dumps().renamed_categories, *vocabulary.dumps().renamed_keywords}
    for name, given in values.items():
        allowed = allowed_codes(vocabulary.fields()[name].enum or name)
        for item in given if isinstance(given, tuple) else (given,):
            if item and item not in allowed and item not in old:
                yield Breach(name, {"field": name, "code": item[:60]})


@rule("decision_missing", "instructions", basis="DSA 17(1); server's request rules", scope="dump")
def decision_missing(
    decision_visibility: tuple[str, ...], decision_monetary: str, decision_provision: str, decision_account: str
) -> Iterator[Breach]:
    """None of the four kinds of decision."""
    if not (decision_visibility or decision_monetary or decision_provision or decision_account):
        yield Breach("decision_visibility", {"fields": ", ".join(_DECISIONS)})


@rule("ground_text_missing", "instructions", basis="DSA 17(3)(d), (e)", scope="dump")
def ground_text_missing(
    decision_ground: str, illegal_content_legal_ground: str, incompatible_content_ground: str
) -> Iterator[Breach]:
    """A decision ground without the law or the term that it rests on."""
    texts = {"illegal_content_": illegal_content_legal_ground, "incompatible_content_": incompatible_content_ground}
    chosen = GROUNDS.get(decision_ground)
    if chosen and not texts[chosen].strip():
        names = {"illegal_content_": "illegal_content_legal_ground"}
        yield Breach(names.get(chosen, "incompatible_content_ground"), {"ground": decision_ground})


@rule("other_text_missing", "instructions", basis="server's request rules", scope="dump")
def other_text_missing(
    decision_visibility: tuple[str, ...],
    decision_visibility_other: str,
    content_type: tuple[str, ...],
    content_type_other: str,
) -> Iterator[Breach]:
    """ "Other" without the text that says which."""
    for name, given, text in (
        ("decision_visibility", decision_visibility, decision_visibility_other),
        ("content_type", content_type, content_type_other),
    ):
        if code(name, "OTHER") in given and not text.strip():
            yield Breach(f"{name}_other", {"list": name})


@rule("facts_missing", "instructions", basis="DSA 17(3)(b)", scope="dump")
def facts_missing(decision_facts: str) -> Iterator[Breach]:
    """No facts at all."""
    if not decision_facts.strip():
        yield Breach("decision_facts")


@rule("date_unreadable", "instructions", basis="schema of the database", reads=_DATES, scope="dump")
def date_unreadable(**dates: str) -> Iterator[Breach]:
    """No real day, one outside the bounds of the schema, or none where one is due."""
    for name, value in dates.items():
        spec = vocabulary.fields()[name]
        if not value and not spec.required:
            continue
        bounds = (spec.min_date or "0000", spec.max_date or "9999")
        written = value[:10]
        if day(written) is None or not bounds[0] <= written <= bounds[1]:
            yield Breach(name, {"found": value[:40] or "-"})
