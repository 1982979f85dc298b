"""Many files examined side by side, answers in the order of the inputs; a bad file never stops the rest.

Rules:
- One file, or one job, is examined in this process; more jobs are processes of their own, each with its networks
  loaded once. A process that dies costs the file it worked on, and is replaced.
- Answers are given in the order of the inputs; at most `AHEAD` files a job are examined ahead of the one that is
  waited for, so that memory stays bounded.
- A wrong option, something that the operator must supply, or processes that cannot be started are the same for every
  file: they end the batch.
- When the batch is left, for whatever reason, its processes end too, and die with this one if it is killed.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import wait

from waarmerk.errors import DependencyError, InputError, NoMediumError, UsageError, WaarmerkError
from waarmerk.examine.analyzers.registry import Registry, registered
from waarmerk.examine.inputs import Input
from waarmerk.examine.walk import Examiner, Options
from waarmerk.examine.workers import BEGUN, Worker, examined, lost
from waarmerk.values import Examination

AHEAD = 8


Tell = Callable[[str, float], None]
"""Told how far a path has been examined, 0..1."""


@dataclass(frozen=True)
class Outcome:
    """What became of one input; `skipped`: it lay in a folder and is no medium."""

    input: Input
    result: Examination | WaarmerkError
    skipped: bool = False


def examine_all(
    inputs: Iterable[Input],
    options: Options,
    *,
    jobs: int | None = None,
    tell: Tell | None = None,
    answered: Set[str] = frozenset(),
    registry: Callable[[], Registry] = registered,
) -> Iterator[Outcome]:
    """Examines every input; `jobs` None: all cores where there are several inputs.

    `registry`: gives the analyzers, in every process. `answered`: folders whose media an earlier call examined, so
    that they are not without any; it may grow while the inputs are read.

    Raises UsageError or DependencyError where an option, not a file, is what is wrong.
    """
    heard = tell or (lambda path, share: None)  # noqa: ARG005
    rest = iter(inputs)
    first = list(islice(rest, 2))
    everything = chain(first, rest)
    count = jobs or len(os.sched_getaffinity(0))
    stream = (
        _alone(everything, options, heard, registry)
        if len(first) < 2 or count == 1
        else _Pool(options, count, heard, registry).run(everything)
    )
    media: dict[str, bool] = {}
    last: str | None = None
    for outcome in stream:
        folder = outcome.input.folder
        if last is not None and folder != last:
            yield from _without_media(last, media, answered)
        last = folder
        if folder is not None:
            media[folder] = media.get(folder, False) or not outcome.skipped
        yield outcome
    if last is not None:
        yield from _without_media(last, media, answered)


def _without_media(folder: str, media: dict[str, bool], answered: Set[str]) -> Iterator[Outcome]:
    if not media[folder] and folder not in answered:
        error = InputError("holds no video or image", where=folder, hint="is it the right folder?")
        yield Outcome(Input(folder, folder=folder), error)


def _alone(
    inputs: Iterable[Input], options: Options, tell: Tell, registry: Callable[[], Registry]
) -> Iterator[Outcome]:
    examiner: Examiner | None = None
    for one in inputs:
        ready = _without_examining(one)
        if ready is None:
            examiner = examiner or Examiner(options, clock=time.monotonic, registry=registry())
            ready = _outcome(one, examined(examiner, one.path, one.work, partial(tell, one.path)))
        yield ready


def _without_examining(one: Input) -> Outcome | None:
    if one.error is not None:
        return Outcome(one, one.error)
    if one.no_medium:
        return Outcome(one, NoMediumError("is no video or image", where=one.path), skipped=True)
    return None


def _outcome(one: Input, result: Examination | WaarmerkError) -> Outcome:
    if isinstance(result, (UsageError, DependencyError)):
        raise result
    return Outcome(one, result, skipped=one.folder is not None and isinstance(result, NoMediumError))


class _Pool:
    """Worker processes, fed one input at a time."""

    def __init__(self, options: Options, jobs: int, tell: Tell, registry: Callable[[], Registry]) -> None:
        self._options = options
        self._registry = registry
        self._jobs = jobs
        self._tell = tell
        self._workers: list[Worker] = []
        self._inputs: dict[int, Input] = {}
        self._waiting: deque[int] = deque()
        self._done: dict[int, Outcome] = {}
        self._exhausted = False

    def run(self, inputs: Iterable[Input]) -> Iterator[Outcome]:
        """The outcomes in the order of the inputs."""
        rest = enumerate(inputs)
        given = 0
        try:
            while True:
                self._fill(rest)
                while given in self._done:
                    yield self._done.pop(given)
                    given += 1
                if self._inputs:
                    self._listen()
                elif self._exhausted and not self._done:
                    return
        finally:
            for worker in self._workers:
                worker.end()

    def _fill(self, rest: Iterator[tuple[int, Input]]) -> None:
        """Takes inputs until enough lie ahead, and gives them to idle workers as they come."""
        self._feed()
        while not self._exhausted and len(self._inputs) + len(self._done) < AHEAD * self._jobs:
            place, one = next(rest, (-1, None))
            if one is None:
                self._exhausted = True
                return
            ready = _without_examining(one)
            if ready is not None:
                self._done[place] = ready
                continue
            self._inputs[place] = one
            self._waiting.append(place)
            self._feed()

    def _feed(self) -> None:
        while self._waiting:
            idle = next((worker for worker in self._workers if worker.place is None), None)
            if idle is None:
                if len(self._workers) == self._jobs:
                    return
                idle = Worker(self._options, self._registry)
                self._workers.append(idle)
            idle.place = self._waiting.popleft()
            with contextlib.suppress(OSError):  # that it is gone, `_listen` finds out
                given = self._inputs[idle.place]
                idle.connection.send((given.path, given.work))

    def _listen(self) -> None:
        """Waits for the next word of any worker."""
        busy = {worker.connection: worker for worker in self._workers if worker.place is not None}
        for ready in wait(list(busy)):
            worker = busy[ready]  # type: ignore[index]
            place = worker.place
            if place is None:
                continue
            one = self._inputs[place]
            try:
                word = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                self._done[place] = Outcome(one, lost(worker, one.path))
                del self._inputs[place]
                continue
            if word == BEGUN:
                worker.begun = True
                continue
            if isinstance(word, float):
                self._tell(one.path, word)
                continue
            worker.place = None
            del self._inputs[place]
            self._done[place] = _outcome(one, word)
