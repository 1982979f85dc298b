"""One bundle, written from front to back: events as they come, then tiles, checkpoint and manifest.

Rules (`waarmerk.bundle/1`):
- Events are canonical JSON (RFC 8785). Events here are made so that Python's sorted JSON is that: ASCII, whole
  numbers as `int`, fractions short and between 0.001 and a million.
- In memory are 64 bytes an entry for the tree, and the events of which somebody keeps a receipt.
"""

from __future__ import annotations

import json
import stat
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from simulation.bundle.note import Key, checkpoint, inclusion
from simulation.bundle.tree import Tree, leaf_hash
from simulation.world.chance import Chance

_EPOCH = (1980, 1, 1, 0, 0, 0)
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class BundleWriter:
    """A bundle that is being written. `salts`: where the salts are drawn from; `log`, `witness`: the keys."""

    def __init__(self, path: Path, log: Key, witness: Key, salts: Chance) -> None:
        self.log, self.witness = log, witness
        self.tree = Tree()
        self._salts = salts
        self._kept: dict[int, tuple[str, str]] = {}
        self._zip = zipfile.ZipFile(path, "w", compresslevel=1)
        self._events: IO[bytes] = self._zip.open(_member("events.jsonl", zipfile.ZIP_DEFLATED), "w", force_zip64=True)

    def add(self, event: dict[str, Any], keep: bool = False) -> int:
        """Log an event; its index. `keep`: somebody will want a receipt."""
        body = canonical(event)
        salt = self._salts.getrandbits(256).to_bytes(32, "big")
        self.tree.add(leaf_hash(sha256(b"\0" + salt + body.encode()).digest()))
        index = self.tree.size - 1
        self._events.write(f'{{"event":{body},"index":{index},"salt":"{salt.hex()}"}}\n'.encode())
        if keep:
            self._kept[index] = (body, salt.hex())
        return index

    def head(self, seconds: int) -> bytes:
        """The log's checkpoint of now, cosigned at a time in POSIX seconds."""
        return checkpoint(self.tree.size, self.tree.root(), self.log, self.witness, seconds)

    def close(self, head: bytes) -> None:
        """Write what is left, under the last checkpoint."""
        self._events.close()
        for name, data in self.tree.tiles():
            self._write(name, data)
        self._write("checkpoint", head)
        size = self.tree.size
        manifest = {
            "schema": "waarmerk.bundle/1",
            "origin": self.log.name,
            "size": size,
            "first": 0,
            "end": size,
            "events": size,
            "blobs": [],
            "keys": [self.log.verifier],
            "witness_keys": [self.witness.verifier],
        }
        self._write("bundle.json", canonical(manifest).encode())
        self._zip.close()

    def receipt(self, index: int, head: bytes) -> bytes:
        """The receipt (`waarmerk.receipt/1`) of an event that was kept, under the last checkpoint."""
        body, salt = self._kept[index]
        proof = inclusion(index, self.tree.proof(index), head)
        written = {"event": json.loads(body), "proof": proof, "salt": salt, "schema": "waarmerk.receipt/1"}
        return canonical(written).encode()

    def _write(self, name: str, data: bytes) -> None:
        with self._zip.open(_member(name, zipfile.ZIP_STORED), "w", force_zip64=True) as stream:
            stream.write(data)


def _member(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = compression
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info
