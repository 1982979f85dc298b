"""A labelled list of media: CSV in, rows to examine out, and by line what cannot be used.

Rules:
- Columns: `path` or `file` and `label` (real, fake) are needed; `method`, `source`, `group`, `pair`, `people` (a
  group of people, for figures apart), `x,y,width,height` (pixels of the upright picture), `start_s,end_s` may stand
  there. Others are kept, for `where`. Paths are relative to the list.
- A rectangle counts only where all four numbers stand.
- A row that cannot be used is named with its line and its reason and counted; it never stops the others.
- A row without a group is a group of its own; without a source its source is "unstated".
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.evaluate.views import WHOLE, Part, Rectangle

Label = Literal["real", "fake"]
UNSTATED = "unstated"
LONGEST_FIELD = 1 << 20
"""Characters; a list of media has no longer ones."""


@dataclass(frozen=True)
class Row:
    """One medium, or part of one, with its label. `listed`: the path as the list has it; `path`: where it lies."""

    line: int
    listed: str
    path: str
    label: Label
    method: str = ""
    source: str = UNSTATED
    group: str = ""
    pair: str = ""
    people: str = ""
    part: Part = WHOLE
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def fake(self) -> bool:
        """Whether the list calls it fake."""
        return self.label == "fake"


@dataclass(frozen=True)
class Unusable:
    """A row that is not examined, or could not be: its line, its path as listed, and the reason in a sentence."""

    line: int
    listed: str
    reason: str


@dataclass(frozen=True)
class LabelledList:
    """The rows of a list that can be examined, and those that cannot; `left_out`: rows that `where` leaves aside."""

    path: str
    rows: tuple[Row, ...]
    unusable: tuple[Unusable, ...]
    left_out: int


def conditions(where: Iterable[str]) -> dict[str, str]:
    """`column=value` as a dictionary; UsageError for what is no such condition."""
    wanted: dict[str, str] = {}
    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals or not column.strip():
            raise UsageError(f"--where takes COLUMN=VALUE, not {condition!r}", hint="for example --where split=val")
        wanted[column.strip()] = value.strip()
    return wanted


def read_list(path: Path, where: Sequence[str] = ()) -> LabelledList:
    """Reads a list; InputError where it is none or a needed column is missing, UsageError for a wrong condition."""
    wanted = conditions(where)
    before = csv.field_size_limit(LONGEST_FIELD)  # the whole process's: given back below
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            return _read(path, csv.DictReader(stream), wanted)
    except OSError as error:
        raise InputError(f"the list cannot be read: {error.strerror}", where=str(path)) from error
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(f"the list is no CSV in UTF-8: {error}", where=str(path)) from error
    finally:
        csv.field_size_limit(before)


def _read(path: Path, reader: csv.DictReader[str], wanted: Mapping[str, str]) -> LabelledList:
    columns = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    file = next((name for name in ("path", "file") if name in columns), None)
    if file is None or "label" not in columns:
        missing = "label" if file is not None else "path (or file)"
        raise InputError(
            f"the list has no column {missing}",
            where=str(path),
            hint=f"its columns are: {', '.join(columns) or 'none'}",
        )
    for column in wanted:
        if column not in columns:
            raise UsageError(f"--where names a column that the list does not have: {column}", where=str(path))
    rows: list[Row] = []
    unusable: list[Unusable] = []
    left_out = 0
    for cells in reader:
        line = reader.line_num
        values = {name: (value or "").strip() for name, value in cells.items() if isinstance(name, str)}
        if any(values.get(column) != value for column, value in wanted.items()):
            left_out += 1
            continue
        try:
            rows.append(_row(path.parent, line, file, values))
        except ValueError as error:
            unusable.append(Unusable(line, values.get(file, ""), str(error)))
    return LabelledList(str(path), tuple(rows), tuple(unusable), left_out)


_KNOWN = ("path", "file", "label", "method", "source", "group", "pair", "people")
_NUMBERS = ("x", "y", "width", "height", "start_s", "end_s")


def _row(base: Path, line: int, file: str, values: Mapping[str, str]) -> Row:
    """One row; ValueError with the reason where it cannot be used."""
    listed, label = values[file], values["label"].lower()
    if not listed:
        raise ValueError("names no file")
    if label not in ("real", "fake"):
        raise ValueError(f"its label is {values['label']!r}, neither real nor fake")
    part = Part(_rectangle(values), *_times(values))
    path = os.fspath(base / listed)
    if not Path(path).exists():
        raise ValueError("the file does not exist")
    return Row(
        line=line,
        listed=listed,
        path=path,
        label="fake" if label == "fake" else "real",
        method=values.get("method", ""),
        source=values.get("source", "") or UNSTATED,
        group=values.get("group", "") or f"line {line}",
        pair=values.get("pair", ""),
        people=values.get("people", ""),
        part=part,
        others={name: value for name, value in values.items() if name not in (*_KNOWN, *_NUMBERS)},
    )


def _rectangle(values: Mapping[str, str]) -> Rectangle | None:
    given = [values.get(name, "") for name in _NUMBERS[:4]]
    if not all(given):
        return None
    x, y, width, height = (_number(name, value) for name, value in zip(_NUMBERS, given, strict=False))
    if width < 1 or height < 1 or x < 0 or y < 0:
        raise ValueError(f"its rectangle x, y, width, height is broken: {', '.join(given)}")
    return round(x), round(y), round(width), round(height)


def _times(values: Mapping[str, str]) -> tuple[float | None, float | None]:
    start, end = (_number(name, values[name]) if values.get(name) else None for name in _NUMBERS[4:])
    if (start is not None and start < 0) or (end is not None and end <= (start or 0.0)):
        raise ValueError(f"its times are broken: start_s {values.get('start_s')!r}, end_s {values.get('end_s')!r}")
    return start, end


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"its {name} is {value!r}, which is no number")
    return number
