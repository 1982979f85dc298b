"""An examination in plain sentences, Dutch or English: what the terminal and the page both say.

Rules:
- The first sentence is the conclusion, for somebody who reads nothing else. It never says more than the label.
- A ratio is told as "about N times more probable", from the side that it supports, with its words on the scale.
- Codes of strangers' analyzers that no catalogue words are shown as they are.
"""

from __future__ import annotations

import hashlib
import math
from typing import cast

from waarmerk.examine.evidence.fusion import combine
from waarmerk.examine.evidence.words import Support, strength, support
from waarmerk.examine.report.refusals import worded
from waarmerk.text.words import Language, Words, words
from waarmerk.values import Abstention, Examination, Finding, Ratio

_BY_FACT = frozenset({"known-fake", "declared-synthetic"})
_LEAST = 0.001
"""Percent below which a probability is only said to be smaller."""


class Sentences:
    """The sentences of one language."""

    def __init__(self, language: Language) -> None:
        self.words: Words = words("report", language)
        self.language = language

    def label(self, examination: Examination) -> str:
        """The label as a title: "Signs of manipulation"; for the forensic purpose "Findings"."""
        return self.words.say(f"label.{examination.conclusion.label or 'forensic'}")

    def conclusion(self, examination: Examination) -> str:
        """What it all adds up to, in one sentence."""
        conclusion = examination.conclusion
        kind = self.words.say(f"kind.{examination.asset.kind}")
        if conclusion.label == "nothing-found" and conclusion.support == "none":
            return self.words.say("sentence.nothing-found-weak")
        if conclusion.label in _BY_FACT or conclusion.label == "nothing-found":
            return self.words.say(f"sentence.{conclusion.label}", kind=kind)
        if conclusion.log10_lr is None:
            return self._no_ratio(examination, kind)
        if conclusion.label == "manipulated":
            return self.words.say(
                "sentence.manipulated",
                times=self.times(conclusion.log10_lr),
                support=self.support(conclusion.support),
            )
        if conclusion.label == "inconclusive":
            return self.words.say("sentence.inconclusive", kind=kind)
        if conclusion.support == "none":
            return self.words.say("sentence.forensic-even", support=self.support(conclusion.support))
        combined = combine(examination.findings)
        towards = "h1" if conclusion.log10_lr > 0 else "h2"
        proposition = "" if combined is None else getattr(combined.propositions, towards)
        return self.words.say(
            "sentence.forensic",
            times=self.times(conclusion.log10_lr),
            side=self.words.say(f"side.{towards}", proposition=self.calibrated(proposition)),
            support=self.support(conclusion.support),
        )

    def further(self, examination: Examination) -> list[str]:
        """What belongs beside the conclusion: what it means at the base rate, and what the file itself shows."""
        told = (self.posterior(examination), self.provenance(examination), self.cut(examination))
        return [sentence for sentence in told if sentence is not None]

    def provenance(self, examination: Examination) -> str | None:
        """That the file's own statement of provenance does not hold; None where it has none, or one that does."""
        facts = next((one.facts for one in examination.findings if one.analyzer == "provenance"), {})
        if facts.get("tampered"):
            return self.words.say("sentence.tampered")
        return self.words.say("sentence.invalid") if facts.get("state") == "invalid" else None

    def posterior(self, examination: Examination) -> str | None:
        """What the ratio means at the stated base rate; None where none is shown, or facts decide and it does not."""
        conclusion = examination.conclusion
        if conclusion.posterior is None or conclusion.base_rate is None or conclusion.label in _BY_FACT:
            return None
        kinds = self.words.say(f"kinds.{examination.asset.kind}")
        return self.words.say(
            "sentence.posterior",
            one_in=self.words.number(1 / conclusion.base_rate, 0 if conclusion.base_rate < 0.1 else 1),
            kinds=kinds,
            posterior=self.percent(conclusion.posterior),
        )

    def cut(self, examination: Examination) -> str | None:
        """That the medium could be read only up to a moment; None where it could be read to its end."""
        cut_s = examination.sampling.cut_s
        if cut_s is None:
            return None
        if examination.asset.kind == "image":
            return self.words.say("sentence.cut-image")
        return self.words.say("sentence.cut", cut=self.moment(cut_s))

    def support(self, code: str | None) -> str:
        """A code of the verbal scale in words, with what it speaks for."""
        if code is None:
            return ""
        if code == "none":
            return self.words.say("support.none")
        step, _, side = code.rpartition("-")
        return self.words.say(f"support.for-{side}", strength=self.words.say(f"support.{step}"))

    def reason(self, code: str, detail: str = "") -> str:
        """Why an analyzer or a track abstained."""
        reason = self.words.find(f"reason.{code}") or code
        return f"{reason} ({self.said(detail)})" if detail else reason

    def said(self, sentence: str) -> str:
        """What the program said of a file, in this language."""
        return worded(sentence, self.language)

    def analyzer(self, name: str) -> str:
        """The name of an analyzer as a title."""
        return self.words.find(f"analyzer.{name}") or name

    def answer(self, finding: Finding) -> str:
        """What one analyzer answers, in a line: its ratio with words and bounds, or why it cannot tell."""
        if isinstance(finding.answer, Abstention):
            return self.words.say(
                "finding.abstained", reason=self.reason(finding.answer.reason, finding.answer.detail)
            )
        if not isinstance(finding.answer, Ratio):
            return self.words.say("finding.facts")
        return self.words.say(
            "finding.ratio",
            log10=self.number(finding.answer.log10_lr),
            low=self.number(finding.answer.bounds[0]),
            high=self.number(finding.answer.bounds[1]),
            support=self.support(support(finding.answer.log10_lr)),
        )

    def calibrated(self, text: str) -> str:
        """A proposition or population of the shipped calibration in words; another calibration's as it states it."""
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self.words.find(f"calibration.{digest}") or text

    def source(self, kind: str) -> str:
        """A digital source type in words, or as it is."""
        return self.words.find(f"source.{kind}") or kind

    def not_examined(self, what: str) -> str:
        """A sentence about what was not looked at."""
        return self.words.find(f"not_examined.{what}") or what

    def times(self, log10_lr: float) -> str:
        """ "about 250 times": the ratio from the side that it supports, in two figures."""
        return self.words.say("times", number=self._rounded(10 ** min(abs(log10_lr), 12)))

    def number(self, value: float) -> str:
        """A log10 ratio with its sign and one decimal."""
        return self.words.number(value, 1) if round(value, 1) != 0 else self.words.number(0, 1)

    def percent(self, share: float) -> str:
        """A probability in percent, with as many digits as it needs to be neither 0 nor 100."""
        value = 100 * share
        nearest = min(value, 100 - value)
        if 0 < nearest < _LEAST:
            value, sign = (_LEAST, "< ") if value < 50 else (100 - _LEAST, "> ")
            nearest = _LEAST
        else:
            sign = ""
        decimals = 0 if nearest >= 10 or nearest == 0 else max(1 - math.floor(math.log10(nearest)), 0)
        return f"{sign}{self.words.number(value, min(decimals, 3))}\u00a0%"

    def moment(self, t_s: float) -> str:
        """A time in the medium: 1:02.3."""
        minutes, seconds = divmod(round(t_s, 1), 60)
        text = f"{int(minutes)}:{seconds:04.1f}"
        return text if self.language == "en" else text.replace(".", ",")

    def _no_ratio(self, examination: Examination, kind: str) -> str:
        abstained = [f.answer for f in examination.findings if isinstance(f.answer, Abstention)]
        if not abstained:
            return self.words.say("sentence.no-ratio")
        return self.words.say("sentence.no-answer", kind=kind, reason=self.reason(abstained[0].reason))

    def _rounded(self, value: float) -> str:
        if value < 9.5:
            return self.words.number(value, 0 if value >= 3 else 1)
        magnitude = 10 ** (math.floor(math.log10(value)) - 1)
        return self.words.number(round(value / magnitude) * magnitude)


def tone(examination: Examination) -> str:
    """How the conclusion is coloured: "for" (manipulation), "against", or "weak"."""
    label = examination.conclusion.label
    if label in {"known-fake", "declared-synthetic", "manipulated"}:
        return "for"
    if label == "nothing-found":
        return "weak" if examination.conclusion.support == "none" else "against"
    code = examination.conclusion.support
    if label is None and code is not None and abs(strength(cast(Support, code))) >= 2:
        return "for" if strength(cast(Support, code)) > 0 else "against"
    return "weak"
