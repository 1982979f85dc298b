"""What no record can answer of itself: rows that are tested where outsiders' evidence was given, and ask for it else.

What contradicts a row is added by `tally`, to every row alike; here are the cases in which outsiders agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import CannotTest, Case, Test, obligation
from waarmerk.record.events.coverage import coverage

OUTSIDE = ("N7", "R1", "R2", "R3", "R5", "A6")


def _asks(name: str, evidence: tuple[str, ...]) -> Test:
    def needs_outside(record: Record) -> Iterator[Case]:
        """What outsiders hold, against the record."""
        held = [one for given in record.outside.values() for one in given if one.tested[name]]
        if not held:
            raise CannotTest("needs_outside", evidence=[f"--{one}" for one in evidence])
        for one in held:
            against = {found.about for found in one.found if found.obligation == name}
            for _ in range(one.tested[name] - len(against)):
                yield Case("kept", ())

    return needs_outside


for _row in coverage().obligation:
    if _row.id in OUTSIDE:
        obligation(_row.id)(_asks(_row.id, _row.outside))
