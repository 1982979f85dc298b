"""Previews: what a reviewer's browser is given of a medium, always pictures of our own encoding.

Rules:
- A stranger's bytes never reach the browser: the medium is decoded in the jail and encoded anew, small and silent.
- Of locked material there is none, whatever item with the same bytes is asked for: not made, not kept, not sent.
- A preview is kept for `KEPT_S` after it was made, so that seeking in it costs nothing; then it is made again.
- One is made at a time a process: the time of reviewers is dear, but so is that of the workers beside them.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from sqlalchemy import select

from waarmerk.desk.store.media import MediaStore
from waarmerk.desk.store.tables import item
from waarmerk.desk.store.unit import Desk
from waarmerk.examine.media.encode import Upload, copied
from waarmerk.examine.media.pieces import FrameSample, Picture

KEPT_S = 3600.0
RATE = 12.5
"""Pictures a second at most."""
LONGEST = 480
"""Pixels of the longer side at most."""
_LOOK = Upload(crf=28, longest=LONGEST)
_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg"}


class Previews:
    """Previews by the digest of their media, in a folder of their own."""

    def __init__(self, desk: Desk, media: MediaStore, folder: Path) -> None:
        self._desk = desk
        self._media = media
        self._folder = folder
        self._turn = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, digest: str) -> tuple[Path, str] | None:
        """The preview of a medium and its type; None where the medium is locked or not kept.

        Raises `InputError` for one that cannot be decoded.
        """
        if self._locked(digest) or not self._media.has(digest):
            self._forget(digest)
            return None
        with self._turn:
            made = self._made(digest) or self._make(digest)
        if self._locked(digest):  # it was locked while its preview was made
            self._forget(digest)
            return None
        return made, _TYPES[made.suffix]

    def sweep(self) -> None:
        """Removes what is old, and what was locked since it was made."""
        for path in self._folder.iterdir():
            if time.time() - path.stat().st_mtime > KEPT_S or self._locked(path.name.partition(".")[0]):
                path.unlink(missing_ok=True)

    def _locked(self, digest: str) -> bool:
        with self._desk.read() as connection:
            found = connection.execute(select(item.c.id).where(item.c.sha256 == digest, item.c.locked)).first()
        return found is not None

    def _made(self, digest: str) -> Path | None:
        return next((path for end in _TYPES if (path := self._folder / f"{digest}{end}").exists()), None)

    def _make(self, digest: str) -> Path:
        target = self._folder / f"{digest}.part.mp4"  # the encoder tells the container by its ending
        try:
            with self._media.local(digest) as source:
                written = copied(source, _LOOK, _Thinned(), target)
            return written.rename(self._folder / f"{digest}{written.suffix}")
        finally:
            target.unlink(missing_ok=True)

    def _forget(self, digest: str) -> None:
        for end in _TYPES:
            (self._folder / f"{digest}{end}").unlink(missing_ok=True)


class _Thinned:
    """Passes on at most `RATE` pictures a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, sample: FrameSample) -> Picture | None:
        if sample.t_s < self._next - 1e-6:
            return None
        self._next = max(self._next + 1 / RATE, sample.t_s)
        return sample.rgb
