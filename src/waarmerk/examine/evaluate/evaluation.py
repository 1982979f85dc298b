"""A labelled list evaluated, from the list to `waarmerk.eval/1`.

labelled = read_list(Path("list.csv"), ["split=val"])
row = evaluate(labelled, Evaluator(Setup(Options())), where=["split=val"])
row.video.auc, row.pairs.auc_matched
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from waarmerk import __version__
from waarmerk.errors import InputError
from waarmerk.examine.evaluate import figures
from waarmerk.examine.evaluate.changes import Change
from waarmerk.examine.evaluate.lists import LabelledList, Unusable
from waarmerk.examine.evaluate.rows import EVAL, EvalRow, FailedRow, ItemRow, ListRow
from waarmerk.examine.evaluate.run import Evaluator, Examined, Item
from waarmerk.examine.evaluate.work import analyzers
from waarmerk.values import Json


def evaluate(
    labelled: LabelledList, evaluator: Evaluator, *, where: Sequence[str] = (), perturbations: Sequence[Change] = ()
) -> EvalRow:
    """Every figure of a list; InputError where it has no row that can be examined."""
    if not labelled.rows:
        count = len(labelled.unusable)
        why = f": {count} rows cannot be used, the first (line {labelled.unusable[0].line}) because " if count else ""
        raise InputError(
            f"the list has no row to examine{why}{labelled.unusable[0].reason if count else ''}",
            where=labelled.path,
            hint=f"--where leaves {labelled.left_out} rows out" if labelled.left_out else "",
        )
    examined = evaluator.examined(labelled.rows)
    couples = evaluator.paired(examined.items)
    plain = {item.row.line: item for item in examined.items}
    rows = tuple(item.row for item in examined.items)
    perturbed: dict[str, Examined] = {change.name: evaluator.examined(rows, change) for change in perturbations}
    table = figures.Table(examined.items)
    format_auc, format_interval = figures.by_format(table)
    return EvalRow(
        schema=EVAL,
        n=len(examined.items),
        analyzer=evaluator.setup.only,
        list_=_list(labelled, examined.items, where),
        video=figures.video(table),
        frames=figures.frames(table),
        pairs=figures.pairs(couples),
        format_only_auc=format_auc,
        format_only_auc_ci=format_interval,
        sharpness_only=figures.by_sharpness(table, couples),
        abstained=figures.abstained(table),
        calibration=figures.calibration(table),
        by_method=figures.by_method(table, couples),
        by_source=figures.subsets(table, lambda item: item.row.source),
        by_face_size=figures.by_face_size(table),
        by_compression=figures.by_compression(table),
        by_people=figures.by_people(table),
        perturbed={name: figures.perturbed(plain, again) for name, again in perturbed.items()},
        failed=_failed(labelled, examined, perturbed),
        versions=_versions(evaluator),
        notes=_notes(examined.items),
        items=tuple(_item(item) for item in examined.items),
    )


def _list(labelled: LabelledList, items: Sequence[Item], where: Sequence[str]) -> ListRow:
    return ListRow(
        path=labelled.path,
        where=tuple(where),
        rows=len(labelled.rows) + len(labelled.unusable),
        left_out=labelled.left_out,
        real=sum(not item.row.fake for item in items),
        fake=sum(item.row.fake for item in items),
        groups=len({item.row.group for item in items}),
        pictures=sum(item.measured.kind == "image" for item in items),
        videos=sum(item.measured.kind == "video" for item in items),
    )


def _failed(labelled: LabelledList, examined: Examined, perturbed: dict[str, Examined]) -> tuple[FailedRow, ...]:
    plain = sorted((*labelled.unusable, *examined.unusable), key=lambda one: one.line)
    rows = [_failure(one, None) for one in plain]
    rows += [_failure(one, name) for name, again in perturbed.items() for one in again.unusable]
    return tuple(rows)


def _failure(one: Unusable, perturbation: str | None) -> FailedRow:
    return FailedRow(line=one.line, path=one.listed, reason=one.reason, perturbation=perturbation)


def _versions(evaluator: Evaluator) -> dict[str, str]:
    versions = {"waarmerk": __version__, "state": evaluator.state}
    versions |= {name: version(name) for name in ("av", "numpy", "onnxruntime")}
    chosen = analyzers(evaluator.setup.only, evaluator.setup.networks)
    return versions | {f"analyzer {one.name}": one.version for one in chosen.analyzers}


def _notes(items: Sequence[Item]) -> dict[str, Json]:
    return {
        "abstention": "counts as log10 ratio 0 in every figure, ties half",
        "intervals": "95 %, bootstrap of 1000 draws over groups; null with fewer than two groups of a class",
        "media_without_a_face": sum(item.measured.face is None for item in items),
    }


def _item(item: Item) -> ItemRow:
    row, measured = item.row, item.measured
    return ItemRow(
        line=row.line,
        path=row.listed,
        label=row.label,
        method=row.method,
        source=row.source,
        group=row.group,
        pair=row.pair,
        rectangle=row.part.rectangle,
        start_s=row.part.start_s,
        end_s=row.part.end_s,
        log10_lr=item.log10_lr,
        abstained=measured.abstained,
        detail=measured.detail,
        score=measured.score,
        frames=len(measured.scores),
        face_px=measured.face,
        sharpness=measured.sharpness,
        bits_per_pixel=measured.bits,
    )
