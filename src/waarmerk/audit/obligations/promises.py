"""What a platform promises of its own: its policy's words about deadlines, ratios, shadow rules, closed material.

No law asks these; the policy that it logged does.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, untestable
from waarmerk.audit.rows import HOUR, Row
from waarmerk.dsa.codes import code

_REMOVALS = {code("decision_visibility", "CONTENT_REMOVED"), code("decision_visibility", "CONTENT_DISABLED")}


@obligation("P2")
def not_on_a_ratio_alone(record: Record) -> Iterator[Case]:
    """A removal that rests on a likelihood ratio and nothing else."""
    for decision in record.of("decision.made"):
        if decision.outcome != "restrict" or decision.mode != "live":
            continue
        if _REMOVALS & set(decision.restrictions):
            if set(decision.basis) == {"ratio"}:
                yield deviates(decision, expected="more_than_ratio", came="ratio")
            else:
                yield kept(decision)


@obligation("P4")
def shadow_stays_shadow(record: Record) -> Iterator[Case]:
    """A decision of a rule in shadow mode that had an effect."""
    effects = record.by("effect.applied", "decision")
    for decision in record.of("decision.made"):
        if decision.mode == "shadow":
            applied = [row for row in effects.get(decision.decision, ()) if row.effect == "applied"]
            if applied:
                yield deviates(decision, applied[0], expected="no_effect", came="effect")
            else:
                yield kept(decision)


@obligation("P6")
def deadlines_kept(record: Record) -> Iterator[Case]:
    """A decision taken later than the deadline of its rule, from when it was taken up."""
    policies = record.by("policy.adopted", "policy")
    for decision in record.of("decision.made"):
        if decision.policy not in policies:
            yield untestable(decision, "before_range")
            continue
        hours = _deadline(policies[decision.policy][0], decision.rule)
        if hours is None:
            continue
        began = decision.taken_up_at
        if decision.at < began:
            yield untestable(decision, "clock", before=decision.index)
        elif decision.at - began > hours * HOUR:
            yield deviates(decision, expected="deadline", came="late", began=began, ended=decision.at, deadline=hours)
        else:
            yield kept(decision, began=began, ended=decision.at)


@obligation("X2")
def seen_by_those_who_may(record: Record) -> Iterator[Case]:
    """Restricted material seen in a role that no policy in force allows."""
    policies = sorted(record.of("policy.adopted"), key=lambda row: (row.in_force_from, row.index))
    for viewed in record.of("material.viewed"):
        held = next((row for row in reversed(policies) if row.in_force_from <= viewed.at), None)
        if held is None:
            yield untestable(viewed, "before_range")
        elif viewed.role not in held.restricted_roles:
            yield deviates(
                viewed, held, expected="role", came="role", allowed=held.restricted_roles, role=viewed.role
            )
        else:
            yield kept(viewed)


def _deadline(policy: Row, name: str) -> float | None:
    """The deadline of a policy's rule in hours, None where it has none."""
    hours: float | None = next((rule.deadline_h for rule in policy.rules if rule.rule == name), None)
    return hours
