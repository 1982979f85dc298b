import hashlib
import os
import socket
from pathlib import Path

import pytest

from waarmerk.errors import InputError, NoMediumError
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.medium import open_medium


def sentence(path: Path | str, limits: Limits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        open_medium(path, limits or Limits())
    line = caught.value.sentence()
    assert "\n" not in caught.value.message
    return line


def test_the_digest_and_size_are_those_of_the_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000
    path = tmp_path / "file"
    path.write_bytes(data)
    with open_medium(path) as medium:
        assert medium.bytes == len(data)
        assert medium.sha256 == hashlib.sha256(data).hexdigest()
        assert os.pread(medium.descriptor, 4, 256) == data[256:260]


def test_the_open_file_stays_the_one_that_was_digested_when_its_name_is_moved(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    with open_medium(path) as medium:
        path.unlink()
        path.write_bytes(b"other")
        assert os.pread(medium.descriptor, 9, 0) == b"first"


def test_closing_gives_the_descriptor_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with open_medium(path) as medium:
        descriptor = medium.descriptor
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    with open_medium(tmp_path / "link") as medium:
        assert medium.bytes == 1


def test_a_name_that_is_not_text_can_be_opened_and_shown(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[31m\n.mp4"
    descriptor = os.open(name, os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, b"x")
    os.close(descriptor)
    with open_medium(os.fsdecode(name)) as medium:
        assert medium.path.encode() and "\\xff" in medium.path


def test_a_fifo_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "is a pipe (FIFO), not a file" in sentence(tmp_path / "fifo")


def test_a_device_is_refused() -> None:
    assert sentence("/dev/zero") == "/dev/zero: is a device, not a file"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in sentence(tmp_path)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        assert "is a socket" in sentence(tmp_path / "s")


def test_what_is_no_file_counts_as_no_medium(tmp_path: Path) -> None:
    with pytest.raises(NoMediumError):
        open_medium(tmp_path)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert "is a loop of symbolic links" in sentence(tmp_path / "a")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "is empty" in sentence(tmp_path / "empty.mp4")


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert "does not exist (check the name)" in sentence(tmp_path / "gone")


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert "a part of its path is a file" in sentence(tmp_path / "file" / "below")


def test_a_name_with_a_zero_byte_is_refused() -> None:
    assert "zero byte" in sentence("a\0b")


def test_a_name_that_is_too_long_is_refused() -> None:
    assert "too long" in sentence("x" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(0)
    assert "may not be read (check its permissions)" in sentence(path)


def test_a_file_beyond_the_bound_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(300 << 30)  # sparse
    assert "larger than the limit of 256 GiB" in sentence(path)
