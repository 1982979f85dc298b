"""Rules about codes and dates: what a statement says that cannot be so together, or that the server drops.

Read from single fields, they hold for a statement before it is sent and for a row of the daily dump alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import GROUNDS, code
from waarmerk.dsa.rules import Breach, Value, rule

ENDS = tuple(name for name in vocabulary.fields() if name.startswith("end_date_"))
NEW_SCHEMA = vocabulary.dumps().new_schema_from
CODED = tuple(
    name for name, field in vocabulary.fields().items() if field.enum and name != "incompatible_content_illegal"
)


@rule("end_before_application", "impossible", basis="DSA 17(3)(a)", reads=("application_date", *ENDS))
def end_before_application(application_date: str, **ends: str) -> Iterator[Breach]:
    """A restriction that ends before it applies; ending on the same day is in order."""
    for name, end in ends.items():
        if end and application_date and end[:10] < application_date[:10]:
            yield Breach(name, {"end": end[:10], "application": application_date[:10]})


@rule("application_before_content", "impossible", basis="DSA 17(3)(a), (b)")
def application_before_content(application_date: str, content_date: str) -> Iterator[Breach]:
    """A decision about content that did not exist yet; content that is years older is in order."""
    if content_date and application_date and application_date[:10] < content_date[:10]:
        yield Breach("application_date", {"application": application_date[:10], "content": content_date[:10]})


@rule("keyword_outside_category", "instructions", basis="2024/2835 Annex I part 2", since=NEW_SCHEMA)
def keyword_outside_category(
    category: str, category_addition: tuple[str, ...], category_specification: tuple[str, ...]
) -> Iterator[Breach]:
    """A keyword that stands under none of the statement's categories; one that the template lacks is in order."""
    given = {category, *category_addition}
    for keyword in category_specification:
        homes = vocabulary.keyword_categories().get(keyword)
        if homes and not homes & given:
            yield Breach(
                "category_specification",
                {"keyword": keyword, "category": category, "homes": ", ".join(sorted(homes))},
            )


@rule("automation_contradicts", "instructions", basis="DSA 17(3)(c); 1 July 2025 schema")
def automation_contradicts(source_type: str, automated_detection: str, automated_decision: str) -> Iterator[Breach]:
    """Own initiative, nobody's notice, not detected by automated means, and yet decided without any person.

    A notice that a machine decides upon (detection No) is in order.
    """
    if (
        automated_decision == code("automated_decision", "FULLY")
        and automated_detection == "No"
        and source_type == code("source_type", "VOLUNTARY")
    ):
        yield Breach("automated_detection")


@rule("own_category_in_addition", "question", basis="server: removed from the list")
def own_category_in_addition(category: str, category_addition: tuple[str, ...]) -> Iterator[Breach]:
    """The main category named once more as an additional one: the server removes it."""
    if category and category in category_addition:
        yield Breach("category_addition", {"category": category})


@rule("other_ground_filled", "instructions", basis="DSA 17(3)(d), (e)")
def other_ground_filled(
    decision_ground: str,
    illegal_content_legal_ground: str,
    illegal_content_explanation: str,
    incompatible_content_ground: str,
    incompatible_content_explanation: str,
    incompatible_content_illegal: str,
) -> Iterator[Breach]:
    """Fields of the ground that was not chosen: the server drops them."""
    given = {
        "illegal_content_legal_ground": illegal_content_legal_ground,
        "illegal_content_explanation": illegal_content_explanation,
        "incompatible_content_ground": incompatible_content_ground,
        "incompatible_content_explanation": incompatible_content_explanation,
        "incompatible_content_illegal": incompatible_content_illegal,
    }
    if decision_ground not in GROUNDS:
        return
    for name, value in given.items():
        if value and not name.startswith(GROUNDS[decision_ground]):
            yield Breach(name, {"ground": decision_ground})


@rule("notifier_of_own_initiative", "instructions", basis="DSA 17(3)(b)")
def notifier_of_own_initiative(source_type: str, source_identity: str) -> Iterator[Breach]:
    """Own initiative with somebody's identity beside it: the server drops the identity."""
    if source_identity and source_type == code("source_type", "VOLUNTARY"):
        yield Breach("source_identity")


@rule(
    "other_text_without_other",
    "instructions",
    basis="server: text is dropped",
    reads=(
        "decision_visibility",
        "decision_visibility_other",
        "decision_monetary",
        "decision_monetary_other",
        "content_type",
        "content_type_other",
        "category_specification",
        "category_specification_other",
    ),
)
def other_text_without_other(**values: Value) -> Iterator[Breach]:
    """A text for "other" where "other" is not chosen."""
    for name, text in values.items():
        chosen = values.get(name.removesuffix("_other"), ())
        if name.endswith("_other") and text and code(name.removesuffix("_other"), "OTHER") not in _many(chosen):
            yield Breach(name, {"list": name.removesuffix("_other")})


@rule("code_twice", "question", basis="server: lists are made unique and sorted", reads=CODED)
def code_twice(**values: Value) -> Iterator[Breach]:
    """A code twice in one list: the server keeps one."""
    for name, given in values.items():
        if isinstance(given, tuple) and len(set(given)) < len(given):
            yield Breach(name, {"code": next(item for item in given if given.count(item) > 1)})


@rule("code_of_old_schema", "instructions", basis="schema of 1 July 2025", since=NEW_SCHEMA)
def code_of_old_schema(
    category: str, category_addition: tuple[str, ...], category_specification: tuple[str, ...]
) -> Iterator[Breach]:
    """A category or keyword that was renamed or given up on 1 July 2025; in older statements it is in order."""
    for name, given, gone in (
        ("category", (category,), vocabulary.dumps().renamed_categories),
        ("category_addition", category_addition, vocabulary.dumps().renamed_categories),
        ("category_specification", category_specification, vocabulary.dumps().renamed_keywords),
    ):
        for item in given:
            if item in gone:
                yield Breach(name, {"code": item, "now": gone[item] or "-"})


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)
