"""A path as a report: sheets recognised, rows read, tables in order, one service and one period, or a sentence.

Rules:
- Two services or two periods that fill the same parts, or two identifications (part 1) of different services or
  dates of publication, are two reports: refused, both named.
- A part that stands twice for one service (ads, core) stays two tables; nothing is added up.
- One table that holds several such tables under a column of its own (surface) is taken apart by that column.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from pathlib import Path

from waarmerk.dsa.report.model import Deviation, Report, Row, Table
from waarmerk.dsa.report.read.recognise import Recognised, recognise
from waarmerk.dsa.report.read.rows import RowReader
from waarmerk.dsa.report.read.sources import open_path
from waarmerk.dsa.report.read.texts import Sheet
from waarmerk.dsa.report.template import CATEGORY_PARTS, OTHER
from waarmerk.dsa.report.words import normal, same_service
from waarmerk.errors import InputError

PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\s*/\s*(\d{4}-\d{2}-\d{2})")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MOST_SURFACES = 8


def read_report(path: Path) -> Report:
    """The report at a path: folder, ZIP, CSV or XLSX; InputError with one sentence when it is none."""
    given = open_path(path)
    deviations = list(given.notes)
    tables: list[Table] = []
    for sheet in given.sheets:
        found = recognise(sheet)
        if found is None:
            deviations.append(Deviation("sheet_not_recognised", 0, sheet.name, asks=False))
            continue
        _form(sheet, found, deviations)
        reader = RowReader(sheet, found)
        rows = reader.rows()
        deviations += reader.deviations
        _absent(sheet, found, rows, deviations)
        columns = tuple(column for column in found.part.columns if column.key in found.places)
        tables += [
            Table(found.part.number, name, tuple(some), columns)
            for name, some in _apart(sheet, found, rows, deviations)
        ]
    tables = [table for table in tables if table.rows]
    if not tables:
        raise InputError(
            "holds no part of the official template: no header and no row label of it was recognised",
            where=str(path),
            hint="the template holds for periods from 1 July 2025; earlier reports have forms of their own",
        )
    if not any(table.part != 2 for table in tables):
        raise InputError(
            "holds part 2 of the template alone, which has no figures", where=str(path), hint="give the whole report"
        )
    tables.sort(key=lambda table: table.part)
    _one_report(path, tables)
    facts = _facts(tables)
    service, period = _service(tables, facts, path), _period(tables, facts)
    whole = len(given.sheets) > 1
    return Report(str(path), service, period, facts, tuple(tables), tuple(deviations), whole)


def _form(sheet: Sheet, found: Recognised, deviations: list[Deviation]) -> None:
    number, name = found.part.number, sheet.name
    if sheet.separator and sheet.separator != ",":
        shown = "TAB" if sheet.separator == "\t" else sheet.separator
        deviations.append(Deviation("separator", number, name, asks=True, fields={"mark": shown}))
    if sheet.encoding == "utf-8-sig":
        deviations.append(Deviation("byte_order_mark", number, name, asks=False))
    elif sheet.encoding not in ("", "utf-8"):
        deviations.append(Deviation("encoding", number, name, asks=True, fields={"encoding": sheet.encoding.upper()}))
    if found.header is None:
        deviations.append(Deviation("heading_missing", number, name, asks=True, line=sheet.rows[0][0]))
    elif found.by_place:
        deviations.append(Deviation("heading_foreign", number, name, asks=True, line=sheet.rows[found.header][0]))
    if found.header:
        deviations.append(Deviation("lines_above_heading", number, name, asks=False, fields={"count": found.header}))
    if found.shift:
        line = sheet.rows[found.header or 0][0]
        deviations.append(
            Deviation("heading_shifted", number, name, asks=True, line=line, fields={"by": found.shift})
        )
    for key in found.missing:
        header = found.part.by_key[key].header
        deviations.append(
            Deviation("column_missing", number, name, asks=True, column=header, fields={"header": header})
        )
    if found.renamed:
        told = {"count": len(found.renamed), "header": found.renamed[0][:80]}
        deviations.append(Deviation("headings_reworded", number, name, asks=False, fields=told))
    for title, _ in found.extra:
        deviations.append(Deviation("column_extra", number, name, asks=False, fields={"header": title[:80]}))
    leaf = normal(name.rpartition("#")[2].rpartition("/")[2])
    if normal(found.part.name.partition("_")[2]) not in leaf:
        deviations.append(Deviation("part_renamed", number, name, asks=False))


def _absent(sheet: Sheet, found: Recognised, rows: list[Row], deviations: list[Deviation]) -> None:
    """Note the template's categories and keywords that a table leaves out; the law would have them blank."""
    if found.part.number not in CATEGORY_PARTS:
        return
    place = found.part.by_key["category"].place
    present = {row.key for row in rows}
    absent = [label for label in dict.fromkeys(row[place].strip() for row in found.part.rows) if label not in present]
    if absent:
        fields: dict[str, object] = {"count": len(absent), "label": absent[0]}
        deviations.append(Deviation("rows_absent", found.part.number, sheet.name, asks=False, fields=fields))


