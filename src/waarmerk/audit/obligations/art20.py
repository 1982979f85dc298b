"""DSA Art. 20: complaints against decisions, taken, decided, carried out.

Rules:
- Disputes before an out-of-court body [21] are decided by that body, not by the platform: they are no cases here.
- A complaint that its sender took back (`omitted`) was not decided.
- Reversing a restriction means lifting it; reversing a refusal to act means acting.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest, messages
from waarmerk.audit.obligations.interface import (
    Case,
    answered,
    deviates,
    given,
    kept,
    obligation,
    pending,
    untestable,
)
from waarmerk.audit.rows import Row
from waarmerk.dsa.codes import code

_FULLY = code("automated_decision", "FULLY")
_MONTHS = 6
_STANDING = ("seeded", "confirmed")


@obligation("C1")
def taken_six_months(record: Record) -> Iterator[Case]:
    """A complaint refused as late, though within six months of the day its sender was told the decision."""
    for complaint in record.of("challenge.received"):
        if complaint.forum != "internal":
            continue
        if complaint.admitted or "late" not in (complaint.refusal or "").lower():
            yield kept(complaint)
            continue
        decision = record.one("decision.made", "decision", complaint.decision)
        told = _told(record, complaint.decision, decision)
        if told is None:
            if decision is None:
                yield untestable(complaint, "before_range")
            else:
                yield deviates(complaint, decision, expected="six_months", came="never_told")
        elif complaint.at < _six_months_after(told.at):
            days = (complaint.at - told.at) // 86_400_000
            yield deviates(complaint, told, expected="six_months", came="refused_after", days=days)
        else:
            yield kept(complaint, told)


@obligation("C2")
def decided_in_time(record: Record) -> Iterator[Case]:
    """From an admitted complaint to its decision, above the benchmark."""
    closed = record.by("challenge.closed", "challenge")
    for complaint in record.of("challenge.received"):
        if complaint.forum == "internal" and complaint.admitted:
            found = earliest(closed.get(complaint.challenge, []))
            yield answered(record, "C2", complaint, found, expected="complaint_decided")


@obligation("C3")
def person_takes_part(record: Record) -> Iterator[Case]:
    """A complaint decided by machines alone."""
    for closing, _ in _decided(record):
        if closing.automated == _FULLY or not closing.deciders:
            yield deviates(closing, expected="person", came="machine")
        else:
            yield kept(closing)


@obligation("C4")
def another_person(record: Record) -> Iterator[Case]:
    """A complaint decided by one of those who took the decision."""
    for closing, complaint in _decided(record):
        decision = record.one("decision.made", "decision", complaint.decision)
        if decision is None:
            yield untestable(closing, "before_range")
        elif set(closing.deciders) & set(decision.deciders):
            yield deviates(closing, decision, expected="another_person", came="same_person")
        else:
            yield kept(closing, decision)


@obligation("C5")
def undone(record: Record) -> Iterator[Case]:
    """A decision that was reversed, and what it did is not undone within the benchmark."""
    for closing, complaint in _reversed(record):
        decision = record.one("decision.made", "decision", complaint.decision)
        if decision is None:
            yield untestable(closing, "before_range")
            continue
        effects = _effects(record, decision, closing)
        if decision.outcome != "restrict":
            yield _carried_out(record, closing, effects, "applied")
        elif any(row.effect == "applied" and row.at <= closing.at for row in effects):
            yield _carried_out(record, closing, effects, "lifted")


@obligation("C6")
def leaves_bank(record: Record) -> Iterator[Case]:
    """A reversed decision whose entry still stands in the bank of known items."""
    changes = record.by("bank.changed", "because")
    limit = record.within("C6")
    for closing, complaint in _reversed(record):
        for entry in sorted({row.entry for row in changes.get(complaint.decision, ()) if row.to in _STANDING}):
            history = record.by("bank.changed", "entry")[entry]
            if any(row.to not in _STANDING and row.at >= closing.at for row in history):
                yield kept(closing)
            elif history[-1].to not in _STANDING:
                yield kept(closing, history[-1])
            elif record.end - closing.at <= limit.at(closing.at):
                yield pending(closing)
            else:
                yield deviates(closing, history[-1], expected="retired", came="standing", entry=entry)


@obligation("C7")
def settlement_told(record: Record) -> Iterator[Case]:
    """A complainant who was not told the outcome, or not of out-of-court dispute settlement."""
    for closing, _ in _decided(record):
        told = messages(record, closing.challenge, "challenge_outcome")
        full = earliest([message for message in told if "redress_21" in message.elements])
        if told and full is None:
            yield deviates(closing, *told, expected="redress_21", came="elements", elements=told[0].elements)
        else:
            yield given(record, "C7", closing, full, expected="outcome_told")


def _decided(record: Record) -> Iterator[tuple[Row, Row]]:
    """Closings of internal complaints that were decided, each with its complaint."""
    for closing in record.of("challenge.closed"):
        complaint = record.one("challenge.received", "challenge", closing.challenge)
        if complaint is not None and complaint.forum == "internal" and closing.outcome != "omitted":
            yield closing, complaint


def _reversed(record: Record) -> Iterator[tuple[Row, Row]]:
    for closing, complaint in _decided(record):
        if closing.outcome == "reversed":
            yield closing, complaint


def _effects(record: Record, decision: Row, closing: Row) -> list[Row]:
    """What was done to the subject of a decision, by it or after its reversal, in the order of time."""
    mine = {decision.decision, closing.carried_out_by}
    found = record.by("effect.applied", "subject").get(decision.subject.id, ())
    return sorted(
        (row for row in found if row.decision in mine or row.at >= closing.at), key=lambda row: (row.at, row.index)
    )


def _carried_out(record: Record, closing: Row, effects: list[Row], wanted: str) -> Case:
    """Whether the effect came; one that came before the closing was in time."""
    found = [row for row in effects if row.effect == wanted and (wanted == "lifted" or row.at >= closing.at)]
    first = earliest(found)
    if first is not None and first.at <= closing.at:
        return kept(closing, first, began=closing.at, ended=closing.at)
    return answered(record, "C5", closing, first, expected=wanted)


def _told(record: Record, name: str, decision: Row | None) -> Row | None:
    """The first message that told somebody of a decision."""
    abouts = [name, *(decision.because.ids if decision is not None else ())]
    told = [
        message for about in abouts for what in ("statement", "decision") for message in messages(record, about, what)
    ]
    return earliest(told)


def _six_months_after(milliseconds: int) -> int:
    """The end of six calendar months, in milliseconds; the last day of a shorter month is that of a longer one."""
    told = datetime.fromtimestamp(milliseconds / 1000, UTC)
    months = told.month - 1 + _MONTHS
    year, month = told.year + months // 12, months % 12 + 1
    for day in range(told.day, 27, -1):
        try:
            return round(told.replace(year=year, month=month, day=day).timestamp() * 1000)
        except ValueError:
            continue
    return round(told.replace(year=year, month=month).timestamp() * 1000)
