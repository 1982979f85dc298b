"""CSV: a hash a row with its type, as ThreatExchange's `tx` and HMA's users keep them.

Rules: with a heading its columns are found by name (`signal` or `hash`, `signal_type` or `type`, `id`, `at`, `state`,
`tags` separated by blanks (inside one: %20), `note`), other columns stay as they are; without one a row is
`signal[,type[,tags]]`. Rows that follow each other with the same id are the hashes of one item.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO, Any, Final
from urllib.parse import quote, unquote

from waarmerk.bank.exchange.hashes import WHOLE, item_of, texts_of
from waarmerk.bank.exchange.interface import Bad, Record, State
from waarmerk.errors import InputError

_COLUMNS: Final = ("signal", "signal_type", "id", "at", "state", "tags", "note")
_ALIAS: Final = {"hash": "signal", "type": "signal_type", "raw_indicator": "signal"}
_TYPES: Final = {
    "": "pdq", "pdq": "pdq", "hash_pdq": "pdq", "vpdq": "vpdq", "md5": "md5", "video_md5": "md5", "hash_md5": "md5",
    "hash_video_md5": "md5", "sha256": "sha256", "hash_sha256": "sha256", WHOLE: WHOLE,
}  # fmt: skip
_STATES: Final[dict[str, State]] = {
    "": "known",
    "known": "known",
    "withdrawn": "withdrawn",
    "not-a-fake": "not-a-fake",
}


_LONGEST_CELL = 64 << 20


class Csv:
    """See the module."""

    name = "csv"
    withdraws = True
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether the first line has commas and no brace."""
        first = head.split(b"\n", 1)[0]
        names = {name.strip().strip('"').lower() for name in first.decode("utf-8", "replace").split(",")}
        return (
            bool(names & {"signal", "hash", "raw_indicator"})
            and len(names) > 1
            and not first.startswith((b"{", b"["))
        )

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of a file."""
        lines = csv.reader(io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline=""), strict=True)
        names: list[str] | None = None

        def rows() -> Iterator[tuple[int, dict[str, str]]]:
            nonlocal names
            while True:
                # The limit is the whole process's: it is given back before anybody else reads.
                before = csv.field_size_limit(_LONGEST_CELL)
                try:
                    row = next(lines)
                except StopIteration:
                    return
                except csv.Error as error:
                    bad(InputError(f"line {lines.line_num}: {error}", where=where))
                    continue
                finally:
                    csv.field_size_limit(before)
                if not any(value.strip() for value in row):
                    continue
                if names is None:
                    named = [_ALIAS.get(value.strip().lower(), value.strip()) for value in row]
                    names = named if "signal" in named else ["signal", "signal_type", "tags"]
                    if "signal" in named:
                        continue
                if len(row) > len(names):
                    column = 1 + sum(len(value) + 1 for value in row[: len(names)])
                    what = f"line {lines.line_num}, column {column}: more values than columns"
                    bad(InputError(what, where=where))
                    continue
                yield lines.line_num, dict(zip(names, row, strict=False))

        for _, group in groupby(enumerate(rows()), key=_same):
            several = [row for _, row in group]
            try:
                yield _record(several)
            except InputError as error:
                place = f"line {several[0][0]}, column {_column(several[0][1])}"
                bad(InputError(f"{place}: {error.message}", where=where, hint=error.hint))

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records; the heading names every column that one of them has."""
        given = list(records)
        more = sorted({name for record in given for name in record.fields} - set(_COLUMNS))
        text = io.TextIOWrapper(out, "utf-8", errors="backslashreplace", newline="", write_through=True)
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow([*_COLUMNS, *more])
        for number, record in enumerate(given):
            texts = {} if record.item is None else texts_of(record.item)
            name = record.id or (f"row-{number}" if len(texts) > 1 else "")
            for kind, signal in texts.items() or [("", "")]:
                head = (
                    signal,
                    kind,
                    name,
                    record.at or "",
                    record.state,
                    " ".join(map(_joined, record.tags)),
                    record.note,
                )
                lines.writerow([*head, *(record.fields.get(column, "") for column in more)])
        text.detach()


def _joined(tag: str) -> str:
    """A tag as one word: blanks inside it, and the sign that says so, by their numbers."""
    return re.sub(r"[\s%]", lambda found: quote(found[0]), tag)


def _same(row: tuple[int, tuple[int, dict[str, str]]]) -> str:
    number, (_, values) = row
    return values.get("id") or f" {number}"


def _record(rows: list[tuple[int, dict[str, str]]]) -> Record:
    texts: dict[str, str] = {}
    for _, row in rows:
        kind = row.get("signal_type", "").strip().lower()
        if kind not in _TYPES:
            raise InputError(
                f"{kind!r} is no type of hash that is known here", hint=", ".join(sorted(set(_TYPES.values())))
            )
        if row.get("signal", "").strip():
            texts[_TYPES[kind]] = row["signal"]
    row = rows[0][1]
    state = row.get("state", "").strip()
    if state not in _STATES:
        raise InputError(f"{state!r} is no state", hint="known, withdrawn or not-a-fake")
    if not texts and not (state == "withdrawn" and row.get("id")):
        raise InputError("there is no hash in this row")
    name = row.get("id") or None
    return Record(
        item_of(texts) if texts else None,
        _STATES[state],
        None if name and name.startswith("row-") else name,
        row.get("at") or None,
        tuple(map(unquote, row.get("tags", "").split())),
        row.get("note", ""),
        {key: value for key, value in row.items() if key not in _COLUMNS and value},
    )


def _column(row: dict[str, Any]) -> int:
    """Where the hash of a row begins, counted from 1."""
    before = list(row)[: list(row).index("signal")]
    return 1 + sum(len(row[name]) + 1 for name in before)
