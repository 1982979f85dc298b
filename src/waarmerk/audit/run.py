"""The audit: every obligation over every service of a bundle, each a working paper with a suggested conclusion.

Rules:
- Counts are over the record as corrected; where a correction touches what a row reads, also as it was first written.
- Each service of a bundle is its own audit.
- The same bundle and options give the same bytes: no clock, no chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from waarmerk import __version__
from waarmerk.audit.conclude import binds
from waarmerk.audit.limits import limits_of
from waarmerk.audit.load import Keys, kept_fields, load_bundle
from waarmerk.audit.loaded import Note, Record
from waarmerk.audit.obligations import all_obligations
from waarmerk.audit.obligations.interface import Obliged
from waarmerk.audit.paper import Setting, not_binding, paper
from waarmerk.audit.reconciled import HELD_READS, held_against, one_service
from waarmerk.audit.results import Audit, Audited
from waarmerk.audit.rows import moment
from waarmerk.audit.said import Said
from waarmerk.audit.tally import Tally, tally
from waarmerk.errors import UsageError
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.events.coverage import coverage, split
from waarmerk.text.words import Language


@dataclass(frozen=True)
class Options:
    """What the auditor sets; `benchmarks`: hours by obligation; `service`: one of them alone.

    `only`: these obligations alone; empty: all. `evidence`: what outsiders hold, by `reconciled.EVIDENCE`'s names.
    """

    setting: Setting
    keys: Keys = field(default_factory=Keys)
    service: str | None = None
    benchmarks: Mapping[str, float] = field(default_factory=dict)
    language: Language = "en"
    only: frozenset[str] = frozenset()
    evidence: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Worked:
    """One service audited: its record, what is published, and behind each result every case that counts."""

    record: Record
    audited: Audited
    tallies: Mapping[str, Tally]


def audit(path: Path, options: Options) -> tuple[Audit, list[Worked]]:
    """Audits a bundle; UsageError for an option that fits nothing, IntegrityError where it does not verify."""
    every = obligations = all_obligations()
    _check_names(every, (*options.benchmarks, *options.setting.materiality, *sorted(options.only)))
    obligations = tuple(one for one in obligations if not options.only or one.row.id in options.only)
    reads = [read for one in (every if options.evidence else obligations) for read in one.row.reads]
    with open_bundle(path) as bundle:
        fields = kept_fields([*reads, *(HELD_READS if options.evidence else ())])
        records = load_bundle(bundle, options.keys, fields, str(path))
        if options.service is not None or options.evidence:
            records = [one_service(records, options.service, path)]
        if options.evidence:
            records[0].limits, _ = limits_of(records[0], every, options.benchmarks)
            records[0].outside = held_against(records[0], bundle, options.keys, options.evidence)
    worked = [audit_record(record, obligations, options) for record in records]
    table = f"{coverage().source}; {coverage().version}"
    return Audit(version=__version__, table=table, audits=tuple(one.audited for one in worked)), worked


def audit_record(record: Record, obligations: Sequence[Obliged], options: Options) -> Worked:
    """Audits one service's record."""
    setting, said = options.setting, Said(options.language)
    limits, odd = limits_of(record, obligations, options.benchmarks)
    record = replace(record, tier=setting.tier, limits=limits, _by={})
    declared = record.of("service.declared")
    recorded = record.as_recorded() if record.corrections else None
    tallies: dict[str, Tally] = {}
    results = []
    for obliged in obligations:
        if not binds(obliged.row, setting.tier, record.micro_small):
            results.append(not_binding(obliged, setting, said))
            continue
        found = tallies[obliged.row.id] = tally(obliged, record)
        touched = recorded is not None and _kinds(obliged) & record.corrected_kinds()
        before = tally(obliged, recorded) if recorded is not None and touched else None
        results.append(paper(obliged, record, found, before, setting, said))
    notes = [*record.notes, *odd, *_tier_notes(declared[-1].tier if declared else None, setting)]
    counts = Counter(f"{result.basis} {result.conclusion}" for result in results)
    audited = Audited(
        service=record.service,
        origin=record.origin,
        first=record.first,
        last=record.stop - 1,
        start=moment(record.start),
        end=moment(record.end),
        tier=setting.tier,
        declared_tier=declared[-1].tier if declared else None,
        micro_small=record.micro_small,
        events={kind: len(rows) for kind, rows in sorted(record.rows.items())},
        remarks=tuple(said.remark(note) for note in notes),
        results=tuple(results),
        conclusions=dict(sorted(counts.items())),
    )
    return Worked(record, audited, tallies)


def _kinds(obliged: Obliged) -> set[str]:
    return {split(read)[0] for read in obliged.row.reads}


def _tier_notes(declared: str | None, setting: Setting) -> list[Note]:
    if declared is None:
        return [Note("no_declaration", 1)]
    if {"vlose": "vlop"}.get(declared, declared) != setting.tier:
        return [Note("other_tier", 1, (), {"declared": declared, "given": setting.tier})]
    return []


def _check_names(obligations: Iterable[Obliged], names: Iterable[str]) -> None:
    known = {obliged.row.id for obliged in obligations}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no obligation {name}", hint="the table: docs/reference/events.md")
