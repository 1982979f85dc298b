"""The keys that sign notes, as text, and the kinds of signature they make.

Rules (C2SP signed-note "Verifier keys", tlog-cosignature):
- A key name is not empty and holds no Unicode space, no plus and no control character.
- The id is SHA-256(name || 0x0A || kind || public key)[:4], where `kind` is one byte.
- A verifier key reads `name+id+base64(kind || public key)`, a signing key `PRIVATE+KEY+name+id+base64(kind || seed)`;
  both are refused unless the id fits the key.
- Kind 0x01 is Ed25519 over the text of the note. Kind 0x04 is a cosignature: eight bytes of POSIX time, high one
  first, then Ed25519 over "cosignature/v1\\ntime T\\n" and the text. Kind 0x06 is the same with ML-DSA-44 (`mldsa`),
  where the installed `cryptography` has it. A further kind is one row of `KINDS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waarmerk.errors import InputError
from waarmerk.record.log import mldsa
from waarmerk.record.log.base64 import decode, encode

ED25519 = 0x01
COSIGNATURE = 0x04
MLDSA_COSIGNATURE = 0x06
ID_SIZE = 4
_SEED_SIZE = 32
_TIME_SIZE = 8
_MAX_TIME = 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """One kind of signature: sizes in bytes; made from name, seed, text and POSIX seconds, checked by name, key."""

    word: str
    public_size: int
    signature_size: int
    public: Callable[[bytes], bytes]
    sign: Callable[[str, bytes, bytes, int], bytes]
    holds: Callable[[str, bytes, bytes, bytes], bool]


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; what a verifier is given beforehand."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature by this key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_SIZE]

    @property
    def text(self) -> str:
        """The key as one word."""
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    def holds(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` (without the key id) is this key's over the text of a note."""
        kind = KINDS[self.kind]
        return len(signature) == kind.signature_size and kind.holds(self.name, self.public, text, signature)


@dataclass(frozen=True)
class SigningKey:
    """A private key with its name; its text is a secret."""

    name: str
    kind: int
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, KINDS[self.kind].public(self.seed))

    @property
    def text(self) -> str:
        """The key as one word, secret."""
        seed = encode(bytes([self.kind]) + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{seed}"

    def sign(self, text: bytes, time: int) -> bytes:
        """The signature (without the key id) over the text of a note; `time` in POSIX seconds, for cosignatures."""
        return KINDS[self.kind].sign(self.name, self.seed, text, time)


def signing_key(name: str, kind: int, seed: bytes) -> SigningKey:
    """A new key from 32 random bytes. Raises `InputError` on a name that a note cannot carry."""
    _check_name(name)
    if len(seed) != _SEED_SIZE:
        raise InputError(f"a seed has {_SEED_SIZE} bytes, not {len(seed)}")
    return SigningKey(name, kind, seed)


def parse_verifier_key(text: str) -> VerifierKey:
    """The key that `name+id+base64` names. Raises `InputError` saying which part is wrong."""
    name, key_id, kind, material = _parse(text.split("+", 2), "verifier key")
    if len(material) != KINDS[kind].public_size:
        raise InputError(f"the verifier key of {name} holds {len(material)} bytes, not {KINDS[kind].public_size}")
    key = VerifierKey(name, kind, material)
    if key.id != key_id:
        raise InputError(f"the verifier key of {name} has the id {key.id.hex()}, not {key_id.hex()}")
    return key


def parse_signing_key(text: str) -> SigningKey:
    """The key that `PRIVATE+KEY+name+id+base64` holds. Raises `InputError`, which never repeats the key."""
    head = "PRIVATE+KEY+"
    if not text.startswith(head):
        raise InputError("a signing key begins with PRIVATE+KEY+")
    name, key_id, kind, material = _parse(text[len(head) :].split("+", 2), "signing key")
    if len(material) != _SEED_SIZE:
        raise InputError(f"the signing key of {name} holds {len(material)} bytes, not {_SEED_SIZE}")
    key = SigningKey(name, kind, material)
    if key.verifier.id != key_id:
        raise InputError(f"the signing key of {name} has the id {key.verifier.id.hex()}, not {key_id.hex()}")
    return key


def name_is_sound(name: str) -> bool:
    """Whether a note can carry the name: not empty, no space, no plus, no control character."""
    return bool(name) and not any(character.isspace() or character == "+" or character < " " for character in name)


def _check_name(name: str) -> None:
    if not name_is_sound(name):
        raise InputError(
            f"a key name has no spaces and no plus and is not empty, unlike {name!r}", hint="such as example.com/log"
        )


def _parse(parts: list[str], what: str) -> tuple[str, bytes, int, bytes]:
    if len(parts) != 3:
        raise InputError(f"a {what} is a name, an id and the key, with a plus between them")
    name, key_id, material = parts
    _check_name(name)
    if re.fullmatch("[0-9a-f]{8}", key_id) is None:
        raise InputError(f"the id in the {what} of {name} is not eight hexadecimal digits")
    raw = decode(material)
    if not raw:
        raise InputError(f"the key in the {what} of {name} is not base64")
    if raw[0] not in KINDS:
        raise InputError(f"the {what} of {name} is of the unknown kind 0x{raw[0]:02x}", hint=_known())
    return name, bytes.fromhex(key_id), raw[0], raw[1:]


def _known() -> str:
    return "known: " + ", ".join(f"0x{number:02x} {kind.word}" for number, kind in KINDS.items())


def _ed25519_public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _ed25519_sign(_name: str, seed: bytes, text: bytes, _time: int) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(text)


def _ed25519_holds(_name: str, public: bytes, text: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _cosigned_text(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text


def _cosignature_sign(name: str, seed: bytes, text: bytes, time: int) -> bytes:
    return time.to_bytes(_TIME_SIZE, "big") + _ed25519_sign(name, seed, _cosigned_text(text, time), time)


def _cosignature_holds(name: str, public: bytes, text: bytes, signature: bytes) -> bool:
    time = cosigned_at(signature)
    return 0 < time <= _MAX_TIME and _ed25519_holds(name, public, _cosigned_text(text, time), signature[_TIME_SIZE:])


def cosigned_at(signature: bytes) -> int:
    """The POSIX time inside a cosignature."""
    return int.from_bytes(signature[:_TIME_SIZE], "big")


KINDS: dict[int, Kind] = {
    ED25519: Kind("Ed25519", 32, 64, _ed25519_public, _ed25519_sign, _ed25519_holds),
    COSIGNATURE: Kind("cosignature/v1", 32, 72, _ed25519_public, _cosignature_sign, _cosignature_holds),
}
if mldsa.AVAILABLE:
    KINDS[MLDSA_COSIGNATURE] = Kind(
        "ML-DSA-44 cosignature", mldsa.PUBLIC_SIZE, mldsa.SIGNATURE_SIZE, mldsa.public_of, mldsa.sign, mldsa.holds
    )
