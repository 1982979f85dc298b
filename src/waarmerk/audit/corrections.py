"""Corrections applied to rows: what the platform says today beside what it first wrote.

Rules:
- The later correction of the same field wins; an inner part is named with points (`because.type`).
- A correction that names no event of the bundle, no field or no fitting value changes nothing and is told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import msgspec
import numpy as np

from waarmerk.audit.loaded import Correction, Note
from waarmerk.audit.rows import Row, Rows, milliseconds
from waarmerk.record.events.catalogue import KINDS

_SHOWN = 20


def apply_corrections(
    rows: dict[str, list[Row]], ids: bytes, indexes: Any, maker: Rows
) -> tuple[tuple[Correction, ...], dict[str, dict[int, Row]], list[Note]]:
    """Corrects rows in place; gives the corrections, the rows as they were (by kind and entry), and notes.

    `ids`: the events' ids, 16 bytes each, of the entries `indexes`.
    """
    asked = rows.get("record.corrected", [])
    if not asked:
        return (), {}, []
    find = _finder(ids, indexes)
    done: list[Correction] = []
    originals: dict[str, dict[int, Row]] = {}
    lost: list[int] = []
    for ask in asked:
        index = find(bytes.fromhex(ask.event))
        if index is None:
            lost.append(ask.index)
            continue
        done.append(Correction(index, ask.index, ask.field, ask.logged_at))
        place = _place(rows, index)
        if place is None:
            continue  # nobody reads that kind
        kind, at = place
        row = rows[kind][at]
        changed = _changed(kind, row, ask.field, ask.now, maker)
        if changed is None:
            lost.append(ask.index)
        elif changed is not row:
            originals.setdefault(kind, {}).setdefault(index, row)
            rows[kind][at] = changed
    notes = [Note("correction_lost", len(lost), tuple(lost[:_SHOWN]))] if lost else []
    return tuple(done), originals, notes


def _finder(ids: bytes, indexes: Any) -> Callable[[bytes], int | None]:
    """Entry of an event's id, by bisection over the ids in order."""
    known = np.frombuffer(ids, dtype=">u8").reshape(-1, 2)
    order = np.lexsort((known[:, 1], known[:, 0]))
    places = np.asarray(indexes)
    high = known[order, 0]

    def find(wanted: bytes) -> int | None:
        upper, lower = np.frombuffer(wanted, dtype=">u8")
        at = int(np.searchsorted(high, upper))
        while at < len(order) and high[at] == upper:
            if known[order[at], 1] == lower:
                return int(places[order[at]])
            at += 1
        return None

    return find


def _place(rows: Mapping[str, list[Row]], index: int) -> tuple[str, int] | None:
    for kind, found in rows.items():
        at = bisect_left(found, index, key=lambda row: row.index)
        if at < len(found) and found[at].index == index:
            return kind, at
    return None


def _changed(kind: str, row: Row, path: str, now: Any, maker: Rows) -> Row | None:
    """The row with one field changed; itself where nobody reads the field, None where the value does not fit."""
    name, _, inner = path.partition(".")
    hints = get_type_hints(KINDS[kind], include_extras=True)
    if name not in hints:
        return None
    if name == "at":
        try:
            return msgspec.structs.replace(row, at=milliseconds(str(now)))
        except ValueError:
            return None
    if name not in maker.fields.get(kind, ()):
        return row
    try:
        if inner:
            value = msgspec.to_builtins(getattr(row, name))
            part = value
            *above, last = inner.split(".")
            for step in above:
                part = part[step]
            part[last] = now
            now = value
        value = maker.value(kind, name, msgspec.convert(now, hints[name]))
    except (msgspec.ValidationError, KeyError, TypeError, ValueError):
        return None
    return msgspec.structs.replace(row, **{name: value})
