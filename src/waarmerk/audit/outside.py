"""What outsiders hold, read from their files as `docs/reference/outside-evidence.md` describes them.

Rules:
- A table has exactly the columns of its page, in any order; a heading that lacks one or has another is refused.
- A time is RFC 3339 in UTC; a local time or one without a zone is refused with its line: an hour's difference would
  accuse somebody.
- Every row knows its file and line, so that a finding can be looked up.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from waarmerk.audit.rows import milliseconds
from waarmerk.errors import InputError

ACKNOWLEDGEMENTS = ("holder", "what", "id", "channel", "n", "sent_at", "got_at")
FLAGGER = (
    "flagger_ref",
    "sent_at",
    "notice",
    "channel",
    "n",
    "acknowledged_at",
    "category",
    "keyword",
    "decided_at",
)
ORDERS = ("authority_ref", "type", "member_state", "territory", "sent_at", "received_at", "effect_at")
PROBES = ("probe", "kind", "sent_at", "notice", "channel", "n", "acknowledged_at", "item", "checked_at", "seen")
_WORDS = {
    "what": ("notice", "order", "challenge", "statement"),
    "type": ("act", "inform"),
    "kind": ("notice", "reupload", "label"),
    "seen": ("up", "down", "labelled"),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_ID = re.compile("[0-9a-f]{32}")
_IDS = ("id", "notice")
MAX_TABLE = 1 << 30
_NAMES, _NAME = 5, 40


@dataclass(frozen=True)
class Held:
    """A row of a table: its values by column, times in milliseconds, empty cells None; where it stands."""

    where: str
    values: dict[str, str]
    times: dict[str, int]
    n: int | None

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def at(self, name: str) -> int | None:
        """A time, None where the cell is empty."""
        return self.times.get(name)


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Held]:
    """The rows of one of the tables. Raises `InputError` with file and line for whatever is not as it should be."""
    try:
        if path.stat().st_size > MAX_TABLE:
            raise InputError(f"the table has more than {MAX_TABLE} bytes", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"the table cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError(f"the table is not UTF-8 at byte {error.start}", where=str(path)) from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = next(rows, None)
        if heading is None:
            raise InputError("the table is empty", where=str(path), hint=f"it begins with {','.join(columns)}")
        lacks, more = [c for c in columns if c not in heading], [c for c in heading if c not in columns]
        if lacks or more or len(set(heading)) != len(heading):
            words = [f"it lacks {_few(lacks)}"] * bool(lacks) + [f"it has {_few(more)}"] * bool(more)
            raise InputError(
                f"the heading is not that of this table: {'; '.join(words) or 'a column stands twice'}",
                where=str(path),
                hint=f"it is {','.join(columns)}",
            )
        for row in rows:
            if row:
                yield _held(heading, row, f"{path}:{rows.line_num}")
    except csv.Error as error:
        raise InputError(f"this is not CSV: {error}", where=f"{path}:{rows.line_num}") from error


def _few(names: Sequence[str]) -> str:
    """Names for a sentence: a stranger's table may have a thousand of any length."""
    shown = ", ".join(name[:_NAME] for name in names[:_NAMES])
    return f"{shown} and {len(names) - _NAMES} more" if len(names) > _NAMES else shown


def _held(heading: Sequence[str], row: Sequence[str], where: str) -> Held:
    if len(row) != len(heading):
        raise InputError(f"the row has {len(row)} cells, the heading {len(heading)}", where=where)
    values = dict(zip(heading, row, strict=True))
    times = {}
    for name, value in values.items():
        if not value:
            continue
        if name.endswith("_at"):
            times[name] = utc(name, value, where)
        elif name in _WORDS and value not in _WORDS[name]:
            raise InputError(f"{name} is {value!r}", where=where, hint=f"one of {', '.join(_WORDS[name])}")
        elif name in _IDS and not _ID.fullmatch(value):
            raise InputError(f"{name} is no id: {value!r}", where=where, hint="32 hexadecimal digits")
    number = values.get("n", "")
    if number and not number.isdigit():
        raise InputError(f"n is no number: {number!r}", where=where)
    return Held(where, values, times, int(number) if number else None)


def utc(name: str, value: str, where: str = "") -> int:
    """A time as milliseconds since 1970. Raises `InputError` where it is none in UTC."""
    if not _TIME.fullmatch(value):
        raise InputError(
            f"{name} is {value!r}, no time in UTC", where=where, hint="write 2026-03-02T09:14:07Z, with Z for UTC"
        )
    try:
        return milliseconds(value)
    except ValueError as error:
        raise InputError(f"{name} is {value!r}, which no calendar has", where=where) from error
