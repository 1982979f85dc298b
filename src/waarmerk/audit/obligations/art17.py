"""DSA Art. 17 and 24(5): statements of reasons, to the person concerned and to the Commission's database.

Rules:
- A statement is due for a live restriction, to a person whose address is known; not for an order [17(5)], not for
  deceptive high-volume commercial content [17(2)].
- It comes at the latest from the date of the restriction [17(2)]: the benchmark of S7 is that day.
- The server answers `duplicate` to a batch that was sent again after a timeout: the statement is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest, messages
from waarmerk.audit.obligations.interface import (
    Case,
    answered,
    deviates,
    given,
    kept,
    obligation,
    untestable,
)
from waarmerk.audit.rows import Row, moment
from waarmerk.dsa.codes import code

_ALWAYS = {"restriction", "facts", "ground"}
_PLATFORMS = {"redress_20", "redress_21"}
_COURT = "redress_court"
_SOURCES = {
    "individual": {code("source_type", "ARTICLE_16")},
    "entity": {code("source_type", "ARTICLE_16")},
    "trusted_flagger": {code("source_type", "TRUSTED_FLAGGER")},
    "authority": {code("source_type", "ARTICLE_16"), code("source_type", "OTHER_NOTIFICATION")},
}
_NOT_AUTOMATED = code("automated_decision", "NOT_AUTOMATED")
_IN_DATABASE = ("created", "duplicate")


@obligation("S1")
def statement_given(record: Record) -> Iterator[Case]:
    """A live restriction without a statement of reasons to the person concerned."""
    for decision in due(record):
        sent = earliest(messages(record, decision.decision, "statement"))
        yield given(record, "S1", decision, sent, expected="statement")


@obligation("S2")
def statement_complete(record: Record) -> Iterator[Case]:
    """A statement that lacks what Art. 17(3) asks for; what applies to some decisions is asked of those alone."""
    for message in record.of("message.sent"):
        if message.what != "statement":
            continue
        decision = record.one("decision.made", "decision", message.about)
        needed = _needed(record, decision)
        lacking = needed.difference(message.elements)
        if record.tier == "hosting" and _PLATFORMS.intersection(message.elements):
            lacking.discard(_COURT)
        if lacking:
            yield deviates(message, expected="complete", came="lacks", lacking=lacking)
        else:
            yield kept(message)


@obligation("S3")
def statement_submitted(record: Record) -> Iterator[Case]:
    """A restriction whose statement reached the database late or never."""
    for decision in due(record):
        sent = record.by("statement.submitted", "decision").get(decision.decision, ())
        there = earliest([row for row in sent if row.result in _IN_DATABASE])
        yield answered(record, "S3", decision, there, expected="submitted")


@obligation("S4")
def statement_true(record: Record) -> Iterator[Case]:
    """A statement in the database that says another thing than what was decided and done."""
    for sent in record.of("statement.submitted"):
        if sent.result != "created":
            continue
        decision = record.one("decision.made", "decision", sent.decision)
        if decision is None:
            yield untestable(sent, "before_range")
            continue
        differs = list(_differences(record, sent.body, decision))
        if differs:
            _, expected, came = differs[0]
            yield deviates(
                sent,
                decision,
                expected="as_done",
                came="says",
                field=", ".join(name for name, _, _ in differs),
                done=expected,
                said=came,
            )
        else:
            yield kept(sent, decision)


@obligation("S5")
def no_personal_data(record: Record) -> Iterator[Case]:
    """A statement in whose texts personal data seem to stand."""
    for sent in record.of("statement.submitted"):
        if sent.result == "created":
            if sent.body.personal:
                yield deviates(sent, expected="no_personal", came="personal", texts=sent.body.personal)
            else:
                yield kept(sent)


@obligation("S6")
def identifier_once(record: Record) -> Iterator[Case]:
    """An identifier under which the database took two statements."""
    first: dict[str, Row] = {}
    for sent in record.of("statement.submitted"):
        if sent.result == "created":
            before = first.setdefault(sent.puid, sent)
            if before is sent:
                yield kept(sent)
            else:
                yield deviates(sent, before, expected="once", came="again", puid=sent.puid)


@obligation("S7")
def statement_in_time(record: Record) -> Iterator[Case]:
    """A statement that came later than the restriction, by more than the benchmark."""
    for decision in due(record):
        sent = earliest(messages(record, decision.decision, "statement"))
        applied = effect_of(record, decision, "applied")
        if sent is None or applied is None:
            continue
        if sent.at <= applied.at:
            yield kept(decision, sent, applied)
        else:
            yield answered(record, "S7", decision, sent, expected="statement_in_time", since=applied.at)


@obligation("P3")
def ground_named(record: Record) -> Iterator[Case]:
    """A live restriction that names no ground in law or terms."""
    for decision in record.of("decision.made"):
        if decision.outcome == "restrict" and decision.mode == "live":
            if decision.ground is None or not (decision.ground_ref or "").strip():
                if not decision.native:
                    yield untestable(decision, "field_missing", field="ground_ref")
                else:
                    yield deviates(decision, expected="ground", came="nothing")
            else:
                yield kept(decision)


def due(record: Record) -> Iterator[Row]:
    """The decisions for which a statement of reasons is due."""
    for decision in record.of("decision.made"):
        if (
            decision.outcome == "restrict"
            and decision.mode == "live"
            and decision.because.type != "order"
            and decision.uploader_contact
            and not decision.commercial_spam
        ):
            yield decision


def effect_of(record: Record, decision: Row, effect: str) -> Row | None:
    """The first effect of this kind that a decision had."""
    found = record.by("effect.applied", "decision").get(decision.decision, ())
    return earliest([row for row in found if row.effect == effect])


def _needed(record: Record, decision: Row | None) -> set[str]:
    needed = {*_ALWAYS, _COURT}
    if record.tier != "hosting" and not record.micro_small:
        needed |= _PLATFORMS
    if decision is not None:
        if decision.until is not None:
            needed.add("duration")
        if decision.automated_detection:
            needed.add("automated_detection")
        if decision.automated_decision != _NOT_AUTOMATED:
            needed.add("automated_decision")
    return needed


def _differences(record: Record, body: Row, decision: Row) -> Iterator[tuple[str, str, str]]:
    """Field, what was done, what the statement says; a field that the statement leaves out says nothing."""
    detected = "Yes" if decision.automated_detection else "No"
    if body.automated_detection and body.automated_detection != detected:
        yield "automated_detection", detected, body.automated_detection
    if body.automated_decision and body.automated_decision != decision.automated_decision:
        yield "automated_decision", decision.automated_decision, body.automated_decision
    sources = _sources(record, decision)
    if body.source_type and sources and body.source_type not in sources:
        yield "source_type", " / ".join(sorted(sources)), body.source_type
    if body.territorial_scope and set(body.territorial_scope) != set(decision.territory):
        yield "territorial_scope", " ".join(sorted(decision.territory)), " ".join(body.territorial_scope)
    applied = effect_of(record, decision, "applied")
    if applied is not None and body.application_date:
        done = moment(applied.at)[:10]
        # A platform may count its days in its own time zone: the day before and after are the same moment.
        if abs((date.fromisoformat(body.application_date) - date.fromisoformat(done)).days) > 1:
            yield "application_date", done, body.application_date


def _sources(record: Record, decision: Row) -> set[str]:
    """The sources that a statement on this decision may name; none where the record does not tell."""
    if decision.because.type == "own":
        return {code("source_type", "VOLUNTARY")}
    if decision.because.type != "notice":
        return set()
    found: set[str] = set()
    for name in decision.because.ids:
        notice = record.one("notice.received", "notice", name)
        if notice is None:
            return set()
        found |= _SOURCES[notice.sender_type]
    return found
