"""The keys of HMA's clients, in a file of the operator's.

Rules:
- One key a line: name, role, SHA-256 of the key; the key itself is shown once and kept nowhere.
- `ask` may hash, match and read; `curate` may change banks too. A line that is taken out ends its key at once.
- Without keys the API answers on loopback alone, to everybody there.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from waarmerk.errors import InputError, UsageError

Role = Literal["ask", "curate"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_NAME: Final = re.compile(r"[\w.@-]{1,100}")


@dataclass(frozen=True)
class Client:
    """Who asks, and what they may do."""

    name: str
    role: Role


class KeyFile:
    """The keys in a file, read anew when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._clients: dict[str, Client] = {}
        self.find("")

    def find(self, key: str) -> Client | None:
        """Whose key it is; None where it is nobody's. Raises InputError where the file cannot be read."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._clients, self._stamp = _read(self._path), stamp
        except OSError as error:
            raise InputError(
                f"the keys cannot be read: {error.strerror}",
                where=str(self._path),
                hint="waarmerk bank key makes one",
            ) from error
        return self._clients.get(_digest(key))


def add_key(path: Path, name: str, role: Role) -> str:
    """A new key, added to the file; to be shown this once. Raises UsageError for a name that is taken or none."""
    if not _NAME.fullmatch(name):
        raise UsageError("a key's name has letters, digits, and the signs . @ - _")
    if path.exists() and any(client.name == name for client in _read(path).values()):
        raise UsageError(f"there is a key called {name} already", where=str(path), hint="take its line out first")
    key = "wm_" + secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(f"{name} {role} {_digest(key)}\n")
    return key


def _read(path: Path) -> dict[str, Client]:
    clients = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 3 or parts[1] not in ROLES or not re.fullmatch(r"[0-9a-f]{64}", parts[2]):
            raise InputError(
                f"line {number} is no key", where=str(path), hint="name, ask or curate, SHA-256 of the key"
            )
        clients[parts[2]] = Client(parts[0], parts[1])
    return clients


def _digest(key: str) -> str:
    # 256 random bits: no slow hash is needed.
    return hashlib.sha256(key.encode()).hexdigest()