def _identity(row: Row) -> tuple[str, ...]:
    return (row.key or row.label, row.scope, row.category, row.description)


def _apart(
    sheet: Sheet, found: Recognised, rows: list[Row], deviations: list[Deviation]
) -> list[tuple[str, list[Row]]]:
    if found.part.number not in (*CATEGORY_PARTS, 7, 8, 9, 10):
        return [(sheet.name, rows)]
    named = [
        row for row in rows if row.known and row.key != OTHER and row.key not in ("accuracy", "precision", "recall")
    ]
    if len({_identity(row) for row in named}) > 0.7 * len(named):
        return [(sheet.name, rows)]
    values = dict(sheet.rows)
    own = [("Service", "service"), ("Applicability", "applicability"), ("Section", "section")]
    candidates = [*found.extra, *((title, found.places.get(key)) for title, key in own)]
    for title, place in candidates:
        if place is None:
            continue
        of = {row.line: str(cells[place]).strip() if place < len(cells := values[row.line]) else "" for row in rows}
        kinds = dict.fromkeys(of.values())
        if not 2 <= len(kinds) <= _MOST_SURFACES:
            continue
        groups = {kind: [row for row in rows if of[row.line] == kind] for kind in kinds}
        if all(_distinct(group) for group in groups.values()):
            deviations.append(
                Deviation("tables_in_one", found.part.number, sheet.name, asks=False, fields={"column": title})
            )
            return [(f"{sheet.name} [{kind}]", group) for kind, group in groups.items()]
    return [(sheet.name, rows)]


def _distinct(rows: list[Row]) -> bool:
    named = [
        row for row in rows if row.known and row.key != OTHER and row.key not in ("accuracy", "precision", "recall")
    ]
    return len({_identity(row) for row in named}) > 0.9 * len(named)


def _most(values: list[str]) -> str:
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""


def _one_report(path: Path, tables: list[Table]) -> None:
    groups: dict[tuple[str, str], set[int]] = {}
    shown: dict[tuple[str, str], str] = {}
    for table in tables:
        if table.part < 3:
            continue
        service, period = _most([row.service for row in table.rows]), _most([row.period for row in table.rows])
        identity = (normal(service), normal(period))
        groups.setdefault(identity, set()).add(table.part)
        shown[identity] = f"{service or 'a service without a name'} ({period or 'no period'})"
    _one_identification(path, [table for table in tables if table.part == 1])
    identities = list(groups)
    for index, one in enumerate(identities):
        for other in identities[index + 1 :]:
            # "Search" and "Search Ads" are two tables of one report, "Search" and "Maps" two reports.
            related = same_service(one[0], other[0])
            same_period = one[1] == other[1] or not one[1] or not other[1]
            common = groups[one] & groups[other]
            if common and (not related or not same_period):
                raise _two_reports(path, shown[one], shown[other])


def _one_identification(path: Path, tables: list[Table]) -> None:
    shown: dict[tuple[str, str], str] = {}
    for table in tables:
        service, published = _most([row.service for row in table.rows]), _facts([table]).get("published", "").strip()
        shown.setdefault((normal(service), published), f"{service or table.name} ({published or 'no date'})")
    if len(shown) > 1:
        raise _two_reports(path, *list(shown.values())[:2])


def _two_reports(path: Path, one: str, other: str) -> InputError:
    return InputError(
        f"holds two reports: {one} and {other}",
        where=str(path),
        hint="give one at a time, or both to `waarmerk dsa report compare`",
    )


def _facts(tables: list[Table]) -> dict[str, str]:
    return {row.key: row.text("value") for table in tables if table.part == 1 for row in table.rows if row.key}


def _service(tables: list[Table], facts: dict[str, str], path: Path) -> str:
    named = _most([_most([row.service for row in table.rows]) for table in tables])
    return named or facts.get("provider", "") or path.stem


def _period(tables: list[Table], facts: dict[str, str]) -> str:
    start, end = iso_date(facts.get("start", "")), iso_date(facts.get("end", ""))
    if start and end:
        return f"{start}/{end}"
    written = _most([_most([row.period for row in table.rows]) for table in tables])
    found = PERIOD.search(written)
    return f"{found[1]}/{found[2]}" if found else written


def iso_date(text: str) -> str:
    """The date of a text as YYYY-MM-DD, or ""; day first where the year stands last."""
    found = _DATE.search(text)
    if found:
        year, month, day = (int(bit) for bit in found.groups())
    else:
        found = _DAY_FIRST.search(text)
        if not found:
            return ""
        day, month, year = (int(bit) for bit in found.groups())
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""
