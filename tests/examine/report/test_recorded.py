"""What of an examination goes into the event, and what keeps it from being one."""

import json
from typing import Any

import msgspec
import pytest

from tests.examine.report.test_html import everything
from waarmerk.errors import InputError
from waarmerk.examine.report.recorded import About, examined_event, tool_digest
from waarmerk.record.recording import parse_line
from waarmerk.values import Abstention, Examination, Finding

ABOUT = About(service="video.example", posted_at="2026-11-01T12:00:00.000Z", uploader="ab" * 16, why="sample")
AT = "2026-11-02T12:00:00.000Z"


def with_provenance(**changed: object) -> Examination:
    facts = {"state": "valid", "declared_synthetic": True}
    finding = Finding(analyzer="provenance", version="1", answer=None, facts=facts)
    others = tuple(one for one in everything().findings if one.analyzer != "provenance")
    return msgspec.structs.replace(everything(), findings=(msgspec.structs.replace(finding, **changed), *others))


def event_of(examination: Examination, about: About = ABOUT) -> dict[str, Any]:
    data = examined_event(
        examination, about, event="01" * 16, item="02" * 16, at=AT, channel="check", number=1, version="1"
    )
    parse_line(data, AT)  # an event of the catalogue, or it raises
    return json.loads(data)


def test_intact_provenance_that_declares_it_synthetic_is_in_the_event() -> None:
    event = event_of(with_provenance())
    assert (event["provenance"], event["declared"]) == ("valid", ["synthetic"])


def test_a_medium_without_provenance_says_none() -> None:
    event = event_of(with_provenance(facts={"state": None, "declared_synthetic": False}))
    assert (event["provenance"], event["declared"]) == ("none", [])


def test_provenance_that_could_not_be_read_is_no_event_for_it_would_have_to_say_none() -> None:
    with pytest.raises(InputError, match="provenance could not be read"):
        event_of(with_provenance(answer=Abstention(reason="analyzer-failed")))


def test_the_platforms_own_id_language_and_views_stand_in_the_event() -> None:
    event = event_of(with_provenance(), msgspec.structs.replace(ABOUT, item="0a" * 16, language="NL", views_total=7))
    assert (event["item"], event["language"], event["views_total"]) == ("0a" * 16, "NL", 7)
    assert event_of(with_provenance())["item"] == "02" * 16


def test_the_name_of_the_file_and_the_digest_of_the_medium_stay_out() -> None:
    examination = with_provenance()
    text = json.dumps(event_of(examination))
    assert examination.asset.path not in text
    assert examination.asset.sha256 not in text


def test_a_tool_of_another_version_has_another_digest() -> None:
    assert tool_digest("manipulation", "1") != tool_digest("manipulation", "2")


ENTRY = {"entry": "0e" * 16, "signal": "vpdq", "distance": 9, "item": "one", "status": "confirmed"}


def with_matches(**facts: object) -> Examination:
    matching = Finding(analyzer="matching", version="3", answer=None, facts=facts)
    examination = with_provenance()
    others = tuple(one for one in examination.findings if one.analyzer != "matching")
    return msgspec.structs.replace(examination, findings=(*others, matching))


def test_the_entries_of_a_bank_that_it_shows_stand_in_the_event_beside_the_tool_that_found_them() -> None:
    event = event_of(with_matches(known=[ENTRY]))
    assert event["matches"] == [{"entry": "0e" * 16, "signal": "vpdq", "distance": 9}]
    assert {"tool": tool_digest("matching", "3"), "in_domain": True} in event["findings"]


def test_parts_what_a_harmless_bank_explains_and_files_are_no_matches_and_name_no_tool() -> None:
    known_file = {"item": "known.txt", "status": "confirmed", "distance": 3}
    event = event_of(with_matches(known=[known_file], partial=[ENTRY], suppressed=[ENTRY]))
    assert event["matches"] == []
    assert tool_digest("matching", "3") not in {one["tool"] for one in event["findings"]}
