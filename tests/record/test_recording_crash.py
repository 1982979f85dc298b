"""kill -9 and failing calls while events are recorded, system call by system call (strace injects them)."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.record.making import ORIGIN, SEED, event
from waarmerk.record.commitment import commitment
from waarmerk.record.log.fsck import fsck
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.recording import record
from waarmerk.record.store import EventStore

ROOT = Path(__file__).parent.parent.parent
BASE, BATCH = 5, 20
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
CHANGES = {"write", "pwrite64", "fsync", "fdatasync", "syncfs", "rename", "unlink", "mkdir", "ftruncate", "openat"}


def batch(first: int, count: int) -> list[tuple[str, bytes]]:
    return [(f"{number:032x}", event(number)) for number in range(first, first + count)]


def bring(folder: Path, events: list[tuple[str, bytes]]) -> None:
    storage = PosixStorage(folder)
    with open_log(storage) as log, EventStore(folder) as store:
        record(storage, log, store, events, lambda: os.urandom(32))


def traced(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    child = [sys.executable, "-m", "tests.record.recording", str(folder), str(BASE), str(BATCH)]
    command = ["strace", "-f", "-qq", *options, *child]
    return subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash") / "base"
    create_log(PosixStorage(folder), ORIGIN, SEED)
    bring(folder, batch(0, BASE))
    return folder


@pytest.fixture(scope="module")
def calls(base: Path) -> list[tuple[str, int]]:
    """The system calls of one recording, in order: the name, and the how-manieth of that name in the process."""
    folder, trace = base.parent / "traced", base.parent / "trace"
    shutil.copytree(base, folder)
    done = traced(folder, "-o", str(trace))
    assert done.stdout == "acknowledged\n", done.stderr
    seen: Counter[str] = Counter()
    made = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\(", line)
        if call:
            seen[call[1]] += 1
            made.append((call[1], seen[call[1]]))
    first, last = (made.index(("getppid", number)) for number in (1, 2))
    return [call for call in made[first + 1 : last] if call[0] in CHANGES]


def whole_after(folder: Path, acknowledged: bool) -> None:
    """What was acknowledged is there; after the next call all is there in any case, once, where the store says."""
    storage = PosixStorage(folder)
    keys = [key.verifier for key in read_keys(storage)]
    if acknowledged:
        with EventStore(folder) as store:
            assert len(list(store.between(0, BASE + BATCH))) == BASE + BATCH
    bring(folder, batch(BASE, BATCH))
    with EventStore(folder) as store:
        kept = list(store.between(0, 10**9))
    log = Reader(storage, keys)
    assert fsck(storage, keys).signed.head.size == len(kept) == BASE + BATCH
    assert {one.event for one in kept} == {body for _, body in batch(0, BASE + BATCH)}
    assert all(log.entry(one.index) == commitment(one.salt, one.event) for one in kept)


def killed_at(base: Path, name: str, number: int) -> None:
    folder = base.parent / "killed"
    shutil.copytree(base, folder)
    done = traced(folder, "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}")
    assert done.returncode == -signal.SIGKILL, (name, number, done.stderr)
    whole_after(folder, done.stdout == "acknowledged\n")
    shutil.rmtree(folder)


def test_a_kill_at_a_sample_of_the_system_calls_loses_and_doubles_nothing(
    base: Path, calls: list[tuple[str, int]]
) -> None:
    assert len(calls) > 40
    for name, number in calls[3 :: len(calls) // 8]:
        killed_at(base, name, number)


@pytest.mark.slow
def test_a_kill_at_every_system_call_loses_and_doubles_nothing(base: Path, calls: list[tuple[str, int]]) -> None:
    for name, number in calls:
        killed_at(base, name, number)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("ENOSPC", 15),
        pytest.param("ENOSPC", 1, marks=pytest.mark.slow),
        pytest.param("EIO", 1, marks=pytest.mark.slow),
    ],
)
def test_a_disk_that_is_full_or_broken_at_any_call_ends_in_one_sentence(
    base: Path, calls: list[tuple[str, int]], error: str, step: int
) -> None:
    folder = base.parent / "failing"
    said = 0
    for name, number in calls[::step]:
        shutil.copytree(base, folder)
        done = traced(folder, "-o", "/dev/null", "-e", f"inject={name}:error={error}:when={number}")
        whole_after(folder, done.stdout == "acknowledged\n")
        shutil.rmtree(folder)
        if done.stdout != "acknowledged\n":
            *_, sentence = done.stderr.strip().splitlines()
            assert re.match(r"waarmerk\.errors\.(Unavailable|Integrity)Error: ", sentence), (
                name,
                number,
                done.stderr,
            )
            said += 1
    assert said
