"""Every rule: what breaks it, what looks alike and is in order, what it says in both languages."""

import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dsa.examples import BOTH, DUMP, SOUND, STATEMENT, Change, broken_in_row
from waarmerk.dsa import vocabulary
from waarmerk.dsa.rules import KINDS, RULES, house_rules, load_rules
from waarmerk.dsa.statement import breaches
from waarmerk.errors import InputError
from waarmerk.text.words import LANGUAGES, words

# Tested where whole files are: test_statement.py, dumps/test_lint.py, dumps/test_flips.py.
OF_FILES = {"not_an_object", "batch_size", "puid_twice", "ean_in_batch", "boiler_plate", "uuid_reused", "flag_flips"}


def cases(table: dict[str, tuple[list[Change], list[Change]]], which: int) -> list[Any]:
    return [
        pytest.param(rule, change, id=f"{rule}-{number}")
        for rule, pair in table.items()
        for number, change in enumerate(pair[which])
    ]


def broken(change: Change) -> set[str]:
    return {rule.id for rule, _ in breaches(SOUND | change)}


def as_row(change: Change) -> dict[str, str]:
    row = dict.fromkeys(vocabulary.dumps().columns, "")
    for name, value in (SOUND | change).items():
        if name in row:
            row[name] = json.dumps(value) if isinstance(value, list) else value
            row[name] += " 00:00:00" if vocabulary.fields()[name].type == "date" and row[name] else ""
    return row


def test_the_sound_statement_breaks_nothing() -> None:
    assert breaches(SOUND) == []
    assert broken_in_row(as_row({}), "2026-04-03") == []


@pytest.mark.parametrize(("rule", "change"), cases(BOTH | STATEMENT, 0))
def test_a_statement_that_breaks_the_rule_is_named(rule: str, change: Change) -> None:
    assert rule in broken(change)


@pytest.mark.parametrize(("rule", "change"), cases(BOTH | STATEMENT, 1))
def test_a_statement_that_looks_alike_is_in_order(rule: str, change: Change) -> None:
    assert rule not in broken(change)


@pytest.mark.parametrize(("rule", "change"), cases(BOTH | DUMP, 0))
def test_a_row_that_breaks_the_rule_is_named(rule: str, change: Change) -> None:
    assert rule in broken_in_row(as_row(change), "2026-04-03")


@pytest.mark.parametrize(("rule", "change"), cases(BOTH | DUMP, 1))
def test_a_row_that_looks_alike_is_in_order(rule: str, change: Change) -> None:
    assert rule not in broken_in_row(as_row(change), "2026-04-03")


def test_a_row_from_before_july_2025_may_use_the_categories_of_its_time() -> None:
    row = as_row({"category": "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"})
    row["category_specification"] = '["KEYWORD_ADULT_SEXUAL_MATERIAL"]'
    assert broken_in_row(row, "2025-06-30") == []
    assert "code_of_old_schema" in broken_in_row(row, "2025-07-01")


def test_every_rule_has_a_failing_example_and_an_innocent_look_alike() -> None:
    for rule in house_rules().values():
        if rule.id in OF_FILES:
            continue
        tables = {"statement": [STATEMENT], "dump": [DUMP], "both": [BOTH, STATEMENT, DUMP]}[rule.scope]
        failing = [change for table in tables for change in table.get(rule.id, ([], []))[0]]
        innocent = [change for table in tables for change in table.get(rule.id, ([], []))[1]]
        assert failing and innocent, rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_from_what_its_rule_found(language: Any) -> None:
    for rule, pair in (BOTH | STATEMENT).items():
        for change in pair[0]:
            for found, breach in breaches(SOUND | change):
                assert found.sentence(language, breach.values), rule


def test_questions_ask_and_every_rule_has_a_class_and_a_ground() -> None:
    for rule in house_rules().values():
        assert rule.kind in KINDS and rule.basis
        for language in LANGUAGES:
            sentence = words("dsa", language).sentences[f"rule.{rule.id}"]
            assert list(string.Formatter().parse(sentence))
            if rule.scope != "statement" or rule.kind == "question":
                assert sentence.endswith("?"), (rule.id, language)


def test_a_rule_in_a_file_that_breaks_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("1 / 0\n")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        load_rules(file)


def test_a_file_without_a_rule_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("x = 1\n")
    with pytest.raises(InputError, match="no rule"):
        load_rules(file)


HEAD = "from waarmerk.dsa.rules import Breach, rule\n@rule('mine', 'question', basis='x', sentence={})\n"
BOTH_LANGUAGES = "{'en': 'a {x}?', 'nl': 'b {x}?'}"


@pytest.fixture
def registry() -> Iterator[None]:
    """Whatever a test registers is gone after it."""
    before = dict(house_rules())
    yield
    RULES.clear()
    RULES.update(before)


@pytest.mark.parametrize(
    ("sentence", "function", "told"),
    [
        (BOTH_LANGUAGES, "def check(categori: str):\n    return ()\n", "reads categori, which is no field"),
        (BOTH_LANGUAGES, "def check():\n    return ()\n", "reads no field"),
        ("{'en': 'a?'}", "def check(category: str):\n    return ()\n", "no sentence in nl"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused_when_loaded(
    tmp_path: Path, registry: None, sentence: str, function: str, told: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(HEAD.format(sentence) + function)
    with pytest.raises(InputError, match=told):
        load_rules(file)


@pytest.mark.parametrize(
    "body", ["    yield Breach('category', {'y': '1'})\n", "    return 1 / 0\n", "    return 7\n"]
)
def test_a_rule_that_fails_on_a_statement_is_one_sentence(tmp_path: Path, registry: None, body: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(HEAD.format(BOTH_LANGUAGES) + "def check(category: str):\n" + body)
    load_rules(file)
    with pytest.raises(InputError, match="the rule mine cannot be applied"):
        breaches(SOUND)


def test_a_rule_about_a_dumps_own_column_is_asked_of_rows_alone(tmp_path: Path, registry: None) -> None:
    file = tmp_path / "mine.py"
    body = "    if platform_name == 'X':\n        yield Breach('platform_name', {'x': platform_name})\n"
    file.write_text(HEAD.format(BOTH_LANGUAGES) + "def check(platform_name: str):\n" + body)
    load_rules(file)
    assert breaches(SOUND) == []
    assert broken_in_row(as_row({}) | {"platform_name": "X"}, "2026-04-03") == ["mine"]
    assert broken_in_row(as_row({}) | {"platform_name": "Y"}, "2026-04-03") == []


def test_two_rules_may_not_share_a_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from waarmerk.dsa.rules import rule\n"
        "@rule('code_twice', 'question', basis='x')\ndef check(category: str):\n    return ()\n"
    )
    before = dict(RULES)
    with pytest.raises(InputError, match="two rules are named code_twice"):
        load_rules(file)
    assert before == RULES
