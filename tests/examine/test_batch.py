"""Many files side by side: in order, past bad ones, with nothing left behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import spawn
from pathlib import Path

import pytest

from tests.support.clips import portrait_clip
from waarmerk.errors import InputError, UnavailableError, UsageError, WaarmerkError
from waarmerk.examine.batch import Outcome, examine_all
from waarmerk.examine.inputs import Input
from waarmerk.examine.walk import Examiner, Options, Progress
from waarmerk.values import Examination


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("batch")
    return [str(portrait_clip(folder / f"{index}.mp4", seconds=0.5, seed=index)) for index in range(3)]


@pytest.fixture
def interpreter() -> Iterator[Callable[[Path], None]]:
    """Sets the program that workers run, for one test."""
    before = spawn.get_executable()
    yield lambda program: spawn.set_executable(str(program))
    spawn.set_executable(before)


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [type(outcome.result).__name__ for outcome in outcomes]


def children() -> set[str]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    # The tracker of shared memory that Python's multiprocessing keeps is no worker.
    return {pid for pid in listed if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_inputs_and_a_bad_file_stops_nobody(
    clips: list[str], tmp_path: Path, jobs: int
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(os.urandom(3000))
    paths = [clips[0], str(bad), clips[1], str(tmp_path / "none.mp4"), clips[2]]
    before = children()
    outcomes = list(examine_all(map(Input, paths), Options(), jobs=jobs))
    assert [outcome.input.path for outcome in outcomes] == paths
    assert kinds(outcomes) == ["Examination", "NoMediumError", "Examination", "InputError", "Examination"]
    digests = {o.result.asset.sha256 for o in outcomes if isinstance(o.result, Examination)}
    assert len(digests) == 3
    assert children() == before


def test_what_is_no_medium_in_a_folder_is_skipped_and_a_folder_of_it_alone_is_an_error(clips: list[str]) -> None:
    found = [
        Input("a.txt", folder="one", no_medium=True),
        Input(clips[0], folder="one"),
        Input("b.txt", folder="two", no_medium=True),
    ]
    outcomes = list(examine_all(found, Options(), jobs=1))
    assert [outcome.skipped for outcome in outcomes] == [True, False, True, False]
    last = outcomes[-1]
    assert isinstance(last.result, InputError)
    assert last.result.sentence() == "two: holds no video or image (is it the right folder?)"


def test_a_folder_whose_media_an_earlier_call_examined_is_not_without_media() -> None:
    found = [Input("b.txt", folder="two", no_medium=True)]
    (outcome,) = examine_all(found, Options(), jobs=1, answered={"two"})
    assert outcome.skipped


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_wrong_option_ends_the_batch_at_once(clips: list[str], jobs: int) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        list(examine_all(map(Input, clips), Options(base_rate=2.0), jobs=jobs))


def test_a_process_that_dies_costs_one_file_and_is_replaced(clips: list[str]) -> None:
    paths = clips * 2
    outcomes = []
    before = children()
    killed = False
    for outcome in examine_all(map(Input, paths), Options(), jobs=2):
        outcomes.append(outcome)
        if not killed:
            killed = True
            victims = children() - before
            os.kill(int(sorted(victims)[0]), signal.SIGKILL)
    assert [outcome.input.path for outcome in outcomes] == paths
    lost = [o.result for o in outcomes if isinstance(o.result, InputError)]
    assert len(lost) <= 1
    assert all("be stopped from outside (SIGKILL)" in error.message for error in lost)


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (0o644, "may not be executed by this user, and examines every file (check its permissions)"),
        (
            0o755,
            "ends before it has looked at any file (exit code 7) (can this user read the packages that it needs?)",
        ),
    ],
)
def test_processes_that_never_begin_end_the_batch_with_the_reason_and_no_word_of_memory(
    clips: list[str], tmp_path: Path, interpreter: Callable[[Path], None], mode: int, sentence: str
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(mode)
    interpreter(program)
    with pytest.raises(UnavailableError) as caught:
        list(examine_all(map(Input, clips), Options(), jobs=2))
    assert caught.value.sentence() == f"{program}: {sentence}"


class Crashing:
    """Work that takes its process down."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, examiner: Examiner, path: str, *, progress: Progress) -> Examination:
        if self._number:
            os.kill(os.getpid(), self._number)
        os._exit(5)


@pytest.mark.parametrize(("number", "how"), [(signal.SIGSEGV, "crash (SIGSEGV)"), (0, "end (exit code 5)")])
def test_a_process_that_crashes_is_told_as_a_fault_of_ours_and_not_as_a_lack_of_memory(
    clips: list[str], number: int, how: str
) -> None:
    given = [Input(clips[0], work=Crashing(number)), Input(clips[1])]
    lost, examined = (outcome.result for outcome in examine_all(given, Options(), jobs=2))
    assert isinstance(examined, Examination)
    assert isinstance(lost, WaarmerkError)
    assert lost.message == f"made the process that examined it {how}"
    assert "memory" not in lost.hint


def test_leaving_early_leaves_no_process_behind(clips: list[str]) -> None:
    before = children()
    stream = examine_all(map(Input, clips * 4), Options(), jobs=2)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 5
    while children() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children() == before
