"""A rule of one's own in one file: more accounts complained about than the report suspended or terminated.

Run it:  waarmerk dsa report check REPORT --rules suspensions_after_complaints.py
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules import Hit, rule

SENTENCES = {
    "en": "{service} had {found} complaints about accounts and restricted {expected} accounts on its own initiative: "
    "are the others about notices, orders or an earlier period?",
    "nl": "{service} kreeg {found} klachten over accounts en beperkte {expected} accounts op eigen initiatief: "
    "gaan de andere over meldingen, bevelen of een eerdere periode?",
}


@rule(
    "own.complaints_above_suspensions",
    "question",
    parts=(5, 6, 7),
    reference="Annex II, part II, 1.4 columns T and U beside 1.5",
    sentences=SENTENCES,
)
def complaints_above_suspensions(report: Report) -> Iterator[Hit]:
    """More complaints about accounts than accounts were suspended or terminated."""
    complaints = report.only(7)
    row = complaints.find("account", "total") if complaints else None
    received = row.number("value") if row else None
    restricted = 0.0
    for table in report.of(5, 6):
        total = table.total("")
        if total is None:
            return
        restricted += sum(total.number(key) or 0 for key in ("account_suspension", "account_termination"))
    if received is not None and received > restricted:
        yield Hit(complaints, row, "value", restricted, received)
