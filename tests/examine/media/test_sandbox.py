"""What a taken-over child can do: nothing; what it can do to its parent: give it one sentence to say."""

import errno
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.examine.media.reading_helpers import Pass, whole_pass
from tests.support.clips import encode, moving
from waarmerk.errors import DependencyError, InputError, UnavailableError
from waarmerk.examine.media import landlock, sandbox
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.reading import Plan, ReaderPlan, Reading
from waarmerk.values import Json

READERS = "tests.examine.media.readers"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    return encode(folder / "a.mp4", moving(24), options={"preset": "ultrafast"})


def read(clip: Path, name: str, limits: Limits = LIMITS, **settings: Json) -> Pass:
    return whole_pass(clip, Plan(readers=(ReaderPlan(f"{READERS}:{name}", settings),)), limits)


def child_of(parent: int) -> int:
    """The decoder's process: a test run has other children (the resource tracker of multiprocessing)."""
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for pid in children.read_text().split():
            if b"waarmerk.examine.media.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
    raise AssertionError("no child")


def test_a_reader_sees_the_file_the_asset_and_its_settings(clip: Path) -> None:
    done = read(clip, "describe", colour="blue")
    (reading,) = done.readings
    assert reading.error is None
    assert reading.facts == {
        "head": clip.read_bytes()[:4].hex(),
        "width": 160,
        "told": {"colour": "blue"},
        "uid": sandbox.NOBODY if os.geteuid() == 0 else os.getuid(),
    }
    assert len(done.samples) == 4


def test_the_layers_that_hold_are_told(clip: Path) -> None:
    layers = whole_pass(clip).layers
    assert "rlimits" in layers
    assert "no-new-privs" in layers
    assert ("uid" in layers) == (os.geteuid() == 0)
    assert ("seccomp" in layers) == (sandbox.pyseccomp is not None)


