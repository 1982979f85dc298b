"""The cells of the official template, part by part, filled from a ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from simulation.reports import Report, Table, template
from simulation.world import words

if TYPE_CHECKING:
    from simulation.plaza.report import Ledger

_TEXT = "Every decision is taken under the published terms and can be contested for six months."
_TYPES = (
    words.REMOVED,
    words.DISABLED,
    "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    words.LABELLED,
    "DECISION_VISIBILITY_OTHER",
    *("DECISION_MONETARY_SUSPENSION", "DECISION_MONETARY_TERMINATION", "DECISION_MONETARY_OTHER"),
    *("provision suspended", "provision terminated"),
    words.SUSPENDED,
    "DECISION_ACCOUNT_TERMINATED",
)
Key = tuple[str, str]
_KINDS = (
    "Complaint regarding a decision to remove",
    "Complaint regarding a decision to suspend or terminate the provision",
    "Complaint regarding a decision to suspend or terminate an account",
    "Complaint regarding a decision to restrict the ability",
    "Complaint regarding a decision not to take action on a notice submitted in",
    "Complaint regarding a decision not to take action on a notice submitted by",
)


def fill(report: Report, ledger: Ledger, *, published: str) -> None:
    """All parts of a service that is not very large."""
    values = (f"{report.service} B.V.", published, "", report.period[:10], report.period[11:])
    report.parts[1] = _rows(report, 1)
    for row, value in zip(report.parts[1][1:], values, strict=True):
        row[3] = value
    report.parts[2] = template(2)
    report.parts[3] = _orders(report, ledger)
    report.parts[4] = _notices(report, ledger)
    report.parts[5] = _measures(report, ledger, 5, words.ILLEGAL)
    report.parts[6] = _measures(report, ledger, 6, words.TERMS)
    report.parts[7] = _complaints(report, ledger)
    report.parts[8] = _automated(report, ledger)
    report.parts[11] = _rows(report, 11)
    for row in report.parts[11][1:]:
        row[4] = _TEXT


def _rows(report: Report, part: int) -> Table:
    rows = template(part)
    for row in rows[1:]:
        row[1] = report.service
        if part != 1:
            row[2] = report.period
        if 3 <= part <= 6:
            row[4] = "What the rules of the house name beside the list" if row[3] == "KEYWORD_OTHER" else ""
    return rows


class _Sheet:
    """Rows by category and keyword; a thing counts in its row, its category's and the TOTAL."""

    def __init__(self, rows: Table) -> None:
        self.places: dict[Key, int] = {}
        category = ""
        for index, row in enumerate(rows):
            if row[3].startswith("KEYWORD_"):
                self.places.setdefault((category, row[3]), index)
            elif index:
                category = row[3]
                self.places.setdefault((category, ""), index)
        self.rows = rows

    def over(self, category: str, keyword: str) -> tuple[int, ...]:
        """The rows in which it counts."""
        row = self.places.get((category, keyword), self.places.get((category, "KEYWORD_OTHER")))
        head = self.places.get((category, ""))
        places = dict.fromkeys((self.places["TOTAL", ""], head, row))  # without a keyword, the head alone
        return tuple(index for index in places if index is not None)

    def count(self, column: int, things: Iterable[tuple[str, str, int]]) -> None:
        """Add amounts into a column; rows without any say 0."""
        sums: dict[int, int] = defaultdict(int)
        for category, keyword, amount in things:
            for row in self.over(category, keyword):
                sums[row] += amount
        for row in self.places.values():
            self.rows[row][column] = str(sums[row])

    def median(self, column: int, things: Iterable[tuple[str, str, int]]) -> None:
        """Medians of milliseconds into a column, in hours; blank without a case."""
        from simulation.plaza.report import hours

        times: dict[int, list[int]] = defaultdict(list)
        for category, keyword, time in things:
            for row in self.over(category, keyword):
                times[row].append(time)
        for row in self.places.values():
            self.rows[row][column] = hours(times[row])


