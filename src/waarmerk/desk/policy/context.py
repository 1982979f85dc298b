"""The category of a case, suggested by rules over words, notices, known items and dates; always with its reason.

Rules:
- These are words of the outside, not findings: a detector never speaks to a category, and a person overrules any.
- The first context of the policy that holds gives the category; without one it is `declared` where the uploader says
  that it is synthetic, else `other`.
- Words are found as whole words, without case; the reason names the word that was found.
"""

from __future__ import annotations

import re
from datetime import date

from waarmerk.desk.policy.facts import Category
from waarmerk.desk.policy.policy import Policy


def category(
    policy: Policy,
    *,
    text: str,
    declared: tuple[str, ...],
    notices: tuple[str, ...],
    match: str,
    day: date,
) -> tuple[Category, str]:
    """The category and why. `text`: title and text; `notices`: their keywords; `match`: the known item's category."""
    for context in policy.contexts:
        reasons = []
        if context.declared is not None:
            if context.declared not in declared:
                continue
            reasons.append(f"declared as {context.declared}")
        if context.notice:
            found = [each for each in notices if each in context.notice]
            if not found:
                continue
            reasons.append(f"noticed as {found[0]}")
        if context.match:
            if match not in context.match:
                continue
            reasons.append(f"a known item of {match}")
        if context.words:
            word = first_word(text, context.words)
            if word is None:
                continue
            reasons.append(f"the words {word!r}")
        if context.election:
            name = election(policy, day)
            if name is None:
                continue
            reasons.append(f"the time of {name}")
        return context.category, f"{context.reason} ({', '.join(reasons)})"
    if "satire" in declared:
        return "satire", "the uploader says that it is satire"
    if "synthetic" in declared:
        return "declared", "the uploader says that it is synthetic"
    return "other", "nothing suggests another category"


def election(policy: Policy, day: date) -> str | None:
    """The protected time in which a day lies."""
    for each in policy.elections:
        if date.fromisoformat(each.start) <= day <= date.fromisoformat(each.end):
            return each.name
    return None


def public_person(policy: Policy, text: str) -> str | None:
    """The person of public life whom a text names."""
    return first_word(text, policy.public_persons)


def first_word(text: str, words: tuple[str, ...]) -> str | None:
    """The first of these that stands in the text as whole words."""
    for word in words:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
            return word
    return None
