"""A plan of acceptance criteria held against an evaluation: the validation of a method on an institute's own list.

What ISO/IEC 17025:2017, 7.2.2, asks to be kept of a validation, as the parts of the file: the scope (what the method
is for, on which material), the performance, the robustness, the limits, the criteria with what was found, a statement
of the outcome, and the versions that all of it holds for.

Rules:
- Criteria are stated in the plan, before anything is examined; a figure that does not exist is wrong use, told before
  the work starts.
- A criterion on the interval must be met by its worse end. A figure that could not be computed meets nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.evaluate import rows
from waarmerk.examine.evaluate.changes import PERTURBATIONS, Change
from waarmerk.examine.evaluate.rows import EvalRow, FailedRow
from waarmerk.values import Json

PLAN: Final = "waarmerk.plan/1"
VALIDATION: Final = "waarmerk.validation/1"
LARGEST_PLAN = 1 << 20

_STRUCTS: dict[str, type[msgspec.Struct]] = {
    "video": rows.VideoRow,
    "frames": rows.FramesRow,
    "pairs": rows.PairsRow,
    "sharpness_only": rows.SharpnessRow,
    "abstained": rows.AbstainedRow,
}
_BY_NAME: dict[str, type[msgspec.Struct]] = {
    "by_method": rows.MethodRow,
    "by_source": rows.SubsetRow,
    "by_face_size": rows.SubsetRow,
    "by_compression": rows.SubsetRow,
    "by_people": rows.SubsetRow,
    "perturbed": rows.PerturbedRow,
}
_NUMBERS = ("n", "format_only_auc")


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure of `waarmerk.eval/1` by its path ("video.auc"), and the bound that it must keep.

    `on`: the value itself, or the worse end of its 95 % interval.
    """

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    on: Literal["value", "interval"] = "value"
    why: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the method is validated for, in the institute's words."""

    material: str
    use: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A validation as it is planned; `list` is relative to the plan, `limits` are the institute's own."""

    schema: Literal["waarmerk.plan/1"]
    title: str
    institute: str
    scope: Scope
    list_: str = msgspec.field(name="list")
    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]
    where: tuple[str, ...] = ()
    analyzer: str | None = None
    perturb: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


class CriterionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion with what was found; `found` is null where the figure could not be computed."""

    figure: str
    at_least: float | None
    at_most: float | None
    on: Literal["value", "interval"]
    why: str
    found: float | None
    interval: tuple[float, float] | None
    met: bool


class ScopeRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was validated, and on what."""

    material: str
    use: str
    analyzer: str | None
    list_: rows.ListRow = msgspec.field(name="list")
    list_sha256: str
    methods: dict[str, int]
    sources: dict[str, int]


class PerformanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """How well it does over the list, beside what cheap features reach."""

    video: rows.VideoRow
    frames: rows.FramesRow
    pairs: rows.PairsRow
    calibration: tuple[rows.PointRow, ...]
    abstained: rows.AbstainedRow
    by_method: dict[str, rows.MethodRow]
    by_source: dict[str, rows.SubsetRow]
    format_only_auc: float | None
    sharpness_only: rows.SharpnessRow


class RobustnessRow(msgspec.Struct, frozen=True, kw_only=True):
    """How it does where conditions differ, and under perturbations."""

    by_face_size: dict[str, rows.SubsetRow]
    by_compression: dict[str, rows.SubsetRow]
    by_people: dict[str, rows.SubsetRow]
    perturbed: dict[str, rows.PerturbedRow]


class LimitsRow(msgspec.Struct, frozen=True, kw_only=True):
    """Beyond what this says nothing: the institute's words, and the edges of the list."""

    stated: tuple[str, ...]
    face_px: tuple[float, float] | None
    bits_per_pixel: tuple[float, float] | None
    log10_lr: tuple[float, float] | None
    groups: int
    failed: tuple[FailedRow, ...]


class ValidationRow(msgspec.Struct, frozen=True, kw_only=True):
    """The validation file. `date`: UTC, ISO 8601; `plan_sha256`: of the plan's bytes."""

    schema: Literal["waarmerk.validation/1"]
    title: str
    institute: str
    date: str
    met: bool
    criteria: tuple[CriterionRow, ...]
    scope: ScopeRow
    performance: PerformanceRow
    robustness: RobustnessRow
    limits: LimitsRow
    plan_sha256: str
    versions: dict[str, str]


def checked_plan(values: Json, where: str) -> Plan:
    """A plan from the values of a YAML text; InputError or UsageError says what is wrong with it."""
    try:
        plan = msgspec.convert(values, Plan, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"this plan is wrong: {error}", where=where) from error
    perturbations_of(plan, where)
    for criterion in plan.criteria:
        if (criterion.at_least is None) == (criterion.at_most is None):
            raise UsageError(f"the criterion on {criterion.figure} needs either at_least or at_most", where=where)
        if not _exists(criterion.figure, plan):
            raise UsageError(
                f"there is no figure {criterion.figure!r}",
                where=where,
                hint="name it as waarmerk.eval/1 does, and under perturb what it stands on: video.auc, "
                "pairs.auc_matched, by_method.face-swap.auc, perturbed.h264-crf-32.fall",
            )
    return plan