def test_without_libseccomp_the_other_layers_hold_and_its_code_is_missing(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyseccomp.py").write_text("raise RuntimeError('Unable to find libseccomp')")
    monkeypatch.syspath_prepend(str(tmp_path))
    done = read(clip, "open_a_file")
    assert "seccomp" not in done.layers
    assert {"rlimits", "no-new-privs"} <= set(done.layers)
    assert len(done.samples) == 4
    if "landlock" in done.layers:
        assert done.readings[0].facts == {"stopped_by": "PermissionError"}


@pytest.mark.parametrize(
    "deed",
    [
        "open_a_file",
        "list_a_folder",
        "fork",
        "start_a_thread",
        "run_a_program",
        "become_root",
        "take_memory",
        "map_memory",
    ],
)
def test_the_jail_stops(clip: Path, deed: str) -> None:
    done = read(clip, deed)
    (reading,) = done.readings
    assert reading.facts is not None
    assert reading.facts["stopped_by"] is not None
    assert len(done.samples) == 4, "the pictures come all the same"


def test_no_file_is_written(clip: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = read(clip, "write_a_file", path=str(tmp_path / "out"))
    assert done.readings[0].facts != {"stopped_by": None}
    assert not (tmp_path / "out").exists()


def test_nobody_is_called_over_the_network(clip: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        done = read(clip, "connect", port=server.getsockname()[1])
        with pytest.raises(TimeoutError):
            server.accept()
    assert done.readings[0].facts != {"stopped_by": None}


def test_the_parent_cannot_be_signalled(clip: Path) -> None:
    assert read(clip, "signal_the_parent", pid=os.getpid()).readings[0].facts == {"stopped_by": "PermissionError"}


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("crash", "made its decoder crash (SIGSEGV)"),
        ("leave", "made its decoder end early (exit code 7)"),
        ("speak_garbage", "made its decoder misbehave: the child said what is no message"),
        ("speak_too_long", "made its decoder misbehave: the child announced a message that is too long"),
        ("promise_more", "made its decoder misbehave: the child spoke out of turn"),
        ("say_much", "says more than 16 MiB"),
        ("refuse", "holds a structure that is not understood"),
        ("stumble", "KeyError: 'not there'"),
        ("say_what_is_no_json", "TypeError: Encoding objects of type object is unsupported"),
    ],
)
def test_a_reader_that_fails_is_told_and_the_rest_comes(clip: Path, deed: str, sentence: str) -> None:
    others = (ReaderPlan(f"{READERS}:describe"), ReaderPlan(f"{READERS}:{deed}"), ReaderPlan(f"{READERS}:fork"))
    done = whole_pass(clip, Plan(readers=others))
    first, bad, last = done.readings
    assert (first.error, last.error) == (None, None)
    assert bad.reader == f"{READERS}:{deed}"
    assert bad.facts is None
    assert bad.error == sentence
    assert len(done.samples) == 4


def test_a_reader_that_never_ends_is_ended(clip: Path) -> None:
    began = time.monotonic()
    done = read(clip, "turn_for_ever", Limits(reader_s=0.5))
    assert done.readings[0].error == "made its decoder fall silent for too long"
    assert len(done.samples) == 4
    assert time.monotonic() - began < 20


def test_a_child_that_uses_up_its_cpu_time_is_ended_by_the_system(clip: Path) -> None:
    done = read(clip, "turn_for_ever", Limits(cpu_start_s=1, cpu_per_second=0))
    assert done.readings[0].error == "needs more CPU time than one medium of its length may take"


def test_a_picture_outside_the_ring_is_not_looked_at(clip: Path) -> None:
    with pytest.raises(InputError, match="pointed outside the pictures' memory"):
        read(clip, "point_outside")


def test_a_reader_that_is_not_there_is_told(clip: Path) -> None:
    done = whole_pass(clip, Plan(readers=(ReaderPlan("waarmerk.nowhere:read"),)))
    assert "cannot be loaded: ModuleNotFoundError" in (done.readings[0].error or "")
    assert len(done.samples) == 4


def test_a_reader_whose_module_breaks_as_it_is_imported_is_told(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_reader_module.py").write_text("raise RuntimeError('no such library')")
    monkeypatch.syspath_prepend(str(tmp_path))
    done = whole_pass(clip, Plan(readers=(ReaderPlan("broken_reader_module:read"),)))
    assert (done.readings[0].error or "").endswith("cannot be loaded: RuntimeError: no such library")
    assert len(done.samples) == 4


@pytest.mark.parametrize(("mode", "why"), [(None, "No such file"), (0o644, "Permission denied")])
def test_an_interpreter_that_cannot_be_executed_is_named_and_ends_every_examination(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None, why: str
) -> None:
    program = tmp_path / "python"
    if mode is not None:
        program.write_text("#!/bin/sh\n")
        program.chmod(mode)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(DependencyError, match=f"the decoder's process cannot be started: {why}") as caught:
        whole_pass(clip)
    assert caught.value.where == str(program)


def test_a_machine_without_room_for_a_process_is_worth_another_try(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(UnavailableError, match="cannot be started: Resource temporarily") as caught:
        whole_pass(clip)
    assert caught.value.hint == "try again later"


@pytest.mark.parametrize(("end", "how"), [("exit 7", "exit code 7"), ("kill -SEGV $$", "SIGSEGV")])
def test_a_child_that_ends_before_it_opened_the_file_does_not_accuse_the_file(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, how: str
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{end}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(UnavailableError) as caught:
        whole_pass(clip)
    assert caught.value.message == f"the decoder's process ended before it opened the file ({how})"


def test_many_open_files_do_not_hinder(clip: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1200:
        pytest.skip("this machine allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        assert len(whole_pass(clip).samples) == 4
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_readers_alone_need_no_decode(clip: Path) -> None:
    done = whole_pass(clip, Plan(readers=(ReaderPlan(f"{READERS}:describe"),), pictures=False))
    assert done.readings[0].facts is not None
    assert done.samples == []
    assert done.sampling.frames_seen == 0


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (signal.SIGKILL, "run out of memory or be stopped by the system"),
        (signal.SIGSEGV, "crash (SIGSEGV)"),
        (signal.SIGSTOP, "fall silent for too long"),
    ],
)
def test_a_decode_that_dies_or_hangs_is_one_sentence(tmp_path: Path, number: int, sentence: str) -> None:
    path = encode(tmp_path / "long.mp4", moving(240), options={"preset": "ultrafast"})
    with open_medium(path) as medium, Reading(medium, Plan(), Limits(silence_s=1.0)) as reading:
        pieces = iter(reading)
        next(pieces)
        os.kill(child_of(os.getpid()), number)
        with pytest.raises(InputError, match="made its decoder") as caught:
            list(pieces)
    assert sentence in caught.value.message
    assert caught.value.where == str(path)


def test_passes_in_several_threads_do_not_disturb_each_other(clip: Path) -> None:
    counts: list[int] = []

    def one() -> None:
        counts.append(len(whole_pass(clip).samples))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [4, 4, 4]


@pytest.mark.parametrize(("version", "length"), [(1, 8), (3, 8), (4, 16), (5, 16), (6, 24), (7, 24)])
def test_landlock_asks_for_no_more_than_a_kernel_knows(version: int, length: int) -> None:
    assert len(landlock.attributes(version)) == length


def test_landlock_denies_truncation_only_where_the_kernel_knows_it() -> None:
    truncate = 1 << 14
    assert int.from_bytes(landlock.attributes(2), "little") & truncate == 0
    assert int.from_bytes(landlock.attributes(3), "little") & truncate == truncate
