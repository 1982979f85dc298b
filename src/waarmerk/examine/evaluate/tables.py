"""The tables of an evaluation in words, for the terminal and the page alike: each a head and rows of text.

Rules: a figure is written with its interval behind it; what cannot be computed is a dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waarmerk.examine.evaluate.rows import EvalRow, Interval, SubsetRow, Value
from waarmerk.text.words import Language, words

DASH = "–"


@dataclass(frozen=True)
class TextTable:
    """A table: its key in the catalogue, the head, the rows."""

    key: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Writer:
    """Writes numbers and tables in one language."""

    def __init__(self, language: Language) -> None:
        self.say = words("evaluate", language)
        self._report = words("report", language)

    def number(self, value: Value, decimals: int = 2) -> str:
        """A number, or a dash."""
        return DASH if value is None else self.say.number(value, decimals)

    def figure(self, value: Value, interval: Interval) -> str:
        """A number with its interval."""
        if value is None or interval is None:
            return self.number(value)
        low, high = (self.number(end) for end in interval)
        return f"{self.number(value)} ({low} {self.say.say('to')} {high})"

    def tables(self, row: EvalRow) -> list[TextTable]:
        """Every table of an evaluation that has a row."""
        found = [self._main(row), self._baselines(row), self._methods(row)]
        found += [
            self._subset("sources", row.by_source),
            self._subset("face-sizes", row.by_face_size),
            self._subset("compression", row.by_compression),
            self._subset("people", row.by_people),
            self._perturbed(row),
            self._abstained(row),
        ]
        return [table for table in found if table.rows]

    def _head(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.say.say(f"head.{key}") for key in keys)

    def _main(self, row: EvalRow) -> TextTable:
        video, pairs, word = row.video, row.pairs, self.say.say
        rows = (
            (word("figure.auc"), self.figure(video.auc, video.auc_ci)),
            (word("figure.auc-answered"), self.figure(video.auc_answered, video.auc_answered_ci)),
            (word("figure.frames", count=row.frames.n), self.figure(row.frames.auc, row.frames.auc_ci)),
            (word("figure.pairs", count=pairs.n, groups=pairs.groups), self.figure(pairs.auc, pairs.auc_ci)),
            (word("figure.pairs-matched"), self.figure(pairs.auc_matched, pairs.auc_matched_ci)),
            (word("figure.ap"), self.figure(video.ap, video.ap_ci)),
            (word("figure.eer"), self.figure(video.eer, video.eer_ci)),
            (word("figure.tpr-001"), self.figure(video.tpr_at_fpr_001, video.tpr_at_fpr_001_ci)),
            (word("figure.tpr-0001"), self.figure(video.tpr_at_fpr_0001, video.tpr_at_fpr_0001_ci)),
            (word("figure.cllr"), self.figure(video.cllr, video.cllr_ci)),
            (word("figure.cllr-min"), self.figure(video.cllr_min, video.cllr_min_ci)),
            (word("figure.abstained"), f"{row.abstained.n} ({self.number(100 * row.abstained.share, 1)} %)"),
        )
        return TextTable("main", self._head("figure", "value"), rows)

    def _baselines(self, row: EvalRow) -> TextTable:
        sharp, word = row.sharpness_only, self.say.say
        rows = (
            (word("figure.format"), self.figure(row.format_only_auc, row.format_only_auc_ci)),
            (word("figure.sharpness"), self.figure(sharp.auc, sharp.auc_ci)),
            (word("figure.sharpness-pairs"), self.figure(sharp.pairs, sharp.pairs_ci)),
        )
        return TextTable("baselines", self._head("figure", "value"), rows)

    def _methods(self, row: EvalRow) -> TextTable:
        rows = tuple(
            (
                method,
                str(one.n),
                self.figure(one.auc, one.auc_ci),
                f"{self.number(one.pairs_auc)} ({one.pairs})" if one.pairs else DASH,
                self.number(one.cllr_fake),
                str(one.abstained),
            )
            for method, one in row.by_method.items()
        )
        return TextTable("methods", self._head("method", "fakes", "auc", "pairs", "cllr-fake", "abstained"), rows)

    def _subset(self, key: str, sets: Mapping[str, SubsetRow]) -> TextTable:
        rows = tuple(
            (
                name,
                str(one.real),
                str(one.fake),
                self.figure(one.auc, one.auc_ci),
                self.number(one.cllr_real),
                self.number(one.cllr_fake),
                str(one.abstained),
            )
            for name, one in sets.items()
        )
        head = self._head("set", "reals", "fakes", "auc", "cllr-real", "cllr-fake", "abstained")
        return TextTable(key, head, rows)

    def _perturbed(self, row: EvalRow) -> TextTable:
        rows = tuple(
            (
                self.say.find(f"perturbation.{name}") or name,
                self.figure(again.auc, again.auc_ci),
                self.figure(again.fall, again.fall_ci),
                self.number(again.pairs_auc),
                self.number(again.cllr),
                str(again.abstained),
                str(again.failed),
            )
            for name, again in row.perturbed.items()
        )
        head = self._head("perturbation", "auc", "fall", "pairs", "cllr", "abstained", "failed")
        return TextTable("perturbed", head, rows)

    def _abstained(self, row: EvalRow) -> TextTable:
        return TextTable(
            "abstained",
            self._head("reason", "media"),
            tuple((self.reason(code), str(count)) for code, count in row.abstained.reasons.items()),
        )

    def reason(self, code: str) -> str:
        """A reason's code with its words, where the catalogue has any."""
        worded = self._report.find(f"reason.{code}")
        return code if worded is None else f"{worded} ({code})"
