"""Mails: to notifiers, uploaders, complainants, authorities. One in a hundred is lost and sent again."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from simulation.plaza.house import Decision, House
from simulation.world import words
from simulation.world.acts import Mail, Person
from simulation.world.clock import HOUR

REDRESS = ("redress_20", "redress_21", "redress_court")
STATEMENT = (
    "restriction",
    "territory",
    "duration",
    "facts",
    "source",
    "automated_detection",
    "automated_decision",
    "ground",
    *REDRESS,
)


def automation(decision: Decision) -> tuple[str, ...]:
    """What a mail about a decision must say of automated means (Art. 16(6), 17(3)(c))."""
    detected = ("automated_detection",) if decision.automated_detection else ()
    decided = ("automated_decision",) if decision.automated_decision != words.BY_PEOPLE else ()
    return detected + decided


class Telling:
    """Sends mails and records that. `LOST`: the share that does not arrive at first."""

    LOST = 0.01

    def __init__(self, house: House) -> None:
        self._house = house

    def tell(
        self,
        what: str,
        about: str,
        to: Person | str,
        elements: tuple[str, ...] = (),
        *,
        at: int | None = None,
        src: str = "native",
        **mail: Any,
    ) -> None:
        """Send a mail to a person, or to an authority by its reference; the person gets it unless it is lost."""
        lost = src == "native" and self._house.chance.hit(self.LOST)
        self._send(what, about, to, elements, at, src, mail, delivered=not lost)
        if lost:
            self._house.innocent("lost mails that were sent again", about)
            wait = self._house.chance.uniform(1, 6) * HOUR
            self._house.loop.after(wait, self._again, what, about, to, elements, src, mail)

    def _again(
        self, what: str, about: str, to: Person | str, elements: tuple[str, ...], src: str, mail: dict[str, Any]
    ) -> None:
        self._send(what, about, to, elements, None, src, mail, delivered=True)

    def _send(
        self,
        what: str,
        about: str,
        to: Person | str,
        elements: tuple[str, ...],
        at: int | None,
        src: str,
        mail: dict[str, Any],
        *,
        delivered: bool,
    ) -> None:
        house = self._house
        address = house.pid(to) if isinstance(to, Person) else to
        kept = delivered and isinstance(to, Person) and "receipt" not in mail and house.outside.keeps()
        event = house.recorder.record(
            "message.sent",
            "mail" if src == "native" else "import-oldtool",
            {"type": "machine"} if src == "native" else {"type": "importer"},
            at=at,
            src=src,
            keep=kept,
            what=what,
            about=about,
            to=address,
            elements=list(elements),
            language=to.language if isinstance(to, Person) else "EN",
            delivered=delivered,
            text=sha256(f"{what} {about} {address}".encode()).hexdigest(),
        )
        if kept:
            mail = {**mail, "receipt": house.recorder.last_index}
        if delivered and event:
            name = to.name if isinstance(to, Person) else to
            house.outside.mail(Mail(what, name, about, house.loop.now if at is None else at, **mail))
