"""What the policy says of a case: the first rule whose condition holds, as a proposal with its reasons.

Rules:
- A ratio alone never removes: a rule that rests on the ratio and nothing else waits for a person, whatever it says.
- A removal that touches an election or a person of public life needs two people.
- A condition that cannot be answered sends the case to a person and says so.
- Satire is protected by a softer restriction, not by none (DSA Art. 14(4)): a rule that restricts what may be satire
  says that this was weighed, and a person does the weighing.
"""

from __future__ import annotations

from waarmerk.desk.policy.choice import Basis, Choice, Proposal
from waarmerk.desk.policy.conditions import EvaluationError
from waarmerk.desk.policy.facts import Facts
from waarmerk.desk.policy.policy import Policy, Rule
from waarmerk.dsa.codes import code

NONE = "none"
"""The name under which "no rule holds" is recorded."""
_REMOVED = {code("decision_visibility", "CONTENT_REMOVED"), code("decision_visibility", "CONTENT_DISABLED")}
_OTHER = code("category", "OTHER_VIOLATION_TC")


def propose(policy: Policy, facts: Facts, *, why: tuple[str, ...] = (), tools: tuple[str, ...] = ()) -> Proposal:
    """The proposal for a case. `why`: what is known already, in sentences; `tools`: digests of what looked at it."""
    for rule, condition in zip(policy.rules, policy.conditions, strict=True):
        try:
            if condition.holds(facts):
                return _of_rule(policy, rule, condition.asks, facts, why, tools)
        except EvaluationError as error:
            return _of_none(policy, facts, (*why, error.message), tools, person=True)
    return _of_none(policy, facts, why, tools, person=facts.noticed or facts.ordered)


def basis_of(asks: frozenset[str], facts: Facts) -> tuple[Basis, ...]:
    """What a condition that held rests on, by the facts that it asks and that are there."""
    found: dict[Basis, bool] = {
        "ratio": "ratio" in asks and facts.ratio_known,
        "match": "match" in asks and facts.match != "none",
        "provenance": "provenance" in asks and facts.provenance != "none",
        "declaration": bool({"declared_synthetic", "declared_satire"} & asks),
        "context": bool(asks & {"category", "notice_category", "election", "public_person", "depicted", "csam"}),
    }
    return tuple(name for name, there in found.items() if there)


def needs_two(rule: Rule, facts: Facts) -> bool:
    """Whether two people must agree before this rule is applied to such a case."""
    removes = bool(_REMOVED & set(rule.restrictions))
    return rule.needs_two or (removes and (facts.election or facts.public_person) and not facts.csam)


def _of_rule(
    policy: Policy, rule: Rule, asks: frozenset[str], facts: Facts, why: tuple[str, ...], tools: tuple[str, ...]
) -> Proposal:
    basis = rule.basis or basis_of(asks, facts)
    satire = facts.declared_satire or facts.category == "satire"
    person = rule.needs_person or set(basis) <= {"ratio"} or satire or facts.ordered
    two = needs_two(rule, facts)
    choice = Choice(
        outcome=rule.outcome,
        rule=rule.name,
        category=rule.category,
        restrictions=rule.restrictions,
        keywords=rule.keywords,
        territory=facts.order_territory,
        ground=rule.ground if rule.outcome == "restrict" else None,
        ground_ref=rule.ground_ref,
        basis=basis,
        synthetic=facts.synthetic,
        satire_weighed=rule.satire_weighed if not satire else True if rule.satire_weighed else None,
        art18=rule.art18,
        explanation=rule.explanation,
        mode=rule.mode,
    )
    return Proposal(
        choice=choice,
        policy=policy.digest,
        needs_person=person or two,
        needs_two=two,
        deadline_h=rule.deadline_h,
        reasons=(f"{rule.name}: {rule.when}", *why),
        detected=not facts.noticed and not facts.ordered,
        tools=tools,
    )


def _of_none(policy: Policy, facts: Facts, why: tuple[str, ...], tools: tuple[str, ...], *, person: bool) -> Proposal:
    choice = Choice(
        outcome="no_action",
        rule=NONE,
        category=facts.notice_category or _OTHER,
        synthetic=facts.synthetic,
        basis=(),
    )
    return Proposal(
        choice=choice,
        policy=policy.digest,
        needs_person=person,
        needs_two=False,
        deadline_h=None,
        reasons=why,
        detected=False,
        tools=tools,
    )
