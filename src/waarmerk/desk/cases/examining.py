"""The looker of a real installation: `check`'s examination of a medium from the store, and the bank's matches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from waarmerk.desk.cases.looking import Known, Looked, Medium, Seen, Tool
from waarmerk.desk.store.media import MediaStore
from waarmerk.examine.report.recorded import tool_digest
from waarmerk.examine.report.rows import check_row
from waarmerk.examine.walk import Examiner
from waarmerk.values import Abstention, Examination, Finding, Ratio

Matcher = Callable[[Path], tuple[Known, ...]]
"""What the bank knows of a medium."""
_STATES: dict[str, Literal["none", "valid", "trusted", "invalid"]] = {
    "valid": "valid",
    "trusted": "trusted",
    "invalid": "invalid",
}


class ExamineLooker:
    """Examines what the store keeps. One examiner a process: it holds the networks."""

    def __init__(self, media: MediaStore, examiner: Examiner, matcher: Matcher | None = None) -> None:
        self._media = media
        self.examiner = examiner
        self._matcher = matcher

    def look(self, medium: Medium) -> Looked:
        """See `Looker`."""
        with self._media.local(medium.sha256) as path:
            done = self.examiner.examine(path)
            matches = () if self._matcher is None else self._matcher(path)
        return looked_at(done, matches)


def looked_at(done: Examination, matches: tuple[Known, ...]) -> Looked:
    """An examination as the desk holds it."""
    provenance = next((each.facts for each in done.findings if each.analyzer == "provenance"), {})
    state = _STATES.get(str(provenance.get("state", "")).lower(), "none")
    return Looked(
        report=msgspec.to_builtins(check_row(done)),
        findings=tuple(_seen(each) for each in done.findings if each.answer is not None),
        matches=matches,
        provenance=state,
        source_type=provenance.get("source_type"),
        declared_synthetic=done.conclusion.label == "declared-synthetic",
        ratio=done.conclusion.log10_lr,
    )


def _seen(finding: Finding) -> Seen:
    tool = Tool(
        digest=tool_digest(finding.analyzer, finding.version),
        name=finding.analyzer,
        version=finding.version,
        type="detector",
    )
    answer = finding.answer
    return Seen(
        tool,
        log10_lr=answer.log10_lr if isinstance(answer, Ratio) else None,
        abstained=answer.reason if isinstance(answer, Abstention) else None,
    )
