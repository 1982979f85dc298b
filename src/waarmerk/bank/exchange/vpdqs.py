"""A vPDQ file: the frames of one video, nothing else; see `bank.signals.vpdq`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, Final

from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.signals.vpdq import parse_vpdq, write_vpdq
from waarmerk.errors import InputError, UsageError

_LINE: Final = re.compile(rb"[0-9]+,[0-9]{1,3},[0-9a-fA-F]{64},[0-9.]+\r?\n?")
_LONGEST: Final = 128


class Vpdq:
    """See the module."""

    name = "vpdq"
    withdraws = False
    writes = True

    def sniff(self, head: bytes) -> bool:
        """Whether the first line is a frame's."""
        return _LINE.match(head) is not None

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The one item of a file; half a list would match half of it, so a bad line refuses it."""
        try:
            lines = (line.rstrip(b"\r\n") for line in iter(lambda: file.readline(_LONGEST), b""))
            item = KnownItem("video", parse_vpdq(lines, where=where))
        except InputError as error:
            bad(error)
            return
        yield Record(item)

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the frames of the one item; raises UsageError where there are more, or it has none."""
        items = [record.item for record in records if record.item is not None and len(record.item.frames)]
        if len(items) != 1:
            raise UsageError(
                f"a vPDQ file holds one video, and here are {len(items)} items with frames", hint="--entry ID"
            )
        out.write(write_vpdq(items[0].frames))
