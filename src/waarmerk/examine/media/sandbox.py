"""The jail of the child, layer by layer; each holds by itself, and those that hold are told.

- `uid`: root becomes nobody, without groups (others stay who they are).
- `rlimits`: CPU time, memory, no file written, none further opened, no core, no new process or thread.
- `no-new-privs`: no set-uid program gives anything back.
- `landlock`: no path can be opened, no TCP connection made (kernel 5.13 and later).
- `seccomp`: only the system calls on `ALLOWED` are answered; opening, sockets, processes are not among them
  (needs libseccomp).

A layer that this machine lacks is left out, and its code is missing from the report: the caller decides whether
that is enough. Everything is imported and opened before; nothing can be afterwards.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import resource
from typing import Any

from waarmerk.examine.media import landlock
from waarmerk.examine.media.limits import Limits

try:
    pyseccomp: Any = importlib.import_module("pyseccomp")
except (ImportError, RuntimeError, OSError):  # the package, or the library behind it, is not installed
    pyseccomp = None

NOBODY = 65534
_PR_SET_NO_NEW_PRIVS = 38

ALLOWED = (
    "brk",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "close",
    "exit",
    "exit_group",
    "fcntl",
    "fstat",
    "futex",
    "getegid",
    "geteuid",
    "getgid",
    "getpid",
    "getrandom",
    "getrusage",
    "gettid",
    "gettimeofday",
    "getuid",
    "lseek",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "poll",
    "ppoll",
    "pread64",
    "preadv",
    "preadv2",
    "read",
    "readv",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "sigaltstack",
    "sysinfo",
    "tgkill",
    "write",
    "writev",
)
"""Computing on memory, reading and writing what is open already, looking at oneself, ending (tgkill is abort's)."""


def close(limits: Limits) -> tuple[str, ...]:
    """Locks this process in for good; the codes of the layers that hold."""
    layers = []
    if _become_nobody():
        layers.append("uid")
    _set_limits(limits)
    layers.append("rlimits")
    if _no_new_privileges():
        layers.append("no-new-privs")
        if landlock.restrict():
            layers.append("landlock")
    if _filter_calls():
        layers.append("seccomp")
    return tuple(layers)


def allow_cpu(seconds: int) -> None:
    """Sets the CPU time after which the system ends this process, up to the bound set when the jail was closed."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, most), most))


def _become_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:  # a container may give root without the right to become anybody else
        return False
    return True


def _set_limits(limits: Limits) -> None:
    bounds = {
        resource.RLIMIT_CPU: (int(limits.cpu_start_s), limits.cpu_s),
        resource.RLIMIT_DATA: limits.child_data,
        resource.RLIMIT_AS: limits.child_address_space,
        resource.RLIMIT_FSIZE: limits.child_file_bytes,
        resource.RLIMIT_NOFILE: limits.child_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for name, bound in bounds.items():
        soft, hard = bound if isinstance(bound, tuple) else (bound, bound)
        _, given = resource.getrlimit(name)
        if given != resource.RLIM_INFINITY:  # somebody outside was stricter: stay within
            soft, hard = min(soft, given), min(hard, given)
        resource.setrlimit(name, (soft, hard))


def _no_new_privileges() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def _filter_calls() -> bool:
    if pyseccomp is None:
        return False
    try:
        calls = pyseccomp.SyscallFilter(defaction=pyseccomp.ERRNO(errno.EPERM))
        for name in ALLOWED:
            calls.add_rule(pyseccomp.ALLOW, name)
        calls.add_rule(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(0, pyseccomp.EQ, 0))  # one's own limits
        calls.load()
    except OSError:  # a kernel without seccomp filters
        return False
    return True
