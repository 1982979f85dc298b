"""Strangers' text cannot act on a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from waarmerk.text.terminal import plain


def test_escapes_and_newlines_are_shown_not_obeyed() -> None:
    assert plain("a\x1b[2Jb\nc\u202ed\ud800") == "a\\x1b[2Jb\\nc\\u202ed\\ud800"


def test_ordinary_names_stay_as_they_are() -> None:
    assert plain("café – 東京.mp4") == "café – 東京.mp4"


@given(st.text())
def test_nothing_that_controls_a_terminal_remains(text: str) -> None:
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs"} for character in plain(text))
