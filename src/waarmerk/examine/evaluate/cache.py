"""What was examined once is not examined again: a small file for each medium, part, change, state of analyzers.

Rules:
- The key is a digest over the medium's own digest, the rectangle and times, the change, and everything that an answer
  depends on: the code of the examination, the networks and calibrations, the libraries that decode and infer.
- So an evaluation that was interrupted goes on where it stopped, and one with another calibration starts anew.
- A file that cannot be read is as if it were not there; one appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from importlib.metadata import entry_points, version
from importlib.resources import files
from pathlib import Path

import msgspec

from waarmerk.errors import UsageError
from waarmerk.examine.analyzers.registry import GROUP
from waarmerk.examine.evaluate.work import Measured, Task
from waarmerk.examine.walk import Options
from waarmerk.values import Sha256

_CODE = ("examine", "bank", "values.py")
_NOT_CODE = frozenset({"report", "evaluate"})
_OF_EVALUATION = ("changes.py", "measures.py", "views.py", "work.py")
_STATED = frozenset({".py", ".json", ".toml"})


class Cache:
    """A folder of answers; `folder` None: nothing is kept and nothing is found."""

    def __init__(self, folder: Path | None, state: str) -> None:
        self._folder = folder
        self._state = state
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(
                    f"the cache cannot be written: {error.strerror}", where=str(folder), hint="name another --cache"
                ) from error

    def key(self, medium: Sha256, task: Task) -> str:
        """The name of the answer for this task on the medium with this digest."""
        told = msgspec.json.encode([self._state, medium, task.part, task.change])
        return hashlib.sha256(told).hexdigest()

    def get(self, key: str) -> Measured | None:
        """The answer that is kept under `key`, or None."""
        if self._folder is None:
            return None
        try:
            return msgspec.json.decode((self._folder / f"{key}.json").read_bytes(), type=Measured)
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, key: str, measured: Measured) -> None:
        """Keeps an answer; one that cannot be kept costs only the time to examine it again."""
        if self._folder is None:
            return
        partial = self._folder / f".{key}.{os.getpid()}"
        with contextlib.suppress(OSError):
            partial.write_bytes(msgspec.json.encode(measured))
            partial.replace(self._folder / f"{key}.json")


def state(options: Options, only: str | None, networks: Iterable[Path]) -> str:
    """A digest over all that an answer depends on besides the medium."""
    digest = hashlib.sha256()
    for part in (only or "", options.finder, *_libraries(), *_installed()):
        digest.update(part.encode() + b"\0")
    folders = [folder for folder in (options.analyzers.model, *networks) if folder is not None]
    for path in (*_shipped(), *(path for folder in folders for path in sorted(folder.glob("*.json")))):
        digest.update(str(path.name).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _libraries() -> list[str]:
    return [f"{name} {version(name)}" for name in ("av", "numpy", "onnxruntime", "pillow")]


def _installed() -> list[str]:
    points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return [f"{point.name} {point.value} {point.dist.version if point.dist else ''}" for point in points]


def _shipped() -> list[Path]:
    """The code and the stated numbers of the examination. Networks are named by their cards' digests."""
    found: list[Path] = []
    for name in _CODE:
        path = Path(str(files("waarmerk") / name))
        paths = [path] if path.is_file() else path.rglob("*")
        found += [p for p in paths if p.suffix in _STATED and not _NOT_CODE & set(p.parts)]
    return sorted([*found, *(Path(__file__).with_name(name) for name in _OF_EVALUATION)])
