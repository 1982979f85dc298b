"""What no record can answer of itself: these rows say which outside evidence `audit reconcile` asks for."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import CannotTest, Case, Test, obligation
from waarmerk.record.events.coverage import coverage

OUTSIDE = ("N7", "R1", "R2", "R3", "R5", "A6")


def _asks(evidence: tuple[str, ...]) -> Test:
    def needs_outside(_: Record) -> Iterator[Case]:
        """What outsiders hold, against the record."""
        raise CannotTest("needs_outside", evidence=[f"--{name}" for name in evidence])
        yield

    return needs_outside


for _row in coverage().obligation:
    if _row.id in OUTSIDE:
        obligation(_row.id)(_asks(_row.outside))
