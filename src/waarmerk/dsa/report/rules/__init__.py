"""The rules of a checker: one decorated function each, one file a part, and the common ones.

`all_rules()` is what a check runs; a rule of one's own is one file (see `examples/report_rule`).
"""

from __future__ import annotations

import importlib

from waarmerk.dsa.report.rules.registry import CLASSES, RULES, Class, Hit, Rule, rule

__all__ = ["CLASSES", "RULES", "Class", "Hit", "Rule", "all_rules", "published_ids", "rule"]

_FILES = (
    *("wholes", "sums", "numbers", "medians", "categories", "blanks", "part1", "part3", "part4", "part5_6", "part7"),
    *("part8", "part9_11", "form"),
)


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule in the order of the files."""
    for name in _FILES:
        importlib.import_module(f"{__name__}.{name}")
    return tuple(RULES)


def published_ids() -> list[str]:
    """The closed list of rule ids of the package, without those of one's own."""
    return list(dict.fromkeys(one.id for one in all_rules() if one.function.__module__.startswith(f"{__name__}.")))
