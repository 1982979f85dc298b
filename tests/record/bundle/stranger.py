"""A bundle and a receipt written by somebody who has only docs/reference/bundle-format.md: nothing of ours in it."""

import base64
import hashlib
import json
import zipfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "stranger.example/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
SIZE = 66_000


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def event(index: int) -> bytes:
    value = {
        "at": "2026-05-06T07:08:09.010Z",
        "by": {"type": "machine"},
        "channel": "é",
        "id": f"{index:032x}",
        "kind": "person.erased",
        "logged_at": "2026-05-06T07:08:10.010Z",
        "n": index + 1,
        "person": "ab" * 16,
        "service": "stranger.example",
        "src": "native",
        "v": 1,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def salt(index: int) -> bytes:
    return sha(b"salt %d" % index)


def mth(hashes: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha(b"\x01" + mth(hashes[:k]) + mth(hashes[k:]))


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962 2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if index < k:
        return [*path(index, hashes[:k]), mth(hashes[k:])]
    return [*path(index - k, hashes[k:]), mth(hashes[:k])]


def tile_name(level: int, index: int, width: int) -> str:
    groups = f"{index:09d}"
    parts = [groups[:3], groups[3:6], groups[6:]]
    while parts[0] == "000" and len(parts) > 1:
        parts.pop(0)
    name = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")


def public() -> bytes:
    return b"\x01" + PRIVATE.public_key().public_bytes_raw()


def key_id() -> bytes:
    return sha(ORIGIN.encode() + b"\n" + public())[:4]


def verifier_key() -> str:
    return f"{ORIGIN}+{key_id().hex()}+{b64(public())}"


@cache
def leaves() -> list[bytes]:
    return [sha(b"\x00" + sha(b"\x00" + salt(index) + event(index))) for index in range(SIZE)]


@cache
def checkpoint() -> str:
    signed = f"{ORIGIN}\n{SIZE}\n{b64(mth(leaves()))}\n"
    return f"{signed}\n— {ORIGIN} {b64(key_id() + PRIVATE.sign(signed.encode()))}\n"


def bundle(file: Path, first: int, end: int) -> Path:
    with zipfile.ZipFile(file, "w") as made:
        manifest = {
            "blobs": [],
            "end": end,
            "events": end - first,
            "first": first,
            "keys": [verifier_key()],
            "origin": ORIGIN,
            "schema": "waarmerk.bundle/1",
            "size": SIZE,
            "witness_keys": [],
        }
        made.writestr("bundle.json", json.dumps(manifest, separators=(",", ":")))
        made.writestr("checkpoint", checkpoint())
        lines = (
            b'{"event":' + event(index) + f',"index":{index},"salt":"{salt(index).hex()}"}}\n'.encode()
            for index in range(first, end)
        )
        made.writestr("events.jsonl", b"".join(lines))
        level, hashes = 0, leaves()
        while SIZE >> (8 * level):
            low, high, last = (number >> (8 * level) for number in (first, end - 1, SIZE))
            for index in sorted({*range(low // 256, high // 256 + 1), last // 256}):
                tile = hashes[index * 256 : (index + 1) * 256]
                if tile:
                    made.writestr(tile_name(level, index, len(tile)), b"".join(tile))
            hashes = [mth(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
            level += 1
    return file


def receipt(index: int) -> bytes:
    hashes = "".join(f"{b64(digest)}\n" for digest in path(index, leaves()))
    value = {
        "event": json.loads(event(index)),
        "proof": f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint()}",
        "salt": salt(index).hex(),
        "schema": "waarmerk.receipt/1",
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
