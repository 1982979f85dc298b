"""A bundle made from a log and the events beside it.

Rules:
- Nothing goes in that the maker did not verify the way its readers will: the tiles lead to the signed root, every
  event is the one that was logged.
- The same range under the same checkpoint makes the same bytes: no clock, no machine, one order.
- It is written from front to back; in memory are the directory, a tile a level and one event. It appears whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from waarmerk.errors import UnavailableError, UsageError
from waarmerk.record.bundle.manifest import BLOBS, CHECKPOINT, EVENTS, MANIFEST, Manifest, print_line
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.reader import read_checkpoint, read_place
from waarmerk.record.log.storage import Storage
from waarmerk.record.store import Events
from waarmerk.record.verify import Tree, tiles_for, verify_event

_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_bundle(
    out: Path,
    storage: Storage,
    events: Events,
    log_keys: Sequence[VerifierKey],
    *,
    first: int = 0,
    end: int | None = None,
    blobs: Sequence[str] = (),
    witness_keys: Sequence[VerifierKey] = (),
) -> Manifest:
    """Writes entries `first` to `end` (not included; None: the log's size) with the `blobs` of these digests.

    Raises `UsageError` for a range that is not in the log or a blob that is not kept, `IntegrityError` where the
    files do not verify, `UnavailableError` where it cannot be written.
    """
    signed = read_checkpoint(storage, log_keys)
    size = signed.head.size
    end = size if end is None else end
    if not size:
        raise UsageError("the log is empty: there is nothing to export")
    if not 0 <= first < end <= size:
        raise UsageError(f"entries {first} to {end - 1} are not all in the log of {size}", hint="numbered from 0")
    tree = Tree(signed.head, lambda place: read_place(storage, place))
    wanted = tuple(sorted(set(blobs)))
    with appearing(out) as file, zipfile.ZipFile(file, "w") as made:
        count = _write_events(made, tree, events, first, end)
        for place in tiles_for(first, end, size):
            _write(made, place.path, tree.tile(place.level, place.index))
        for digest in wanted:
            _write_blob(made, events, digest)
        _write(made, CHECKPOINT, signed.note.data)
        manifest = Manifest(
            origin=signed.head.origin,
            size=size,
            first=first,
            end=end,
            events=count,
            blobs=wanted,
            keys=tuple(key.text for key in log_keys),
            witness_keys=tuple(key.text for key in witness_keys),
        )
        _write(made, MANIFEST, manifest.data)
    return manifest


@contextlib.contextmanager
def appearing(out: Path) -> Iterator[IO[bytes]]:
    """A new file that gets its name when it is whole and durable, and leaves nothing where it never is."""
    unfinished = out.parent / f".{out.name}.new"
    try:
        with unfinished.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as error:
        raise UnavailableError(f"it cannot be written: {error.strerror}", where=str(out)) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _write_events(made: zipfile.ZipFile, tree: Tree, events: Events, first: int, end: int) -> int:
    count = 0
    with _member(made, EVENTS, zipfile.ZIP_DEFLATED) as stream:
        for stored in events.between(first, end):
            verify_event(stored, tree.leaf(stored.index))
            stream.write(print_line(stored))
            count += 1
    return count


def _write_blob(made: zipfile.ZipFile, events: Events, digest: str) -> None:
    blob = events.blob(digest)
    if blob is None:
        raise UsageError(f"there is no blob {digest} here", hint="keep it with `waarmerk record append --blob FILE`")
    with blob, _member(made, BLOBS + digest, zipfile.ZIP_STORED) as stream:
        shutil.copyfileobj(blob, stream)


def _write(made: zipfile.ZipFile, name: str, data: bytes) -> None:
    with _member(made, name, zipfile.ZIP_STORED) as stream:
        stream.write(data)


def _member(made: zipfile.ZipFile, name: str, compression: int) -> IO[bytes]:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = compression
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    # Large members are foreseen everywhere, so that small and large bundles are written the same way.
    return made.open(info, "w", force_zip64=True)
