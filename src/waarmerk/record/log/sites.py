"""What a log and a witness answer over HTTP, as functions from a request to an answer.

Rules (C2SP tlog-tiles "APIs", tlog-witness "HTTP Interface"):
- A log gives its checkpoint (text, kept for a second) and tiles and bundles (bytes, kept for ever); a path that is
  not exactly one of these does not exist.
- A witness takes `POST /add-checkpoint` and gives `GET /<hash of origin>/checkpoint`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from waarmerk.errors import WaarmerkError
from waarmerk.record.log.checkpoint import CHECKPOINT
from waarmerk.record.log.note import MAX_NOTE
from waarmerk.record.log.storage import PUBLIC, Storage
from waarmerk.record.log.tiles import MAX_BUNDLE, parse_path
from waarmerk.record.log.witness import MAX_REQUEST, ForkError, RefusalError, Witness

TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_SIZE = "text/x.tlog.size"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_MOMENT = "public, max-age=1"
_MONITOR = re.compile(r"/([0-9a-f]{64})/checkpoint")


@dataclass(frozen=True)
class Answer:
    """Status, body, and the headers that say what it is and how long it keeps."""

    status: int
    body: bytes
    content_type: str = TEXT
    cache: str = "no-store"


class Site(Protocol):
    """What a server serves; `max_body` bounds what it takes."""

    max_body: int

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The answer to one request; never raises for what a stranger sent."""


def sentence(status: int, text: str) -> Answer:
    """An answer of one line."""
    return Answer(status, f"{text}\n".encode())


class LogSite:
    """The public folder of a log, and nothing beside it."""

    max_body = 0

    def __init__(self, storage: Storage, prefix: str = PUBLIC) -> None:
        self._storage = storage
        self._prefix = prefix

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """GET of the checkpoint, a tile or a bundle."""
        del body
        if method != "GET":
            return sentence(405, "a log is read, not written, over HTTP")
        name = path.removeprefix("/")
        try:
            if name == CHECKPOINT:
                data = self._storage.read(self._prefix + name, MAX_NOTE)
                kind, cache = TEXT, _FOR_A_MOMENT
            else:
                data = self._storage.read(self._prefix + name, MAX_BUNDLE) if parse_path(name) else None
                kind, cache = _BYTES, _FOR_EVER
        except WaarmerkError as error:
            return sentence(503, error.message)
        return sentence(404, "there is no such file in this log") if data is None else Answer(200, data, kind, cache)


class WitnessSite:
    """The two calls of the witness protocol."""

    max_body = MAX_REQUEST

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """POST of a checkpoint, GET of the last one cosigned."""
        monitor = _MONITOR.fullmatch(path)
        try:
            if path == "/add-checkpoint":
                return self._add(body) if method == "POST" else sentence(405, "POST a checkpoint here")
            if monitor and method == "GET":
                data = self._witness.checkpoint(monitor[1])
                if data is not None:
                    return Answer(200, data, TEXT, _FOR_A_MOMENT)
        except WaarmerkError as error:
            return sentence(503, error.message)
        return sentence(404, "this witness has cosigned nothing of that name")

    def _add(self, body: bytes) -> Answer:
        try:
            return Answer(200, self._witness.add_checkpoint(body))
        except ForkError as fork:
            return sentence(422, fork.message)
        except RefusalError as refusal:
            if refusal.size is not None:
                return Answer(refusal.status, b"%d\n" % refusal.size, _SIZE)
            return sentence(refusal.status, refusal.message)
