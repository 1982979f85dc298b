"""Where media lie: a local folder, or S3-compatible storage; content by its SHA-256, written once.

Rules:
- A medium is streamed to a temporary file while it is counted and digested; only whole and right it gets its name.
- A name is a digest: nothing that a client says becomes a path.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, S3Store

from waarmerk.errors import InputError, UnavailableError

_DIGEST = re.compile("[0-9a-f]{64}")
_CHUNK = 1 << 20


class MediaStore:
    """Media by digest in one place. `scratch`: a folder for what is being written."""

    def __init__(self, store: LocalStore | S3Store, scratch: Path) -> None:
        self._store = store
        self._scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)

    async def receive(self, chunks: AsyncIterator[bytes], *, digest: str | None, most: int) -> tuple[str, int]:
        """Takes a medium from a stream; its digest and size.

        Raises `InputError` where it is empty, has more than `most` bytes or not the `digest` that was announced.
        """
        if digest is not None and not _DIGEST.fullmatch(digest):
            raise InputError("a digest is SHA-256, 64 lower-case hexadecimal digits")
        found, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self._scratch) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise InputError(f"the medium has more than {most} bytes", hint="the limit is the operator's")
                found.update(chunk)
                file.write(chunk)
            file.flush()
            if not size:
                raise InputError("the medium is empty")
            name = found.hexdigest()
            if digest is not None and digest != name:
                raise InputError("the bytes that came are not those that were announced", hint="send it again")
            file.seek(0)
            self._put(name, file.file)
        return name, size

    def add(self, path: Path) -> str:
        """Takes a file that lies here; its digest."""
        with path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._put(name, file)
        return name

    def has(self, digest: str) -> bool:
        """Whether this medium is kept."""
        try:
            obstore.head(self._store, _key(digest))
        except FileNotFoundError:
            return False
        return True

    @contextlib.contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        """The medium as a file for as long as it is looked at. Raises `InputError` where it is not kept."""
        with tempfile.NamedTemporaryFile(dir=self._scratch) as file:
            try:
                for chunk in obstore.get(self._store, _key(digest)).stream(min_chunk_size=_CHUNK):
                    file.write(chunk)
            except FileNotFoundError:
                raise InputError(f"the medium {digest} is not kept") from None
            file.flush()
            yield Path(file.name)

    def remove(self, digest: str) -> None:
        """Forgets a medium."""
        with contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, _key(digest))

    def _put(self, name: str, file: IO[bytes]) -> None:
        try:
            obstore.put(self._store, _key(name), file, mode="create")
        except AlreadyExistsError:
            return  # the same bytes under the same name
        except OSError as error:
            raise UnavailableError(f"the medium could not be kept: {error}", hint="is there room?") from error


def open_media(address: str, scratch: Path, **options: Any) -> MediaStore:
    """The media in a folder or under `s3://bucket/prefix`; `options` are those of the S3 client."""
    if address.startswith("s3://"):
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        return MediaStore(S3Store(bucket, prefix=prefix or None, **options), scratch)
    folder = Path(address)
    folder.mkdir(parents=True, exist_ok=True)
    return MediaStore(LocalStore(folder), scratch)


def _key(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise InputError("a digest is SHA-256, 64 lower-case hexadecimal digits")
    return f"{digest[:2]}/{digest}"
