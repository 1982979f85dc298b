"""From findings to the conclusion: the combined ratio, its words and, for triage, a label and the posterior.

Rules:
- Labels are tried in the order of `labels.toml`; the first that holds is the label, `inconclusive` the rest.
- Facts (a known item, a declaration in a valid manifest) come before ratios and are never turned into one.
- For the forensic purpose there is no label, no base rate and no posterior: the prior is the court's.
- Without a ratio there is no posterior: the base rate alone is no finding.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

from waarmerk.errors import UsageError
from waarmerk.examine.evidence.fusion import Combined
from waarmerk.examine.evidence.words import support
from waarmerk.values import Conclusion, Finding, Json, Label, Purpose


@dataclass(frozen=True)
class LabelRule:
    """One row of `labels.toml`: a fact that must be stated, or an edge that the combined ratio must reach."""

    name: Label
    analyzer: str | None = None
    fact: str | None = None
    has: dict[str, Json] | None = None
    log10_lr_at_least: float | None = None
    log10_lr_at_most: float | None = None

    def holds(self, findings: Sequence[Finding], log10_lr: float | None) -> bool:
        """Whether this label applies."""
        if self.fact is not None:
            return any(f.analyzer == self.analyzer and self._stated(f.facts.get(self.fact)) for f in findings)
        if log10_lr is None:
            return False
        if self.log10_lr_at_least is not None:
            return log10_lr >= self.log10_lr_at_least
        return self.log10_lr_at_most is not None and log10_lr <= self.log10_lr_at_most

    def _stated(self, fact: Json) -> bool:
        if self.has is None:
            return fact is True
        wanted = self.has.items()
        rows = fact if isinstance(fact, list) else [fact]
        return any(isinstance(row, dict) and all(row.get(key) == value for key, value in wanted) for row in rows)


@cache
def label_rules() -> tuple[LabelRule, ...]:
    """The shipped rules, in order."""
    text = (files("waarmerk.examine.evidence") / "labels.toml").read_text(encoding="utf-8")
    rules = tuple(LabelRule(**row) for row in tomllib.loads(text)["label"])
    unknown = {rule.name for rule in rules} - set(get_args(Label))
    if unknown:
        raise ValueError(f"labels.toml names labels that do not exist: {unknown}")
    return rules


def posterior(log10_lr: float, base_rate: float) -> float:
    """The probability after the evidence: prior odds times the likelihood ratio, computed in log-odds."""
    log_odds = math.log10(base_rate) - math.log10(1 - base_rate) + log10_lr
    if log_odds < 0:
        odds: float = 10.0**log_odds
        return odds / (1 + odds)
    against: float = 10.0**-log_odds
    return 1 / (1 + against)


def check_base_rate(base_rate: float) -> float:
    """`base_rate` itself; UsageError unless it lies strictly between 0 and 1."""
    if not 0 < base_rate < 1:
        raise UsageError(f"a base rate lies between 0 and 1, not {base_rate:g}", hint="0.001 is one fake in 1,000")
    return base_rate


def conclude(
    findings: Sequence[Finding], combined: Combined | None, *, purpose: Purpose, base_rate: float
) -> Conclusion:
    """What the findings add up to; `combined` is what `fusion.combine` made of their ratios."""
    ratio = None if combined is None else combined.log10_lr
    words = None if ratio is None else support(ratio)
    if purpose == "forensic":
        return Conclusion(label=None, log10_lr=ratio, support=words, base_rate=None, posterior=None)
    check_base_rate(base_rate)
    return Conclusion(
        label=next((rule.name for rule in label_rules() if rule.holds(findings, ratio)), "inconclusive"),
        log10_lr=ratio,
        support=words,
        base_rate=base_rate,
        posterior=None if ratio is None else posterior(ratio, base_rate),
    )
