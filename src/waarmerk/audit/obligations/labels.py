"""Labels: what is synthetic and stays up says so.

Own promises; DSA 35(1)(k) where a very large platform adopted labels as a measure. What is removed needs no label.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest
from waarmerk.audit.obligations.interface import Case, answered, deviates, given, kept, obligation
from waarmerk.audit.rows import Row
from waarmerk.dsa.codes import code

_LABELLED = code("decision_visibility", "CONTENT_LABELLED")


@obligation("L1")
def synthetic_labelled(record: Record) -> Iterator[Case]:
    """An item that was found synthetic and left up, without a label."""
    decisions = record.by("decision.made", "subject_id")
    for decision in record.of("decision.made"):
        live = [row for row in decisions[decision.subject.id] if row.mode == "live"]
        if decision.subject.type != "item" or decision.synthetic != "yes" or not live or live[-1] is not decision:
            continue
        stays = decision.outcome != "restrict" or set(decision.restrictions) <= {_LABELLED}
        if stays:
            yield given(record, "L1", decision, _shown(record, decision.subject.id), expected="label")


@obligation("L2")
def declared_labelled(record: Record) -> Iterator[Case]:
    """An item that its uploader declared synthetic, and no label within the benchmark."""
    seen: set[str] = set()
    limit = record.within("L2")
    for examined in record.of("item.examined"):
        if "synthetic" not in examined.declared or examined.item in seen:
            continue
        seen.add(examined.item)
        removed = earliest([row for row in _effects(record, examined.item) if _removes(row)])
        if removed is None or removed.at - examined.posted_at > limit.at(examined.posted_at):
            shown = _shown(record, examined.item)
            yield answered(record, "L2", examined, shown, expected="label_within", since=examined.posted_at)


@obligation("L3")
def labels_stay(record: Record) -> Iterator[Case]:
    """A label that was lost, and neither shown again within the benchmark nor needed any more."""
    limit = record.within("L3")
    for item, effects in record.by("effect.applied", "subject").items():
        shown = _shown(record, str(item))
        if shown is None:
            continue
        lost = [row for row in effects if row.effect == "label_lost"]
        for one in lost:
            after = [row for row in effects if row.at >= one.at and (row.effect == "label_shown" or _removes(row))]
            mended = earliest(after)
            if mended is not None and mended.at - one.at <= limit.at(one.at):
                yield kept(one, mended)
            else:
                yield deviates(one, shown, expected="label_stays", came="label_lost")
        if not lost:
            yield kept(shown)


def _effects(record: Record, item: str) -> list[Row]:
    return record.by("effect.applied", "subject").get(item, [])


def _shown(record: Record, item: str) -> Row | None:
    return earliest([row for row in _effects(record, item) if row.effect == "label_shown"])


def _removes(effect: Row) -> bool:
    return bool(effect.effect == "applied" and set(effect.restrictions) - {_LABELLED})
