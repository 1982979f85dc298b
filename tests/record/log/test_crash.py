"""kill -9 and failing calls of the real file system, system call by system call (strace injects them)."""

import itertools
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.record.log.logs import all_entries, entries, log_of
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import PUBLIC

BASE, BATCH = 250, 270
CHILD = [sys.executable, str(Path(__file__).parent / "appending.py")]
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
CHANGES = {"write", "pwrite64", "fsync", "syncfs", "rename", "mkdir", "ftruncate", "openat"}


def traced(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-f", "-qq", *options, *CHILD, str(folder), str(BASE), str(BATCH)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 250 entries, so that the batch ends a tile, and starts the level above."""
    folder = tmp_path_factory.mktemp("crash") / "base"
    log_of(BASE, PosixStorage(folder))
    return folder


@pytest.fixture(scope="module")
def calls(base: Path) -> list[tuple[str, int]]:
    """The system calls of one append, in order: the name, and the how-manieth of that name it is in the process."""
    folder, trace = base.parent / "traced", base.parent / "trace"
    shutil.copytree(base, folder)
    done = traced(folder, "-s", "4096", "-o", str(trace))
    assert done.stdout == "acknowledged\n", done.stderr
    seen: Counter[str] = Counter()
    made = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\(", line)
        if call:
            seen[call[1]] += 1
            made.append((call[1], seen[call[1]]))
    first, last = (made.index(("getppid", number)) for number in (1, 2))
    return made[first + 1 : last]


def test_every_step_is_durable_before_the_next_and_the_last_before_it_is_acknowledged(
    base: Path, calls: list[tuple[str, int]]
) -> None:
    steps = {"write": "write", "rename": "rename", "fsync": "sync", "syncfs": "sync", "writev": "acknowledge"}
    told = [steps[name] for name, _ in calls if name in steps]
    order = [step for before, step in itertools.pairwise(["", *told]) if step != before]
    journal, tiles, checkpoint = ["rename", "sync"], ["rename", "sync"], ["rename", "sync"]
    settled = ["sync"]
    assert order == [*settled, "write", "sync", *journal, *tiles, *checkpoint, "acknowledge"]
    renamed = re.findall(r'rename\("[^"]*", "[^"]*/traced/([^"]*)"', (base.parent / "trace").read_text())
    assert renamed[0] == "private/journal"
    assert renamed[-1] == "public/checkpoint"
    assert all(place.startswith("public/tile/") for place in renamed[1:-1])


def holds_what_it_acknowledged(folder: Path, acknowledged: bool) -> None:
    storage = PosixStorage(folder)
    with open_log(storage) as log:
        log.append([b"after the crash"])
    held = all_entries(storage)
    batch = entries(BASE, BATCH)
    whole = [*entries(0, BASE), *batch, b"after the crash"]
    assert held == (whole if acknowledged or batch[0] in held else [*entries(0, BASE), b"after the crash"])


def killed_at(base: Path, name: str, number: int) -> None:
    """Kills one append at one system call, and looks at what is left."""
    folder = base.parent / "killed"
    shutil.copytree(base, folder)
    published = {path: (folder / path).read_bytes() for path in PosixStorage(folder).files(PUBLIC + "tile/")}
    done = traced(folder, "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}")
    assert done.returncode == -signal.SIGKILL, (name, number, done.stderr)
    for path, data in published.items():
        assert not (folder / path).exists() or (folder / path).read_bytes() == data, f"{path} changed"
    holds_what_it_acknowledged(folder, done.stdout == "acknowledged\n")
    shutil.rmtree(folder)


def test_a_kill_at_a_sample_of_the_system_calls_of_an_append_loses_and_doubles_nothing(
    base: Path, calls: list[tuple[str, int]]
) -> None:
    assert len(calls) > 60
    for name, number in calls[7 :: len(calls) // 12]:
        killed_at(base, name, number)


@pytest.mark.slow
def test_a_kill_at_every_system_call_of_an_append_loses_and_doubles_nothing(
    base: Path, calls: list[tuple[str, int]]
) -> None:
    for name, number in calls:
        killed_at(base, name, number)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("ENOSPC", 5),
        ("EIO", 7),
        pytest.param("ENOSPC", 1, marks=pytest.mark.slow),
        pytest.param("EIO", 1, marks=pytest.mark.slow),
    ],
)
def test_a_disk_that_is_full_or_broken_at_any_call_ends_in_one_sentence(
    base: Path, calls: list[tuple[str, int]], error: str, step: int
) -> None:
    folder = base.parent / "failing"
    said = 0
    for name, number in [call for call in calls if call[0] in CHANGES][::step]:
        shutil.copytree(base, folder)
        done = traced(folder, "-o", "/dev/null", "-e", f"inject={name}:error={error}:when={number}")
        holds_what_it_acknowledged(folder, done.stdout == "acknowledged\n")
        shutil.rmtree(folder)
        if done.stdout != "acknowledged\n":
            *_, sentence = done.stderr.strip().splitlines()
            what = "the disk is full" if error == "ENOSPC" else "the storage failed: Input/output error"
            assert sentence.startswith(f"waarmerk.errors.UnavailableError: {what}"), (name, number, done.stderr)
            said += 1
    assert said
