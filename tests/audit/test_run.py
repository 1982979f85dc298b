"""From cases to working papers: benchmarks, materiality, conclusions, corrections, imports, what is missing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.obligations.art17 import removal
from tests.audit.story import Story, audited, ident, result_of
from waarmerk.audit.conclude import Materiality, binds, conclude
from waarmerk.record.events.coverage import coverage
from waarmerk.record.events.service import Benchmark
from waarmerk.record.events.types import Period

DAY = "2026-02-02"
PLAIN = Materiality(0.005, 20, "default")


@pytest.mark.parametrize(
    ("deviations", "tested", "questions", "conclusion"),
    [
        (0, 100, 0, "positive"),
        (0, 100, 1, "positive_with_comments"),
        (1, 100, 0, "positive_with_comments"),
        (1, 20, 0, "positive_with_comments"),
        (1, 19, 0, "negative"),
        (1, 1, 0, "negative"),
        (2, 100, 0, "negative"),
        (5, 1000, 0, "positive_with_comments"),
        (6, 1000, 0, "negative"),
        (0, 0, 0, "cannot_be_tested"),
    ],
)
def test_a_share_weighs_against_materiality(deviations: int, tested: int, questions: int, conclusion: str) -> None:
    assert conclude(deviations, tested, questions, PLAIN) == conclusion


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0, 1))
def test_one_deviation_more_never_makes_a_conclusion_better(deviations: int, more: int, share: float) -> None:
    order = ["positive", "positive_with_comments", "negative"]
    materiality = Materiality(share, 20, "auditor")
    tested = deviations + more
    assert order.index(conclude(deviations, tested, 0, materiality)) <= order.index(
        conclude(deviations + 1, tested, 0, materiality)
    )


def test_the_law_binds_by_tier_and_promises_bind_whoever_made_them() -> None:
    rows = {row.id: row for row in coverage().obligation}
    assert binds(rows["N1"], "hosting", False)
    assert not binds(rows["C2"], "hosting", False)
    assert binds(rows["C2"], "platform", False)
    assert not binds(rows["C2"], "platform", True)
    assert binds(rows["C2"], "vlop", True)
    assert binds(rows["C4"], "hosting", True)


def late(hours: float, **declared: object) -> Story:
    story = Story(declared=False)
    story.event("service.declared", 0, **declared)
    story.notice("a", 10)
    story.message("receipt", "a", 10 + hours)
    return story.until(400)


def test_a_benchmark_is_the_platforms_own_the_auditors_or_a_default_that_says_so(tmp_path: Path) -> None:
    own = {"N1": Benchmark(value=2, unit="days")}
    default = result_of(late(30, benchmarks={}), "N1", tmp_path).benchmark
    platform = result_of(late(30, benchmarks=own), "N1", tmp_path)
    auditor = result_of(late(30, benchmarks=own), "N1", tmp_path, benchmarks={"N1": 1.0})
    assert default is not None
    assert (default.hours, default.set_by) == (24, "default")
    assert platform.benchmark is not None
    assert (platform.benchmark.hours, platform.benchmark.set_by, platform.deviations) == (48, "platform", 0)
    assert auditor.benchmark is not None
    assert (auditor.benchmark.set_by, auditor.deviations) == ("auditor", 1)


def test_a_benchmark_holds_from_its_declaration_on(tmp_path: Path) -> None:
    story = late(30, benchmarks={"N1": Benchmark(value=24, unit="hours")})
    story.event("service.declared", 200, benchmarks={"N1": Benchmark(value=90, unit="hours")})
    story.notice("b", 210)
    story.message("receipt", "b", 240)
    result = result_of(story, "N1", tmp_path)
    assert (result.deviations, result.tested) == (1, 2)
    assert result.benchmark is not None
    assert (result.benchmark.hours, result.benchmark.changed) == (90, 1)


def test_a_unit_that_is_no_time_is_told_and_the_default_holds(tmp_path: Path) -> None:
    worked = audited(late(30, benchmarks={"N1": Benchmark(value=3, unit="notices")}), tmp_path)
    assert any("N1: 3 notices" in remark.sentence for remark in worked.audited.remarks)
    assert worked.record.limits["N1"].set_by == "default"


def test_a_missing_kind_is_never_a_pass_and_what_would_deviate_is_told(tmp_path: Path) -> None:
    story = Story()
    story.notice("a", 1)
    result = result_of(story.until(400), "N1", tmp_path)
    assert result.conclusion == "cannot_be_tested"
    assert "message.sent" in result.reason
    assert (result.if_complete, result.deviations, result.population, result.worst) == (1, 0, 0, ())


def test_a_period_without_a_case_is_never_a_pass(tmp_path: Path) -> None:
    results = audited(Story().until(400), tmp_path).audited.results
    assert {result.conclusion for result in results} <= {"cannot_be_tested", "positive"}
    assert {result.id for result in results if result.conclusion == "positive"} <= {"A1", "A2"}


def test_an_answer_timed_before_its_question_cannot_be_tested(tmp_path: Path) -> None:
    result = result_of(late(-1, benchmarks={}), "N1", tmp_path)
    assert (result.conclusion, result.untestable, result.tested) == ("cannot_be_tested", {"clock": 1}, 0)
    assert "clock" in result.reason


def test_an_imported_event_without_the_field_cannot_be_tested_and_is_counted(tmp_path: Path) -> None:
    story = late(1, benchmarks={})
    story.notice("imported", 20, has_contact=None, src="import:oldtool")
    result = result_of(story, "N1", tmp_path)
    assert (result.tested, result.deviations, result.untestable) == (1, 0, {"field_missing": 1})
    assert any("has_contact" in comment for comment in result.comments)


def test_where_an_import_hides_whose_answer_it_is_a_missing_answer_cannot_be_tested(tmp_path: Path) -> None:
    story = Story()
    story.notice("a", 1, src="import:oldtool")
    story.decide("a", 2)
    story.decide("b", 2, because=None, src="import:oldtool")
    story.notice("c", 1)
    result = result_of(story.until(400), "N8", tmp_path)
    assert (result.tested, result.deviations) == (1, 0)
    assert result.untestable == {"answer_unknown": 1, "field_missing": 1}


def test_a_correction_counts_and_what_was_first_written_stands_beside_it(tmp_path: Path) -> None:
    story = Story()
    removal(s := story, "a", automated_decision="AUTOMATED_DECISION_FULLY")
    wrong = next(event for _, _, event in s.events if getattr(event, "decision", "") == ident("decision a"))
    s.message("decision", "a", 6, elements=("redress_court",))
    s.event(
        *("record.corrected", 20),
        event=wrong.id,
        field="automated_decision",
        now="AUTOMATED_DECISION_NOT_AUTOMATED",
    )
    result = result_of(s.until(400), "N3", tmp_path)
    assert result.population == 0
    assert result.as_recorded is not None
    assert (result.as_recorded.tested, result.as_recorded.deviations) == (1, 1)
    assert any("before corrections" in comment for comment in result.comments)


@pytest.mark.parametrize(
    ("field", "now"),
    [
        ("automated_decision", 7),
        ("no_such_field", "x"),
        ("because.type", "nobody"),
        ("because.no.such", "x"),
        ("at", "x"),
    ],
)
def test_a_correction_that_fits_nothing_changes_nothing_and_is_told(field: str, now: object, tmp_path: Path) -> None:
    story = Story()
    story.decide("a", 5)
    wrong = story.events[-1][2]
    story.event("record.corrected", 20, event=wrong.id, field=field, now=now)
    worked = audited(story, tmp_path)
    assert [remark.count for remark in worked.audited.remarks if remark.code == "correction_lost"] == [1]
    assert worked.record.originals == {}


def test_an_inner_part_and_a_time_are_corrected(tmp_path: Path) -> None:
    story = Story()
    story.decide("a", 5)
    wrong = story.events[-1][2]
    story.event("record.corrected", 20, event=wrong.id, field="because.type", now="own")
    story.event("record.corrected", 21, event=wrong.id, field="taken_up_at", now="2026-02-02T01:00:00.000Z")
    story.event("record.corrected", 22, event=ident("nobody's"), field="at", now="2026-02-02T01:00:00.000Z")
    record = audited(story, tmp_path).record
    (decision,), (before,) = record.of("decision.made"), record.as_recorded().of("decision.made")
    assert (decision.because.type, before.because.type) == ("own", "notice")
    assert (before.taken_up_at - decision.taken_up_at) == 4 * 3_600_000


def test_only_rows_of_law_fail_or_have_a_ceiling(tmp_path: Path) -> None:
    from decimal import Decimal

    story = late(30, benchmarks={})
    story.notice("incomplete", 1, elements={"reason": False})
    worked = audited(story, tmp_path, tier="hosting", turnover=Decimal("1000000000"))
    results = {result.id: result for result in worked.audited.results}
    law, own = results["N1"], results["N5"]
    assert (law.conclusion, law.fail, own.conclusion, own.fail) == ("negative", True, "negative", False)
    assert law.ceiling is not None
    assert (law.ceiling.article, law.ceiling.at_most) == ("DSA 52(3)", Decimal("60000000.00"))
    assert own.ceiling is None
    assert results["C2"].conclusion == "not_binding"
    assert results["C2"].ceiling is None


def test_the_worst_come_first(tmp_path: Path) -> None:
    story = Story()
    for number in range(30):
        story.notice(f"n{number}", 1)
        story.message("receipt", f"n{number}", 30 + number)
    result = result_of(story.until(400), "N1", tmp_path)
    hours = [one.hours for one in result.worst]
    assert len(hours) == 10
    assert hours == sorted(hours, reverse=True)
    assert hours[0] == 58


def test_a_small_enterprise_owes_no_report_and_what_needs_outsiders_says_which_command(tmp_path: Path) -> None:
    story = Story(declared=False)
    story.event("service.declared", 0, micro_small=True, benchmarks={}, period=Period(start=DAY, end=DAY))
    story.event("report.published", 2000, period=Period(start=DAY, end=DAY), replaces=None)
    small = result_of(story.until(2001), "R4", tmp_path, tier="platform")
    assert (small.conclusion, small.population) == ("cannot_be_tested", 0)
    (tmp_path / "story.zip").unlink()
    assert result_of(story, "R4", tmp_path, tier="vlop").conclusion == "negative"
    (tmp_path / "story.zip").unlink()
    asked = result_of(story, "R1", tmp_path)
    assert asked.conclusion == "cannot_be_tested"
    assert asked.reason == "it needs outside evidence: --report"
