"""Starts the child, listens to it with patience that ends, and says in one sentence how it ended."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import subprocess
import sys
import time

import msgspec

from waarmerk.errors import DependencyError, UnavailableError, WaarmerkError
from waarmerk.examine.media import wire
from waarmerk.examine.media.limits import Limits

_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from waarmerk.examine.media.child import main; main()"
)
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""All that the child is told of this machine; one thread, since the jail allows no more."""

_ENDS = {
    signal.SIGXCPU: ("needs more CPU time than one medium of its length may take", ""),
    signal.SIGKILL: ("made its decoder run out of memory or be stopped by the system", "is there memory enough?"),
    signal.SIGSYS: ("made its decoder ask the system for something that the jail forbids", ""),
    signal.SIGXFSZ: ("made its decoder write a file, which the jail forbids", ""),
}


class ChildEnded(Exception):  # noqa: N818 not an error by itself: the reading decides whose it was
    """The child is gone or was ended; `sentence` says what the medium made of it, `how` with which code or signal."""

    def __init__(self, sentence: str, hint: str = "", how: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.how = how


class Child:
    """One running child. Methods may raise ChildEnded; Unavailable- or DependencyError where none can be started."""

    def __init__(self, job: wire.Job, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._left_s = limits.wall(0.0, job.bytes)
        path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 "" means the working folder here
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", _START, json.dumps(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(job.medium, job.ring, *([] if job.sound is None else [job.sound])),
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise _not_started(error, job.path) from error
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a child without pipes")
        self._commands = self._process.stdin.fileno()
        self._answers = self._process.stdout.fileno()
        self._poll = select.poll()  # select() knows no descriptor beyond 1023
        self._poll.register(self._answers, select.POLLIN)
        data = wire.encode(job)
        try:
            self._write(wire.PREFIX.pack(len(data)) + data)
        except ChildEnded:
            self.close()
            raise

    def give_slot(self, slot: int) -> None:
        """Tells the child that it may write into this slot."""
        with contextlib.suppress(BrokenPipeError):  # that it is gone, `receive` says better
            os.write(self._commands, bytes([slot]))

    def allow_wall(self, seconds: float) -> None:
        """Sets for how long the child is waited for in all, from now on."""
        self._left_s = seconds

    def receive(self, patience_s: float) -> wire.Message:
        """The next message, at most `patience_s` seconds from now."""
        deadline = time.monotonic() + patience_s
        (length,) = wire.PREFIX.unpack(self._take(wire.PREFIX.size, deadline))
        if length > self._limits.message_bytes:
            raise self._misbehaved("announced a message that is too long")
        data = self._take(length, deadline)
        try:
            return wire.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise self._misbehaved("said what is no message") from None

    def close(self) -> None:
        """Ends the child, whatever it is doing, and waits for it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _take(self, count: int, deadline: float) -> bytes:
        while len(self._buffer) < count:
            before = time.monotonic()
            ready = self._poll.poll(1000 * max(min(deadline - before, self._left_s), 0.0))
            self._left_s -= time.monotonic() - before
            if not ready:
                self._process.kill()
                raise ChildEnded(
                    "made its decoder fall silent for too long" if self._left_s > 0 else "takes longer than it may"
                )
            block = os.read(self._answers, 1 << 16)
            if not block:
                raise self._gone()
            self._buffer += block
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._commands, view) :]
        except BrokenPipeError:
            raise self._gone() from None

    def _gone(self) -> ChildEnded:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return ChildEnded("made its decoder close its pipe and go on")
        if code >= 0:
            return ChildEnded(f"made its decoder end early (exit code {code})", how=f"exit code {code}")
        number = -code
        if number in _ENDS:
            return ChildEnded(*_ENDS[signal.Signals(number)], how=_name(number))
        return ChildEnded(f"made its decoder crash ({_name(number)})", how=_name(number))

    def _misbehaved(self, deed: str) -> ChildEnded:
        self._process.kill()
        return ChildEnded(f"made its decoder misbehave: the child {deed}")


def _not_started(error: OSError, path: str) -> WaarmerkError:
    """A machine that is full may have room later; an interpreter that is not there for this user stays so."""
    if error.errno in {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOEXEC}:
        return DependencyError(
            f"the decoder's process cannot be started: {error.strerror}",
            where=sys.executable,
            hint="can this user execute it?",
        )
    return UnavailableError(
        f"the decoder's process cannot be started: {error.strerror}", where=path, hint="try again later"
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
