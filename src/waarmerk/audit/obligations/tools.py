"""Tools: detectors used for what they were made for, evaluated by groups, and people where they cannot tell.

Own promises. An abstention is an answer; deciding as if it were a "no" is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, untestable
from waarmerk.audit.rows import Row


@obligation("D1")
def in_domain(record: Record) -> Iterator[Case]:
    """A decision that rests on a ratio which no tool gave within its domain."""
    for decision in record.of("decision.made"):
        if "ratio" not in decision.basis:
            continue
        examined = _examined(record, decision)
        ratios = [finding for row in examined for finding in row.findings if finding.log10_lr is not None]
        if not ratios:
            yield untestable(decision, "before_range")
        elif any(finding.in_domain for finding in ratios):
            yield kept(decision, *examined[-1:])
        else:
            yield deviates(decision, *examined, expected="in_domain", came="out_of_domain")


@obligation("D2")
def person_looks(record: Record) -> Iterator[Case]:
    """A notice answered with "no action" by nobody, where every tool abstained."""
    for decision in record.of("decision.made"):
        if decision.because.type != "notice" or decision.outcome != "no_action" or decision.mode != "live":
            continue
        examined = _examined(record, decision)
        findings = [finding for row in examined for finding in row.findings]
        if findings and all(finding.abstained is not None for finding in findings):
            if decision.deciders:
                yield kept(decision, *examined[-1:])
            else:
                yield deviates(decision, *examined[-1:], expected="person", came="nobody")


@obligation("D3")
def evaluated_by_groups(record: Record) -> Iterator[Case]:
    """A detector in use that was evaluated on no groups of people."""
    for tool in record.of("tool.adopted"):
        ended = tool.in_use_to is not None and tool.in_use_to < record.start
        if tool.type != "detector" or tool.in_use_from > record.end or ended:
            continue
        if tool.groups_evaluated:
            yield kept(tool)
        elif tool.native:
            yield deviates(tool, expected="groups", came="nothing")
        else:
            yield untestable(tool, "field_missing", field="groups_evaluated")


def _examined(record: Record, decision: Row) -> list[Row]:
    """The examinations of a decision's subject before it."""
    found = record.by("item.examined", "item").get(decision.subject.id, ())
    return [row for row in found if row.at <= decision.at]
