"""Every obligation over stories: it finds what is wrong, and nothing in what only looks alike."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.audit.obligations import art16, art17, art20, duties, items, proof, reports  # noqa: F401 -- they tell
from tests.audit.obligations.telling import FAILING, INNOCENT, Told
from tests.audit.story import audited
from waarmerk.audit.load import Keys, load
from waarmerk.audit.obligations import OBLIGATIONS, all_obligations
from waarmerk.audit.obligations.outside import OUTSIDE

SPECIAL = {"A3", *OUTSIDE}
"""Needs witnesses' signatures (test_witnesses.py) or outside evidence (test_reconcile.py)."""


def named(told: Told) -> str:
    return f"{told.obligation}-{told.tell.__name__}"


def test_every_obligation_has_a_failing_story_and_an_innocent_look_alike() -> None:
    ids = {obliged.row.id for obliged in all_obligations() if not obliged.own} - SPECIAL
    assert ids <= {told.obligation for told in FAILING}
    assert ids <= {told.obligation for told in INNOCENT}


@pytest.mark.parametrize("told", FAILING, ids=named)
def test_what_is_wrong_is_found(told: Told, tmp_path: Path) -> None:
    worked = audited(told.story(), tmp_path)
    found = worked.tallies[told.obligation]
    assert len(found.deviations) == told.deviations, found.deviations
    (result,) = [one for one in worked.audited.results if one.id == told.obligation]
    assert result.conclusion == "negative" or result.deviations * 20 < result.tested, result.reason
    assert result.fail == (result.basis == "law" and result.conclusion == "negative")
    for case in result.worst:
        assert case.expected
        assert case.came


@pytest.mark.parametrize("told", INNOCENT, ids=named)
def test_what_only_looks_alike_is_left_alone(told: Told, tmp_path: Path) -> None:
    found = audited(told.story(), tmp_path).tallies[told.obligation]
    assert found.deviations == []
    counts = found.verdicts
    assert told.kept is None or counts["kept"] == told.kept, found.verdicts
    assert (counts["open"], counts["untestable"], counts["question"]) == (
        told.open_,
        told.untestable,
        told.questions,
    )
    assert sum(counts.values())


@pytest.mark.parametrize("told", [*FAILING, *INNOCENT], ids=named)
def test_the_table_names_every_field_that_is_read(told: Told, tmp_path: Path) -> None:
    """On a record that holds nothing else, the obligation says the same."""
    whole = audited(told.story(), tmp_path)
    obliged = OBLIGATIONS[told.obligation]
    (record,) = load(tmp_path / "story.zip", Keys(), obliged.row.reads)
    record = replace(record, limits=whole.record.limits, tier=whole.record.tier)
    seen = [(case.verdict, case.indexes) for case in obliged.test(record)]
    assert seen == [(case.verdict, case.indexes) for case in obliged.test(whole.record)]
