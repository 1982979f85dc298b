"""Signed notes: a text and the signatures below it.

Rules (C2SP signed-note "Format", "Signatures"):
- Valid UTF-8, no control character but newline; the last empty line divides the text from the signatures.
- A signature line is em dash, space, key name, space, base64(key id || signature), newline.
- Signatures of unknown keys are passed over, also when they share a name or an id with a known key.
- A signature of a known key that does not hold condemns the whole note; so does the want of any known one.
- Base64 is decoded, encoded again and compared; at most 100 signatures and 1 MiB are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.log.base64 import decode, encode
from waarmerk.record.log.keys import ID_SIZE, SigningKey, VerifierKey, name_is_sound

MAX_NOTE = 1 << 20
MAX_SIGNATURES = 100
_DASH = "— "


@dataclass(frozen=True)
class Signature:
    """One line below a note: `value` is what follows the key id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {encode(self.key_id + self.value)}\n"


@dataclass(frozen=True)
class Note:
    """A note as it lies there: nothing in it is trusted yet."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The whole note."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


def parse_note(data: bytes) -> Note:
    """Text and signatures, unverified. Raises `InputError` naming the first broken line."""
    if len(data) > MAX_NOTE:
        raise InputError(f"a note of {len(data)} bytes is above the limit of {MAX_NOTE}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"a note is UTF-8; byte {error.start} is not") from error
    for number, line in enumerate(whole.split("\n"), 1):
        if any(character < " " for character in line):
            raise InputError("a note holds no control characters", where=f"line {number}")
    text, blank, below = whole.rpartition("\n\n")
    if not blank:
        raise InputError("a note has an empty line between its text and its signatures; there is none")
    text += "\n"
    if not below.endswith("\n"):
        raise InputError("the last signature line of the note is cut short or missing")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise InputError(f"a note with {len(lines)} signatures is above the limit of {MAX_SIGNATURES}")
    first = text.count("\n") + 2
    return Note(text, tuple(parse_signature(line, f"line {first + n}") for n, line in enumerate(lines)))


def parse_signature(line: str, where: str) -> Signature:
    """One signature line without its newline. Raises `InputError`."""
    name, space, value = line.removeprefix(_DASH).partition(" ")
    raw = decode(value)
    if not line.startswith(_DASH) or not space or not name_is_sound(name) or raw is None or len(raw) <= ID_SIZE:
        raise InputError("a signature line reads `— name base64`; this one does not", where=where)
    return Signature(name, raw[:ID_SIZE], raw[ID_SIZE:])


def verified(note: Note, keys: Sequence[VerifierKey]) -> dict[VerifierKey, Signature]:
    """The signatures of known keys, one a key, every one of them checked.

    Raises `IntegrityError` where a known key's signature does not hold, `UsageError` where two of the keys cannot be
    told apart. Whether those found are enough is the caller's question: see `open_note`.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise UsageError(f"two different keys are both called {key.name}+{key.id.hex()}", hint="give one of them")
    found: dict[VerifierKey, Signature] = {}
    text = note.text.encode()
    for signature in note.signatures:
        signer = known.get((signature.name, signature.key_id))
        if signer is None:
            continue
        if not signer.holds(text, signature.value):
            raise IntegrityError(
                f"the signature of {signer.name}+{signer.id.hex()} does not fit the text above it",
                evidence=(note.data,),
            )
        found.setdefault(signer, signature)
    return found


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> tuple[Note, dict[VerifierKey, Signature]]:
    """A note that at least one of `keys` signed. Raises `InputError`, `IntegrityError` otherwise."""
    note = parse_note(data)
    found = verified(note, keys)
    if not found:
        signers = ", ".join(f"{line.name}+{line.key_id.hex()}" for line in note.signatures[:3])
        raise IntegrityError(
            f"no known key signed the note; it carries {signers}",
            hint="known: " + (", ".join(f"{key.name}+{key.id.hex()}" for key in keys) or "no key at all"),
            evidence=(data,),
        )
    return note, found


def sign_note(text: str, keys: Sequence[SigningKey], time: int) -> bytes:
    """The text with the signature of every key below it; `time` in POSIX seconds, for cosignatures."""
    if not text.endswith("\n"):
        raise InputError("the text of a note ends in a newline")
    lines = tuple(signature_by(key, text, time) for key in keys)
    data = Note(text, lines).data
    parse_note(data)
    return data


def signature_by(key: SigningKey, text: str, time: int) -> Signature:
    """One key's signature over the text of a note."""
    return Signature(key.name, key.verifier.id, key.sign(text.encode(), time))
