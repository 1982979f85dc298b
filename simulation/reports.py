"""Transparency reports of official size, honest by construction: every sum, median and share follows from its parts.

Rules:
- Rows and headings are read from the official template (data files of the package); nothing is spelled again.
- Everything is drawn from one seed; the same seed gives the same report.
- Figures are made from the bottom up: sub-categories first, then categories, TOTAL, Member States within the Union.

Standard library only. Planted defects and lawful deviations of form: `simulation/report_defects.py`.
"""

from __future__ import annotations

import csv
import io
import random
import statistics
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

TEMPLATE = Path(__file__).parent.parent / "src" / "waarmerk" / "dsa" / "data" / "report_template"
NAMES = tuple(sorted((path.stem for path in TEMPLATE.glob("*.csv")), key=lambda name: int(name.partition("_")[0])))
MEMBER_STATES = tuple("AT BE BG HR CY CZ DK EE FI FR DE EL HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())  # noqa: SIM905
LANGUAGES = tuple("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split())  # noqa: SIM905
RESTRICTIONS = 14

Table = list[list[str]]


@dataclass
class Report:
    """A report as tables of text by part; `service` and `period` as every row names them."""

    service: str
    period: str
    parts: dict[int, Table] = field(default_factory=dict)

    def cell(self, part: int, row: int, column: int) -> str:
        """The text of a cell; row 0 is the heading."""
        return self.parts[part][row][column]

    def rows_of(self, part: int, label: str, scope: str = "TOTAL") -> list[int]:
        """The rows with a label in the category's column (and a scope, in part 3)."""
        return [
            index for index, row in enumerate(self.parts[part]) if row[3] == label and (part != 3 or row[5] == scope)
        ]

    def indicator(self, part: int, indicator: str, scope: str) -> int:
        """The row of an indicator that starts so, with a scope."""
        return next(
            index
            for index, row in enumerate(self.parts[part])
            if row[4].startswith(indicator) and row[5].strip() == scope
        )


def template(part: int) -> Table:
    """The official rows of a part, the heading first."""
    text = (TEMPLATE / f"{NAMES[part - 1]}.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def honest(
    seed: int,
    *,
    service: str = "Plaza",
    start: str = "2025-07-01",
    end: str = "2025-12-31",
    published: str = "2026-02-20",
    states: tuple[str, ...] = MEMBER_STATES,
    scale: float = 1.0,
) -> Report:
    """A report of the official size in which nothing contradicts anything."""
    draw = random.Random(seed)
    report = Report(service, f"{start}/{end}")
    report.parts[1] = _filled(report, 1)
    values = ("Plaza International B.V.", published, "2025-08-28", start, end)
    for row, value in zip(report.parts[1][1:], values, strict=True):
        row[3] = value
    report.parts[2] = template(2)
    report.parts[3] = _orders(report, draw, states)
    report.parts[4] = _notices(report, draw, scale)
    for part in (5, 6):
        report.parts[part] = _measures(report, draw, part, scale)
    report.parts[7] = _complaints(report, draw, scale)
    report.parts[8] = _automated(report, draw)
    report.parts[9] = _moderators(report, draw)
    report.parts[10] = _recipients(report, draw)
    report.parts[11] = _filled(report, 11)
    for row in report.parts[11][1:]:
        row[4] = (
            "Measures are described in the terms and conditions; every decision can be contested within six months."
        )
    return report


def _filled(report: Report, part: int) -> Table:
    rows = template(part)
    for row in rows[1:]:
        row[1] = report.service
        if part != 1:
            row[2] = report.period
        if part in (3, 4, 5, 6):
            row[4] = ""
    return rows


def _amount(draw: random.Random, scale: float) -> int:
    return 0 if draw.random() < 0.3 else int(draw.paretovariate(0.9) * 12 * scale)


def _blocks(rows: Table) -> list[tuple[int, list[int]]]:
    """Index of every category row with the indices of its sub-categories; rows[0] is the heading, rows[1] TOTAL."""
    found: list[tuple[int, list[int]]] = []
    for index, row in enumerate(rows):
        if row[3].startswith("STATEMENT_"):
            found.append((index, []))
        elif row[3].startswith("KEYWORD_"):
            found[-1][1].append(index)
    return found


def _add_up(rows: Table, columns: list[int], total: int = 1) -> None:
    for head, subs in _blocks(rows):
        for column in columns:
            if subs:
                rows[head][column] = str(sum(int(rows[sub][column]) for sub in subs))
    for column in columns:
        rows[total][column] = str(sum(int(rows[head][column]) for head, _ in _blocks(rows)))


def _medians(rows: Table, median: int, population: int) -> None:
    """The median of a whole as the median of its parts' medians, each weighing its population; blank without one."""

    def whole(parts: list[int]) -> str:
        known = sorted((float(rows[i][median]), int(rows[i][population])) for i in parts if rows[i][median])
        half, seen = sum(weight for _, weight in known) / 2, 0
        for value, weight in known:
            seen += weight
            if seen >= half:
                return f"{value:.1f}"
        return ""

    for head, subs in _blocks(rows):
        if subs:
            rows[head][median] = whole(subs)
    rows[1][median] = whole([head for head, _ in _blocks(rows)])


def _leaves(rows: Table) -> list[int]:
    return [index for head, subs in _blocks(rows) for index in (subs or [head])]


def _describe(rows: Table, index: int) -> None:
    if rows[index][3] == "KEYWORD_OTHER":
        rows[index][4] = "Everything that the rules of the house name beside the list"


# Column of the median to the column of its population, in part 3.
_ORDER_MEDIANS = ((8, 6), (9, 6), (11, 10), (12, 10))
_Times = dict[tuple[int, int], list[float]]


def _orders(report: Report, draw: random.Random, states: tuple[str, ...]) -> Table:
    filled = _filled(report, 3)
    union, body = filled[:92], filled[1:92]
    # The times of every single order, so that every median is a median.
    everyone: _Times = {}
    tables: list[Table] = []
    for state in states:
        table = [union[0], *([*row] for row in body)]
        times: _Times = {}
        for row in table[1:]:
            row[5] = state
        for index in _leaves(table):
            orders = draw.choice((0, 0, 0, 1, 2, draw.randrange(40)))
            table[index][6], table[index][7] = str(orders), str(orders * draw.choice((1, 1, 3)))
            table[index][10] = str(draw.choice((0, 0, 1, draw.randrange(60))))
            _draw_times(table, index, draw, times)
        _add_up(table, [6, 7, 10])
        _order_medians(table, times)
        for key, some in times.items():
            everyone.setdefault(key, []).extend(some)
        tables.append(table)
    for index in _leaves(union):
        for column in (6, 7, 10):
            union[index][column] = str(sum(int(table[index][column]) for table in tables))
    if states:
        _nobodys_orders(union, draw)
    else:
        for index in _leaves(union):
            _draw_times(union, index, draw, everyone)
    _add_up(union, [6, 7, 10])
    _order_medians(union, everyone)
    for table in (union, *tables):
        for index in _leaves(table):
            _describe(table, index)
    return [*union, *(row for table in tables for row in table[1:])]


def _nobodys_orders(union: Table, draw: random.Random) -> None:
    """A few orders of which nobody could tell the Member State: the Union has more than the states together."""
    for index in draw.sample(_leaves(union), 5):
        union[index][6], union[index][7] = str(int(union[index][6]) + 1), str(int(union[index][7]) + 1)


def _draw_times(table: Table, index: int, draw: random.Random, times: _Times) -> None:
    for median, population in _ORDER_MEDIANS:
        times[index, median] = [draw.uniform(0, 96) for _ in range(int(table[index][population]))]


def _order_medians(table: Table, times: _Times) -> None:
    blocks = [(head, subs or [head]) for head, subs in _blocks(table)]
    leaves = _leaves(table)
    for median, _ in _ORDER_MEDIANS:
        for row, parts in [(leaf, [leaf]) for leaf in leaves] + blocks + [(1, leaves)]:
            known = [time for part in parts for time in times.get((part, median), [])]
            table[row][median] = f"{statistics.median(known):.1f}" if known else ""


def _notices(report: Report, draw: random.Random, scale: float) -> Table:
    rows = _filled(report, 4)
    for index in _leaves(rows):
        notices = _amount(draw, scale * 20)
        flagger = min(notices, draw.choice((0, 0, 1, int(notices * 0.03))))
        items, items_flagger = int(notices * draw.choice((1, 1.3, 2))), flagger * draw.choice((1, 2))
        law, terms = int(notices * draw.uniform(0, 0.4)), int(notices * draw.uniform(0, 0.5))
        law_flagger, terms_flagger = min(law, flagger // 2), min(terms, flagger // 3)
        items = max(items, items_flagger)
        figures = (notices, flagger, items, items_flagger)
        rows[index][5:9] = [str(number) for number in figures]
        rows[index][9] = f"{draw.uniform(0.5, 140):.1f}" if law + terms else ""
        rows[index][10] = f"{draw.uniform(0.5, 60):.1f}" if law_flagger + terms_flagger else ""
        rows[index][11:15] = [str(number) for number in (law, law_flagger, terms, terms_flagger)]
        _describe(rows, index)
    _add_up(rows, [5, 6, 7, 8, 11, 12, 13, 14])
    for row in rows[1:]:
        row[15:] = [""] * len(row[15:])
    _act_medians(rows)
    return rows


def _act_medians(rows: Table) -> None:
    """Times to act weigh the actions; notices without action are left out, as Annex II allows."""
    for median, columns in ((9, (11, 13)), (10, (12, 14))):
        for row in rows[1:]:
            row.append(str(sum(int(row[column]) for column in columns)))
        _medians(rows, median, len(rows[1]) - 1)
        for row in rows[1:]:
            row.pop()


def _measures(report: Report, draw: random.Random, part: int, scale: float) -> Table:
    rows = _filled(report, part)
    # This service pays nobody: its monetary restrictions are blank throughout.
    monetary = {14, 15, 16}
    for index in _leaves(rows):
        measures = _amount(draw, scale * (30 if part == 5 else 400))
        rows[index][5], rows[index][6] = str(measures), str(int(measures * draw.uniform(0.3, 0.98)))
        left = measures
        for column in range(7, 7 + RESTRICTIONS):
            if column in monetary:
                continue
            some = left if column == 20 else int(left * draw.uniform(0, 0.5))
            rows[index][column] = str(some)
            left -= some
        # Some measures restrict twice: an account is suspended and its post removed.
        rows[index][7] = str(int(rows[index][7]) + (measures - int(rows[index][7])) // 7)
        _describe(rows, index)
    _add_up(rows, [5, 6, *(column for column in range(7, 7 + RESTRICTIONS) if column not in monetary)])
    return rows


def _set(rows: Table, indicator: str, scope: str, value: object) -> None:
    for row in rows[1:]:
        if row[4].startswith(indicator) and row[5].strip() == scope:
            row[6] = str(value)


def _complaints(report: Report, draw: random.Random, scale: float) -> Table:
    rows = _filled(report, 7)
    kinds = list(dict.fromkeys(row[4] for row in rows[1:] if row[4].startswith("Complaint regarding")))
    partition = kinds[:5]
    sums = dict.fromkeys(
        ("Total number", "Decisions upheld", "Decisions partially reversed", "Decisions reversed"), 0
    )
    medians: list[tuple[float, int]] = []
    for kind in kinds:
        total = draw.randrange(4, 4000) if kind in partition else 3
        upheld, reversed_ = int(total * 0.6), int(total * 0.2)
        partially, median = int(total * 0.05), round(draw.uniform(5, 200), 1)
        # The rest is pending at the end of the period.
        for scope, value in zip(sums, (total, upheld, partially, reversed_), strict=True):
            _set(rows, kind, scope, value)
            sums[scope] += value if kind in partition else 0
        _set(rows, kind, "Median time", median)
        if kind in partition:
            medians.append((median, total))
    for scope, value in sums.items():
        _set(rows, "Number of complaints submitted", scope, value)
    _set(rows, "Number of complaints submitted", "Decision omitted", int(sums["Total number"] * 0.02))
    _set(rows, "Number of complaints submitted", "Median time", _weighted(medians))
    _set(rows, "Number of restrictions newly", "Total number", draw.randrange(50))
    disputes = draw.randrange(20, 300)
    outcomes = ("Total number", disputes), ("Decisions upheld", disputes // 3), ("Decisions reversed", disputes // 4)
    for scope, value in (*outcomes, ("Decisions partially reversed", 2), ("Decision omitted", disputes // 10)):
        _set(rows, "Number of disputes", scope, value)
    _set(rows, "Number of disputes", "Median time", 1510.5)
    _set(rows, "Number of disputes", "Percentage of outcomes implemented", 0.93)
    for row in rows[1:]:
        if row[4].startswith("Number of suspensions"):
            row[6] = str(int(draw.randrange(900) * scale))
    return rows


def _weighted(parts: list[tuple[float, int]]) -> float:
    half, seen = sum(weight for _, weight in parts) / 2, 0
    for value, weight in sorted(parts):
        seen += weight
        if seen >= half:
            return value
    return 0.0


def _automated(report: Report, draw: random.Random) -> Table:
    filled = _filled(report, 8)
    rows = [row for row in filled if row[6 - 1].strip() not in ("bg", "[...]", "sv")]
    own = sum(int(report.parts[part][1][5]) for part in (5, 6))
    # Partly automated measures lie between the two figures.
    solely, without = int(own * 0.7), int(own * 0.2)
    notices, flagger = int(report.parts[4][1][5]), int(report.parts[4][1][6])
    for scope, amounts in (("Total number", (solely + 40, without + 900)), ("Own-initiative", (solely, without))):
        _set(rows, "Number of measures solely", scope, amounts[0])
        _set(rows, "Number of measures not", scope, amounts[1])
    for scope, amount in (("NAM Total", notices), ("NAM Trusted Flagger", flagger)):
        _set(rows, "Number of notices solely", scope, amount // 4)
        _set(rows, "Number of notices not", scope, amount // 2)
    shares = ("Accuracy of the automated means - Accuracy", "Accuracy of the automated means - Precision")
    for name in (*shares, "Accuracy of the automated means - Recall"):
        for scope in ("Total number", "Own-initiative", "NAM Total", "NAM Trusted Flagger"):
            _set(rows, name, scope, f"{draw.uniform(0.8, 0.99):.3f}")
    labels = list(dict.fromkeys(row[4] for row in rows[1:]))
    for label in labels[:5]:
        for language in LANGUAGES:
            share = label.startswith("Accuracy")
            base = solely if "solely" in label else without
            value = f"{draw.uniform(0.7, 0.99):.3f}" if share else str(int(base * draw.uniform(0.001, 0.02)))
            rows.append(["Only for VLOPs", report.service, report.period, rows[1][3], label, language, value, ""])
    return rows


def _moderators(report: Report, draw: random.Random) -> Table:
    filled = _filled(report, 9)
    rows = filled[:4]
    inside, outside = draw.randrange(200, 900), draw.randrange(500, 4000)
    for row, value in zip(rows[1:], (f"{inside}.5", str(outside), str(inside + outside - 60)), strict=True):
        row[6] = value
    for language in LANGUAGES:
        rows.append([*rows[3][:5], language, str(draw.randrange(3, 60)), ""])
    return rows


def _recipients(report: Report, draw: random.Random) -> Table:
    rows = _filled(report, 10)[:2]
    numbers = {state: draw.randrange(200_000, 9_000_000) for state in MEMBER_STATES}
    # Who travels is counted once in the Union and in both states.
    rows[1][6] = str(int(sum(numbers.values()) * 0.98))
    rows += [[*rows[1][:5], state, str(number)] for state, number in numbers.items()]
    return rows


def csv_text(rows: Table, *, delimiter: str = ",") -> str:
    """A table as CSV by RFC 4180."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def write_folder(report: Report, folder: Path) -> Path:
    """Write a report as the folder of CSV files that the template names."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in report.parts.items():
        (folder / f"{NAMES[part - 1]}.csv").write_bytes(csv_text(rows).encode())
    return folder


def write_zip(report: Report, path: Path) -> Path:
    """Write a report as one ZIP of CSV files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, rows in report.parts.items():
            archive.writestr(f"{NAMES[part - 1]}.csv", csv_text(rows))
    return path
