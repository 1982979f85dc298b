"""A policy tried: its own tests, and the replay of past cases under another policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from waarmerk.desk.policy.facts import Facts
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.propose import NONE, propose

EXAMPLES = 5


@dataclass(frozen=True)
class Tried:
    """One test of a policy: what was expected and what came; `passed` where they agree."""

    name: str
    expected: str
    came: str
    passed: bool


@dataclass(frozen=True)
class Changed:
    """Past cases that another policy would propose otherwise: from which rule to which, how many, some of them."""

    was: str
    now: str
    count: int
    cases: tuple[str, ...]


def run_tests(policy: Policy) -> list[Tried]:
    """Every test of the policy's own file."""
    found = []
    for test in policy.tests:
        proposal = propose(policy, test.given)
        expected = test.rule or NONE
        came, person = proposal.choice.rule, proposal.needs_person
        passed = came == expected and test.needs_person in (None, person)
        wanted = "" if test.needs_person is None else _person(test.needs_person)
        found.append(Tried(test.name, expected + wanted, came + (_person(person) if wanted else ""), passed))
    return found


def replay(policy: Policy, cases: Iterable[tuple[str, str, Facts]]) -> tuple[int, list[Changed]]:
    """How many cases were asked, and what would have been proposed otherwise, the most frequent first.

    `cases`: id, the rule that was proposed then, and the facts as they were known then.
    """
    total = 0
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for case_id, was, facts in cases:
        total += 1
        now = propose(policy, facts).choice.rule
        if now != was:
            counts[was, now] += 1
            kept = examples.setdefault((was, now), [])
            if len(kept) < EXAMPLES:
                kept.append(case_id)
    return total, [Changed(*pair, count, tuple(examples[pair])) for pair, count in counts.most_common()]


def _person(needed: bool) -> str:
    return ", a person" if needed else ", without a person"
