"""The rows follow their published schema, and what is written can be read back."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examinations import examination, manipulation, no_face
from waarmerk.errors import InputError, UnavailableError
from waarmerk.examine.report.publish import schema
from waarmerk.examine.report.rows import (
    CheckErrorRow,
    CheckRow,
    check_row,
    error_row,
    examination_of,
    line,
    parse_row,
    without_pictures,
)
from waarmerk.values import Abstention, Examination, Finding, Purpose

checked = jsonschema.Draft202012Validator(schema("check-1.json"))
failed = jsonschema.Draft202012Validator(schema("check-error-1.json"))

ISSUED_KEYS = {
    "asset": "path sha256 bytes kind container video_codec duration_s width height fps audio",
    "conclusion": "label log10_lr support base_rate posterior",
    "sampling": "frames_seen frames_analysed",
}
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def written(value: Examination) -> dict[str, object]:
    row: dict[str, object] = json.loads(line(check_row(value)))
    return row


@pytest.mark.parametrize("purpose", ["triage", "forensic"])
@pytest.mark.parametrize("finding", [manipulation(), no_face()], ids=["ratio", "abstained"])
def test_a_row_follows_the_published_schema(purpose: Purpose, finding: Finding) -> None:
    checked.validate(written(examination(finding, purpose=purpose)))


def test_what_does_not_apply_is_null_never_missing() -> None:
    row = written(examination(no_face(), purpose="forensic"))
    for part, keys in ISSUED_KEYS.items():
        assert set(keys.split()) <= set(row[part]), part  # type: ignore[arg-type]
    assert row["conclusion"] == dict.fromkeys(ISSUED_KEYS["conclusion"].split())
    (finding,) = row["findings"]  # type: ignore[misc]
    assert finding["abstained"] == "no-face"
    assert [finding[key] for key in ("log10_lr", "log10_lr_bounds", "propositions", "calibration")] == [None] * 4


def test_the_schema_refuses_a_row_that_lacks_a_key() -> None:
    row = written(examination())
    del row["not_examined"]
    with pytest.raises(jsonschema.ValidationError, match="not_examined"):
        checked.validate(row)


def test_pictures_for_the_page_stay_out_of_the_row() -> None:
    strongest = written(examination())["findings"][0]["facts"]["strongest"][0]  # type: ignore[index]
    assert strongest == {"track": 0, "t_s": 1.25, "score": 3.1}


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_facts_without_pictures_pass_unchanged(facts: dict[str, object]) -> None:
    clean = without_pictures(facts)
    assert without_pictures(clean) == clean
    assert "picture" in facts or "reaction" in facts or set(clean) == set(facts)


@given(st.text(), json_values)
def test_a_written_row_reads_back_as_the_same_examination(reason: str, fact: object) -> None:
    finding = Finding(
        analyzer="a", version="1", answer=Abstention(reason=reason), facts={"fact": without_pictures(fact)}
    )
    original = examination(finding, Finding(analyzer="b", version="2", answer=None))
    row = parse_row(line(check_row(original)), where="test")
    assert isinstance(row, CheckRow)
    assert examination_of(row) == original


def test_a_ratio_with_its_tracks_reads_back_as_it_was() -> None:
    row = parse_row(line(check_row(examination())), where="test")
    assert isinstance(row, CheckRow)
    read = examination_of(row)
    assert read.findings[0].answer == manipulation().answer
    assert read.findings[0].tracks == manipulation().tracks


def test_a_name_that_is_no_utf_8_is_shown_with_its_bytes() -> None:
    row = check_row(examination(path="caf\udce9.mp4"))
    assert json.loads(line(row))["asset"]["path"] == "caf\\xe9.mp4"


def test_a_failed_input_is_a_row_of_its_own() -> None:
    row = error_row("a\nb.mp4", InputError("is empty", where="a\nb.mp4", hint="send it again"))
    written_row = json.loads(line(row))
    failed.validate(written_row)
    assert written_row["error"] == {
        "kind": "input",
        "message": "is empty",
        "where": "a\nb.mp4",
        "hint": "send it again",
    }
    assert parse_row(line(row), where="test") == row
    assert error_row("x", UnavailableError("busy")).error.kind == "unavailable"


def test_a_row_is_one_line_whatever_the_name_holds() -> None:
    assert line(check_row(examination(path="a\nb\x1b[2J\u2028.mp4"))).count(b"\n") == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "no row of a report"),
        (b"{}", "no row of a report"),
        (b'{"schema": "waarmerk.check/9"}', "'waarmerk.check/9', which this version"),
        (b'{"schema": "waarmerk.check/1"}', "missing required field"),
        (b"\xff\xfe", "no row of a report"),
    ],
)
def test_what_is_no_row_is_refused_in_a_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        parse_row(text, where="old.jsonl:3")
    assert refused.value.where == "old.jsonl:3"


def test_an_error_row_is_told_from_an_examined_one() -> None:
    assert isinstance(parse_row(line(error_row("x", InputError("y"))), where="t"), CheckErrorRow)
