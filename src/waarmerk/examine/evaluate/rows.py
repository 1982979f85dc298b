"""What `waarmerk eval --format json` writes: one object, `waarmerk.eval/1`, published as JSON Schema.

Rules:
- What does not apply, or cannot be computed (an empty class, too few groups for an interval), is null, never missing.
- An abstention counts as log10 ratio 0 in every figure, ties half; `..._answered` leaves abstentions out.
- `..._ci` is the 95 % interval of the figure before it, bootstrapped over groups.
- Keys may be added within a version, never taken away or given another meaning.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from waarmerk.values import Json

EVAL: Final = "waarmerk.eval/1"

Interval = tuple[float, float] | None
Value = float | None


class ListRow(msgspec.Struct, frozen=True, kw_only=True):
    """The list: `rows` that `where` kept, of which `failed` could not be examined; `left_out` by `where`."""

    path: str
    where: tuple[str, ...]
    rows: int
    left_out: int
    real: int
    fake: int
    groups: int
    pictures: int
    videos: int


class VideoRow(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over media. `cllr_fake`, `cllr_real`: the two halves of Cllr, each 1 for an always-neutral system."""

    auc: Value
    auc_ci: Interval
    auc_answered: Value
    auc_answered_ci: Interval
    ap: Value
    ap_ci: Interval
    eer: Value
    eer_ci: Interval
    tpr_at_fpr_001: Value = msgspec.field(name="tpr_at_fpr_0.01")
    tpr_at_fpr_001_ci: Interval = msgspec.field(name="tpr_at_fpr_0.01_ci")
    tpr_at_fpr_0001: Value = msgspec.field(name="tpr_at_fpr_0.001")
    tpr_at_fpr_0001_ci: Interval = msgspec.field(name="tpr_at_fpr_0.001_ci")
    cllr: Value
    cllr_ci: Interval
    cllr_min: Value
    cllr_min_ci: Interval
    cllr_fake: Value
    cllr_real: Value


class FramesRow(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over single scored pictures of faces, by the raw score of the network."""

    n: int
    auc: Value
    auc_ci: Interval


class PairsRow(msgspec.Struct, frozen=True, kw_only=True):
    """Fakes beside their originals: `n` couples of `groups` groups; `auc` is the mean over groups.

    `auc_matched`: after the sharper side was softened to the sharpness of the other and examined again, which was
    needed for `softened` couples; `failed` of them could not be and are left out.
    """

    n: int
    groups: int
    auc: Value
    auc_ci: Interval
    auc_matched: Value
    auc_matched_ci: Interval
    softened: int
    failed: int


class SharpnessRow(msgspec.Struct, frozen=True, kw_only=True):
    """What "the blurrier one is the fake" reaches, over all media and within pairs."""

    auc: Value
    auc_ci: Interval
    pairs: Value
    pairs_ci: Interval


class AbstainedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Media without an answer: how many, of which class, and why (codes)."""

    n: int
    share: float
    real: int
    fake: int
    reasons: dict[str, int]


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bin of the calibration curve: the mean log10 ratio that was stated, and the one that the labels show.

    `observed` is log10 of (share of the fakes in the bin / share of the reals in it), with half a recording added to
    both, so that a bin without one of them stays finite.
    """

    stated: float
    observed: float
    real: int
    fake: int


class MethodRow(msgspec.Struct, frozen=True, kw_only=True):
    """The fakes of one method against all reals of the list."""

    n: int
    groups: int
    auc: Value
    auc_ci: Interval
    pairs: int
    pairs_auc: Value
    cllr_fake: Value
    abstained: int


class SubsetRow(msgspec.Struct, frozen=True, kw_only=True):
    """The media of one source, size of face, compression or group of people among themselves."""

    real: int
    fake: int
    auc: Value
    auc_ci: Interval
    cllr_fake: Value
    cllr_real: Value
    abstained: int


class PerturbedRow(msgspec.Struct, frozen=True, kw_only=True):
    """The list again under one perturbation; `fall`: how much lower the AUC is than as it is, on the same rows."""

    n: int
    auc: Value
    auc_ci: Interval
    fall: Value
    fall_ci: Interval
    pairs_auc: Value
    cllr: Value
    abstained: int
    failed: int


class FailedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list that could not be examined, with its line and the reason."""

    line: int
    path: str
    reason: str
    perturbation: str | None = None


class ItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row examined. `log10_lr`: what counts in the figures, 0 where `abstained` says why there is no answer."""

    line: int
    path: str
    label: Literal["real", "fake"]
    method: str
    source: str
    group: str
    pair: str
    rectangle: tuple[int, int, int, int] | None
    start_s: float | None
    end_s: float | None
    log10_lr: float
    abstained: str | None
    detail: str
    score: float | None
    frames: int
    face_px: float | None
    sharpness: float | None
    bits_per_pixel: float | None


class EvalRow(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation. `n`: media examined; `analyzer`: null for the conclusion of all of them together."""

    schema: Literal["waarmerk.eval/1"]
    n: int
    analyzer: str | None
    list_: ListRow = msgspec.field(name="list")
    video: VideoRow
    frames: FramesRow
    pairs: PairsRow
    format_only_auc: Value
    format_only_auc_ci: Interval
    sharpness_only: SharpnessRow
    abstained: AbstainedRow
    calibration: tuple[PointRow, ...]
    by_method: dict[str, MethodRow]
    by_source: dict[str, SubsetRow]
    by_face_size: dict[str, SubsetRow]
    by_compression: dict[str, SubsetRow]
    by_people: dict[str, SubsetRow]
    perturbed: dict[str, PerturbedRow]
    failed: tuple[FailedRow, ...]
    versions: dict[str, str]
    notes: dict[str, Json]
    items: tuple[ItemRow, ...]


def document(row: EvalRow) -> bytes:
    """The JSON of an evaluation, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(row), indent=1) + b"\n"
