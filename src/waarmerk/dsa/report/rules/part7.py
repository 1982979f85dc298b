"""Part 7: complaints, disputes, suspensions."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules.registry import Hit, rule

_OUTCOMES = ("upheld", "partially_reversed", "reversed", "omitted")
_KINDS = ("visibility", "service", "account", "monetisation", "no_action")
_REFERENCE = "Annex II, part II, 1.5"


@rule("outcomes_above_complaints", "impossible", parts=(7,), reference=_REFERENCE)
def more_outcomes_than_complaints(report: Report) -> Iterator[Hit]:
    """The outcomes add up to more than was received; fewer is lawful, some are pending or withdrawn."""
    for table in report.of(7):
        for key in ("complaints", *_KINDS, "no_action_flagger", "disputes"):
            total = table.number(key, "total")
            numbers = [table.number(key, scope) or 0 for scope in _OUTCOMES]
            # One outcome above the total is asked about as a part above its whole.
            if total is not None and sum(numbers) > total and max(numbers) <= total:
                yield Hit(table, table.find(key, "total"), "value", total, sum(numbers), "outcomes")


@rule("kinds_above_complaints", "question", parts=(7,), reference=_REFERENCE)
def kinds_add_up_to_more(report: Report) -> Iterator[Hit]:
    """The kinds of complaints add up to more than all; one complaint may be about two decisions."""
    for table in report.of(7):
        total = table.number("complaints", "total")
        numbers = [table.number(key, "total") or 0 for key in _KINDS]
        if total is not None and sum(numbers) > total and max(numbers) <= total:
            yield Hit(table, table.find("complaints", "total"), "value", total, sum(numbers), "kinds")


@rule("flagger_complaints_above_all", "question", parts=(7,), reference=_REFERENCE)
def flagger_complaints_above_all(report: Report) -> Iterator[Hit]:
    """Complaints about flaggers' notices are more than those about all notices; the two rows may be disjoint."""
    for table in report.of(7):
        for scope in ("total", *_OUTCOMES):
            whole, part = table.number("no_action", scope), table.number("no_action_flagger", scope)
            if whole is not None and part is not None and part > whole:
                yield Hit(table, table.find("no_action_flagger", scope), "value", whole, part, "flagger")


@rule("share_without_population", "instructions", parts=(7,), reference=_REFERENCE)
def share_of_nothing(report: Report) -> Iterator[Hit]:
    """A share of outcomes implemented above zero stands where no decision was reversed."""
    for table in report.of(7):
        share = table.number("disputes", "implemented")
        decided = [table.number("disputes", scope) for scope in ("reversed", "partially_reversed")]
        if share and any(number is not None for number in decided) and not any(decided):
            yield Hit(table, table.find("disputes", "implemented"), "value", 0, share, "share")
