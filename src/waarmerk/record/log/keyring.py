"""The keys of a log: how a log begins, and how one key follows another.

Rules:
- All keys of a log carry its origin as their name (C2SP tlog-checkpoint, "Signatures").
- Every key on the ring signs every checkpoint. A new key is added beside the old one, verifiers that know either are
  content (unknown signatures are ignored), and the old one is retired when all have the new one.
- Two rings that follow each other share a key, so that whoever knew the one can follow to the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.checkpoint import CHECKPOINT, Checkpoint
from waarmerk.record.log.journal import JOURNAL
from waarmerk.record.log.keys import ED25519, SigningKey, VerifierKey, parse_signing_key, signing_key
from waarmerk.record.log.merkle import EMPTY_ROOT
from waarmerk.record.log.note import sign_note
from waarmerk.record.log.storage import PRIVATE, PUBLIC, Storage

KEYS = PRIVATE + "keys"
_MAX_KEYS = 1 << 16


def create_log(storage: Storage, origin: str, seed: bytes) -> VerifierKey:
    """Makes an empty log with one key from 32 random bytes. Raises `UsageError` where one lies there already."""
    key = signing_key(origin, ED25519, seed)
    with storage.lock():
        if next(storage.files(PUBLIC), None) is not None or storage.read(JOURNAL, 1 << 30) is not None:
            raise UsageError("there is a log here already", hint="choose another folder")
        note = sign_note(Checkpoint(origin, 0, EMPTY_ROOT).text, [key], 0)
        storage.write({KEYS: ring_text([key])}, {PUBLIC + CHECKPOINT: note})
    return key.verifier


def read_keys(storage: Storage) -> list[SigningKey]:
    """The ring, oldest key first. Raises `UsageError` where there is no log, `IntegrityError` where it is damaged."""
    data = storage.read(KEYS, _MAX_KEYS)
    if data is None:
        raise UsageError("there is no log here", hint="make one with `waarmerk log init DIR --origin NAME`")
    keys = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            keys.append(parse_signing_key(line))
        except InputError as error:
            raise IntegrityError(error.message, where=f"{KEYS}, line {number}") from error
    if not keys or len({key.name for key in keys}) > 1:
        raise IntegrityError("a log has one or more keys, all with its origin as their name", where=KEYS)
    return keys


def ring_text(keys: Sequence[SigningKey]) -> bytes:
    """The ring as it is stored: one key a line, secret."""
    return "".join(f"{key.text}\n" for key in keys).encode()


def with_new_key(keys: Sequence[SigningKey], seed: bytes) -> list[SigningKey]:
    """The ring with one more key, from 32 random bytes."""
    return [*keys, signing_key(keys[0].name, ED25519, seed)]


def without_key(keys: Sequence[SigningKey], key_id: str) -> list[SigningKey]:
    """The ring without the key of this id (8 hexadecimal digits). Raises `UsageError` for the last or none."""
    rest = [key for key in keys if key.verifier.id.hex() != key_id]
    ids = ", ".join(key.verifier.id.hex() for key in keys)
    if len(rest) == len(keys):
        raise UsageError(f"the log has no key with the id {key_id}", hint=f"it has {ids}")
    if not rest:
        raise UsageError("the last key of a log cannot be retired", hint="add a new one first")
    return rest
