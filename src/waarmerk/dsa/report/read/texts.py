"""Bytes of a CSV file as rows of text, whatever its encoding and separator; what differs from RFC 4180 is told.

Rules: UTF-8 first, with or without byte order mark; UTF-16 by its mark or its zero bytes; else Windows-1252.
The separator is the one of comma, semicolon, tab and bar that gives the most cells with the template's own words in
the first lines (a free text full of semicolons separates nothing), and among equals the most equal columns.
A row keeps the line on which it starts.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from waarmerk.dsa.report.template import template_words
from waarmerk.dsa.report.words import normal
from waarmerk.errors import InputError

_SEPARATORS = (",", ";", "\t", "|")
_LONGEST_CELL = 1 << 20
_LONGEST_LINE = 16 << 20
_SNIFFED_LINES = 40


@dataclass(frozen=True)
class Sheet:
    """Rows of one file or sheet: `(line, values)`; `encoding` and `separator` as found ("" for a workbook)."""

    name: str
    rows: tuple[tuple[int, tuple[object, ...]], ...]
    encoding: str = ""
    separator: str = ""


def sheet_of(name: str, data: bytes) -> Sheet:
    """The rows of a CSV file; InputError naming the file when it is no text or a cell is longer than 1 MiB."""
    text, encoding = decode(name, data)
    longest = max(map(len, text.split("\n")))
    if longest > _LONGEST_LINE:
        raise InputError(
            "holds a line of more than 16 million characters; no report does",
            where=name,
            hint="give the CSV file as the service published it",
        )
    separator = _separator(text)
    rows: list[tuple[int, tuple[object, ...]]] = []
    previous = csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        start = 1
        for values in reader:
            if any(values):
                rows.append((start, tuple(values)))
            start = reader.line_num + 1
    except csv.Error as broken:
        raise InputError(
            f"is no readable CSV near line {start}: {broken}", where=name, hint="a quotation mark may be open"
        ) from broken
    finally:
        csv.field_size_limit(previous)
    return Sheet(name, tuple(rows), encoding, separator)


def decode(name: str, data: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was read in; InputError for bytes that are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(name, data, "utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return _try(name, data, "utf-8-sig")
    head = data[:4000]
    zeros = head.count(0)
    if zeros and len(head) >= 4:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > len(head) // 5 and even < len(head) // 50:
            return _try(name, data, "utf-16-le")
        if even > len(head) // 5 and odd < len(head) // 50:
            return _try(name, data, "utf-16-be")
        raise InputError("holds zero bytes: it is no text file", where=name, hint="give CSV files, a ZIP or an XLSX")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "windows-1252"


def _try(name: str, data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as broken:
        raise InputError(
            f"begins as {encoding.upper()} and is not", where=name, hint="save the file as UTF-8"
        ) from broken


def _separator(text: str) -> str:
    sample = "\n".join(text.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES])
    best, most = ",", (0, 1.0)
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        except csv.Error:
            continue
        known = sum(normal(cell) in template_words() for row in rows for cell in row)
        # The width that most rows share, weighted by how many share it.
        widths = [len(row) for row in rows]
        common = max(set(widths), key=widths.count, default=1)
        score = known, common * widths.count(common) / max(len(widths), 1)
        if score > most:
            best, most = separator, score
    return best
