"""Every figure worked out a second way, by SQL over the tables of `record open`: difference 0."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.audit.obligations.telling import FAILING, INNOCENT, Told
from tests.audit.obligations.test_stories import SPECIAL, named
from tests.audit.recomputing import QUERIES, recomputed, tables
from tests.audit.story import audited, loaded
from tests.audit.worlds import world
from waarmerk.audit.limits import limits_of
from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations import OBLIGATIONS, all_obligations

STORIES = [told for told in (*FAILING, *INNOCENT) if told.obligation in QUERIES]
WORLDS: list[tuple[str, ...]] = [
    (),
    ("notices-left:0.05", "receipts-unsent:0.05", "complaints-by-machine:0.2", "complaints-same-person:0.2"),
    ("not-restored:0.3", "flag-inverted:0.05", "statements-missing:0.05", "flaggers-overtaken:0.2"),
    ("entries-back-dated:0.05", "satire-unweighed:0.5", "fakes-stay:0.2", "notices-dropped:0.05"),
]


def cases(record: Record, name: str) -> Counter[tuple[int, object]]:
    """What the function of an obligation says, as the queries say it."""
    found = OBLIGATIONS[name].test(record)
    if name == "N6":
        from waarmerk.audit.obligations.art22 import queue_of
        from waarmerk.audit.overtaking import overtaking_test

        queue = queue_of(record)
        counts = overtaking_test(queue, record.end).overtaken
        return Counter((one.row.index, count) for one, count in zip(queue, counts, strict=True) if one.trusted)
    return Counter((case.indexes[0], case.verdict) for case in found)


def ready(record: Record) -> Record:
    """A record as it was first written, with its benchmarks: the tables hold no corrections."""
    limits, _ = limits_of(record, all_obligations(), {})
    return replace(record.as_recorded(), limits=limits, _by={})


def test_every_obligation_has_its_query() -> None:
    assert {one.row.id for one in all_obligations() if not one.own} - SPECIAL <= set(QUERIES)


@pytest.mark.parametrize("told", STORIES, ids=named)
def test_sql_says_the_same_of_a_story(told: Told, tmp_path: Path) -> None:
    record = audited(told.story(), tmp_path).record
    with tables(tmp_path / "story.zip", tmp_path) as db:
        assert recomputed(db, record, told.obligation) == cases(record.as_recorded(), told.obligation)


@pytest.mark.parametrize("habits", WORLDS, ids=lambda habits: ",".join(habits) or "honest")
def test_sql_says_the_same_of_a_simulated_week(habits: tuple[str, ...], tmp_path: Path) -> None:
    bundle = world(tmp_path, *habits)
    (record,) = loaded(bundle)
    record = ready(record)
    with tables(bundle, tmp_path) as db:
        for name in QUERIES:
            if name in OBLIGATIONS:
                assert recomputed(db, record, name) == cases(record, name), name
