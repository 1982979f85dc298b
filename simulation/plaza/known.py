"""The bank of known fakes: what it holds, what comes back, and what is found among earlier uploads.

Rules:
- An entry is confirmed by two people; where it comes from is written down.
- A match with a confirmed entry is decided by the machine within seconds; a withdrawn or retired one matches nothing.
- A new entry is compared with earlier uploads once, when it is confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulation.plaza.house import Decision, House, Item
from simulation.plaza.recorder import person
from simulation.plaza.setting import digest
from simulation.world import words
from simulation.world.clock import HOUR


@dataclass(slots=True)
class Entry:
    """An entry of the bank; `state` is the last that was recorded."""

    id: str
    fake: str
    category: str
    keyword: str
    state: str
    because: str | None = None


class Known:
    """The bank; `earlier`: the uploads that are copies of a fake, for the comparison backwards."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.entries: dict[str, Entry] = {}
        self.earlier: dict[str, list[Item]] = {}

    def seed(self, fakes: list[tuple[str, words.Harm]]) -> None:
        """The fakes that a shared list had before the log began."""
        for fake, harm in fakes:
            entry = self._enter(fake, harm, None)
            for state in ("seeded", "confirmed"):
                self._change(entry, state, "shared list of six platforms", listed=True)

    def learn(self, decision: Decision) -> list[Item]:
        """A fake that people removed goes into the bank; the earlier copies of it that are still up."""
        item = decision.item
        if item is None or not item.down or not item.upload.nature.synthetic:
            return []
        fake = item.upload.nature.fake
        if fake is None or fake in self.entries:
            return []
        entry = self._enter(fake, decision.harm, decision.id)
        self._change(entry, "seeded", "own decision")
        self._change(entry, "confirmed", "own decision")
        return [other for other in self.earlier.get(fake, []) if not other.down and other is not item]

    def match(self, item: Item) -> Entry | None:
        """The confirmed entry of which an item is a copy, unless it was edited beyond recognition."""
        nature = item.upload.nature
        entry = self.entries.get(nature.fake or "")
        return entry if entry is not None and entry.state == "confirmed" and not nature.edited else None

    def retire(self, decision: Decision) -> None:
        """A decision was reversed: what it brought into the bank is retired."""
        for entry in self.entries.values():
            if entry.because == decision.id and entry.state == "confirmed":
                self._change(entry, "retired", "a decision that was reversed")

    def withdraw(self, fake: str) -> None:
        """Somebody depicted withdraws what they gave."""
        entry = self.entries[fake]
        self._change(entry, "withdrawn", "at the wish of the person depicted")

    def _enter(self, fake: str, harm: words.Harm, because: str | None) -> Entry:
        entry = Entry(self._house.chance.name(), fake, harm.category, harm.keyword, "", because)
        self.entries[fake] = entry
        return entry

    def _change(self, entry: Entry, state: str, origin: str, *, listed: bool = False) -> None:
        entry.state = state
        confirmers = [worker.pid for worker in self._house.seniors.workers[:2]]
        self._house.recorder.record(
            "bank.changed",
            "bank",
            person(confirmers[0], "senior"),
            entry=entry.id,
            to=state,
            origin=origin,
            confirmers=confirmers if state == "confirmed" else [],
            category=entry.category,
            signals=["pdq"],
            because=entry.because,
            list=digest("shared list") if listed else None,
        )


class Watch:
    """Items whose views are read daily while something is open about them, and for a day after."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._items: dict[str, Item] = {}

    def add(self, item: Item) -> None:
        """Watch it from now on."""
        self._items[item.id] = item

    def begin(self) -> None:
        """Read all now, and again every day."""
        house = self._house
        for item in list(self._items.values()):
            house.recorder.record("exposure.read", "views", item=item.id, views_total=item.views(house.loop.now))
            if item.down or house.loop.now - item.posted_at > 96 * HOUR:
                del self._items[item.id]
        house.loop.after(24 * HOUR, self.begin)
