"""The working paper of one obligation: from the cases it found to a published result.

Rules:
- An obligation whose kinds the record lacks "cannot be tested: kind missing", never "kept"; what would deviate if the
  record were whole is told beside it.
- A ceiling stands at rows with a basis in law alone, whatever their conclusion: it says what could follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from waarmerk.audit import figures
from waarmerk.audit.conclude import Conclusion, Materiality, conclude
from waarmerk.audit.loaded import Record, Tier, kinds_missing
from waarmerk.audit.obligations.interface import Obliged
from waarmerk.audit.results import Ceiling, Counted, Material, Result, Times, Yardstick
from waarmerk.audit.said import Said
from waarmerk.audit.tally import Tally
from waarmerk.dsa.fines import fines
from waarmerk.record.events.coverage import Obligation, coverage, kinds_of

WORST = 10
"""How many deviations a result shows; all of them are in the table (`--csv`)."""
_CEILINGS: dict[Tier, str] = {
    "hosting": "dsa-52-3-obligation",
    "platform": "dsa-52-3-obligation",
    "vlop": "dsa-74-1-obligation",
}


@dataclass(frozen=True)
class Setting:
    """What the auditor sets for every paper. `turnover` in EUR; the maps are by obligation.

    `materiality`: shares.
    """

    tier: Tier
    turnover: Decimal | None = None
    materiality: Mapping[str, float] = field(default_factory=dict)


def not_binding(obliged: Obliged, setting: Setting, said: Said) -> Result:
    """The paper of a row of law that does not bind this tier."""
    return _paper(obliged, setting, said, Tally(0), "not_binding", said.say("reason.not_binding"))


def paper(
    obliged: Obliged, record: Record, found: Tally, recorded: Tally | None, setting: Setting, said: Said
) -> Result:
    """The paper of an obligation; `recorded`: the cases before corrections, where those touch what it reads."""
    row = obliged.row
    materiality = material(obliged, setting)
    missing = kinds_missing(record, kinds_of(row))
    deviations = len(found.deviations)
    conclusion: Conclusion = "cannot_be_tested"
    if missing:
        reason = said.say("reason.kind_missing", kinds=missing)
    elif found.cannot is not None:
        reason = said.code("reason", found.cannot.why, found.cannot.fields)
    elif not sum(found.verdicts.values()):
        reason = said.say("reason.no_case")
    else:
        conclusion = conclude(deviations, found.tested, len(found.asked), materiality)
        reason = said.say(
            f"reason.{conclusion}",
            deviations=deviations,
            tested=found.tested,
            questions=len(found.asked),
            share=100 * deviations / found.tested if found.tested else 0.0,
            materiality=100 * materiality.share,
            why=_untestable(found, said),
        )
    return _paper(obliged, setting, said, found, conclusion, reason, record, recorded, bool(missing))


def material(obliged: Obliged, setting: Setting) -> Materiality:
    """The materiality of an obligation: the auditor's, its own default, or the table's."""
    defaults = coverage().defaults
    name = obliged.row.id
    if name in setting.materiality:
        return Materiality(setting.materiality[name], defaults.lone_among, "auditor")
    own = obliged.row.materiality
    return Materiality(defaults.materiality if own is None else own, defaults.lone_among, "default")


def _paper(
    obliged: Obliged,
    setting: Setting,
    said: Said,
    found: Tally,
    conclusion: Conclusion,
    reason: str,
    record: Record | None = None,
    recorded: Tally | None = None,
    missing: bool = False,
) -> Result:
    row = obliged.row
    materiality = material(obliged, setting)
    deviations = 0 if missing else len(found.deviations)
    tested = 0 if missing else found.tested
    yardstick = None if record is None else _yardstick(obliged, record, said)
    hours = yardstick.hours if yardstick else None
    confirmed = () if record is None else _confirmed(record, row)
    changed = recorded is not None and (len(recorded.deviations), recorded.tested) != (deviations, tested)
    return Result(
        id=row.id,
        question=row.question_nl if said.language == "nl" else row.question_en or row.title,
        article=row.article,
        basis=row.basis,
        tier=row.tier,
        conclusion=conclusion,
        fail=conclusion == "negative" and row.basis == "law",
        reason=reason,
        population=0 if missing else sum(found.verdicts.values()),
        tested=tested,
        deviations=deviations,
        open=found.verdicts["open"],
        questions=len(found.asked),
        untestable=dict(sorted(found.untestable.items())),
        share=deviations / tested if tested else None,
        upper=figures.upper_bound(deviations, tested) if tested else None,
        benchmark=yardstick,
        materiality=Material(
            share=materiality.share,
            lone_among=materiality.lone_among,
            set_by=said.say(f"set_by.{materiality.set_by}"),
        ),
        times=_times(found),
        comments=tuple(_comments(found, recorded if changed else None, said)),
        against=row.against,
        confirmed_by=confirmed,
        worst=() if missing else tuple(said.deviation(case, found, hours, record) for case in found.worst(WORST)),
        asked=tuple(said.deviation(case, found, hours, record) for case in found.asked[:WORST]),
        ceiling=_ceiling(obliged, setting) if conclusion != "not_binding" else None,
        as_recorded=Counted(tested=recorded.tested, deviations=len(recorded.deviations))
        if recorded is not None and changed
        else None,
        if_complete=len(found.deviations) if missing else None,
    )


def _yardstick(obliged: Obliged, record: Record, said: Said) -> Yardstick | None:
    if obliged.row.benchmark is None and obliged.row.id not in record.limits:
        return None
    limit = record.within(obliged.row.id)
    if obliged.row.benchmark is None and limit.set_by == "default":
        return None  # it measures no time
    values = [value for _, value in limit.steps]
    changed = sum(a != b for a, b in pairwise(values))
    return Yardstick(
        hours=limit.hours, set_by=limit.set_by, changed=changed, words=said.say(f"set_by.{limit.set_by}")
    )


def _times(found: Tally) -> Times | None:
    if not found.closed and not found.lasting:
        return None
    return Times(
        cases=len(found.closed) + len(found.lasting),
        median_decided=figures.median(found.closed),
        median_with_open=figures.median_with_open(found.closed, found.lasting),
        still_open=len(found.lasting),
        oldest_open=max(found.lasting, default=None),
    )


def _confirmed(record: Record, row: Obligation) -> tuple[str, ...]:
    """The outside evidence that was given and that this row's population could be held against."""
    return tuple(name for name in row.outside if any(one.compared for one in record.outside.get(name, ())))


