"""A bundle reconciled with everything that outsiders hold, as published (`waarmerk.reconciliation/1`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from waarmerk import __version__
from waarmerk.audit.contradictions import SCHEMA, Compared, Found, Source
from waarmerk.audit.held import receipts
from waarmerk.audit.limits import limits_of
from waarmerk.audit.load import Keys, kept_fields, load_bundle
from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations import all_obligations
from waarmerk.audit.recomputed import READS as REPORT_READS
from waarmerk.audit.recomputed import report
from waarmerk.audit.reconcile import READS, acknowledgements, dump, flaggers, orders, probes
from waarmerk.audit.rows import moment
from waarmerk.audit.said import Said
from waarmerk.errors import InputError, UsageError
from waarmerk.record.bundle.read import Bundle, open_bundle
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.text.words import Language

EVIDENCE = ("receipts", "flagger", "orders", "dump", "probes", "report")
HELD_READS = (*READS, *REPORT_READS)
"""The fields of the record that evidence is held against."""
_TABLES = {"flagger": flaggers, "orders": orders, "dump": dump, "probes": probes}


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True, rename={"form": "schema"}):
    """What outsiders hold against what the log says. `counts`: findings by basis, questions apart."""

    form: str = SCHEMA
    version: str
    service: str
    origin: str
    first: int
    last: int
    start: str
    end: str
    sources: tuple[Source, ...]
    counts: dict[str, int]
    findings: tuple[Found, ...]

    def failed(self, basis: str) -> bool:
        """Whether something of this basis was found that is no question."""
        return any(found.basis == basis and not found.question for found in self.findings)


def reconcile(
    path: Path,
    keys: Keys,
    evidence: Mapping[str, Path],
    *,
    service: str | None = None,
    language: Language = "en",
) -> Reconciliation:
    """Verifies the bundle and holds it against the evidence (by the names of `EVIDENCE`).

    Raises `UsageError` where none is given or the service is not in it, `InputError` for a file that cannot be read,
    `IntegrityError` where the bundle does not verify.
    """
    if not evidence:
        raise UsageError("nothing was given to hold against the log", hint="one of " + ", ".join(EVIDENCE))
    obligations = all_obligations()
    reads = [*HELD_READS, *(read for one in obligations for read in one.row.reads)]
    with open_bundle(path) as bundle:
        record = one_service(load_bundle(bundle, keys, kept_fields(reads), str(path)), service, path)
        record.limits, _ = limits_of(record, obligations, {})
        held = held_against(record, bundle, keys, evidence)
    compared = [one for given in held.values() for one in given]
    said = Said(language)
    findings = tuple(
        msgspec.structs.replace(found, sentence=said.say(f"held.{found.code}", **found.fields))
        for one in compared
        for found in one.found
    )
    counts = Counter(f"{found.basis} question" if found.question else found.basis for found in findings)
    return Reconciliation(
        version=__version__,
        service=record.service,
        origin=record.origin,
        first=record.first,
        last=record.stop - 1,
        start=moment(record.start),
        end=moment(record.end),
        sources=tuple(one.source() for one in compared),
        counts=dict(sorted(counts.items())),
        findings=findings,
    )


def held_against(
    record: Record, bundle: Bundle, keys: Keys, evidence: Mapping[str, Path]
) -> dict[str, list[Compared]]:
    """What comes of each evidence, by its name. Raises `InputError` for a file that cannot be read."""
    for name, file in evidence.items():
        if not file.exists():
            raise InputError(f"there is no such {name}", where=str(file))
    return {name: _held_against(name, file, record, bundle, keys) for name, file in evidence.items()}


def one_service(records: list[Record], service: str | None, path: Path) -> Record:
    """The record that outsiders' evidence is about. Raises `UsageError` where that is not clear."""
    names = ", ".join(record.service for record in records)
    if service is None and len(records) > 1:
        raise UsageError("the bundle has several services", where=str(path), hint=f"--service, one of {names}")
    for record in records:
        if service in (None, record.service):
            return record
    raise UsageError(f"there is no service {service} in it", where=str(path), hint=f"it has {names}")


def _held_against(name: str, file: Path, record: Record, bundle: Bundle, keys: Keys) -> list[Compared]:
    if name == "receipts":
        if not file.is_dir():
            raise InputError("receipts are a folder", where=str(file))
        log_keys = list(keys.log) or [parse_verifier_key(text) for text in bundle.manifest.keys]
        found = [receipts(record, file, bundle, log_keys)]
        if (file / "acknowledgements.csv").exists():
            found.append(acknowledgements(record, file))
        return found
    if name == "report":
        return [report(record, file)]
    return [_TABLES[name](record, file)]
