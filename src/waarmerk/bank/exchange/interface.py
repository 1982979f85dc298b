"""What a format of exchange must offer: one class and one file a format, listed by name in `formats`.

Rules:
- A record is one known item with its hashes and what its source says of it. Fields that we have no use for stay in
  `fields`, as they came, and are written again: reading what was written gives the same records.
- What cannot be read is told with its place. Either it ends the reading, or it is given to `bad` and passed over.
- A record that its source has taken back is read as *withdrawn*; one that says "this is genuine" as *not a fake*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Literal, Protocol

from waarmerk.bank.signals.interface import KnownItem
from waarmerk.errors import InputError
from waarmerk.values import Json

State = Literal["known", "withdrawn", "not-a-fake"]
Bad = Callable[[InputError], None]


@dataclass(frozen=True)
class Record:
    """One item of a list. `item`: its hashes (None: taken back, and known by its `id` alone).

    `id`, `at`: the source's name for it and time of it; `tags`: in the format's own words.
    """

    item: KnownItem | None
    state: State = "known"
    id: str | None = None
    at: str | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    fields: dict[str, Json] = field(default_factory=dict)


class Format(Protocol):
    """A format. `withdraws`: it can say that an item was taken back; `writes`: it can be written too."""

    name: str
    withdraws: bool
    writes: bool

    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins so is one."""
        ...

    def read(self, file: IO[bytes], where: str, bad: Bad) -> Iterator[Record]:
        """The records of a file. `bad` is given what cannot be read; where it does not raise, the rest is read."""
        ...

    def write(self, records: Iterable[Record], out: IO[bytes]) -> None:
        """Writes the records."""
        ...
