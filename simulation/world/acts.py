"""The border between the world and a platform: what people do to it, and the mails that come back.

A platform is whatever has these methods: the simulated one of `simulation/plaza`, or a client of a real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from simulation.world.words import Harm

SenderType = Literal["individual", "entity", "trusted_flagger", "authority"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the world; `contact`: an address is known. `name` is the world's, never in an event."""

    name: str
    contact: bool
    language: str
    state: str


@dataclass(frozen=True, slots=True)
class Nature:
    """What an upload truly is: which harm it is about, whether it does that harm, how it was made.

    `fake`: which fake it is a copy of; `edited`: so much that no matcher finds it.
    """

    harm: Harm
    harmful: bool
    synthetic: bool
    satire: bool = False
    spam: bool = False
    fake: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload with what its uploader declares."""

    uploader: Person
    nature: Nature
    declared: tuple[Literal["synthetic", "satire"], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice (DSA Art. 16); `mine`: its sender's own word for it, which mails about it repeat."""

    mine: str
    sender: Person
    sender_type: SenderType
    item: str
    harm: Harm
    flagger_ref: str | None = None
    complete: bool = True
    csam: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An authority's order (Art. 9, 10)."""

    mine: str
    reference: str
    kind: Literal["act", "inform"]
    state: str
    harm: Harm
    items: tuple[str, ...]
    territory: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint (Art. 20), or a dispute that a body brings (Art. 21) with what the body found."""

    mine: str
    sender: Person
    decision: str
    grounds: str
    body: str | None = None
    found: Literal["upheld", "reversed", "omitted"] | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """What somebody got from the platform. `mine`: the word of what it answers; `number`: channel and n.

    `receipt`: where the log has the event of which the receipt is kept.
    """

    what: str
    to: str
    about: str
    at: int
    mine: str | None = None
    number: tuple[str, int] | None = None
    decision: str | None = None
    outcome: str | None = None
    item: str | None = None
    receipt: int | None = None


class Platform(Protocol):
    """What the world does to a platform. Each returns at once; answers come by mail."""

    def crowd(self, uploads: int) -> None:
        """So many uploads of the last hour of which nothing comes."""

    def upload(self, upload: Upload) -> str:
        """One upload; the item's id."""

    def notice(self, notice: Notice) -> None:
        """Somebody notifies."""

    def order(self, order: Order) -> None:
        """An authority orders."""

    def complain(self, complaint: Complaint) -> None:
        """Somebody contests a decision."""

    def look(self, item: str) -> Literal["up", "down", "labelled"]:
        """What a visitor sees of an item."""

    def forget(self, who: Person) -> None:
        """Somebody asks to be erased."""


class Outside(Protocol):
    """Who gets the mails."""

    def mail(self, mail: Mail) -> None:
        """A mail arrived."""

    def keeps(self) -> bool:
        """Whether whoever gets the next mail keeps its receipt."""
