"""Who there is: uploaders (a few do harm again and again), notifiers, trusted flaggers, authorities, an auditor."""

from __future__ import annotations

from simulation.world import words
from simulation.world.acts import Person
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, weekday

FLAGGERS = ("TF-NL-0007", "TF-DE-0003", "TF-IE-0011")
AUTHORITIES = (("NL", "OM"), ("NL", "ACM"), ("DE", "BKA"), ("BE", "BIPT"))
_TROLLS = 12
_BUSY = (2, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 7, 7, 6, 6, 6, 7, 8, 9, 9, 8, 6, 4)
_MEAN = sum(_BUSY) / 24


def busy(time: int) -> float:
    """How busy an hour is beside the mean one: people sleep, and are about more at weekends."""
    return _BUSY[time % DAY // HOUR] / _MEAN * (1.15 if weekday(time) >= 5 else 0.94)


class People:
    """Makes persons as they are needed."""

    def __init__(self, chance: Chance) -> None:
        self._chance, self._made = chance, 0
        self.trolls = [self._new("troll", 1.0) for _ in range(_TROLLS)]
        self.flaggers = {ref: Person(ref, True, "EN", ref[3:5]) for ref in FLAGGERS}

    def uploader(self, *, harmful: bool) -> Person:
        """Somebody who uploads."""
        if harmful and self._chance.hit(0.2):
            return self._chance.choice(self.trolls)
        return self._new("uploader", 0.96)

    def notifier(self, kind: str) -> Person:
        """Somebody who notifies: a person, an organisation, an authority without an order."""
        return self._new(kind, 0.92 if kind == "individual" else 1.0)

    def _new(self, what: str, contact: float) -> Person:
        self._made += 1
        chance = self._chance
        return Person(
            f"{what} {self._made}", chance.hit(contact), chance.one_of(words.LANGUAGES), chance.one_of(words.STATES)
        )
