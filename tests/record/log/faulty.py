"""A storage that fails where it is told to, and that remembers what it must never see."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from waarmerk.errors import UnavailableError
from waarmerk.record.log.checkpoint import CHECKPOINT
from waarmerk.record.log.storage import PUBLIC, MemoryStorage
from waarmerk.record.log.tiles import parse_path


class PowerCutError(BaseException):
    """The machine is gone: nothing catches it."""


class FaultyStorage(MemoryStorage):
    """Counts every operation; before or after number `fail_at` it raises.

    `torn`: the operation has happened all the same, only its caller does not learn of it.
    It asserts on every write that no published tile ever changes, and keeps every checkpoint that was ever visible.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0
        self.fail_at = -1
        self.torn = False
        self.error: Callable[[], BaseException] = lambda: UnavailableError("the disk is full")
        self.checkpoints: list[bytes] = []
        self.signed: list[bytes] = []

    def read(self, path: str, limit: int) -> bytes | None:
        with self._operation():
            return super().read(path, limit)

    def settle(self) -> None:
        with self._operation():
            pass

    def write(self, *groups: Mapping[str, bytes]) -> None:
        for group in groups:
            for path, data in group.items():
                with self._operation():
                    self._watch(path, data)
                    self.content[path] = data

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            with self._operation():
                self.content.pop(path, None)

    def files(self, folder: str) -> Iterator[str]:
        with self._operation():
            return super().files(folder)

    @contextlib.contextmanager
    def _operation(self) -> Iterator[None]:
        self.operations += 1
        failing = self.operations == self.fail_at
        if failing and not self.torn:
            raise self.error()
        yield
        if failing:
            raise self.error()

    def _watch(self, path: str, data: bytes) -> None:
        name = path.removeprefix(PUBLIC)
        if path == PUBLIC + CHECKPOINT:
            self.checkpoints.append(data)
        elif path != name and parse_path(name) is not None:
            assert self.content.get(path, data) == data, f"{name} was published and changed"
