"""What an auditor makes of a week: `audit run` and `audit reconcile` on what it left, and whether they name a way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simulation.remote.ways import Way

from waarmerk.audit.load import Keys
from waarmerk.audit.paper import Setting
from waarmerk.audit.reconciled import EVIDENCE, Reconciliation, reconcile
from waarmerk.audit.results import Remark, Result
from waarmerk.audit.run import Options, audit
from waarmerk.record.log.keys import parse_verifier_key


@dataclass(frozen=True)
class Audited:
    """`results` by the row's id, `remarks` on the record, and what outsiders hold against it."""

    results: dict[str, Result]
    remarks: tuple[Remark, ...]
    held: Reconciliation

    @property
    def failures(self) -> list[str]:
        """Failures in law: rows of the audit, findings of the reconciliation that are no question."""
        rows = [name for name, result in self.results.items() if result.fail]
        return rows + [one.code for one in self.held.findings if one.basis == "law" and not one.question]

    def named(self, way: Way) -> set[str]:
        """The rows that are negative and the findings that answer for a way."""
        rows = {name for name in way.rows if self.results[name].conclusion == "negative"}
        return rows | ({one.code for one in self.held.findings} & set(way.held))


def evidence(folder: Path) -> dict[str, Path]:
    """What outsiders hold, by the name of the option."""
    places = {"receipts": "receipts", "report": "report"}
    return {name: folder / places.get(name, f"{name}.csv") for name in EVIDENCE}


def audited(folder: Path) -> Audited:
    """Both answers on what a week left in its folder."""
    keys = Keys([parse_verifier_key((folder / "log.key").read_text().strip())])
    answer, _ = audit(folder / "bundle.zip", Options(setting=Setting(tier="platform"), keys=keys))
    (service,) = answer.audits
    held = reconcile(folder / "bundle.zip", keys, evidence(folder))
    return Audited({result.id: result for result in service.results}, service.remarks, held)