def perturbations_of(plan: Plan, where: str) -> tuple[Change, ...]:
    """The perturbations that a plan asks for ("all": each); UsageError for one that does not exist."""
    known = {change.name: change for change in PERTURBATIONS}
    if "all" in plan.perturb:
        return PERTURBATIONS
    for name in plan.perturb:
        if name not in known:
            raise UsageError(
                f"there is no perturbation {name!r}", where=where, hint=f"there are: all, {', '.join(known)}"
            )
    return tuple(change for name, change in known.items() if name in plan.perturb)


def _exists(figure: str, plan: Plan) -> bool:
    top, _, rest = figure.partition(".")
    if top in _NUMBERS:
        return not rest
    if top in _STRUCTS:
        return rest in _fields(_STRUCTS[top])
    if top not in _BY_NAME:
        return False
    name = next((rest[: -len(field) - 1] for field in _fields(_BY_NAME[top]) if rest.endswith(f".{field}")), "")
    if top == "perturbed":
        return name in plan.perturb or ("all" in plan.perturb and name in {change.name for change in PERTURBATIONS})
    return bool(name)


def _fields(struct: type[msgspec.Struct]) -> list[str]:
    names = [field.encode_name for field in msgspec.structs.fields(struct)]
    return sorted((name for name in names if not name.endswith("_ci")), key=len, reverse=True)


def validate(plan: Plan, plan_bytes: bytes, list_bytes: bytes, row: EvalRow, date: str) -> ValidationRow:
    """The validation file: an evaluation held against the criteria of its plan."""
    found: dict[str, Json] = msgspec.to_builtins(row)
    criteria = tuple(_judged(criterion, found) for criterion in plan.criteria)
    return ValidationRow(
        schema=VALIDATION,
        title=plan.title,
        institute=plan.institute,
        date=date,
        met=all(criterion.met for criterion in criteria),
        criteria=criteria,
        scope=ScopeRow(
            material=plan.scope.material,
            use=plan.scope.use,
            analyzer=row.analyzer,
            list_=row.list_,
            list_sha256=hashlib.sha256(list_bytes).hexdigest(),
            methods={name: one.n for name, one in row.by_method.items()},
            sources={name: one.real + one.fake for name, one in row.by_source.items()},
        ),
        performance=PerformanceRow(
            video=row.video,
            frames=row.frames,
            pairs=row.pairs,
            calibration=row.calibration,
            abstained=row.abstained,
            by_method=row.by_method,
            by_source=row.by_source,
            format_only_auc=row.format_only_auc,
            sharpness_only=row.sharpness_only,
        ),
        robustness=RobustnessRow(
            by_face_size=row.by_face_size,
            by_compression=row.by_compression,
            by_people=row.by_people,
            perturbed=row.perturbed,
        ),
        limits=LimitsRow(
            stated=plan.limits,
            face_px=_range([item.face_px for item in row.items]),
            bits_per_pixel=_range([item.bits_per_pixel for item in row.items]),
            log10_lr=_range([item.log10_lr for item in row.items if item.abstained is None]),
            groups=row.list_.groups,
            failed=row.failed,
        ),
        plan_sha256=hashlib.sha256(plan_bytes).hexdigest(),
        versions=row.versions,
    )


def _judged(criterion: Criterion, found: Mapping[str, Json]) -> CriterionRow:
    value, interval = _at(found, criterion.figure), _at(found, f"{criterion.figure}_ci")
    between = (float(interval[0]), float(interval[1])) if interval is not None else None
    number = float(value) if isinstance(value, (int, float)) else None
    judged = number
    if criterion.on == "interval":
        judged = None if between is None else between[0 if criterion.at_least is not None else 1]
    met = judged is not None and (
        judged >= criterion.at_least if criterion.at_least is not None else judged <= (criterion.at_most or 0.0)
    )
    return CriterionRow(
        figure=criterion.figure,
        at_least=criterion.at_least,
        at_most=criterion.at_most,
        on=criterion.on,
        why=criterion.why,
        found=number,
        interval=between,
        met=met,
    )


def _at(found: Mapping[str, Json], path: str) -> Json:
    """The value at a path whose names may hold dots themselves; None where there is none."""
    if path in found:
        return found[path]
    for name in sorted(found, key=len, reverse=True):
        if path.startswith(f"{name}.") and isinstance(found[name], Mapping):
            return _at(found[name], path[len(name) + 1 :])
    return None


def _range(values: list[float | None]) -> tuple[float, float] | None:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else None


def list_path(plan: Plan, plan_file: Path) -> Path:
    """Where the plan's list lies."""
    return plan_file.parent / plan.list_
