"""Banks that an operator's `check` asks, beside the files given as known items (`waarmerk.bank.analyzer`).

Rules:
- A bank is named `STORE` or `STORE:NAME`; without a name every bank of known items in the store is asked.
- A replica is opened once a process and kept; it looks for changes itself, so a withdrawal holds at the next medium.
- An entry is told once: by its pictures, or, where these show nothing, as an equal file. Sound is not asked here.
- What a harmless bank suppresses is told as suppressed, with the entry that is why; it confirms nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from waarmerk.bank.answer import Told, ask
from waarmerk.bank.replica import Replica
from waarmerk.bank.signals.interface import MediumSignals
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.reading import Reader
from waarmerk.values import Json


@dataclass(frozen=True)
class Banked:
    """What the banks say of one medium: facts as the analyzer states them, `banks` naming what was asked."""

    banks: list[Json]
    known: list[Json]
    partial: list[Json]
    suppressed: list[Json]
    harmless: list[Json]


class Banks:
    """The banks of these names, opened at once; raises UsageError or InputError where one cannot be asked."""

    def __init__(self, named: tuple[str, ...]) -> None:
        self._asked: list[tuple[str, Replica, tuple[str, ...]]] = []
        for text in named:
            store, name = _parted(text)
            replica = Replica(Reader(Address.of(store)))
            for one in name:
                replica.known(one)
            self._asked.append((Address.of(store).shown, replica, name))

    def ask(self, signals: MediumSignals) -> Banked:
        """What they say; raises UnavailableError where a copy of a store is too old."""
        said = Banked([], [], [], [], [])
        for shown, replica, names in self._asked:
            answer = ask(replica, signals, names)
            asked = [bank for bank in replica.banks() if (bank.name in names if names else bank.kind == "known")]
            said.banks.extend(
                {"store": shown, "bank": bank.name, "generation": answer.generation} | _size(replica, bank.name)
                for bank in asked
            )
            by_pictures = {
                told.entry.id for told in (*answer.matches, *answer.partial) if told.match.signal != "sha256"
            }
            said.known.extend(
                _fact(told)
                for told in answer.matches
                if told.match.signal != "sha256" or told.entry.id not in by_pictures
            )
            said.partial.extend(map(_fact, answer.partial))
            said.suppressed.extend(map(_fact, answer.suppressed))
            said.harmless.extend({"entry": one.id, "bank": one.bank, "note": one.note} for one in answer.harmless)
        return said


def _parted(text: str) -> tuple[str, tuple[str, ...]]:
    """The store and the name after its last colon, unless all of it is an address or the name of a file."""
    store, colon, name = text.rpartition(":")
    if not colon or not name or {"/", "@"} & set(name) or Path(text).exists():
        return text, ()
    return store, (name,)


def _size(replica: Replica, name: str) -> dict[str, Json]:
    return {"entries": len(replica.known(name))}


def _fact(told: Told) -> dict[str, Json]:
    match = told.match
    named = told.entry.note or told.entry.source.origin
    return {
        "item": f"{told.entry.id} ({named})",
        "entry": told.entry.id,
        "bank": told.entry.bank,
        "origin": told.entry.source.origin,
        "signal": match.signal,
        "status": told.entry.status,
        "query_matched": round(match.query_matched, 4),
        "known_matched": round(match.known_matched, 4),
        "distance": match.distance,
        "transform": match.transform,
        "best": {"query_t_s": round(match.best[0], 3), "known_t_s": round(match.best[1], 3)},
        "alignment": [{key: round(value, 3) for key, value in asdict(part).items()} for part in match.alignment],
    }
