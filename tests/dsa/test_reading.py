"""Reading statements: what is JSON and what only looks so, in bounded memory."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.dsa import reading
from waarmerk.dsa.reading import Given, parse, read_statements
from waarmerk.errors import InputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(text: bytes) -> list[Given | InputError]:
    return list(read_statements(io.BytesIO(text), "given"))


def bodies(text: bytes) -> list[Any]:
    return [each.body for each in read(text) if isinstance(each, Given)]


def test_a_statement_a_batch_and_lines_are_told_apart() -> None:
    one = {"puid": "a"}
    assert read(json.dumps(one, indent=2).encode()) == [Given("single", 0, 0, one)]
    assert [each.shape for each in read(b'{"statements": [{}, {}]}') if isinstance(each, Given)] == ["batch"] * 2
    assert read(b'{"puid": "a"}\n{"puid": "b"}\n') == [
        Given("lines", 0, 1, {"puid": "a"}),
        Given("lines", 1, 2, {"puid": "b"}),
    ]


def test_a_document_over_many_lines_is_one_document() -> None:
    assert bodies(b'{\n"puid":\n"a"\n}\n') == [{"puid": "a"}]
    assert bodies(b'{"statements":[{"puid":"a"}\n,{"puid":"b"}\n]}') == [{"puid": "a"}, {"puid": "b"}]


def test_a_broken_line_is_named_and_the_next_is_read() -> None:
    first, broken, last = read(b'{"puid": "a"}\n{"puid": \n{"puid": "c"}\n')
    assert isinstance(first, Given) and isinstance(last, Given) and last.body == {"puid": "c"}
    assert isinstance(broken, InputError) and broken.where == "given:2"


def test_a_first_line_that_is_broken_does_not_hide_the_others() -> None:
    broken, second = read(b'{"puid": }\n{"puid": "b"}\n')
    assert isinstance(broken, InputError) and broken.where == "given:1"
    assert isinstance(second, Given) and second.line == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b'\xef\xbb\xbf{"puid": "a"}', "byte order mark"),
        ('{"puid": "a"}'.encode("utf-16"), "UTF-16"),
        (b'{"puid": "\xe9"}', "byte 10 is not UTF-8"),
        (b'{"puid": "a", "puid": "b"}', '"puid" stands twice'),
        (b'{"puid": "\\ud83d"}', "half of a surrogate pair"),
        (b'{"content_date": NaN}', "NaN is not JSON"),
        (b'{"puid": 1' + b"0" * 5000 + b"}", "too long to read"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"puid": "a",}', "not JSON at line 1, column 14"),
        (b'[{"puid": "a"}]', "bare list"),
        (b'{"statements": {}}', '"statements" is no list'),
        (b'{"statements": []}', '"statements" is empty'),
        (b'{"statements": [{}], "puid": "a"}', 'beside "statements" stands "puid"'),
    ],
)
def test_what_a_careful_reader_refuses_is_one_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(InputError) as told:
        read(text)
    assert sentence in told.value.message and told.value.where == "given"


class Endless(io.RawIOBase):
    """A line without end: whoever reads it whole never comes back."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1) -> bytes:
        assert size is not None and 0 < size <= reading.MAX_DOCUMENT + 1, "asked for a line of any length"
        self.given += size
        assert self.given < 4 * reading.MAX_DOCUMENT, "read on and on"
        return b"x" * size


def test_a_line_without_end_is_refused_at_the_limit() -> None:
    with pytest.raises(InputError, match="the first line is longer than 64 MiB"):
        list(read_statements(Endless(), "given"))  # type: ignore[arg-type]


def test_a_long_line_among_lines_is_passed_over_by_name() -> None:
    long = b'{"puid": "' + b"a" * reading.MAX_LINE + b'"}\n'
    first, second, third = read(b'{"puid": "a"}\n' + long + b'{"puid": "c"}\n')
    assert isinstance(second, InputError) and "longer than 1 MiB" in second.message and second.where == "given:2"
    assert isinstance(first, Given) and isinstance(third, Given) and third.body == {"puid": "c"}


@given(JSON)
def test_what_was_printed_is_read_back(value: Any) -> None:
    assert parse(json.dumps(value).encode(), "given") == value


@given(st.binary(max_size=200))
def test_no_bytes_bring_more_than_a_sentence(text: bytes) -> None:
    try:
        read(text)
    except InputError as error:
        assert error.message
