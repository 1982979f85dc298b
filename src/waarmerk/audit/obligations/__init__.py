"""The obligations: one decorated function each, one file an article (or group of articles).

`all_obligations()` is what an audit runs; one of one's own is one file (see `examples/obligation`).
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points

from waarmerk.audit.obligations.interface import OBLIGATIONS, Obliged
from waarmerk.record.events.coverage import coverage

_FILES = (
    *("art9", "art14", "art16", "art17", "art18", "art20", "art22", "art23"),
    *("known", "labels", "promises", "reports", "tools", "proof", "outside"),
)
GROUP = "waarmerk.obligations"
"""The entry points by which installed packages bring obligations of their own."""


def all_obligations() -> tuple[Obliged, ...]:
    """Every registered obligation: the table's in its order, then one's own."""
    for name in _FILES:
        importlib.import_module(f"{__name__}.{name}")
    for entry in entry_points(group=GROUP):
        entry.load()
    order = [row.id for row in coverage().obligation]
    own = [obliged for obliged in OBLIGATIONS.values() if obliged.own]
    return (*(OBLIGATIONS[name] for name in order if name in OBLIGATIONS), *own)
