"""YAML read without surprises: texts stay texts, and what points elsewhere is refused with its line."""

import pytest

from waarmerk.errors import InputError
from waarmerk.text.plain_yaml import load


@pytest.mark.parametrize("word", ["no", "1.0", "2026-01-01", "0x10", "~", "null", "=", "1e3"])
def test_every_scalar_is_the_text_that_it_looks_like(word: str) -> None:
    assert load(f"a: {word}".encode(), "m") == {"a": word}


@pytest.mark.parametrize(
    ("text", "line", "match"),
    [
        ("a: 1\na: 2", 2, "stands twice"),
        ("a: &x 1", 1, "anchors"),
        ("a:\n  - *x", 2, "anchors"),
        ("a: !!python/object:os.system 1", 1, "tags"),
        ("? [a]\n: 1", 1, "a key is a text"),
        ("a: 1\n---\nb: 2", 2, "another document"),
    ],
)
def test_what_could_surprise_is_refused_with_its_line(text: str, line: int, match: str) -> None:
    with pytest.raises(InputError, match=match) as error:
        load(text.encode(), "m.yaml")
    assert error.value.where.startswith(f"m.yaml line {line} column ")
