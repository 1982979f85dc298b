"""Validating whole files of statements: keys as the server writes them, what only a file shows, limits."""

import io
import json
from typing import Any

import pytest

from tests.dsa.examples import SOUND
from waarmerk.dsa import statement
from waarmerk.dsa.statement import Validation, validate, validate_stream


def check(*bodies: Any, lines: bool = False) -> Validation:
    text = "\n".join(map(json.dumps, bodies)) if lines else json.dumps({"statements": bodies})
    return validate_stream(io.BytesIO(text.encode()), "given")


def unique(number: int, **change: Any) -> dict[str, Any]:
    facts = f"Notice {number} said that the face is generated; a reviewer looked at it and agreed."
    return SOUND | {"puid": f"case-{number}", "decision_facts": facts} | change


def test_a_sound_batch_is_valid() -> None:
    result = check(*(unique(number) for number in range(6)))
    assert (result.statements, result.valid, result.findings, result.errors) == (6, 6, [], {})


def test_errors_have_the_shape_of_the_servers_answer() -> None:
    result = check(unique(0), unique(1, category="X", content_date=""))
    assert result.valid == 1
    assert set(result.errors) == {"statement_1"}
    assert set(result.errors["statement_1"]) == {"category", "content_date"}
    assert [found.key for found in result.findings] == ["statement_1.category", "statement_1.content_date"]


def test_a_single_statement_has_fields_alone_as_keys() -> None:
    result = validate_stream(io.BytesIO(json.dumps(SOUND | {"puid": ""}).encode()), "given")
    assert result.shape == "single" and set(result.errors) == {"puid"}


def test_questions_leave_a_statement_valid_and_out_of_the_errors() -> None:
    result = check(unique(0, decision_facts="Spam."))
    assert result.valid == 1 and result.errors == {}
    assert [(found.rule, found.kind) for found in result.findings] == [("facts_say_little", "question")]


def test_a_puid_twice_in_a_batch_is_refused_at_the_second() -> None:
    result = check(unique(0), unique(1), unique(0, decision_facts="Another notice about another video came in."))
    assert [(found.rule, found.key) for found in result.findings] == [("puid_twice", "statement_2.puid")]


def test_more_than_a_hundred_statements_at_once_are_refused_whole() -> None:
    assert check(*(unique(number) for number in range(100))).valid == 100
    result = check(*(unique(number) for number in range(101)))
    assert result.valid == 0 and set(result.errors) == {"statements"}


def test_lines_may_be_more_than_a_hundred() -> None:
    assert check(*(unique(number) for number in range(101)), lines=True).valid == 101


def test_an_ean_written_as_the_single_endpoint_takes_it_is_lost_in_a_batch() -> None:
    ean = "4006381333931"
    assert [found.rule for found in check(unique(0, content_id_ean=ean)).findings] == ["ean_in_batch"]
    assert check(unique(0, content_id={"EAN-13": ean})).findings == []
    assert validate(SOUND | {"content_id_ean": ean}) == []


def test_one_sentence_for_most_statements_is_a_question_and_for_few_is_none() -> None:
    same = {"decision_facts": SOUND["decision_facts"]}
    result = check(*(unique(number, **same) for number in range(5)))
    assert [found.rule for found in result.findings] == ["boiler_plate"] and result.valid == 5
    assert check(*(unique(number, **same) for number in range(3)), unique(8), unique(9)).findings == []
    assert check(*(unique(number, **same) for number in range(4))).findings == []


@pytest.mark.parametrize("body", [None, 7, "text", [1]])
def test_what_is_no_object_is_no_statement(body: Any) -> None:
    assert [found.rule for found in check(body).findings] == ["not_an_object"]


def test_a_field_that_cannot_be_read_brings_no_second_sentence() -> None:
    found = validate(SOUND | {"application_date": "2020-99-99", "category": "X"})
    assert [each.rule for each in found] == ["not_in_list", "not_a_date"]


def test_a_misspelled_field_is_told_with_what_was_meant() -> None:
    found = validate(SOUND | {"automated_decisions": "x"})
    assert "automated_decision" in found[0].sentence and found[0].field == "automated_decisions"


def test_sentences_come_in_dutch() -> None:
    assert "ontbreekt" in validate(SOUND | {"puid": None}, language="nl")[0].sentence


def test_findings_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "KEPT", 3)
    result = check(*(unique(number, category="X") for number in range(5)), lines=True)
    assert len(result.findings) == 3 and result.left_out == 2 and result.counts == {"not_in_list": 5}
    assert result.valid == 0


def test_a_line_that_cannot_be_read_is_told_beside_the_others() -> None:
    text = f"{json.dumps(unique(0))}\nnonsense\n{json.dumps(unique(2))}\n"
    result = validate_stream(io.BytesIO(text.encode()), "given")
    assert (result.statements, result.valid) == (2, 2)
    assert [problem.where for problem in result.unreadable] == ["given:2"]


def test_spaces_around_codes_dates_and_identifiers_are_trimmed_as_the_server_does() -> None:
    spaced = {"end_date_account_restriction": " 2030-01-01 ", "content_type": [f" {SOUND['content_type'][0]} "]}
    assert check(unique(0, **spaced)).findings == []
    twice = check(unique(0), unique(1, puid=" case-0 "))
    assert [(found.rule, found.key) for found in twice.findings] == [("puid_twice", "statement_1.puid")]
