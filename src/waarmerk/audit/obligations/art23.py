"""DSA Art. 23: measures against misuse, after a warning and by all four factors.

Rules:
- A warning is a message to the account that the decision is about, sent before it [23(1), (2)].
- What was sent before the bundle begins is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, untestable
from waarmerk.audit.rows import Row

_FACTORS = ("absolute", "share", "gravity", "intent")


@obligation("M1")
def warned(record: Record) -> Iterator[Case]:
    """A suspension for misuse without an earlier warning to that account."""
    sent = record.by("message.sent", "to")
    for decision in _suspensions(record):
        warnings = [row for row in sent.get(decision.subject.id, ()) if row.what == "warning"]
        before = [row for row in warnings if row.at < decision.at]
        if before:
            yield kept(decision, before[0])
        elif record.whole and not record.absent:
            yield deviates(
                decision, *warnings[:1], expected="warning", came="late_warning" if warnings else "nothing"
            )
        else:
            yield untestable(decision, "before_range")


@obligation("M2")
def all_factors(record: Record) -> Iterator[Case]:
    """A suspension for misuse for which one of the factors was not weighed."""
    for decision in _suspensions(record):
        missing = [name for name in _FACTORS if getattr(decision.misuse, name) is None]
        if missing:
            yield deviates(decision, expected="factors", came="lacks", lacking=missing)
        else:
            yield kept(decision)


def _suspensions(record: Record) -> Iterator[Row]:
    for decision in record.of("decision.made"):
        if decision.misuse is not None and decision.outcome == "restrict" and decision.mode == "live":
            yield decision