def _untestable(found: Tally, said: Said) -> str:
    return "; ".join(said.say(f"untestable.{why}", count=count) for why, count in sorted(found.untestable.items()))


def _comments(found: Tally, recorded: Tally | None, said: Said) -> list[str]:
    said_ = [said.say(f"untestable.{why}", count=count) for why, count in sorted(found.untestable.items())]
    if found.missing:
        said_.append(said.say("comment.fields", fields=set(found.missing)))
    if found.verdicts["open"]:
        said_.append(said.say("comment.open", count=found.verdicts["open"]))
    if recorded is not None:
        said_.append(said.say("comment.as_recorded", deviations=len(recorded.deviations), tested=recorded.tested))
    return said_


def _ceiling(obliged: Obliged, setting: Setting) -> Ceiling | None:
    """The DSA's ceiling for this tier; other laws' fines are not worked out here."""
    if obliged.row.basis != "law" or obliged.own or obliged.row.article.startswith("GDPR"):
        return None
    name = _CEILINGS[setting.tier]
    row = next(one for one in fines(setting.turnover or Decimal(0)).ceilings if one.id == name)
    return Ceiling(
        id=name,
        article=f"{row.law} {row.article}",
        share=row.share,
        at_most=row.at_most if setting.turnover is not None else None,
    )
