"""Several likelihood ratios into one, with their dependence stated.

Rules:
- Only ratios on the same two propositions are combined; others stand apart and are named.
- One ratio is itself.
- Several ratios that look at the same pictures are dependent, and how strongly is not known before it has been
  measured. They are then never multiplied: the combination is the mean of their logarithms (the logarithmic
  opinion pool with equal weights). It is right if they repeat each other, cautious if they do not, and lies
  between the weakest and the strongest of them.
- Bounds are combined by the same rule, so a combination never claims more than its parts can support.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from waarmerk.values import Finding, Propositions, Ratio

Dependence = Literal["single", "unknown"]


@dataclass(frozen=True)
class Combined:
    """The evidence of several analyzers as one ratio; `apart` answered on other propositions."""

    log10_lr: float
    bounds: tuple[float, float]
    propositions: Propositions
    analyzers: tuple[str, ...]
    apart: tuple[str, ...]
    dependence: Dependence


def combine(findings: Sequence[Finding]) -> Combined | None:
    """The ratios among `findings` as one, or None where nobody gave a ratio.

    The first ratio sets the propositions. Source of the pool: Genest and Zidek, Statistical Science 1 (1986).
    """
    answered = [(finding.analyzer, finding.answer) for finding in findings if isinstance(finding.answer, Ratio)]
    if not answered:
        return None
    propositions = answered[0][1].propositions
    together = [(name, ratio) for name, ratio in answered if ratio.propositions == propositions]
    ratios = [ratio for _, ratio in together]
    return Combined(
        log10_lr=_mean([ratio.log10_lr for ratio in ratios]),
        bounds=(_mean([ratio.bounds[0] for ratio in ratios]), _mean([ratio.bounds[1] for ratio in ratios])),
        propositions=propositions,
        analyzers=tuple(name for name, _ in together),
        apart=tuple(name for name, ratio in answered if ratio.propositions != propositions),
        dependence="single" if len(together) == 1 else "unknown",
    )


def _mean(values: list[float]) -> float:
    # Clamped, since rounding may carry a mean of equal numbers past them.
    return min(max(sum(values) / len(values), min(values)), max(values))
