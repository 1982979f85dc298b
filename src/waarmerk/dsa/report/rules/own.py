"""Rules of one's own: one Python file that uses `rule`, run by the person who names it on the command line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from waarmerk.dsa.report.rules import RULES, Rule, all_rules
from waarmerk.errors import InputError


def load_rules(path: Path) -> list[Rule]:
    """Run a file and return the rules it registered; InputError when it fails or registers none."""
    before = len(all_rules())
    spec = importlib.util.spec_from_file_location(f"waarmerk_own_rules_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError("is no Python file", where=str(path), hint="see examples/report_rule")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as broken:
        # A stranger's file may fail in any way; the sentence names it.
        raise InputError(f"failed: {type(broken).__name__}: {broken}", where=str(path)) from broken
    added = RULES[before:]
    if not added:
        raise InputError("registers no rule", where=str(path), hint="decorate a function with `rule`")
    return added
