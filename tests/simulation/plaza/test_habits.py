"""Each habit leaves its trace where the truth says, and an honest world has no such trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from simulation.plaza.habits import HABITS, Habits

from tests.simulation.seen import Seen, world

END = "2026-03-09T12"


def decided(seen: Seen) -> set[str]:
    return {
        notice
        for decision in seen.kinds["decision.made"]
        if decision["because"]["type"] == "notice"
        for notice in decision["because"]["ids"]
    }


def told(seen: Seen, what: str) -> set[str]:
    return {message["about"] for message in seen.kinds["message.sent"] if message["what"] == what}


def hours(event: dict[str, str]) -> float:
    return (datetime.fromisoformat(event["logged_at"]) - datetime.fromisoformat(event["at"])).total_seconds() / 3600


def left(seen: Seen) -> set[str]:
    """Notices of more than three days before the end that nobody decided, but those that wait for their senders."""
    settled = decided(seen) | told(seen, "incomplete")
    return {
        notice["notice"]
        for notice in seen.kinds["notice.received"]
        if notice["at"] < "2026-03-07" and notice["notice"] not in settled
    }


def without_receipt(seen: Seen) -> set[str]:
    receipts = told(seen, "receipt")
    return {
        notice["notice"]
        for notice in seen.kinds["notice.received"]
        if notice["has_contact"] and notice["at"] < "2026-03-09" and notice["notice"] not in receipts
    }


def by_machine(seen: Seen) -> set[str]:
    return {
        closed["challenge"]
        for closed in seen.kinds["challenge.closed"]
        if closed["automated"] == "AUTOMATED_DECISION_FULLY"
    }


def by_the_same(seen: Seen) -> set[str]:
    first = {decision["decision"]: decision["deciders"] for decision in seen.kinds["decision.made"]}
    about = {challenge["challenge"]: challenge["decision"] for challenge in seen.kinds["challenge.received"]}
    return {
        closed["challenge"]
        for closed in seen.kinds["challenge.closed"]
        if set(closed["deciders"]) & set(first[about[closed["challenge"]]])
    }


def not_lifted(seen: Seen) -> set[str]:
    lifted = {effect.get("decision") for effect in seen.kinds["effect.applied"] if effect["effect"] == "lifted"}
    return {
        decision["decision"]
        for decision in seen.kinds["decision.made"]
        if decision["outcome"] == "restore" and decision["at"] < f"{END}" and decision["decision"] not in lifted
    }


def unweighed(seen: Seen) -> set[str]:
    return {
        decision["decision"]
        for decision in seen.kinds["decision.made"]
        if decision["outcome"] == "restrict" and decision.get("satire_weighed") is False
    }


def inverted(seen: Seen) -> set[str]:
    flags = {decision["decision"]: decision["automated_detection"] for decision in seen.kinds["decision.made"]}
    return {
        sent["decision"]
        for sent in seen.kinds["statement.submitted"]
        if (sent["body"]["automated_detection"] == "Yes") != flags[sent["decision"]]
    }


def unstated(seen: Seen) -> set[str]:
    """Not told, not sent within three days, or logged and not in the database."""
    sent = {e["decision"] for e in seen.kinds["statement.submitted"] if e["result"] == "created"}
    really = {row["uuid"] for row in seen.table("dump.csv")}
    pretended = {
        e["decision"]
        for e in seen.kinds["statement.submitted"]
        if e["result"] == "created" and e["uuid"] not in really
    }
    due = {
        decision["decision"]
        for decision in seen.kinds["decision.made"]
        if decision["outcome"] == "restrict"
        and decision["because"]["type"] != "order"
        and decision["mode"] == "live"
        and decision["uploader_contact"]
        and not decision["commercial_spam"]
        and decision["logged_at"] < "2026-03-09T00:00"
    }
    return (due - told(seen, "statement")) | (due - sent) | (due & pretended)


def back_dated(seen: Seen) -> set[str]:
    return {
        decision["decision"]
        for decision in seen.kinds["decision.made"]
        if decision["src"] == "native" and hours(decision) > 0.05
    }


def numbers_twice(seen: Seen) -> set[str]:
    """Notices that somebody was told a number of, and the log does not have."""
    logged = {notice["notice"] for notice in seen.kinds["notice.received"]}
    told_ = [*seen.table("receipts/acknowledgements.csv"), *seen.table("flagger.csv"), *seen.table("probes.csv")]
    held = {row.get("notice") or row.get("id", "") for row in told_ if row.get("what", "notice") == "notice"}
    return held - logged - {""}


def stayed(seen: Seen) -> set[str]:
    """Copies that were matched and not decided on, and probes that stayed up."""
    about = {decision["subject"]["id"] for decision in seen.kinds["decision.made"]}
    matched = {
        looked["item"]
        for looked in seen.kinds["item.examined"]
        if looked["matches"] and looked["at"] < "2026-03-09T23"
    }
    up = {row["item"] for row in seen.table("probes.csv") if row["kind"] == "reupload" and row["seen"] == "up"}
    return (matched - about) | up


TRACES: dict[str, tuple[Callable[[Seen], set[str]], str]] = {
    "notices-left": (left, "notice"),
    "drift": (left, "notice"),
    "receipts-unsent": (without_receipt, "notice"),
    "complaints-by-machine": (by_machine, "challenge"),
    "complaints-same-person": (by_the_same, "challenge"),
    "not-restored": (not_lifted, "decision"),
    "satire-unweighed": (unweighed, "decision"),
    "flag-inverted": (inverted, "decision"),
    "statements-missing": (unstated, "decision"),
    "entries-back-dated": (back_dated, "decision"),
    "notices-dropped": (numbers_twice, "notice"),
    "fakes-stay": (stayed, "item"),
}


@pytest.mark.parametrize("habit", TRACES)
def test_an_honest_world_has_no_trace_of_it(honest: Seen, habit: str) -> None:
    assert TRACES[habit][0](honest) == set()


@pytest.fixture(scope="module")
def negligent(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Seen]:
    made: dict[str, Seen] = {}

    def make(habit: str) -> Seen:
        return made.setdefault(habit, world(tmp_path_factory.mktemp(habit), {habit: 0.3}))

    return make


@pytest.mark.parametrize("habit", TRACES)
def test_a_habit_leaves_its_trace_in_the_cases_that_the_truth_names(
    negligent: Callable[[str], Seen], habit: str
) -> None:
    seen = negligent(habit)
    trace, name = TRACES[habit]
    found, wrong = trace(seen), seen.wrong(habit, name)
    assert found and found <= wrong
    # Some cases are too young to show, some have nobody outside who could tell.
    assert len(found) > len(wrong) / (20 if habit in ("notices-dropped", "drift") else 3)


def test_flaggers_that_are_overtaken_wait_half_a_day_and_go_last(negligent: Callable[[str], Seen]) -> None:
    seen = negligent("flaggers-overtaken")
    at = {notice["notice"]: notice["at"] for notice in seen.kinds["notice.received"]}
    taken = {
        notice: decision["taken_up_at"]
        for decision in seen.kinds["decision.made"]
        if decision["because"]["type"] == "notice"
        for notice in decision["because"]["ids"]
    }
    wrong = seen.wrong("flaggers-overtaken", "notice") & taken.keys()
    assert wrong
    for notice in wrong:
        waited = datetime.fromisoformat(taken[notice]) - datetime.fromisoformat(at[notice])
        assert waited.total_seconds() > 11 * 3600


def test_a_cherry_picked_report_counts_fewer_notices_than_the_log(negligent: Callable[[str], Seen]) -> None:
    seen = negligent("report-cherry-picked")
    in_period = [n for n in seen.kinds["notice.received"] if n["at"] < "2026-03-06"]
    total = next(row for row in seen.table("report/4_notices.csv") if "TOTAL" in row.values())
    counted = int(total["Number of notices received "])
    assert counted == len(in_period) - len(seen.truth["habits"]["report-cherry-picked"]["wrong"]) < len(in_period)


def test_an_honest_report_counts_the_notices_of_the_log(honest: Seen) -> None:
    in_period = [n for n in honest.kinds["notice.received"] if n["at"] < "2026-03-06"]
    total = next(row for row in honest.table("report/4_notices.csv") if "TOTAL" in row.values())
    assert int(total["Number of notices received "]) == len(in_period)


def test_every_habit_is_tested_here() -> None:
    assert set(TRACES) | {"flaggers-overtaken", "report-cherry-picked"} == set(HABITS)


def test_an_unknown_habit_or_a_rate_beyond_1_is_refused() -> None:
    with pytest.raises(ValueError, match="no habit called 'sloth'"):
        Habits(1, {"sloth": 0.5})
    with pytest.raises(ValueError, match="share from 0 to 1"):
        Habits(1, {"drift": 1.5})
