"""All deviations and questions of an audit as one CSV (RFC 4180, UTF-8), a row each, in the order of the table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import IO

from waarmerk.audit.run import Worked
from waarmerk.audit.said import Said
from waarmerk.text.words import Language

HEADER = (
    *("service", "obligation", "basis", "article", "class", "log_index", "other_entries", "at", "expected", "came"),
    *("hours", "lasts", "views"),
)


def write_deviations(stream: IO[str], worked: Sequence[Worked], language: Language) -> int:
    """Writes them; gives how many. `class` is `deviation` or `question`."""
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    count = 0
    for one in worked:
        for row in _rows(one, Said(language)):
            writer.writerow(row)
            count += 1
    return count


def _rows(worked: Worked, said: Said) -> Iterator[tuple[object, ...]]:
    for result in worked.audited.results:
        found = worked.tallies.get(result.id)
        if found is None or result.if_complete is not None:
            continue
        limit = result.benchmark.hours if result.benchmark else None
        for name, cases in (("deviation", found.deviations), ("question", found.asked)):
            for case in cases:
                shown = said.deviation(case, found, limit, worked.record)
                first, *others = shown.indexes or ("",)  # of what was left out of the log only outsiders have a row
                yield (
                    *(worked.audited.service, result.id, result.basis, result.article, name, first),
                    *(" ".join(map(str, others)), shown.at, shown.expected, shown.came),
                    *("" if shown.hours is None else shown.hours, int(shown.lasts)),
                    "" if shown.harm is None else shown.harm,
                )
