"""The transparency report, recomputed from what was logged as `docs/reference/outside-evidence.md` says.

Rules:
- A reader of the log keeps what the cells need while events pass; the report is made of that alone.
- A service that is not very large fills parts 1 to 8 and 11.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from simulation.plaza.habits import Habits
from simulation.plaza.house import House
from simulation.plaza.recorder import person
from simulation.plaza.report_parts import fill
from simulation.reports import Report, write_folder
from simulation.world import words
from simulation.world.clock import HOUR, day_text


class Asked(NamedTuple):
    """A notice or an order."""

    at: int
    kind: str
    category: str
    keyword: str
    items: int
    state: str


class Decided(NamedTuple):
    """A live decision."""

    at: int
    outcome: str
    why: str
    ids: tuple[str, ...]
    ground: str | None
    category: str
    keyword: str
    restrictions: tuple[str, ...]
    detection: bool
    automated: str
    misuse: str | None


class Challenged(NamedTuple):
    """A complaint or dispute that was admitted."""

    at: int
    decision: str
    internal: bool


@dataclass
class Ledger:
    """What the report is made of. `period`: [start, end) in milliseconds.

    `unpicked`: of a ledger from which something was left out, all decisions; `can`: restrictions that are declared.
    """

    period: tuple[int, int]
    notices: dict[str, Asked] = field(default_factory=dict)
    orders: dict[str, Asked] = field(default_factory=dict)
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    decisions: dict[str, Decided] = field(default_factory=dict)
    effects: dict[str, int] = field(default_factory=dict)
    challenges: dict[str, Challenged] = field(default_factory=dict)
    closed: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    unpicked: dict[str, Decided] = field(default_factory=dict)
    can: tuple[str, ...] = words.CAN

    def read(self, event: dict[str, Any], at: int) -> None:
        """Take from an event what a cell may need."""
        kind = event["kind"]
        if kind == "service.declared":
            self.can = tuple(event["can"])
        elif kind == "notice.received":
            self.notices[event["notice"]] = Asked(
                at, event["sender_type"], event["category"], event["keyword"], len(event["items"]), ""
            )
        elif kind == "order.received":
            self.orders[event["order"]] = Asked(
                at, event["type"], event["category"], event["keyword"], len(event["items"]), event["member_state"]
            )
        elif kind == "message.sent" and event["what"] in ("order_receipt", "order_effect"):
            self.told.setdefault((event["what"], event["about"]), at)
        elif kind == "decision.made" and event["mode"] == "live":
            because, misuse = event["because"], event.get("misuse")
            self.decisions[event["decision"]] = Decided(
                at,
                event["outcome"],
                because["type"],
                tuple(because["ids"]),
                event.get("ground"),
                event["category"],
                event["keywords"][0] if event["keywords"] else "",
                tuple(event["restrictions"]),
                event["automated_detection"],
                event["automated_decision"],
                misuse["type"] if misuse else None,
            )
        elif kind == "effect.applied" and event["effect"] == "applied" and "decision" in event:
            self.effects.setdefault(event["decision"], at)
        elif kind == "challenge.received" and event["admitted"]:
            self.challenges[event["challenge"]] = Challenged(at, event["decision"], event["forum"] == "internal")
        elif kind == "challenge.closed":
            self.closed[event["challenge"]] = (at, event["outcome"], "carried_out_by" in event)
        elif kind == "sample.labelled":
            self.labels.append(event["label"])

    def within(self, at: int) -> bool:
        """Whether a moment is in the period."""
        return self.period[0] <= at < self.period[1]

    def restrictions(self, *why: str) -> Iterable[tuple[str, Decided]]:
        """The decisions of the period that restrict, for one of these reasons; without reasons: all."""
        for name, decision in self.decisions.items():
            if decision.outcome == "restrict" and self.within(decision.at) and (not why or decision.why in why):
                yield name, decision

    def first_decision(self) -> dict[str, Decided]:
        """The first decision of the period about each notice."""
        first: dict[str, Decided] = {}
        for decision in sorted(self.decisions.values(), key=lambda d: d.at):
            if decision.why == "notice" and self.within(decision.at):
                for notice in decision.ids:
                    first.setdefault(notice, decision)
        return first


def hours(times: list[int]) -> str:
    """A median of milliseconds in hours, with one decimal; blank without a case."""
    return f"{statistics.median(times) / HOUR:.1f}" if times else ""


def publish(house: House, ledger: Ledger, service: str, folder: Path) -> None:
    """Write the report of the period and record that it was published today."""
    told = write_report(house.habits, ledger, service, folder, day_text(house.loop.now))
    house.recorder.record("report.published", "admin", person(house.admin, "admin"), **told)
    for name, challenge in ledger.challenges.items():
        if ledger.within(challenge.at) and not (name in ledger.closed and ledger.within(ledger.closed[name][0])):
            house.innocent("complaints pending at the end of the period", name)


def write_report(habits: Habits, ledger: Ledger, service: str, folder: Path, published: str) -> dict[str, Any]:
    """The report of the period, without what a habit leaves out; the fields of the event that tells of it."""
    ledger = _picked(habits, ledger)
    period = f"{day_text(ledger.period[0])}/{day_text(ledger.period[1] - 1)}"
    report = Report(service, period)
    fill(report, ledger, published=published)
    write_folder(report, folder)
    lines = [
        f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir(), key=lambda p: p.name)
    ]
    files = sha256("".join(lines).encode()).hexdigest()
    return {"period": {"start": period[:10], "end": period[11:]}, "files": files}


def _picked(habits: Habits, ledger: Ledger) -> Ledger:
    """The ledger without the slowest notices of the period, where that is the habit."""
    rate = habits.rates.get("report-cherry-picked", 0)
    if not rate:
        return ledger
    done: dict[str, int] = defaultdict(lambda: ledger.period[1])
    for name, decision in ledger.decisions.items():
        for notice in decision.ids:
            done[notice] = min(done[notice], ledger.effects.get(name, decision.at))
    mine = [name for name, notice in ledger.notices.items() if ledger.within(notice.at)]
    mine.sort(key=lambda name: done[name] - ledger.notices[name].at, reverse=True)
    left_out = set(mine[: max(1, round(rate * len(mine)))]) if mine else set()
    habits.cases["report-cherry-picked"] = len(mine)
    for name in sorted(left_out):
        habits.note("report-cherry-picked", notice=name)
    picked = Ledger(ledger.period, {n: a for n, a in ledger.notices.items() if n not in left_out})
    picked.orders, picked.told, picked.effects = ledger.orders, ledger.told, ledger.effects
    picked.challenges, picked.closed, picked.labels = ledger.challenges, ledger.closed, ledger.labels
    picked.unpicked, picked.can = ledger.decisions, ledger.can
    picked.decisions = {
        name: decision
        for name, decision in ledger.decisions.items()
        if decision.why != "notice" or not left_out.issuperset(decision.ids)
    }
    return picked
