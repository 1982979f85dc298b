"""Benchmarks: whose yardstick an obligation is measured by.

Rules (Delegated Regulation (EU) 2024/436 Art. 5(1)(a) and 10):
- The auditor's own comes first, else the platform's (`service.declared.benchmarks`, from its declaration on), else
  the table's, which says that no law sets it.
- A unit that is no length of time is told, and the table's benchmark holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waarmerk.audit.loaded import Limit, Note, Record
from waarmerk.audit.obligations.interface import Obliged
from waarmerk.audit.rows import HOUR
from waarmerk.record.events.coverage import coverage

_UNITS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "h": 1.0, "day": 24.0, "week": 168.0}


def limits_of(
    record: Record, obligations: Iterable[Obliged], chosen: Mapping[str, float]
) -> tuple[dict[str, Limit], list[Note]]:
    """The limit of every obligation, and notes on benchmarks of no use; `chosen`: the auditor's, in hours."""
    own: dict[str, list[tuple[int, int]]] = {}
    odd: dict[str, int] = {}
    for declared in record.of("service.declared"):
        for name, benchmark in declared.benchmarks.items():
            hours = _UNITS.get(benchmark.unit.lower().removesuffix("s") if benchmark.unit != "s" else "second")
            if hours is None or benchmark.value < 0:
                odd[f"{name}: {benchmark.value:g} {benchmark.unit}"] = declared.index
            else:
                own.setdefault(name, []).append((declared.at, round(benchmark.value * hours * HOUR)))
    limits = {}
    for obliged in obligations:
        name = obliged.row.id
        if name in chosen:
            limits[name] = Limit(((0, round(chosen[name] * HOUR)),), "auditor")
        elif name in own:
            limits[name] = Limit(_steps(own[name]), "platform")
        else:
            benchmark = obliged.row.benchmark or coverage().defaults.benchmark
            limits[name] = Limit(((0, round(benchmark.hours * HOUR)),), "default")
    notes = [Note("benchmark_unit", 1, (index,), {"benchmark": text}) for text, index in odd.items()]
    return limits, notes


def _steps(declared: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The declarations that changed the value, in the order of time."""
    found: list[tuple[int, int]] = []
    for since, value in sorted(declared):
        if not found or found[-1][1] != value:
            found.append((since, value))
    return tuple(found)
