"""The processes that examine files side by side, and in one sentence how one of them ended.

Rules:
- A worker says first that it has begun; one that ends before, without being killed, would end so for every file.
- A fault of ours costs one file and is told as what it is.
- A worker dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.spawn import get_executable
from typing import Final, Protocol

from waarmerk.errors import InputError, UnavailableError, WaarmerkError
from waarmerk.examine.analyzers.registry import Registry
from waarmerk.examine.walk import Examiner, Options, Progress
from waarmerk.values import Examination

_PR_SET_PDEATHSIG = 1
_FAULT = "this is a fault of Waarmerk or of a package that it uses; please report it"
_STOPS = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
BEGUN: Final = "begun"
"""A worker's first word: its interpreter and its imports are there."""


class Work(Protocol):
    """Something else than an examination of the whole file; pickled when it goes to another process."""

    def __call__(self, examiner: Examiner, path: str, *, progress: Progress) -> Examination:
        """Does it with the process's own examiner."""
        ...


def examined(
    examiner: Examiner, path: str, work: Work | None, tell: Callable[[float], None]
) -> Examination | WaarmerkError:
    """One file examined, or what kept it from being; `tell` hears the share of it that was seen, 0..1."""
    try:
        if work is not None:
            return work(examiner, path, progress=tell)
        return examiner.examine(path, progress=tell)
    except WaarmerkError as error:
        return error
    except Exception as error:  # noqa: BLE001 a fault of ours costs one file, not the batch; it is told as what it is
        return WaarmerkError(
            f"the examination failed: {type(error).__name__}: {error}",
            where=path,
            hint="this is a fault of Waarmerk; please report it",
        )


class Worker:
    """One process and the input that it works on."""

    def __init__(self, options: Options, registry: Callable[[], Registry]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_work, args=(theirs, options, registry, os.getpid()), daemon=True
        )
        self.process.start()
        theirs.close()
        self.place: int | None = None
        self.begun = False

    def end(self) -> None:
        """Ends the process, whatever it is doing, and waits for it."""
        self.process.terminate()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.connection.close()


def lost(worker: Worker, path: str) -> WaarmerkError:
    """Ends a worker whose pipe is closed; why it has no answer for `path`.

    Raises UnavailableError where it never came to any file, for the next one would not either.
    """
    worker.process.join(5)  # by itself, if it can: how it ended is what is told
    worker.end()
    code = worker.process.exitcode or 0
    if code >= 0 and not worker.begun:
        raise _never_begun(os.fsdecode(get_executable() or sys.executable), code)
    if -code in _STOPS:
        return InputError(
            f"made the process that examined it be stopped from outside ({signal.Signals(-code).name})",
            where=path,
            hint="is there memory enough? try --jobs 1" if -code == signal.SIGKILL else "",
        )
    if code < 0:
        return WaarmerkError(
            f"made the process that examined it crash ({_signal_name(-code)})", where=path, hint=_FAULT
        )
    return WaarmerkError(f"made the process that examined it end (exit code {code})", where=path, hint=_FAULT)


def _never_begun(program: str, code: int) -> UnavailableError:
    if not os.access(program, os.X_OK):
        return UnavailableError(
            "may not be executed by this user, and examines every file", where=program, hint="check its permissions"
        )
    return UnavailableError(
        f"ends before it has looked at any file (exit code {code})",
        where=program,
        hint="can this user read the packages that it needs?",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _work(connection: Connection, options: Options, registry: Callable[[], Registry], parent: int) -> None:
    """A worker's life: a path and its work in, an examination or an error out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    examiner: Examiner | None = None
    with contextlib.suppress(EOFError, OSError):
        connection.send(BEGUN)
        while True:
            path, work = connection.recv()
            try:
                examiner = examiner or Examiner(options, clock=time.monotonic, registry=registry())
            except WaarmerkError as error:
                connection.send(error)
                continue
            connection.send(examined(examiner, path, work, connection.send))
