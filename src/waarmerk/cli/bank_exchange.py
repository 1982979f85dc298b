"""What `waarmerk bank import` and `export` share about formats of exchange."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from waarmerk.bank.exchange.bring import records_of
from waarmerk.bank.exchange.formats import FORMATS, HEAD, format_of, sniffed
from waarmerk.bank.exchange.interface import Format
from waarmerk.cli.bank_shared import opened_reader
from waarmerk.errors import UsageError
from waarmerk.record.bundle.write import appearing

WRITTEN = tuple(name for name, one in FORMATS.items() if one.writes)


def format_wanted(name: str, stream: IO[bytes]) -> Format | None:
    """The format that was named, or that the file is in; None for a plain list. Raises UsageError."""
    if name == "list":
        return None
    if name != "auto":
        return format_of(name)
    if stream.seekable():
        head = stream.read(HEAD)
        stream.seek(0)
        return sniffed(head)
    return sniffed(stream.peek(HEAD)[:HEAD] if isinstance(stream, io.BufferedReader) else b"")


def write_records(bank: str, name: str, form: str, out: Path, entry: str | None) -> int:
    """Writes a bank's entries, or one of them, in a format; how many. Raises UsageError where that cannot be."""
    to = format_of(form)
    if not to.writes:
        raise UsageError(f"{form} is read here, not written", hint=", ".join(WRITTEN))
    with opened_reader(bank) as reader:
        reader.bank(name)
        records = list(records_of(reader, name, to, entry))
        if entry is not None and not records:
            raise UsageError(f"{entry} is no entry of {name} that is passed on", hint="see waarmerk bank list")
        with appearing(out) as file:
            to.write(records, file)
    return len(records)
