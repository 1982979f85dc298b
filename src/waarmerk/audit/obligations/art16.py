"""DSA Art. 6 and 16: what becomes of notices.

Rules:
- A notice is decided by the live decisions that answer it; of several items, when every item has one.
- A notice that lacks what Art. 16(2) asks for, and whose sender was told so, gives no actual knowledge [16(3)]: until
  it is completed nothing is due.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
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

_NOT_AUTOMATED = code("automated_decision", "NOT_AUTOMATED")
_REDRESS = {"redress_20", "redress_21", "redress_court"}


@obligation("N1")
def acknowledged(record: Record) -> Iterator[Case]:
    """A notice with an address, and no receipt within the benchmark."""
    for notice in record.of("notice.received"):
        if notice.has_contact:
            receipt = earliest(messages(record, notice.notice, "receipt"))
            yield answered(record, "N1", notice, receipt, expected="receipt")


@obligation("N2")
def told(record: Record) -> Iterator[Case]:
    """A decided notice with an address, whose sender was not told the decision or no way of redress."""
    for notice in record.of("notice.received"):
        decisions = decisions_on(record, notice)
        if not notice.has_contact or not decisions:
            continue
        abouts = (notice.notice, *(decision.decision for decision in decisions))
        told_ = [message for about in abouts for message in messages(record, about, "decision")]
        full = [message for message in told_ if _REDRESS.intersection(message.elements)]
        if told_ and not full:
            yield deviates(notice, *told_, expected="redress", came="elements", elements=told_[0].elements)
        else:
            since = max(decision.at for decision in decisions)
            yield given(record, "N2", notice, full[0] if full else None, expected="told_decision", since=since)


@obligation("N3")
def automation_told(record: Record) -> Iterator[Case]:
    """A notifier was told a decision in which automated means were used, and not told of them."""
    for decision in record.of("decision.made"):
        if decision.because.type != "notice":
            continue
        used = {"automated_detection"} if decision.automated_detection else set()
        if decision.automated_decision != _NOT_AUTOMATED:
            used.add("automated_decision")
        told_ = [
            message
            for about in (decision.decision, *decision.because.ids)
            for message in messages(record, about, "decision")
        ]
        if not used or not told_:
            continue
        if used <= {element for message in told_ for element in message.elements}:
            yield kept(decision, *told_)
        else:
            yield deviates(
                decision, *told_, expected="automation", came="elements", used=used, elements=told_[0].elements
            )


@obligation("N4")
def acted_upon(record: Record) -> Iterator[Case]:
    """From a notice to its effect, or to the decision that nothing is done, above the benchmark."""
    limit = record.within("N4")
    for notice in record.of("notice.received"):
        if sent_back(record, notice):
            continue
        done, evidence = _done(record, notice)
        within = limit.at(notice.at)
        if done is None:
            late = record.end - notice.at > within
            yield (
                deviates(notice, *evidence, expected="acted", came="nothing", began=notice.at)
                if late
                else pending(notice, began=notice.at)
            )
        elif done < notice.at:
            yield untestable(notice, "clock", before=evidence[-1].index)
        elif done - notice.at > within:
            yield deviates(notice, *evidence, expected="acted", came="late", began=notice.at, ended=done)
        else:
            yield kept(notice, *evidence, began=notice.at, ended=done)


@obligation("N5")
def incomplete_told(record: Record) -> Iterator[Case]:
    """An incomplete notice with an address that was neither decided nor answered with what is missing."""
    for notice in record.of("notice.received"):
        if notice.has_contact and not complete(notice) and not decisions_on(record, notice):
            told_ = earliest(messages(record, notice.notice, "incomplete"))
            yield given(record, "N5", notice, told_, expected="incomplete")


@obligation("N8")
def decided(record: Record) -> Iterator[Case]:
    """A notice without any decision, older than the benchmark."""
    for notice in record.of("notice.received"):
        if not sent_back(record, notice):
            decision = earliest(decisions_on(record, notice))
            if decision is None:
                yield given(record, "N8", notice, None, expected="decision")
            else:
                yield kept(notice, decision)


def messages(record: Record, about: str, what: str) -> list[Row]:
    """The messages of one kind about something."""
    found = record.by("message.sent", "about").get(about, ())
    return [message for message in found if message.what == what]


def decisions_on(record: Record, notice: Row) -> list[Row]:
    """The live decisions that answer a notice."""
    found = record.by("decision.made", "because").get(notice.notice, ())
    return [row for row in found if row.because.type == "notice" and row.mode == "live"]


def earliest(rows: list[Row]) -> Row | None:
    """The row that happened first."""
    return min(rows, key=lambda row: row.at, default=None)


def complete(notice: Row) -> bool:
    """Whether a notice has what Art. 16(2) asks; name and e-mail are not asked for child sexual abuse [16(2)(c)]."""
    elements = notice.elements
    return bool(
        elements.reason and elements.location and elements.good_faith and (elements.name_email or notice.csam)
    )


def sent_back(record: Record, notice: Row) -> bool:
    """Whether a notice was incomplete, its sender was told so, and nothing was decided on it."""
    return (
        not complete(notice)
        and bool(messages(record, notice.notice, "incomplete"))
        and not decisions_on(record, notice)
    )


def _done(record: Record, notice: Row) -> tuple[int | None, list[Row]]:
    """When a notice was dealt with (milliseconds, None: not yet), and the rows that show it.

    A restriction counts from its effect, any other decision from itself; the last item counts.
    """
    decisions = decisions_on(record, notice)
    last, evidence, open_ = 0, [], len({row.subject.id for row in decisions}) < len(notice.items)
    for decision in decisions:
        if decision.outcome != "restrict":
            shows = decision
        else:
            effects = record.by("effect.applied", "decision").get(decision.decision, ())
            effect = earliest([effect for effect in effects if effect.effect == "applied"])
            open_ = open_ or effect is None
            shows = effect or decision
        evidence.append(shows)
        last = max(last, shows.at)
    return (None if open_ or not decisions else last), evidence
