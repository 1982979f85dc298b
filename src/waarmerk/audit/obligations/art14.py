"""DSA Art. 14: terms that are known, in force, and applied with regard to everybody's rights.

Rules:
- A case is decided under the policy in force when it was taken up or when it was decided.
- The first policy of a service changes nothing for its users [14(2)].
- An order leaves nothing to weigh; a label restricts no satire.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest, messages
from waarmerk.audit.obligations.interface import Case, deviates, given, kept, obligation, untestable
from waarmerk.audit.rows import Row
from waarmerk.dsa.codes import code

_LABELLED = code("decision_visibility", "CONTENT_LABELLED")


@obligation("P1")
def in_force(record: Record) -> Iterator[Case]:
    """A decision under a policy that was not yet, or no longer, in force."""
    policies = sorted(record.of("policy.adopted"), key=lambda row: (row.in_force_from, row.index))
    known = record.by("policy.adopted", "policy")
    for decision in record.of("decision.made"):
        if decision.policy not in known:
            yield untestable(decision, "before_range")
            continue
        times = (decision.at, min(decision.taken_up_at, decision.at))
        held = [row for moment in times if (row := _held(policies, moment)) is not None]
        if any(row.policy == decision.policy for row in held):
            yield kept(decision)
        elif not held and not record.whole:
            yield untestable(decision, "before_range")
        else:
            yield deviates(decision, known[decision.policy][0], expected="in_force", came="not_in_force")


@obligation("P5")
def satire_weighed(record: Record) -> Iterator[Case]:
    """What was declared satire and restricted, and nobody weighed that."""
    examined = record.by("item.examined", "item")
    for decision in record.of("decision.made"):
        if decision.outcome != "restrict" or decision.mode != "live" or decision.because.type == "order":
            continue
        if set(decision.restrictions) <= {_LABELLED}:
            continue
        seen = examined.get(decision.subject.id, [])
        declared = earliest([row for row in seen if "satire" in row.declared and row.at <= decision.at])
        if declared is not None:
            if decision.satire_weighed is True:
                yield kept(decision, declared)
            else:
                yield deviates(decision, declared, expected="weighed", came="not_weighed")


@obligation("T1")
def change_told(record: Record) -> Iterator[Case]:
    """A significant change of the terms that users were not told of."""
    adopted = sorted(record.of("policy.adopted"), key=lambda row: row.index)
    for policy in adopted[1:] if record.whole else adopted:
        if policy.significant:
            told = earliest(messages(record, policy.id, "terms_change"))
            yield given(record, "T1", policy, told, expected="terms_change", since=policy.in_force_from)


def _held(policies: list[Row], moment: int) -> Row | None:
    """The policy in force at a time, milliseconds; `policies` in the order of coming into force."""
    at = bisect_right(policies, moment, key=lambda row: row.in_force_from)
    return policies[at - 1] if at else None