def _orders(report: Report, ledger: Ledger) -> Table:
    rows = _rows(report, 3)
    union, body = rows[:92], rows[1:92]
    mine = {name: order for name, order in ledger.orders.items() if ledger.within(order.at)}
    tables: list[tuple[str | None, Table]] = [(None, union)]
    for state in sorted({order.state for order in mine.values()}):
        table = [union[0], *([*row[:5], state, *row[6:]] for row in body)]
        tables.append((state, table))
    for scope, table in tables:
        sheet = _Sheet(table)
        some = {name: order for name, order in mine.items() if scope in (None, order.state)}
        acts = {name: order for name, order in some.items() if order.kind == "act"}
        informs = {name: order for name, order in some.items() if order.kind == "inform"}
        sheet.count(6, ((o.category, o.keyword, 1) for o in acts.values()))
        sheet.count(7, ((o.category, o.keyword, o.items) for o in acts.values()))
        sheet.count(10, ((o.category, o.keyword, 1) for o in informs.values()))
        for column, what, orders in (
            (8, "order_receipt", acts),
            (9, "order_effect", acts),
            (11, "order_receipt", informs),
            (12, "order_effect", informs),
        ):
            told = {name: ledger.told.get((what, name)) for name in orders}
            sheet.median(
                column,
                (
                    (orders[name].category, orders[name].keyword, at - orders[name].at)
                    for name, at in told.items()
                    if at is not None and ledger.within(at)
                ),
            )
    return [*union, *(row for _, table in tables[1:] for row in table[1:])]


def _notices(report: Report, ledger: Ledger) -> Table:
    rows = _rows(report, 4)
    sheet = _Sheet(rows)
    mine = [notice for notice in ledger.notices.values() if ledger.within(notice.at)]
    flaggers = [notice for notice in mine if notice.kind == "trusted_flagger"]
    sheet.count(5, ((n.category, n.keyword, 1) for n in mine))
    sheet.count(6, ((n.category, n.keyword, 1) for n in flaggers))
    sheet.count(7, ((n.category, n.keyword, n.items) for n in mine))
    sheet.count(8, ((n.category, n.keyword, n.items) for n in flaggers))
    acted = list(ledger.restrictions("notice"))
    trusted = {name for name, notice in ledger.notices.items() if notice.kind == "trusted_flagger"}
    for column, ground in ((11, words.ILLEGAL), (13, words.TERMS)):
        some = [d for _, d in acted if d.ground == ground]
        sheet.count(column, ((d.category, d.keyword, 1) for d in some))
        sheet.count(column + 1, ((d.category, d.keyword, 1) for d in some if trusted.intersection(d.ids)))
    times = [
        (decision.category, decision.keyword, ledger.effects[name] - ledger.notices[notice].at, notice in trusted)
        for name, decision in acted
        if name in ledger.effects
        for notice in decision.ids
        if notice in ledger.notices
    ]
    sheet.median(9, (time[:3] for time in times))
    sheet.median(10, (time[:3] for time in times if time[3]))
    return rows


def _measures(report: Report, ledger: Ledger, part: int, ground: str) -> Table:
    rows = _rows(report, part)
    sheet = _Sheet(rows)
    mine = [decision for _, decision in ledger.restrictions("own") if decision.ground == ground]
    sheet.count(5, ((d.category, d.keyword, 1) for d in mine))
    sheet.count(6, ((d.category, d.keyword, 1) for d in mine if d.detection))
    for column, kind in enumerate(_TYPES, 7):
        if kind in ledger.can:
            sheet.count(column, ((d.category, d.keyword, d.restrictions.count(kind)) for d in mine))
    return rows


def _setter(rows: Table) -> Callable[[str, str, object], None]:
    def put(indicator: str, scope: str, value: object) -> None:
        for row in rows[1:]:
            if row[4].startswith(indicator) and row[5].strip() == scope:
                row[6] = str(value)

    return put


