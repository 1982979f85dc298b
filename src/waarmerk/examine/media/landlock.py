"""Landlock by its three system calls: from here on this process opens nothing and connects to nothing.

Source: the kernel's userspace API description of Landlock; numbers are the same on every architecture.
"""

from __future__ import annotations

import ctypes
import struct

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1

_FILE_RIGHTS_SINCE = ((1, 13), (2, 14), (3, 15), (5, 16))
"""ABI version, and how many file system rights (lowest bits) it knows."""
_BIND_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def restrict() -> int:
    """Denies this process every file system path, TCP and (ABI 6) signals to others; the ABI version, 0 without.

    Needs no_new_privs. A right that this kernel does not know stays as it was.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION))
    if version < 1:
        return 0
    rules = ctypes.create_string_buffer(attributes(version))
    ruleset = int(libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules.raw) - 1), 0))
    if ruleset < 0:
        return 0
    return 0 if libc.syscall(_RESTRICT_SELF, ruleset, 0) else version


def attributes(version: int) -> bytes:
    """`struct landlock_ruleset_attr` that denies all that this ABI version can deny."""
    bits = max(count for since, count in _FILE_RIGHTS_SINCE if since <= version)
    files = struct.pack("=Q", (1 << bits) - 1)
    if version < 4:
        return files
    network = struct.pack("=Q", _BIND_AND_CONNECT_TCP)
    if version < 6:
        return files + network
    return files + network + struct.pack("=Q", _ABSTRACT_SOCKETS_AND_SIGNALS)
