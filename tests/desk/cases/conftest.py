"""Worker processes over one desk, for tests that kill them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.desk.conftest import Place
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store import tables


class Crew:
    """Worker processes over one desk, all ended with the test."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.queue = place.url.replace("/desk.db", "/queue.db")
        self.processes: list[subprocess.Popen[str]] = []
        with place.desk.write() as unit:
            adopt_policy(unit, default_policy(), default_text())

    def hire(self, version: str = "1", at_once: int = 1) -> tuple[subprocess.Popen[str], int]:
        """A worker that has started, and its place."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.desk.cases.worker", self.place.url, self.queue, version, str(at_once)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout
        return process, int(process.stdout.readline())

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe
            pipe.close()

    def left(self) -> int:
        return len(self.place.rows(tables.task, tables.task.c.done_at.is_(None)))

    def wait(self, enough: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < end, f"{self.left()} tasks are still to be done"
            time.sleep(0.02)


@pytest.fixture
def crew(place: Place) -> Iterator[Crew]:
    made = Crew(place)
    yield made
    for process in made.processes:
        made.kill(process)
