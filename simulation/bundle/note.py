"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature), Ed25519."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LOG, _WITNESS = b"\x01", b"\x04"


@dataclass(frozen=True)
class Key:
    """A signing key: its name, its 32 bytes of seed, whether it is a witness's."""

    name: str
    seed: bytes
    witness: bool = False

    @property
    def verifier(self) -> str:
        """The verifier key: `name+id+base64(kind || key)`."""
        return f"{self.name}+{self._id.hex()}+{_base64(self._kind + self._public)}"

    def line(self, body: str, seconds: int) -> str:
        """The signature line below the text of a note; `seconds`: when a witness cosigned."""
        text = body.encode()
        if self.witness:
            signed = self._private.sign(f"cosignature/v1\ntime {seconds}\n".encode() + text)
            signed = seconds.to_bytes(8, "big") + signed
        else:
            signed = self._private.sign(text)
        return f"— {self.name} {_base64(self._id + signed)}\n"

    @property
    def _kind(self) -> bytes:
        return _WITNESS if self.witness else _LOG

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def _public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self._kind + self._public).digest()[:4]


def checkpoint(size: int, root: bytes, log: Key, witness: Key, seconds: int) -> bytes:
    """The signed head of a log with the cosignature of its witness."""
    body = f"{log.name}\n{size}\n{_base64(root)}\n"
    return (body + "\n" + log.line(body, seconds) + witness.line(body, seconds)).encode()


def inclusion(index: int, hashes: list[bytes], head: bytes) -> str:
    """A proof of place (C2SP tlog-proof) without extra data."""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(_base64, hashes), "", ""]
    return "\n".join(lines) + head.decode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
