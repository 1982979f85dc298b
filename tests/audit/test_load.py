"""Bundles read for an audit: what is odd is said in a sentence, what does not hold ends it, little is kept."""

import json
import tracemalloc
from pathlib import Path

import pytest

from tests.audit.story import PERSON, Story, audited, clock, ident, loaded
from tests.record.bundle.members import members, packed
from tests.record.making import Record as Log
from tests.record.making import salt
from waarmerk.audit.load import Keys, kept_fields, load
from waarmerk.audit.rows import milliseconds, moment
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.bundle.manifest import EVENTS, MANIFEST
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.store import Stored


def remarks(story: Story, folder: Path) -> dict[str, str]:
    return {remark.code: remark.sentence for remark in audited(story, folder).audited.remarks}


def busy() -> Story:
    story = Story()
    for number in range(40):
        story.notice(f"n{number}", number)
        story.decide(f"n{number}", number + 1)
    return story.until(400)


def test_times_read_back_to_the_millisecond() -> None:
    for text in ("2026-02-03T14:05:06.789Z", "1970-01-01T00:00:00.000Z", "2099-12-31T23:59:59.999Z"):
        assert moment(milliseconds(text)) == text


def test_a_changed_event_ends_the_audit_with_its_place(tmp_path: Path) -> None:
    content = members(busy().bundle(tmp_path / "b.zip"))
    content[EVENTS] = content[EVENTS].replace(b'"has_contact":true', b'"has_contact":false', 1)
    with pytest.raises(IntegrityError, match="not the one that was logged") as error:
        loaded(packed(tmp_path / "c.zip", content))
    assert error.value.where == "entry 1"


def test_a_bundle_of_another_schema_is_refused_by_name(tmp_path: Path) -> None:
    content = members(busy().bundle(tmp_path / "b.zip"))
    content[MANIFEST] = content[MANIFEST].replace(b"waarmerk.bundle/1", b"waarmerk.bundle/2")
    with pytest.raises(InputError, match=r"waarmerk\.bundle/2"):
        loaded(packed(tmp_path / "c.zip", content))


def test_entries_out_of_order_are_refused_with_their_line(tmp_path: Path) -> None:
    content = members(busy().bundle(tmp_path / "b.zip"))
    lines = content[EVENTS].splitlines(keepends=True)
    content[EVENTS] = b"".join([*lines[:3], lines[4], lines[3], *lines[5:]])
    with pytest.raises(InputError, match="entry 3 comes after 4") as error:
        loaded(packed(tmp_path / "c.zip", content))
    assert "line 5" in error.value.where


def test_a_newer_version_of_a_kind_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(0)
    event = json.loads(busy().log().events[1].event) | {"v": 2}
    newer = Stored(0, salt(0), json.dumps(event, sort_keys=True, separators=(",", ":")).encode())
    log.events = {0: newer}
    log.log([newer])
    monkeypatch.setattr("waarmerk.record.bundle.write.verify_event", lambda *_: None)
    with pytest.raises(InputError, match=r"version 2 of notice\.received is not known"):
        loaded(log.bundle(tmp_path / "b.zip"))


def test_without_a_key_the_audit_says_whose_word_the_key_is(tmp_path: Path) -> None:
    story = busy()
    key = story.log().key
    assert "key_from_bundle" in remarks(story, tmp_path)
    (record,) = loaded(tmp_path / "story.zip", Keys([key]))
    assert [note.code for note in record.notes] == []


def test_a_recorders_clock_that_runs_backwards_is_told_with_its_place(tmp_path: Path) -> None:
    story = busy()
    log = story.log()
    assert log.key
    story.events.append((500.0, 10_000, story.event("person.erased", 3, logged=3, person=PERSON)))
    story.events = [one for one in story.events if one[2].id != story.events[-1][2].id or one[0] == 500.0]
    told = remarks(story, tmp_path)
    assert "397 hours" in told["clock_backwards"]
    assert "first at entry 82" in told["clock_backwards"]


def test_the_record_ends_when_its_last_entry_was_logged_however_a_clock_jumped(tmp_path: Path) -> None:
    story = busy()
    story.event("person.erased", 9000, logged=9000, person=PERSON)
    jumped = story.events.pop()
    story.events.append((200.5, 10_000, jumped[2]))
    (record,) = loaded(story.bundle(tmp_path / "b.zip"))
    assert moment(record.end) == clock(400)


def test_events_ahead_of_the_recorders_clock_are_told(tmp_path: Path) -> None:
    story = busy()
    story.notice("ahead", 100, logged=99)
    assert "1 events are timed ahead of the recorder's clock, by 1 hours" in remarks(story, tmp_path)["clock_ahead"]


def test_two_services_are_two_audits(tmp_path: Path) -> None:
    story, other = busy(), Story(service="other.example")
    other.notice("theirs", 5)
    story.events += other.events
    mine, theirs = sorted(
        loaded(story.bundle(tmp_path / "b.zip")), key=lambda record: -len(record.of("notice.received"))
    )
    assert (mine.service, len(mine.of("notice.received"))) == ("video.example", 40)
    assert (theirs.service, len(theirs.of("notice.received"))) == ("other.example", 1)
    assert any(note.code == "several_services" for note in mine.notes)


def test_entries_without_their_event_are_told_and_a_bundle_of_nothing_else_is_refused(tmp_path: Path) -> None:
    log = busy().log()
    del log.events[3]
    (record,) = loaded(log.bundle(tmp_path / "b.zip"))
    assert record.absent == 1
    assert any(note.code == "absent" and note.fields["entries"] == "entry 3 (1 in all)" for note in record.notes)
    log.events = {}
    with pytest.raises(InputError, match="not one event"):
        loaded(log.bundle(tmp_path / "c.zip"))


def test_nothing_declared_and_another_tier_are_told(tmp_path: Path) -> None:
    silent = Story(declared=False)
    silent.notice("a", 1)
    assert "no_declaration" in remarks(silent, tmp_path)
    declared = Story(declared=False)
    declared.event("service.declared", 0, tier="hosting", benchmarks={})
    assert "hosting" in remarks(declared, tmp_path)["other_tier"]


def test_only_what_is_read_is_kept_and_equal_values_once(tmp_path: Path) -> None:
    (record,) = load(
        busy().bundle(tmp_path / "b.zip"), Keys(), ["notice.received.notice", "notice.received.category"]
    )
    first, second = record.of("notice.received")[:2]
    assert first.notice == ident("n0")
    assert first.category is second.category
    assert not hasattr(first, "language")
    assert record.of("decision.made") == ()
    assert kept_fields(["*.at"]).keys() == KINDS.keys()


def test_memory_is_small_beside_the_events(tmp_path: Path) -> None:
    story = Story()
    for number in range(2000):
        story.notice(f"n{number}", number / 10)
    path = story.bundle(tmp_path / "b.zip")
    tracemalloc.start()
    (record,) = loaded(path)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(record.of("notice.received")) == 2000
    assert held / 2000 < 1000
