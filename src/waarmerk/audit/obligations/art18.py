"""DSA Art. 18: a suspicion of a crime that threatens life or safety goes to the authorities promptly."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest, messages
from waarmerk.audit.obligations.interface import Case, answered, obligation


@obligation("X1")
def reported(record: Record) -> Iterator[Case]:
    """A decision that notes such a suspicion, and no message to an authority within the benchmark."""
    for decision in record.of("decision.made"):
        if decision.art18 and decision.mode == "live":
            told = earliest(messages(record, decision.decision, "authority_18"))
            yield answered(record, "X1", decision, told, expected="authority_18")
