"""A folder as a storage: bounds, strange files, systems without syncfs."""

import os
from pathlib import Path

import pytest

from tests.record.log.logs import all_entries, entries, log_of
from waarmerk.errors import InputError, UnavailableError
from waarmerk.record.log import posix
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log


def test_without_syncfs_every_file_is_synced_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watching(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(posix, "_sync_file_system", None)
    monkeypatch.setattr(os, "fsync", watching)
    storage = PosixStorage(tmp_path)
    log_of(600, storage)
    monkeypatch.undo()
    assert all_entries(storage) == entries(0, 600)
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"}
    unfinished = {path.parent / f".{path.name}.new" for path in written}
    assert {Path(path).relative_to(tmp_path) for path in synced if path.endswith(".new")} == unfinished
    assert {str(tmp_path / path.parent) for path in written} <= set(synced), "a folder was not synced"
    assert {str(tmp_path), str(tmp_path / "public"), str(tmp_path / "public/tile")} <= set(synced), (
        "a new name was not"
    )


@pytest.mark.parametrize("syncfs", [True, False])
def test_what_a_dead_writer_left_is_made_durable_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, syncfs: bool
) -> None:
    log_of(3, PosixStorage(tmp_path))
    events: list[str] = []

    class Watching(PosixStorage):
        def read(self, path: str, limit: int) -> bytes | None:
            events.append(path)
            return super().read(path, limit)

    def sync(descriptor: int) -> None:
        events.append("sync " + str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path)))

    monkeypatch.setattr(posix, "_sync_file_system", sync if syncfs else None)
    monkeypatch.setattr(os, "fsync", sync)
    with open_log(Watching(tmp_path)):
        pass
    first = events.index("private/keys")
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    everything = {"sync .", *(f"sync {path.relative_to(tmp_path)}" for path in folders)}
    assert set(events[:first]) == ({"sync ."} if syncfs else everything)


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    storage = PosixStorage(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(InputError, match="not a regular file"):
            storage.read(name, 10)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(11))
    assert PosixStorage(tmp_path).read("large", 11) == bytes(11)
    with pytest.raises(InputError, match="more than 10 bytes"):
        PosixStorage(tmp_path).read("large", 10)


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert PosixStorage(tmp_path).read("none", 1) is None
    assert PosixStorage(tmp_path).read("file/below", 1) is None
    assert list(PosixStorage(tmp_path).files("none/")) == []


def test_a_place_where_nothing_can_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match=r"the storage failed: (Not a directory|File exists)"):
        log_of(1, PosixStorage(tmp_path / "file"))


def test_an_unfinished_file_of_a_crash_is_taken_over_by_the_next_write(tmp_path: Path) -> None:
    storage = PosixStorage(tmp_path)
    log_of(1, storage)
    (tmp_path / "public/.checkpoint.new").write_bytes(b"half" * 1000)
    with open_log(storage) as log:
        log.append([b"x"])
    assert not list(tmp_path.rglob(".*"))
    assert all_entries(storage) == [b"entry 0", b"x"]


def test_an_unfinished_name_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    storage = PosixStorage(tmp_path / "log")
    log_of(1, storage)
    target = tmp_path / "elsewhere"
    target.write_bytes(b"untouched")
    (tmp_path / "log/public/.checkpoint.new").symlink_to(target)
    with open_log(storage) as log, pytest.raises(UnavailableError):
        log.append([b"x"])
    assert target.read_bytes() == b"untouched"
