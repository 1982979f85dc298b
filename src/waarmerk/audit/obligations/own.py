"""Obligations of one's own: one Python file that uses `own_obligation`, run by the person who names it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from waarmerk.audit.obligations import all_obligations
from waarmerk.audit.obligations.interface import OBLIGATIONS, Obliged
from waarmerk.errors import InputError, WaarmerkError
from waarmerk.record.events.catalogue import KINDS, fields
from waarmerk.record.events.coverage import ANY, split


def load_obligations(path: Path) -> list[Obliged]:
    """Run a file and return what it registered; InputError where it fails, registers none or reads what is not."""
    before = {obliged.row.id for obliged in all_obligations()}
    spec = importlib.util.spec_from_file_location(f"waarmerk_own_obligations_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InputError("is no Python file", where=str(path), hint="see examples/obligation")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except WaarmerkError:
        raise
    except Exception as broken:
        # A stranger's file may fail in any way; the sentence names it.
        raise InputError(f"failed: {type(broken).__name__}: {broken}", where=str(path)) from broken
    added = [obliged for name, obliged in OBLIGATIONS.items() if name not in before]
    if not added:
        raise InputError("registers no obligation", where=str(path), hint="decorate a function with own_obligation")
    for obliged in added:
        for read in obliged.row.reads:
            kind, name = split(read)
            if kind != ANY and (kind not in KINDS or name not in fields(kind)):
                raise InputError(f"{obliged.row.id} reads {read}, which no event has", where=str(path))
    return added
