"""Rows of a dump: which headings are one, and what a line, a quote or a byte may do."""

import csv
import io

import pytest

from waarmerk.dsa import vocabulary
from waarmerk.dsa.dumps.columns import MAX_LINE, Heading, Lines, read_heading
from waarmerk.errors import InputError

DUMPS = vocabulary.dumps()
LIGHT = [name for name in DUMPS.columns if name not in DUMPS.light_drops]


def heading(line: str, encoding: str = "utf-8") -> Heading:
    return read_heading(csv.reader(iter(Lines(io.BytesIO(line.encode(encoding)), "given"))), "given")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(DUMPS.columns, id="today"),
        pytest.param(DUMPS.columns_before(), id="before July 2025"),
        pytest.param(LIGHT, id="light"),
        pytest.param([name for name in LIGHT if name != "content_id_ean"], id="light before July 2025"),
        pytest.param(list(reversed(DUMPS.columns)), id="another order"),
    ],
)
def test_every_published_heading_is_known(names: list[str]) -> None:
    found = heading(",".join(names) + "\n")
    assert found.width == len(names) and found.unknown == ()
    assert [names[place] for place in found.index.values()] == list(found.index)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert "uuid" in heading(",".join(DUMPS.columns) + "\n", "utf-8-sig").index


def test_a_column_of_tomorrow_is_told_and_passed_over() -> None:
    assert heading(",".join([*DUMPS.columns, "content_hash"]) + "\n").unknown == ("content_hash",)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "empty"),
        ("a,b,c\n", "not the heading of a dump"),
        (";".join(DUMPS.columns), "semicolons"),
        (",".join([*DUMPS.columns, "uuid"]), "uuid stands twice"),
        (",".join(name for name in DUMPS.columns if name != "source_type"), r"1 columns are missing \(source_type\)"),
        ('"' + "x" * 200_000, "no CSV"),
    ],
)
def test_another_heading_is_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        heading(line)


def test_utf_16_is_told() -> None:
    with pytest.raises(InputError, match="UTF-16"):
        heading("uuid", "utf-16")


def test_bytes_that_are_not_utf_8_are_counted_and_the_rest_is_read() -> None:
    lines = Lines(io.BytesIO(b"caf\xe9,1\n\xff\xfe,2\n"[0:]), "given")
    assert list(csv.reader(iter(lines))) == [["caf\ufffd", "1"], ["\ufffd\ufffd", "2"]]
    assert lines.undecodable == 3


class Endless(io.RawIOBase):
    """Bytes without a line end; more than a little of it read means that somebody waits for one."""

    given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self.given += len(buffer)
        assert self.given < 8 * MAX_LINE, "read on and on"
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def test_a_line_without_end_is_refused_at_the_limit() -> None:
    lines = Lines(io.BufferedReader(Endless()), "given")
    with pytest.raises(InputError, match="longer than 1 MiB"):
        list(lines)
