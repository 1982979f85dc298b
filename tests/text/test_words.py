"""Sentences by key, numbers as a language writes them."""

import pytest

from waarmerk.text.words import Words, words


def test_a_sentence_is_filled_in() -> None:
    assert Words("en", "x", {"greet": "hello {name}"}).say("greet", name="you") == "hello you"


def test_a_key_that_no_catalogue_has_is_a_fault_and_can_be_asked_for() -> None:
    bare = Words("en", "x", {})
    assert bare.find("none") is None
    with pytest.raises(KeyError):
        bare.say("none")


@pytest.mark.parametrize(("language", "text"), [("en", "1,234.5"), ("nl", "1.234,5")])
def test_numbers_carry_the_marks_of_the_language(language: str, text: str) -> None:
    assert words("common", language).number(1234.5, 1) == text  # type: ignore[arg-type]
