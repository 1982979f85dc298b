"""An XLSX workbook as sheets, read-only, with openpyxl (extra `audit`), which is imported here alone.

Rules: values are those that the file holds; a formula with a stored value is told, one without is refused; a time
or duration cell is hours.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from typing import Any

from waarmerk.dsa.report.model import Deviation
from waarmerk.dsa.report.read.texts import Sheet
from waarmerk.errors import DependencyError, InputError

_MOST_ROWS = 100_000
_MOST_SHEETS = 60
_LAST_LINE = 1 << 20
"""The last row that a sheet can have."""
_MOST_COLUMNS = 400
_EPOCH = datetime.datetime(1899, 12, 30)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def workbook(name: str, data: bytes) -> tuple[list[Sheet], list[Deviation]]:
    """The sheets of a workbook and what was met; InputError for a broken one, DependencyError without openpyxl."""
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError as missing:
        raise DependencyError(
            "reading an XLSX needs the Python package openpyxl", where=name, hint="pip install 'waarmerk[audit]'"
        ) from missing
    notes: list[Deviation] = []
    sheets: list[Sheet] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            if len(book.worksheets) > _MOST_SHEETS:
                raise InputError(f"has more than {_MOST_SHEETS} sheets; no report has", where=name)
            formulas = _formulas(data, load_workbook) if _has_formulas(data) else {}
            for sheet in book.worksheets:
                sheets.append(_sheet(f"{name}#{sheet.title}", sheet, formulas.get(sheet.title, set()), notes))
                if sheet.sheet_state != "visible":
                    notes.append(Deviation("hidden_sheet", 0, f"{name}#{sheet.title}", asks=False))
            book.close()
        except InputError:
            raise
        except Exception as broken:
            # openpyxl raises KeyError, ValueError, TypeError, XML and ZIP errors alike for a broken workbook.
            raise InputError(
                f"cannot be read as a workbook: {type(broken).__name__}: {broken}",
                where=name,
                hint="open it and save it again as XLSX, or give CSV files",
            ) from broken
    return sheets, notes


def _sheet(where: str, sheet: Any, formulas: set[tuple[int, int]], notes: list[Deviation]) -> Sheet:
    sheet.reset_dimensions()
    rows: list[tuple[int, tuple[object, ...]]] = []
    told = 0
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if line > _LAST_LINE:
            raise InputError(f"names a row beyond {_LAST_LINE}; no sheet has one", where=where)
        if formulas:
            for column in range(len(values)):
                if (line, column + 1) in formulas:
                    if values[column] is None:
                        raise InputError(
                            f"row {line}, column {column + 1} holds a formula without a stored value",
                            where=where,
                            hint="open the workbook, let it calculate, save it, or give CSV files",
                        )
                    told += 1
        if any(value is not None and value != "" for value in values):
            if any(value is not None and value != "" for value in values[_MOST_COLUMNS:]):
                raise InputError(f"row {line} has more than {_MOST_COLUMNS} columns; no report has", where=where)
            rows.append((line, tuple(_value(value) for value in values[:_MOST_COLUMNS])))
            # Sheets formatted to their last row are common; rows with content are what counts.
            if len(rows) > _MOST_ROWS:
                raise InputError(f"has more than {_MOST_ROWS} rows; no report has", where=where)
    if told:
        notes.append(Deviation("formula", 0, where, asks=False, fields={"count": told}))
    return Sheet(where, tuple(rows))


def _value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 3600
    if isinstance(value, datetime.time):
        return value.hour + value.minute / 60 + value.second / 3600
    if isinstance(value, datetime.datetime):
        # A duration formatted as a time comes back as a moment just after the epoch of spreadsheets.
        if value.year <= 1900:
            return (value - _EPOCH).total_seconds() / 3600
        bare = value.hour == value.minute == value.second == 0
        return value.date().isoformat() if bare else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            _FORMULA.search(archive.read(name)) is not None
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )


def _formulas(data: bytes, load_workbook: Any) -> dict[str, set[tuple[int, int]]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    found: dict[str, set[tuple[int, int]]] = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        for line, row in enumerate(sheet.iter_rows(), start=1):
            if line > _LAST_LINE:
                break
            for place, cell in enumerate(row, start=1):
                if getattr(cell, "data_type", "") == "f":
                    found.setdefault(sheet.title, set()).add((line, place))
    book.close()
    return found
