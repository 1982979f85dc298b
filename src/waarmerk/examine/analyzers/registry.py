"""Analyzers by name, found through entry points: the built-in ones as a stranger's would be.

Rules:
- The built-in analyzers come first, in the order of the report; strangers' follow by name.
- An analyzer that cannot be loaded is kept with the sentence why, so that every report can say that it is missing;
  it never stops an examination.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import get_args

from waarmerk.errors import UsageError
from waarmerk.examine.analyzers.interface import Analyzer, FileAnalyzer, Need
from waarmerk.values import Finding

GROUP = "waarmerk.analyzers"
ORDER = ("manipulation", "matching", "provenance", "container")


@dataclass(frozen=True)
class Registry:
    """The analyzers of this installation; `missing`: name and the sentence why it cannot be loaded."""

    analyzers: tuple[Analyzer, ...]
    missing: tuple[tuple[str, str], ...] = ()

    def only(self, names: Iterable[str]) -> Registry:
        """This registry with the named analyzers alone; UsageError for a name that it does not have."""
        wanted = set(names)
        known = [analyzer.name for analyzer in self.analyzers] + [name for name, _ in self.missing]
        if unknown := sorted(wanted - set(known)):
            raise UsageError(f"there is no analyzer {unknown[0]!r}", hint=f"there are: {', '.join(known)}")
        return Registry(
            tuple(analyzer for analyzer in self.analyzers if analyzer.name in wanted),
            tuple((name, why) for name, why in self.missing if name in wanted),
        )

    def ordered(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Findings in the order of the report."""
        return tuple(sorted(findings, key=lambda finding: _order(finding.analyzer)))


def registered() -> Registry:
    """Every analyzer that is installed, loaded."""
    return load(entry_points(group=GROUP))


def load(points: Sequence[EntryPoint] | Iterable[EntryPoint]) -> Registry:
    """The analyzers behind entry points; two of one name are both refused, since neither can be told apart."""
    found: dict[str, list[EntryPoint]] = {}
    for point in points:
        found.setdefault(point.name, []).append(point)
    loaded: list[Analyzer] = []
    missing: list[tuple[str, str]] = []
    for name in sorted(found, key=_order):
        if len({point.value for point in found[name]}) > 1:
            values = " and ".join(sorted({point.value for point in found[name]}))
            missing.append((name, f"two packages register an analyzer of this name: {values}"))
            continue
        try:
            loaded.append(_checked(name, found[name][0].load()()))
        except Exception as error:  # noqa: BLE001 a stranger's module may raise anything; it is reported in every report
            missing.append((name, f"it cannot be loaded: {type(error).__name__}: {error}"))
    return Registry(tuple(loaded), tuple(missing))


def reader_of(analyzer: Analyzer) -> FileAnalyzer | None:
    """The analyzer as one that reads the file itself, or None."""
    return analyzer if analyzer.needs == "file" else None  # type: ignore[return-value]


def _order(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _checked(name: str, analyzer: Analyzer) -> Analyzer:
    if analyzer.name != name:
        raise UsageError(f"it is registered as {name!r} but calls itself {analyzer.name!r}")
    if analyzer.needs not in get_args(Need):
        raise UsageError(f"it needs {analyzer.needs!r}, which is none of {', '.join(get_args(Need))}")
    if analyzer.needs == "file" and ":" not in getattr(analyzer, "reader", ""):
        raise UsageError("it needs the file but names no reader as 'module:function'")
    return analyzer
