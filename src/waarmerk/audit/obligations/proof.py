"""The health of the record: numbers without gaps, times that hold, witnesses, erasures, what decisions rest on.

Rules:
- No law is broken here: these say how far the record can be believed.
- What may lie outside the bundle, be erased, or be under way when it ends, is no deviation.
- Imported events keep the times of their source and are left out where the delay of logging is looked at.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import CannotTest, Case, deviates, kept, obligation, untestable
from waarmerk.audit.rows import HOUR, Row, milliseconds

_UNDER_WAY = 256
"""Entries at the edges of a bundle, among which numbers of one channel may still change places."""
_DAY = 24 * HOUR


@obligation("A1")
def no_number_missing(record: Record) -> Iterator[Case]:
    """A number of a channel that no entry carries, or that two carry."""
    spare = record.absent
    for channel, (numbers, places) in sorted(record.channels.items()):
        for case in _numbers(record, channel, numbers, places):
            if case.came == "missing" and spare:
                spare -= 1
                yield Case("question", case.indexes, case.expected, "missing_or_erased", case.fields)
            else:
                yield case


@obligation("A2")
def logged_when_it_happened(record: Record) -> Iterator[Case]:
    """An event logged long after the time it claims, or a time changed after the report on its period."""
    limit = record.within("A2")
    for rows in record.rows.values():
        for row in rows:
            if row.native:
                if row.logged_at - row.at > limit.at(row.at):
                    yield deviates(
                        row, expected="logged_soon", came="late", began=row.at, ended=max(row.logged_at, row.at)
                    )
                else:
                    yield kept(row)
    yield from _changed_times(record)


@obligation("A3")
def witnessed(record: Record) -> Iterator[Case]:
    """A checkpoint that no witness cosigned within the benchmark."""
    if record.witnessed is None:
        raise CannotTest("no_witness_key")
    head = (record.stop - 1,)
    limit = record.within("A3").at(record.end)
    if not record.witnessed.times:
        yield Case("deviates", head, "cosigned", "nothing", began=record.end)
    elif min(record.witnessed.times) - record.end > limit:
        yield Case("deviates", head, "cosigned", "late", began=record.end, ended=min(record.witnessed.times))
    else:
        yield Case("kept", head)


@obligation("A4")
def erased_stays_away(record: Record) -> Iterator[Case]:
    """A pseudonym that stands in an event after its erasure."""
    again: dict[int, list[int]] = {}
    for erasure, index in record.returned:
        again.setdefault(erasure, []).append(index)
    for erased in record.of("person.erased"):
        if erased.index in again:
            indexes = (erased.index, *again[erased.index][:_UNDER_WAY])
            yield Case("deviates", indexes, "erased", "again_in", (("count", len(again[erased.index])),))
        else:
            yield kept(erased)


@obligation("A5")
def rests_on_what_was_logged(record: Record) -> Iterator[Case]:
    """A decision under a policy, or with a tool, that was not logged before it."""
    policies, tools = record.by("policy.adopted", "policy"), record.by("tool.adopted", "tool")
    for decision in record.of("decision.made"):
        if not decision.native:
            continue
        found = [(known[name][0] if name in known else None) for known, name in _grounds(decision, policies, tools)]
        late = [row for row in found if row is not None and row.index > decision.index]
        if late:
            yield deviates(decision, *late, expected="logged_before", came="logged_after")
        elif None in found:
            if record.whole and not record.absent:
                yield deviates(decision, expected="logged_before", came="nothing")
            else:
                yield untestable(decision, "before_range")
        else:
            yield kept(decision)


def _grounds(
    decision: Row, policies: dict[object, list[Row]], tools: dict[object, list[Row]]
) -> Iterator[tuple[dict[object, list[Row]], str]]:
    yield policies, decision.policy
    for tool in decision.tools:
        yield tools, tool


def _numbers(record: Record, channel: str, numbers: array[int], places: array[int]) -> Iterator[Case]:
    """A case for every number from the first that is due to the last that was seen."""
    order = np.lexsort((places, numbers))
    seen, where = np.asarray(numbers)[order], np.asarray(places)[order]
    due = 1 if record.whole else int(seen[0])
    for number, index in zip(seen.tolist(), where.tolist(), strict=True):
        if number < due:
            yield _number("deviates", index, channel, number, "twice")
            continue
        for missing in range(due, min(number, due + 100_000)):
            near_end = index >= record.stop - _UNDER_WAY
            near_start = not record.whole and index < record.first + _UNDER_WAY
            yield _number("open" if near_end or near_start else "deviates", index, channel, missing, "missing")
        yield Case("kept", (index,))
        due = number + 1


def _number(verdict: str, index: int, channel: str, number: int, came: str) -> Case:
    fields = (("channel", channel), ("number", number))
    if verdict == "open":
        return Case("open", (index,), "number", "", fields)
    return Case("deviates", (index,), "number", came, fields)


def _changed_times(record: Record) -> Iterator[Case]:
    """Corrections of a time, and whether the report on its period was out already."""
    asked = {row.index: row for row in record.of("record.corrected")}
    times = {change.index: record.row_at(change.index) for change in record.corrections}
    for change in record.corrections:
        row, correction = times[change.index], asked[change.by]
        if row is None or not (change.field == "at" or change.field.endswith("_at")):
            continue
        reports = [
            report
            for report in record.of("report.published")
            if report.logged_at < change.at and _covers(report, row)
        ]
        if reports:
            yield deviates(correction, row, reports[0], expected="time_stays", came="changed", field=change.field)
        else:
            yield kept(correction, row)


def _covers(report: Row, row: Row) -> bool:
    start = milliseconds(f"{report.period.start}T00:00:00.000Z")
    end = milliseconds(f"{report.period.end}T00:00:00.000Z") + _DAY
    return start <= row.at < end
