"""Submits a log's checkpoint to a witness and takes its cosignature home.

Rules (C2SP tlog-witness, client side):
- Without knowing what the witness saw last, size 0 is tried; its answer 409 names the size to prove from.
- Cosignatures of unknown keys are passed over; at least one known key must have signed, or nothing is taken.
- A witness that saw more entries than the log has is no race: the log lost what it had signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from waarmerk.errors import InputError, IntegrityError, UnavailableError
from waarmerk.record.log.checkpoint import parse_size
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.note import Note, Signature, parse_signature, verified
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.witness import Request

_ROUNDS = 3
_OK, _CONFLICT, _UNPROCESSABLE = 200, 409, 422

Post = Callable[[bytes], tuple[int, bytes]]
"""Sends a body to a witness's `add-checkpoint`; gives the status and the answer's body."""


def cosign(log: Reader, witness_keys: Sequence[VerifierKey], post: Post) -> list[Signature]:
    """The witness's cosignatures on the checkpoint of `log`.

    Raises `IntegrityError` where the witness saw another history, `InputError` where it refuses or answers what is no
    cosignature, `UnavailableError` where others keep overtaking.
    """
    old = 0
    for _ in range(_ROUNDS):
        request = Request(old, log.consistency(old), log.signed.note.data)
        status, body = post(request.data)
        if status == _OK:
            return _take(log, witness_keys, body)
        if status == _UNPROCESSABLE:
            raise IntegrityError(f"the witness saw another history of this log: {_said(body)}")
        if status != _CONFLICT:
            raise InputError(f"the witness answered {status}: {_said(body)}")
        seen = parse_size(body.decode("ascii", "replace").removesuffix("\n"))
        if seen is None or seen == old:
            raise InputError(f"the witness answered 409 without saying what it saw: {_said(body)}")
        if seen > log.size:
            raise IntegrityError(
                f"the witness cosigned {seen} entries of this log, which has {log.size}",
                hint="entries were lost, or an old copy of the log was put back",
            )
        old = seen
    raise UnavailableError("the witness cosigns other checkpoints of this log meanwhile", hint="try again")


def _take(log: Reader, keys: Sequence[VerifierKey], body: bytes) -> list[Signature]:
    text = body.decode("utf-8", "replace")
    if not text.endswith("\n"):
        raise InputError("the witness's answer is cut short")
    lines = tuple(
        parse_signature(line, f"line {number} of the answer") for number, line in enumerate(text[:-1].split("\n"), 1)
    )
    found = verified(Note(log.signed.note.text, lines), keys)
    if not found:
        raise IntegrityError("the witness's answer is not signed by the key it was given with")
    return list(found.values())


def _said(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace").strip() or "nothing more"