def _complaints(report: Report, ledger: Ledger) -> Table:
    from simulation.plaza.report import hours

    rows = _rows(report, 7)
    put = _setter(rows)
    mine = {name: c for name, c in ledger.challenges.items() if ledger.within(c.at)}
    groups: dict[str, list[str]] = {
        kind: [] for kind in ("Number of complaints submitted", *_KINDS, "Number of disputes")
    }
    for name, challenge in mine.items():
        if not challenge.internal:
            groups["Number of disputes"].append(name)
            continue
        groups["Number of complaints submitted"].append(name)
        groups[_kind(ledger, challenge.decision)].append(name)
    for indicator, names in groups.items():
        closed = [(name, *ledger.closed[name]) for name in names if name in ledger.closed]
        closed = [entry for entry in closed if ledger.within(entry[1])]
        put(indicator, "Total number", len(names))
        for scope, outcome in (
            ("Decisions upheld", "upheld"),
            ("Decisions partially reversed", "partially_reversed"),
            ("Decisions reversed", "reversed"),
            ("Decision omitted", "omitted"),
        ):
            put(indicator, scope, sum(entry[2] == outcome for entry in closed))
        put(indicator, "Median time", hours([entry[1] - mine[entry[0]].at for entry in closed]))
        if indicator == "Number of disputes":
            reversed_ = [entry[3] for entry in closed if entry[2] in ("reversed", "partially_reversed")]
            share = f"{sum(reversed_) / len(reversed_):.3f}" if reversed_ else ""
            put(indicator, "Percentage of outcomes implemented", share)
    put("Number of restrictions newly", "Total number", sum(1 for _ in ledger.restrictions("challenge")))
    for ending, kind in (
        ("illegal content", "content"),
        ("unfounded notices", "notices"),
        ("complaints", "complaints"),
    ):
        for row in rows[1:]:
            if row[4].startswith("Number of suspensions") and row[4].strip().endswith(ending):
                row[6] = str(sum(decision.misuse == kind for _, decision in ledger.restrictions()))
    return rows


def _kind(ledger: Ledger, name: str) -> str:
    decision = (ledger.unpicked or ledger.decisions)[name]
    if decision.outcome == "no_action":
        asked = [ledger.notices.get(notice) for notice in decision.ids]
        return _KINDS[5 if any(n is not None and n.kind == "trusted_flagger" for n in asked) else 4]
    first = decision.restrictions[0] if decision.restrictions else words.REMOVED
    for index, part in enumerate(("VISIBILITY", "PROVISION", "ACCOUNT", "MONETARY")):
        if first.startswith(f"DECISION_{part}"):
            return _KINDS[index]
    return _KINDS[0]


def _automated(report: Report, ledger: Ledger) -> Table:
    rows = [row for row in _rows(report, 8) if row[5].strip() not in ("bg", "[...]", "sv")]
    put = _setter(rows)
    everything = [decision for _, decision in ledger.restrictions()]
    own = [decision for decision in everything if decision.why == "own"]
    for scope, some in (("Total number", everything), ("Own-initiative", own)):
        put("Number of measures solely", scope, sum(d.automated == words.FULLY for d in some))
        put("Number of measures not", scope, sum(d.automated == words.BY_PEOPLE for d in some))
    first = ledger.first_decision()
    mine = {name: notice for name, notice in ledger.notices.items() if ledger.within(notice.at)}
    for scope, flagger in (("NAM Total", False), ("NAM Trusted Flagger", True)):
        decided = [
            first[name].automated
            for name, notice in mine.items()
            if name in first and (not flagger or notice.kind == "trusted_flagger")
        ]
        put("Number of notices solely", scope, decided.count(words.FULLY))
        put("Number of notices not", scope, decided.count(words.BY_PEOPLE))
    if ledger.labels:
        share = f"{ledger.labels.count('correct') / len(ledger.labels):.3f}"
        put("Accuracy of the automated means - Accuracy", "Own-initiative", share)
    return rows
