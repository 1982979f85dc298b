"""What the commands of `log`, `record` and `verify` share: files, logs, keys, formats, the clock, heads in words."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import typer

from waarmerk.errors import InputError, UsageError
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.checkpoint import SignedCheckpoint
from waarmerk.record.log.keyring import KEYS, read_keys
from waarmerk.record.log.keys import VerifierKey, parse_verifier_key
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.storage import PUBLIC

FOLDER = typer.Argument(..., help="The folder of the log.")
KEY = typer.Option([], "--key", help="A verifier key of the log; again for a second one.")
FORMAT = typer.Option("text", "--format", help="text or json.")


@contextlib.contextmanager
def opened(file: str) -> Iterator[IO[bytes]]:
    """A file, or standard input for `-`. Raises `InputError`."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 -- closed below; only opening may fail here
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", where=file) from error
    with stream:
        yield stream


def read_file(path: Path, limit: int) -> bytes:
    """A whole file. Raises `InputError` above `limit` bytes."""
    with opened(str(path)) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"the file has more than {limit} bytes", where=str(path))
    return data


def log_at(folder: Path, key: Sequence[str]) -> tuple[PosixStorage, str, list[VerifierKey]]:
    """The storage, the prefix and the verifier keys: a log's own folder, or a copy of its public one with `--key`."""
    storage = PosixStorage(folder)
    if (folder / KEYS).exists():
        return storage, PUBLIC, parse_keys(key) or [own.verifier for own in read_keys(storage)]
    if not key:
        raise UsageError(
            "there is no log here whose key lies beside it", where=str(folder), hint="a copy is checked with --key"
        )
    return storage, PUBLIC if (folder / PUBLIC).is_dir() else "", parse_keys(key)


def parse_keys(texts: Sequence[str]) -> list[VerifierKey]:
    """Verifier keys given as text."""
    return [parse_verifier_key(text) for text in texts]


def head_facts(signed: SignedCheckpoint) -> dict[str, str | int]:
    """The head of a log, for JSON."""
    return {"origin": signed.head.origin, "size": signed.head.size, "root": encode(signed.head.root)}


def head_words(signed: SignedCheckpoint) -> str:
    """The head of a log, for people."""
    return f"{signed.head.size} entries, root {encode(signed.head.root)}, {signed.head.origin}"


def wants_json(output: str) -> bool:
    """Whether `--format` asks for JSON. Raises `UsageError` where it asks for neither."""
    if output not in ("text", "json"):
        raise UsageError(f"--format is text or json, not {output}")
    return output == "json"


def now() -> str:
    """This moment as events write it: RFC 3339, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
