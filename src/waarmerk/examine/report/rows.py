"""The rows that `waarmerk check --format json` writes: one JSON object a medium, one for an input that failed.

Rules:
- `waarmerk.check/1` and `waarmerk.check-error/1` are published as JSON Schema (`schema/`), generated from the
  structs below; keys may be added within a version, never taken away or given another meaning.
- What does not apply is null, never missing. Numbers are finite. Times are seconds, ratios log10, boxes pixels
  `[x, y, width, height]` of the upright picture.
- Pictures (base64) that analyzers put into their facts for the page stay out of the rows.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from waarmerk.errors import InputError, WaarmerkError
from waarmerk.examine.evidence.fusion import Dependence, combine
from waarmerk.values import (
    Abstention,
    Asset,
    Calibration,
    Conclusion,
    Examination,
    Finding,
    Json,
    Propositions,
    Purpose,
    Ratio,
    Sampling,
    TrackFinding,
)

CHECK: Final = "waarmerk.check/1"
CHECK_ERROR: Final = "waarmerk.check-error/1"

_PICTURES = frozenset({"picture", "known_picture", "reaction"})


class CombinedRow(msgspec.Struct, frozen=True, kw_only=True):
    """How `conclusion.log10_lr` came about: from whom, with which bounds, and how they depend on each other."""

    analyzers: tuple[str, ...]
    apart: tuple[str, ...]
    dependence: Dependence
    log10_lr_bounds: tuple[float, float]
    propositions: Propositions


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one analyzer says; `abstained` is the code of its reason, `detail` what that means for this medium."""

    analyzer: str
    version: str
    log10_lr: float | None
    log10_lr_bounds: tuple[float, float] | None
    propositions: Propositions | None
    calibration: Calibration | None
    abstained: str | None
    detail: str | None
    facts: dict[str, Json]
    tracks: tuple[TrackFinding, ...]


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """One medium examined."""

    schema: Literal["waarmerk.check/1"]
    asset: Asset
    purpose: Purpose
    conclusion: Conclusion
    combined: CombinedRow | None
    findings: tuple[FindingRow, ...]
    sampling: Sampling
    not_examined: tuple[str, ...]
    sandbox: tuple[str, ...]
    versions: dict[str, str]
    elapsed_s: float


class ErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """Why an input could not be examined: one sentence, the place, and what to do."""

    kind: str
    message: str
    where: str
    hint: str


class CheckErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One input that could not be examined."""

    schema: Literal["waarmerk.check-error/1"]
    path: str
    error: ErrorRow


def check_row(examination: Examination) -> CheckRow:
    """An examination as the row that `waarmerk.check/1` describes."""
    combined = combine(examination.findings)
    return CheckRow(
        schema=CHECK,
        asset=msgspec.structs.replace(examination.asset, path=_text(examination.asset.path)),
        purpose=examination.purpose,
        conclusion=examination.conclusion,
        combined=None
        if combined is None
        else CombinedRow(
            analyzers=combined.analyzers,
            apart=combined.apart,
            dependence=combined.dependence,
            log10_lr_bounds=combined.bounds,
            propositions=combined.propositions,
        ),
        findings=tuple(_finding_row(finding) for finding in examination.findings),
        sampling=examination.sampling,
        not_examined=examination.not_examined,
        sandbox=examination.sandbox,
        versions=examination.versions,
        elapsed_s=examination.elapsed_s,
    )


def error_row(path: str, error: WaarmerkError) -> CheckErrorRow:
    """A failed input as the row that `waarmerk.check-error/1` describes."""
    return CheckErrorRow(
        schema=CHECK_ERROR,
        path=_text(path),
        error=ErrorRow(
            kind=error.kind, message=_text(error.message), where=_text(error.where), hint=_text(error.hint)
        ),
    )


def line(row: msgspec.Struct) -> bytes:
    """A row as one line of JSON in UTF-8, with its newline."""
    return msgspec.json.encode(row) + b"\n"


def parse_row(text: bytes, *, where: str) -> CheckRow | CheckErrorRow:
    """One line of a report, checked against its schema; InputError says what does not fit."""
    try:
        schema = msgspec.json.decode(text, type=_Tagged).schema
        if schema not in {CHECK, CHECK_ERROR}:
            raise InputError(
                f"the row follows the schema {schema!r}, which this version of Waarmerk does not read",
                where=where,
                hint=f"it reads {CHECK}",
            )
        kind: type[CheckRow | CheckErrorRow] = CheckRow if schema == CHECK else CheckErrorRow
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise InputError(
            f"this is no row of a report: {broken}",
            where=where,
            hint="give a file that `waarmerk check --format json` wrote",
        ) from broken


def examination_of(row: CheckRow) -> Examination:
    """The examination that a row records, without the pictures that it never held."""
    return Examination(
        asset=row.asset,
        purpose=row.purpose,
        conclusion=row.conclusion,
        findings=tuple(_finding_of(finding) for finding in row.findings),
        sampling=row.sampling,
        not_examined=row.not_examined,
        sandbox=row.sandbox,
        versions=row.versions,
        elapsed_s=row.elapsed_s,
    )


def without_pictures(facts: Json) -> Json:
    """`facts` without the base64 pictures that only the page shows."""
    if isinstance(facts, dict):
        return {key: without_pictures(value) for key, value in facts.items() if key not in _PICTURES}
    if isinstance(facts, (list, tuple)):
        return [without_pictures(value) for value in facts]
    return facts


class _Tagged(msgspec.Struct):
    schema: str


def _text(text: str) -> str:
    # A file name that is no UTF-8 holds unpaired surrogates, which JSON cannot carry.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _finding_row(finding: Finding) -> FindingRow:
    ratio = finding.answer if isinstance(finding.answer, Ratio) else None
    abstention = finding.answer if isinstance(finding.answer, Abstention) else None
    return FindingRow(
        analyzer=finding.analyzer,
        version=finding.version,
        log10_lr=None if ratio is None else ratio.log10_lr,
        log10_lr_bounds=None if ratio is None else ratio.bounds,
        propositions=None if ratio is None else ratio.propositions,
        calibration=None if ratio is None else ratio.calibration,
        abstained=None if abstention is None else abstention.reason,
        detail=None if abstention is None else abstention.detail,
        facts=without_pictures(finding.facts),
        tracks=finding.tracks,
    )


def _finding_of(row: FindingRow) -> Finding:
    answer: Ratio | Abstention | None = None
    if row.abstained is not None:
        answer = Abstention(reason=row.abstained, detail=row.detail or "")
    elif (
        row.log10_lr is not None
        and row.log10_lr_bounds is not None
        and row.propositions is not None
        and row.calibration is not None
    ):
        answer = Ratio(
            log10_lr=row.log10_lr,
            bounds=row.log10_lr_bounds,
            propositions=row.propositions,
            calibration=row.calibration,
        )
    return Finding(analyzer=row.analyzer, version=row.version, answer=answer, facts=row.facts, tracks=row.tracks)
