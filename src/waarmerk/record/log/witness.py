"""A witness: it cosigns a log's checkpoints, each only if it continues the one before.

Rules (C2SP tlog-witness "add-checkpoint", tlog-cosignature), in this order:
- 400 for a request that cannot be read; 404 for an unknown origin; 403 without a valid signature of a trusted key of
  the log, or with one that fails; 400 where the old size is above the new; 409 where it is not the size last
  cosigned, which is the answer's body; 422 for an empty log with another root, a proof where none belongs, the same
  size with another root, or a proof that does not hold; else 200 and the cosignature.
- The new checkpoint is stored, durably, before the answer, and in one step with the check.
- Two checkpoints of one size with two roots, both signed by the log, are a fork: both are kept as evidence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from waarmerk.errors import InputError, IntegrityError, WaarmerkError
from waarmerk.record.log.base64 import decode, encode
from waarmerk.record.log.checkpoint import (
    CHECKPOINT,
    SignedCheckpoint,
    open_checkpoint,
    parse_size,
    unverified_origin,
)
from waarmerk.record.log.keys import SigningKey, VerifierKey
from waarmerk.record.log.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency
from waarmerk.record.log.note import MAX_NOTE, Note, signature_by
from waarmerk.record.log.storage import PRIVATE, PUBLIC, Storage

MAX_REQUEST = 1 << 17
_MAX_PROOF = 63


@dataclass(frozen=True)
class Request:
    """What a log submits: the size it believes was cosigned last, the proof from there, and its checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        """The body of the request."""
        return "\n".join([f"old {self.old}", *map(encode, self.proof), "", ""]).encode() + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Reads a body. Raises `InputError` naming the line."""
        top, blank, checkpoint = body.partition(b"\n\n")
        first, *lines = top.decode("utf-8", "replace").split("\n")
        old = parse_size(first.removeprefix("old ")) if first.startswith("old ") and blank else None
        if old is None:
            raise InputError("a request begins with `old` and a size, and has an empty line before its checkpoint")
        if len(lines) > _MAX_PROOF:
            raise InputError(f"a proof has at most {_MAX_PROOF} lines, not {len(lines)}")
        proof = []
        for number, line in enumerate(lines, 2):
            digest = decode(line)
            if digest is None or len(digest) != HASH_SIZE:
                raise InputError("a line of a proof is the base64 of 32 bytes", where=f"line {number}")
            proof.append(digest)
        return cls(old, tuple(proof), checkpoint)


class RefusalError(WaarmerkError):
    """A submission that is not cosigned: the HTTP status, and the size last cosigned where that is the answer."""

    def __init__(self, status: int, message: str, *, size: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.size = size


class ForkError(IntegrityError):
    """Two signed checkpoints that cannot both be true; `evidence` holds the one known and the one submitted."""


class Witness:
    """Cosigns for the logs whose keys it was given (origin to keys); `clock` gives POSIX seconds."""

    def __init__(
        self,
        storage: Storage,
        key: SigningKey,
        logs: Mapping[str, Sequence[VerifierKey]],
        clock: Callable[[], int],
    ) -> None:
        self._storage = storage
        self._key = key
        self._logs = logs
        self._clock = clock
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignature line for a request's body.

        Raises `RefusalError` with the status of the protocol, `ForkError` (status 422, or 409) with both checkpoints,
        `UnavailableError` where the storage fails.
        """
        try:
            request = Request.parse(body)
            origin = unverified_origin(request.checkpoint)
        except InputError as error:
            raise RefusalError(400, error.sentence()) from error
        keys = self._logs.get(origin)
        if keys is None:
            raise RefusalError(404, "this witness does not know a log of that origin")
        try:
            new = open_checkpoint(request.checkpoint, keys, origin)
        except InputError as error:
            raise RefusalError(400, error.sentence()) from error
        except IntegrityError as error:
            raise RefusalError(403, error.message) from error
        with self._lock:
            self._check(request, new, self._last(origin))
            return self._cosign(new)

    def checkpoint(self, origin_hash: str) -> bytes | None:
        """The last checkpoint cosigned for the log of this hash (hexadecimal SHA-256 of its origin)."""
        origin = next((origin for origin in self._logs if _hash(origin) == origin_hash), None)
        return None if origin is None else self._storage.read(_path(origin), MAX_NOTE)

    def _check(self, request: Request, new: SignedCheckpoint, last: SignedCheckpoint | None) -> None:
        size = last.head.size if last else 0
        if request.old > new.head.size:
            raise RefusalError(400, f"the old size {request.old} is above the new size {new.head.size}")
        forked = last is not None and last.head.size == new.head.size and last.head.root != new.head.root
        if last is not None and forked:
            self._keep_evidence(last, new)
        if request.old != size:
            raise RefusalError(409, f"the size last cosigned is {size}, not {request.old}", size=size)
        if last is not None and forked:
            raise ForkError(
                f"the log {new.head.origin} signed two different roots for {size} entries",
                where=new.head.origin,
                evidence=(last.note.data, new.note.data),
            )
        if new.head.size == 0 and new.head.root != EMPTY_ROOT:
            raise RefusalError(422, "an empty log has the hash of nothing as its root")
        if request.old == 0 and request.proof:
            raise RefusalError(422, "from the empty log no proof is needed; one was given")
        if last is None or size == 0:
            return
        try:
            verify_consistency(size, last.head.root, new.head.size, new.head.root, request.proof)
        except IntegrityError as error:
            raise ForkError(error.message, where=new.head.origin, evidence=(last.note.data, new.note.data)) from error

    def _cosign(self, new: SignedCheckpoint) -> bytes:
        cosignature = signature_by(self._key, new.note.text, self._clock())
        note = Note(new.note.text, (*new.signatures.values(), cosignature))
        self._storage.write({_path(new.head.origin): note.data})
        return cosignature.line.encode()

    def _last(self, origin: str) -> SignedCheckpoint | None:
        data = self._storage.read(_path(origin), MAX_NOTE)
        return None if data is None else open_checkpoint(data, [self._key.verifier], origin)

    def _keep_evidence(self, last: SignedCheckpoint, new: SignedCheckpoint) -> None:
        path = f"{PRIVATE}forks/{_hash(new.head.origin)}"
        # The first fork convicts; a log that goes on signing others must not fill the disk.
        if self._storage.read(path, 2 * MAX_NOTE) is None:
            self._storage.write({path: last.note.data + b"\n" + new.note.data})


def _hash(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()


def _path(origin: str) -> str:
    return f"{PUBLIC}{_hash(origin)}/{CHECKPOINT}"
