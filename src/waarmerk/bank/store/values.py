"""The values of a bank: entries and their states, who says so, what was seen and matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.signals.pdq import DISTANCE

Status = Literal["seeded", "confirmed", "disputed", "retired", "withdrawn"]
"""seeded: from a list, nobody here has looked; confirmed: a person has; disputed: held while somebody looks; retired:
taken out by those who keep the bank; withdrawn: taken back by whoever the hash came from."""
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
MATCHING: Final[tuple[Status, ...]] = ("seeded", "confirmed")

BankKind = Literal["known", "harmless"]
"""known: what comes back is told; harmless: what it explains is not told as a match."""

# What may become what. Withdrawn is for good: only the source could take it back, by a new entry.
NEXT: Final[dict[Status, tuple[Status, ...]]] = {
    "seeded": ("confirmed", "disputed", "retired", "withdrawn"),
    "confirmed": ("disputed", "retired", "withdrawn"),
    "disputed": ("seeded", "confirmed", "retired", "withdrawn"),
    "retired": ("confirmed", "withdrawn"),
    "withdrawn": (),
}


@dataclass(frozen=True)
class Bank:
    """A named bank in a store. `distance`: bits up to which hashes match in it; `share`: 0..1, of either side, from
    which what is shared is a match."""

    name: str
    kind: BankKind = "known"
    distance: int = DISTANCE
    share: float = 0.5


@dataclass(frozen=True)
class By:
    """On whose word: a person's name (kept as a pseudonym), or None for the importer; and why.

    `because`: id of the decision behind it, 128 bits in hexadecimal; `also`: who confirmed it together with them.
    """

    person: str | None = None
    reason: str = ""
    because: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewEntry:
    """What is to be added. `extra`: fields of an exchange format that we do not use, as JSON text, kept as they came.

    `packed`: the item in the store's form; `signals`: the names of those it has.
    """

    packed: bytes
    signals: tuple[str, ...]
    sha256: str | None = None
    status: Status = "confirmed"
    note: str = ""
    extra: str | None = None


@dataclass(frozen=True)
class Source:
    """Where entries come from: `origin` by name, `list` its SHA-256; `category`: of the law's vocabulary."""

    origin: str
    category: str
    list: str | None = None


@dataclass(frozen=True)
class Added:
    """What became of what was given: the new ids; how many were there already, or had been withdrawn."""

    ids: tuple[str, ...]
    known: int
    withdrawn: int
    generation: int


@dataclass(frozen=True)
class Entry:
    """One entry of a bank. `number`: the store's own; `confirmers`: pseudonyms; `since`: its first generation."""

    number: int
    id: str
    bank: str
    status: Status
    source: Source
    confirmers: tuple[str, ...]
    added_at: str
    since: int
    signals: tuple[str, ...]
    sha256: str | None
    note: str
    extra: str | None


@dataclass(frozen=True)
class Change:
    """An entry came into a state: at which generation and time, on whose word, why."""

    generation: int
    status: Status
    at: str
    by: str
    reason: str
    because: str | None


@dataclass(frozen=True)
class Live:
    """What an index needs of an entry: its number, bank, status, and its item; None where it does not match now."""

    number: int
    bank: str
    status: Status
    packed: bytes | None


@dataclass(frozen=True)
class Stored:
    """An entry with its item."""

    entry: Entry
    item: KnownItem
