"""A published report's cells, recomputed from the record: parts 3 to 6, counts and medians (R1, R2).

Rules (docs/reference/outside-evidence.md, "How its cells follow from the record"):
- The period is that of `report.published.period`, both days included; an event belongs to the day of its `at`.
- A decision counts once, under its category and its first keyword; decisions in shadow do not exist for the report.
- A thing counts in its keyword's row, in its category's and in the TOTAL; a keyword that the template lacks counts
  under KEYWORD_OTHER. A blank where nothing was due is no difference.
- A cell that differs is named with both figures; a median by more than its rounding.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from waarmerk.audit.contradictions import Compared, Found
from waarmerk.audit.loaded import Record
from waarmerk.audit.rows import HOUR, Row, milliseconds
from waarmerk.dsa.codes import code
from waarmerk.dsa.report.model import Row as Line
from waarmerk.dsa.report.model import Table
from waarmerk.dsa.report.read.build import read_report
from waarmerk.dsa.report.template import OTHER, TOTAL
from waarmerk.errors import InputError

READS = (
    "report.published.period",
    "report.published.files",
    "notice.received.notice",
    "notice.received.items",
    "notice.received.category",
    "notice.received.keyword",
    "notice.received.sender_type",
    "order.received.order",
    "order.received.type",
    "order.received.items",
    "order.received.category",
    "order.received.keyword",
    "order.received.member_state",
    "decision.made.decision",
    "decision.made.outcome",
    "decision.made.mode",
    "decision.made.because",
    "decision.made.category",
    "decision.made.keywords",
    "decision.made.ground",
    "decision.made.restrictions",
    "decision.made.automated_detection",
    "effect.applied.decision",
    "effect.applied.effect",
    "message.sent.about",
    "message.sent.what",
    "sample.planned.plan",
    "sample.planned.purpose",
    "sample.labelled.plan",
)
_DAY = 24 * HOUR
_SAMPLES = ("accuracy", "gold")
_MEASURES = ("accuracy", "precision", "recall")
_DRAWN = 62 * _DAY
"""A sample for a report may be labelled until the report is due, two months after its period."""
_ROUNDING = 0.051
"""Hours: medians are published with one decimal."""
_COLUMNS = {
    "removal": ("visibility", "CONTENT_REMOVED"),
    "disable": ("visibility", "CONTENT_DISABLED"),
    "demoted": ("visibility", "CONTENT_DEMOTED"),
    "age_restricted": ("visibility", "CONTENT_AGE_RESTRICTED"),
    "interaction_restricted": ("visibility", "CONTENT_INTERACTION_RESTRICTED"),
    "labelled": ("visibility", "CONTENT_LABELLED"),
    "account_suspension": ("account", "SUSPENDED"),
    "account_termination": ("account", "TERMINATED"),
}


@dataclass
class _Cells:
    """What is due in a scope of a part: amounts and times by row and column."""

    counts: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    times: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def count(self, column: str, category: str, keyword: str, amount: int = 1) -> None:
        for row in {(TOTAL, ""), (category, ""), (category, keyword)}:  # without a keyword, the category alone
            self.counts[(*row, column)] += amount

    def time(self, column: str, category: str, keyword: str, taken: int) -> None:
        for row in {(TOTAL, ""), (category, ""), (category, keyword)}:
            self.times[(*row, column)].append(taken)


@dataclass(frozen=True)
class _Period:
    first: int
    end: int

    def has(self, at: int | None) -> bool:
        return at is not None and self.first <= at < self.end


def report(record: Record, path: Path) -> Compared:
    """A published report against the record. Raises `InputError` where it cannot be read or was never published."""
    compared = Compared("report", str(path))
    published = record.of("report.published")
    if not published:
        raise InputError("the log has no report.published, so there is no period to recompute", where=str(path))
    row = published[-1]
    first = milliseconds(f"{row.period.start}T00:00:00.000Z")
    after = date.fromisoformat(row.period.end) + timedelta(days=1)
    period = _Period(first, milliseconds(f"{after.isoformat()}T00:00:00.000Z"))
    if first < record.start - _DAY and not record.whole:
        raise InputError("the bundle begins after the report's period", where=str(path), hint="export from its start")
    digest = _digest(path)
    if digest is not None and digest != row.files:
        compared.found.append(_found("files_differ", path, "R1", question=True, index=row.index))
    read = read_report(path)
    due = _due(record, period)
    for number in (3, 4, 5, 6):
        table = read.only(number)
        if table is None:
            continue
        for scope in table.scopes():
            cells = due.get((number, scope if number == 3 and scope != TOTAL else ""))
            if cells is not None:
                _compare(compared, table, scope, cells, path)
    _accuracy(compared, record, period, read.only(8), path)
    return compared


def _accuracy(compared: Compared, record: Record, period: _Period, table: Table | None, path: Path) -> None:
    """Figures of accuracy without a labelled sample behind them in the record (R5): asked about, for a sample may
    have been kept elsewhere."""
    if table is None:
        return
    told = [row for row in table.rows if row.key in _MEASURES and row.cell("value").given]
    if not told:
        return
    compared.take("R5")
    planned = {row.plan for row in record.of("sample.planned") if row.purpose in _SAMPLES}
    if not any(row.plan in planned and row.at < period.end + _DRAWN for row in record.of("sample.labelled")):
        compared.found.append(_found("accuracy_unsampled", path, "R5", question=True, figures=len(told)))


def _compare(compared: Compared, table: Table, scope: str, cells: _Cells, path: Path) -> None:
    """Every cell of a scope that follows from the record."""
    keywords = {row.key for row in table.rows if row.scope == scope and row.key.startswith("KEYWORD_")}
    folded = _Cells()
    for (category, keyword, column), amount in cells.counts.items():
        folded.counts[category, _place(keyword, keywords), column] += amount
    for (category, keyword, column), times in cells.times.items():
        folded.times[category, _place(keyword, keywords), column] += times
    columns = {key[2] for key in (*cells.counts, *cells.times)}
    for row in table.rows:
        if row.scope != scope:
            continue
        compared.rows += 1
        name = _name(row)
        if name is None:
            continue
        for column in sorted(columns):
            cell = row.cell(column)
            key = (*name, column)
            taken = folded.times.get(key)
            if any(each[2] == column for each in folded.times):
                due = None if not taken else median(taken) / HOUR
                wrong = cell.given and (due is None or abs(float(cell.number or 0) - due) > _ROUNDING)
                wrong = wrong or (due is not None and not cell.given)
                obligation, shown = "R2", "—" if due is None else f"{due:.1f}"
            else:
                amount = folded.counts.get(key, 0)
                wrong = (cell.number if cell.given else 0) != amount
                obligation, shown = "R1", str(amount)
            compared.take(obligation)
            if wrong:
                compared.found.append(
                    _found(
                        "cell_differs",
                        path,
                        obligation,
                        part=table.part,
                        row=" ".join(part for part in (row.scope, row.category, row.label) if part),
                        column=table.header(column),
                        stands=cell.text or "—",
                        due=shown,
                    )
                )


def _place(keyword: str, keywords: set[str]) -> str:
    return keyword if keyword in keywords or not keyword else OTHER


def _name(row: Line) -> tuple[str, str] | None:
    """Category and keyword of a row; None for an own row, of which there may be several."""
    if row.key == TOTAL:
        return TOTAL, ""
    if row.is_category:
        return row.key, ""
    return (row.category, row.key) if row.key != OTHER else None


def _due(record: Record, period: _Period) -> dict[tuple[int, str], _Cells]:
    """What the cells are, by part and Member State ("" for the whole)."""
    due: dict[tuple[int, str], _Cells] = defaultdict(_Cells)
    _orders(record, period, due)
    notices = {row.notice: row for row in record.of("notice.received")}
    trusted = {name for name, row in notices.items() if row.sender_type == "trusted_flagger"}
    part = due[4, ""]
    for row in notices.values():
        if period.has(row.at):
            for ending in ("", "_flagger")[: 1 + (row.notice in trusted)]:
                part.count(f"notices{ending}", row.category, row.keyword)
                part.count(f"items{ending}", row.category, row.keyword, len(row.items))
    applied = _first(record.of("effect.applied"), lambda row: row.decision if row.effect == "applied" else None)
    illegal = code("decision_ground", "ILLEGAL_CONTENT")
    for row in record.of("decision.made"):
        if row.mode != "live" or row.outcome != "restrict" or not period.has(row.at):
            continue
        keyword = row.keywords[0] if row.keywords else ""
        law = row.ground == illegal
        if row.because.type == "notice":
            of_flagger = bool(trusted.intersection(row.because.ids))
            for ending in ("", "_flagger")[: 1 + of_flagger]:
                part.count(f"actions_{'law' if law else 'terms'}{ending}", row.category, keyword)
            effect = applied.get(row.decision)
            for name in row.because.ids if effect is not None else ():
                if effect is not None and name in notices:
                    for ending in ("", "_flagger")[: 1 + (name in trusted)]:
                        part.time(f"median{ending}", row.category, keyword, effect - notices[name].at)
        elif row.because.type == "own":
            cells = due[5 if law else 6, ""]
            cells.count("measures", row.category, keyword)
            cells.count("automated", row.category, keyword, int(row.automated_detection))
            for column, (kind, ending) in _COLUMNS.items():
                amount = row.restrictions.count(code(f"decision_{kind}", ending))
                if amount:
                    cells.count(column, row.category, keyword, amount)
    return due


def _orders(record: Record, period: _Period, due: dict[tuple[int, str], _Cells]) -> None:
    told: dict[tuple[str, str], int] = {}
    for row in record.of("message.sent"):
        told.setdefault((row.what, row.about), row.at)
    for row in record.of("order.received"):
        if not period.has(row.at):
            continue
        for scope in ("", row.member_state):
            cells = due[3, scope]
            act = row.type == "act"
            cells.count("orders_act" if act else "orders_info", row.category, row.keyword)
            if act:
                cells.count("items", row.category, row.keyword, len(row.items))
            for what, column in (("order_receipt", "receipt"), ("order_effect", "effect")):
                at = told.get((what, row.order))
                if at is not None and period.has(at):
                    cells.time(f"{'act' if act else 'info'}_{column}", row.category, row.keyword, at - row.at)


def _first(rows: Iterable[Row], name: Callable[[Row], str | None]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        key = name(row)
        if key is not None:
            found.setdefault(key, row.at)
    return found


def _digest(path: Path) -> str | None:
    """The digest of a report's files as `report.published.files` names them; None where it is no folder."""
    if not path.is_dir():
        return None
    lines = "".join(f"{digest}  {name}\n" for name, digest in _files(path))
    return hashlib.sha256(lines.encode()).hexdigest()


def _files(path: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path.iterdir()):
        if file.is_file():
            yield file.name, hashlib.sha256(file.read_bytes()).hexdigest()


def _found(
    code_: str, path: Path, obligation: str, *, question: bool = False, index: int | None = None, **fields: str | int
) -> Found:
    return Found(
        code=code_,
        obligation=obligation,
        basis="law",
        question=question,
        where=str(path),
        indexes=() if index is None else (index,),
        fields=fields,
    )
