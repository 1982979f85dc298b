"""Habits of negligence: what a platform may do wrong, each in a share of the cases that it concerns.

Rules:
- A habit has a stream of chance of its own: with a habit at rate 0, or without it, the world runs to the same bytes.
- Whatever is done wrong is written into the truth, with the ids that an auditor could name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simulation.world.chance import stream

HABITS = {
    "notices-left": "a notice is put aside and never decided",
    "receipts-unsent": "no receipt is sent for a notice with an address",
    "flaggers-overtaken": "a trusted flagger's notice waits 12 to 48 hours in a mailbox, then goes last",
    "complaints-by-machine": "a complaint is rejected at once by a machine",
    "complaints-same-person": "a complaint is decided by the person who took the decision",
    "not-restored": "a decision is reversed, and what it did is not undone",
    "fakes-stay": "a known fake comes back and stays: recorded without a decision, or not even recorded",
    "satire-unweighed": "what is declared satire is restricted and nobody weighed that",
    "flag-inverted": "the statement in the database says the opposite of automated detection",
    "statements-missing": "no statement reaches the uploader, or the database, or it is logged and was never sent",
    "entries-back-dated": "decision and effect are logged hours after the time that they claim",
    "notices-dropped": "a notice is acknowledged, never logged, and its number given to the next one",
    "report-cherry-picked": "the report leaves out a share of the period's notices, the slowest",
    "drift": "after the reported period notices are put aside and never decided",
}

ANSWERED_BY = {
    "notices-left": ("N4", "N8"),
    "receipts-unsent": ("N1",),
    "flaggers-overtaken": ("N6",),
    "complaints-by-machine": ("C3",),
    "complaints-same-person": ("C4",),
    "not-restored": ("C5",),
    "fakes-stay": ("K1", "K2"),
    "satire-unweighed": ("P5",),
    "flag-inverted": ("S4",),
    "statements-missing": ("S1", "S3"),
    "entries-back-dated": ("A2",),
    "notices-dropped": ("A6", "N7"),
    "report-cherry-picked": ("R1", "R2"),
    "drift": ("N4", "N8"),
}
"""The rows of the table that answer for a habit; A6, N7, R1 and R2 by what outsiders hold alone."""


class Habits:
    """The habits of one platform: `rates` by name. Raises `ValueError` for one that is not `known`."""

    def __init__(self, seed: int, rates: Mapping[str, float], known: Collection[str] = HABITS) -> None:
        for name, rate in rates.items():
            if name not in known:
                raise ValueError(f"there is no habit called {name!r}; there are: {', '.join(known)}")
            if not 0 <= rate <= 1:
                raise ValueError(f"the rate of {name} is a share from 0 to 1, not {rate}")
        self.rates = dict(rates)
        self._chance = {name: stream(seed, f"habit {name}") for name in rates}
        self.cases = dict.fromkeys(rates, 0)
        self.wrong: dict[str, list[dict[str, str]]] = {name: [] for name in rates}

    def strikes(self, name: str, **ids: str) -> bool:
        """Whether this case falls to the habit; if so it is noted with its ids."""
        if name not in self.rates:
            return False
        self.cases[name] += 1
        struck = self._chance[name].random() < self.rates[name]
        if struck:
            self.note(name, **ids)
        return struck

    def note(self, name: str, **ids: str) -> None:
        """Write into the truth what was done wrong."""
        self.wrong[name].append(ids)

    def draw(self, name: str) -> float:
        """How a case that fell to the habit is treated: a draw from its stream, 0 to 1."""
        return self._chance[name].random()
