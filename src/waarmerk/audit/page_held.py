"""What outsiders hold, as the page shows it: how much was compared, and what speaks against the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waarmerk.audit.contradictions import Compared, Found
from waarmerk.audit.loaded import Record
from waarmerk.audit.page_words import PageWords

_SHOWN = 25
"""Findings of one source on the page; all of them stand in the table of deviations."""


@dataclass(frozen=True)
class Spoken:
    """One finding: the outsider's file and line, the obligation, the log's entries, what differs, its basis."""

    where: str
    obligation: str
    indexes: Sequence[int]
    sentence: str
    basis: str


@dataclass(frozen=True)
class Held:
    """One source: what was compared, in words; its first findings, and of how many."""

    line: str
    spoken: Sequence[Spoken]
    count: int


def held_of(record: Record, words: PageWords) -> list[Held]:
    """Every source that was given, in the order of the options; what is no question first."""
    return [_held(one, words) for given in record.outside.values() for one in given]


def _held(compared: Compared, words: PageWords) -> Held:
    found = sorted(compared.found, key=lambda one: one.question)
    return Held(words.audit.source(compared.source()), [_spoken(one, words) for one in found[:_SHOWN]], len(found))


def _spoken(found: Found, words: PageWords) -> Spoken:
    return Spoken(
        where=found.where,
        obligation=found.obligation,
        indexes=found.indexes,
        sentence=words.audit.say(f"held.{found.code}", **found.fields),
        basis=words.audit.weight(found),
    )
