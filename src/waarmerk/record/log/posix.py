"""A log in a folder of a POSIX file system.

Rules:
- A file is written beside its name, synced, then renamed; after the renames of a group the folders are synced.
- A writer that died may have left names that are visible and not yet durable: they are synced before all else.
- The name of an unfinished file follows from the file's, so that the next write takes it over: none pile up.
- Everything under `private/` has the modes 0700 and 0600.
- A full disk is an `UnavailableError` in one sentence.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from waarmerk.errors import InputError, UnavailableError
from waarmerk.record.log.storage import PRIVATE

_LOCK = PRIVATE + "lock"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FEW = 3


class PosixStorage:
    """A folder on a POSIX file system."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str, limit: int) -> bytes | None:
        # Not blocking, for the folder may be a stranger's and the file a pipe.
        try:
            descriptor = os.open(self.root / path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unavailable(error, path) from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise InputError("this is not a regular file", where=str(self.root / path))
            if status.st_size > limit:
                raise InputError(f"the file has more than {limit} bytes", where=str(self.root / path))
            # A file is renamed into place and never grows: one read gets it whole.
            return os.read(descriptor, status.st_size)
        except OSError as error:
            raise _unavailable(error, path) from error
        finally:
            os.close(descriptor)

    def settle(self) -> None:
        try:
            if _sync_file_system is not None:
                _sync_all({self.root}, together=True)
                return
            for folder, _, _ in os.walk(self.root, onerror=_raise):
                _sync_all({Path(folder)})
        except OSError as error:
            raise _unavailable(error, str(self.root)) from error

    def write(self, *groups: Mapping[str, bytes]) -> None:
        root = f"{self.root}/"
        path = ""
        try:
            changed: set[Path] = set()
            for path in {path.rpartition("/")[0] for group in groups for path in group}:
                changed |= self._make_folder(self.root / path)
            self._write_beside([file for group in groups for file in group.items()])
            for group in groups:
                for path in group:
                    os.rename(root + _unfinished(path), root + path)  # noqa: PTH104 -- path objects cost as much
                changed |= {self.root / folder for folder in {path.rpartition("/")[0] for path in group}}
                _sync_all(changed)
                changed = set()
        except OSError as error:
            raise _unavailable(error, path) from error

    def delete(self, paths: Iterable[str]) -> None:
        places = [self.root / path for path in paths]
        for place in places:
            place.unlink(missing_ok=True)
        for folder in {place.parent for place in places}:
            with contextlib.suppress(OSError):  # not empty yet
                folder.rmdir()

    def files(self, folder: str) -> Iterator[str]:
        try:
            found = sorted(os.scandir(self.root / folder), key=lambda item: item.name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unavailable(error, folder) from error
        for item in found:
            if item.is_dir(follow_symlinks=False):
                yield from self.files(f"{folder}{item.name}/")
            else:
                yield folder + item.name

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        descriptor = -1
        try:
            try:
                self._make_folder((self.root / _LOCK).parent)
                descriptor = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._take(descriptor)
            except OSError as error:
                raise _unavailable(error, _LOCK) from error
            yield
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise UnavailableError(
                f"process {holder} writes this log already", where=str(self.root), hint="one writer at a time"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)

    def _make_folder(self, folder: Path) -> set[Path]:
        """Makes a folder and those above it; gives the folders that got a new name in them."""
        if folder.is_dir():
            return set()
        changed = self._make_folder(folder.parent)
        private = folder.is_relative_to(self.root / PRIVATE)
        folder.mkdir(mode=0o700 if private else 0o755, exist_ok=True)
        return changed | {folder.parent}

    def _write_beside(self, files: Sequence[tuple[str, bytes]]) -> None:
        together = len(files) > _FEW and _sync_file_system is not None
        root = f"{self.root}/"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        for path, data in files:
            mode = 0o600 if path.startswith(PRIVATE) else 0o644
            descriptor = os.open(root + _unfinished(path), flags, mode)
            try:
                _write_whole(descriptor, data)
                if not together:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        if together:
            _sync_all({self.root}, together=True)


def _raise(error: OSError) -> None:
    raise error


def _unfinished(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.new"


def _write_whole(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def _sync_all(folders: set[Path], *, together: bool = False) -> None:
    """Makes the names in the folders durable (together: everything on the file system they lie on)."""
    together = (together or len(folders) > _FEW) and _sync_file_system is not None
    for folder in sorted(folders):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if together and _sync_file_system is not None:
                _sync_file_system(descriptor)
                return
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unavailable(error: OSError, path: str) -> UnavailableError:
    if error.errno in _FULL:
        return UnavailableError("the disk is full", where=path, hint="make room; nothing acknowledged was lost")
    return UnavailableError(f"the storage failed: {error.strerror}", where=path)


def _find_syncfs() -> Callable[[int], None] | None:
    try:
        function = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):
        return None

    def sync(descriptor: int) -> None:
        if function(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return sync


# A batch is a few hundred small files: one syncfs(2) costs what two or three fsync(2) do. Only Linux has it.
_sync_file_system = _find_syncfs()
