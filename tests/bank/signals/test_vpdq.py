"""vPDQ's text format, byte for byte, and every way in which a line can be wrong."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.bank.signals.vpdq import FrameHashes, parse_vpdq, read_vpdq, write_vpdq
from waarmerk.errors import InputError

VECTORS = Path(__file__).parents[2] / "vectors/pdq"
GOOD = b"7,100," + b"0123456789abcdef" * 4 + b",1.250"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("vpdq-*.txt")), ids=lambda path: path.name)
def test_a_file_of_the_reference_comes_out_as_it_went_in(path: Path) -> None:
    # The reference's own samples lack the last newline.
    assert write_vpdq(read_vpdq(path)) == path.read_bytes().rstrip(b"\n") + b"\n"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**62),
            st.integers(0, 100),
            st.lists(st.integers(0, 2**64 - 1), min_size=4, max_size=4),
            st.integers(0, 10**9),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_written_is_read_back(rows: list[tuple[int, int, list[int], int]]) -> None:
    given = FrameHashes(
        np.asarray([row[0] for row in rows], np.int64),
        np.asarray([row[1] for row in rows], np.uint8),
        np.asarray([row[2] for row in rows], np.uint64),
        np.asarray([row[3] / 1000 for row in rows]),
    )
    back = parse_vpdq(write_vpdq(given).splitlines())
    for name in ("frame", "quality", "codes", "t_s"):
        assert np.array_equal(getattr(back, name), getattr(given, name)), name


def test_the_line_ends_of_another_system_are_read(tmp_path: Path) -> None:
    (file := tmp_path / "known.vpdq").write_bytes(GOOD + b"\r\n" + GOOD + b"\r\n")
    assert len(read_vpdq(file)) == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "line 2, column 1: the frame number is ''"),
        (b"x" + GOOD, "line 2, column 1: the frame number is 'x7'"),
        (b"-7" + GOOD[1:], "line 2, column 1: the frame number is '-7'"),
        (b"9" * 19 + GOOD[1:], "line 2, column 1: the frame number is"),
        (GOOD.replace(b"100", b"101"), "line 2, column 3: the quality is '101', not a whole number from 0 to 100"),
        (GOOD.replace(b"0123", b"012"), "line 2, column 7: the hash is"),
        (GOOD.replace(b"abc", b"xyz", 1), "line 2, column 7: the hash is"),
        (GOOD.replace(b"1.250", b"nan"), "line 2, column 72: the timestamp is 'nan', not seconds"),
        (GOOD.replace(b"1.250", b"-1.250"), "line 2, column 72: the timestamp is '-1.250'"),
        (GOOD.replace(b"1.250", b"1e9"), "line 2, column 72: the timestamp is '1e9'"),
        (GOOD + b",more", "line 2, column 78: the line has 5 fields, not 4"),
        (GOOD.rpartition(b",")[0], "line 2, column 71: the line ends before the timestamp"),
        (b"7", "line 2, column 2: the line ends before the quality"),
        (b"\xff\xfe" + GOOD, r"the frame number is '\\xff\\xfe7'"),
        (b"\x1b[31m" + GOOD, r"the frame number is '\x1b[31m7'"),
    ],
)
def test_a_bad_line_is_named_by_line_and_column(line: bytes, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_vpdq([GOOD, line, GOOD], where="known.vpdq")
    assert says in refused.value.sentence()
    assert refused.value.sentence().startswith("known.vpdq: ")
    assert "\x1b" not in refused.value.sentence()


def test_an_empty_file_is_no_list(tmp_path: Path) -> None:
    (file := tmp_path / "known.vpdq").touch()
    with pytest.raises(InputError, match="holds no frame hash"):
        read_vpdq(file)


def test_a_file_without_newlines_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "known.vpdq"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(InputError, match="line 1, column 1"):
        read_vpdq(file)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), tmp_path / "missing", Path("a\0b")):
        with pytest.raises(InputError):
            read_vpdq(path)


def test_frames_below_the_floor_are_left_out() -> None:
    hashes = parse_vpdq([GOOD, GOOD.replace(b"100", b"49"), GOOD.replace(b"100", b"50")])
    assert hashes.usable().quality.tolist() == [100, 50]
