"""What a call names is listed once, in order, whatever the folder holds."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.inputs import Input, inputs, names


def listed(*paths: Path | str, stream: bytes = b"") -> list[Input]:
    return list(inputs([str(path) for path in paths], io.BytesIO(stream)))


def test_a_file_is_named_as_it_was_given_whatever_it_is(tmp_path: Path) -> None:
    assert listed("./none.mp4", tmp_path / "x") == [Input("./none.mp4"), Input(str(tmp_path / "x"))]


def test_a_folder_is_walked_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b/2", "a", "b/1", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\x00\x01")
    assert [one.path for one in listed(tmp_path)] == [str(tmp_path / name) for name in ("a", "b/1", "b/2", "c")]
    assert {one.folder for one in listed(tmp_path)} == {str(tmp_path)}


def test_a_loop_of_links_ends_where_it_began(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/up").symlink_to(tmp_path)
    assert [one.path for one in listed(tmp_path)] == [str(tmp_path / "a")]


@pytest.mark.parametrize("target", ["gone", "link"])
def test_a_link_that_leads_nowhere_is_an_input_that_is_told(tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(target)
    (one,) = listed(tmp_path)
    assert (one.path, one.no_medium) == (str(tmp_path / "link"), False)


def test_a_linked_folder_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one/a").write_bytes(b"\x00")
    (tmp_path / "two").symlink_to("one")
    assert [one.path for one in listed(tmp_path)] == [str(tmp_path / "one/a")]


def test_a_pipe_in_a_folder_is_counted_as_no_medium_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_bytes(b"\x00")
    assert {Path(one.path).name: one.no_medium for one in listed(tmp_path)} == {"a": False, "pipe": True}


def test_plain_text_in_a_folder_is_no_medium_and_random_bytes_may_be_one(tmp_path: Path) -> None:
    texts = {"notes.mp4": b"dear reader\n", "cut.txt": ("é" * 3000).encode()[:4097]}
    others = {"a.txt": bytes(range(256)), "empty": b"", "latin.txt": b"caf\xe9"}
    for name, data in (texts | others).items():
        (tmp_path / name).write_bytes(data)
    found = {Path(one.path).name: one.no_medium for one in listed(tmp_path)}
    assert found == dict.fromkeys(texts, True) | dict.fromkeys(others, False)


def test_an_empty_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    (one,) = listed(tmp_path)
    assert one.error is not None
    assert one.error.sentence() == f"{tmp_path}: holds no file (is it the right folder?)"


def test_a_list_names_a_path_a_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_bytes(b"\x00")
    stream = f"first\r\n\n{tmp_path}/in\nlast".encode()
    assert [one.path for one in listed("-", stream=stream)] == ["first", f"{tmp_path}/in/a", "last"]


def test_a_list_that_names_nothing_is_told() -> None:
    (one,) = listed("-", stream=b"\n\n")
    assert one.error is not None
    assert one.error.message == "the list on standard input names no file"


@given(st.lists(st.binary(min_size=1).filter(lambda name: b"\0" not in name), min_size=1, max_size=8))
def test_names_separated_by_zero_bytes_come_back_byte_for_byte(given_names: list[bytes]) -> None:
    stream = io.BytesIO(b"".join(name + b"\0" for name in given_names))
    if any(b"\n" in name for name in given_names[:1]):
        # The first line must show a zero byte: a list whose first name holds a newline is told from its whole.
        stream = io.BytesIO(b"first\0" + stream.getvalue())
        given_names = [b"first", *given_names]
    assert [os.fsencode(name) for name in names(stream)] == given_names
