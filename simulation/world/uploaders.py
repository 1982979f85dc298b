"""What is uploaded, hour by hour: a crowd of which nothing comes, and the few of which something does."""

from __future__ import annotations

from simulation.world import words
from simulation.world.acts import Nature, Person, Platform, Upload
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, Loop
from simulation.world.people import People, busy

_SHARES = (
    ("declared synthetic", 0.006),
    ("declared satire", 0.002),
    ("known fake", 0.004),
    ("new fake", 0.003),
    ("spam", 0.004),
    ("ordinary", 0.006),
)
KNOWN_FAKES = 40


def known_fakes(chance: Chance) -> list[tuple[str, words.Harm]]:
    """The fakes that a shared list knew before the log began."""
    harms = ((words.INTIMATE, 2.0), (words.WOMEN, 3.0), (words.FRAUD, 4.0), (words.ELECTION, 1.0))
    return [(f"known {number}", chance.one_of(harms)) for number in range(KNOWN_FAKES)]


class Uploaders:
    """Uploads through the day. `made`: what each item truly is, and whose."""

    def __init__(self, loop: Loop, platform: Platform, chance: Chance, people: People, per_day: float) -> None:
        self._loop, self._platform, self._chance, self._people = loop, platform, chance, people
        self._per_hour = per_day / 24
        self.fakes: list[tuple[str, words.Harm]] = []
        self.made: dict[str, tuple[Person, Nature]] = {}
        self._new = 0

    def begin(self) -> None:
        """The uploads of this hour, and so on every hour."""
        chance = self._chance
        total = chance.number(self._per_hour * busy(self._loop.now))
        special = 0
        for what, share in _SHARES:
            for _ in range(chance.number(total * share)):
                special += 1
                self._loop.after(chance.uniform(0, HOUR - 60_000), self._upload, what)
        self._platform.crowd(max(0, total - special))
        self._loop.after(HOUR, self.begin)

    def upload(self, who: Person, nature: Nature, *declared: str) -> str:
        """Upload something and remember what it is."""
        item = self._platform.upload(Upload(who, nature, declared))  # type: ignore[arg-type]
        self.made[item] = (who, nature)
        return item

    def new_fake(self, harm: words.Harm, *, harmful: bool = True) -> str:
        """A name for a fake that nobody has seen yet; of one that does harm copies follow in the days after."""
        self._new += 1
        name = f"new {self._new}"
        for _ in range(self._chance.choice((0, 1, 1, 2, 4)) if harmful else 0):
            self._loop.after(self._chance.expovariate(1 / 2) * DAY, self._copy, name, harm)
        return name

    def _copy(self, name: str, harm: words.Harm) -> None:
        edited = self._chance.hit(0.06)
        nature = Nature(harm, harmful=True, synthetic=True, fake=name, edited=edited)
        self.upload(self._people.uploader(harmful=True), nature)

    def _upload(self, what: str) -> None:
        chance, people = self._chance, self._people
        if what == "declared synthetic":
            self.upload(people.uploader(harmful=False), Nature(words.NUDITY, False, True), "synthetic")
        elif what == "declared satire":
            self.upload(people.uploader(harmful=False), Nature(words.ELECTION, False, True, satire=True), "satire")
        elif what == "known fake":
            fake, harm = chance.choice(self.fakes)
            edited = chance.hit(0.04)
            self._copy_of(fake, harm, edited=edited)
        elif what == "new fake":
            harm = chance.one_of(((words.INTIMATE, 2.0), (words.WOMEN, 2.0), (words.FRAUD, 3.0), (words.NUDITY, 2.0)))
            nature = Nature(harm, harmful=True, synthetic=True, fake=self.new_fake(harm))
            self.upload(people.uploader(harmful=True), nature)
        elif what == "spam":
            self.upload(people.uploader(harmful=False), Nature(words.SPAM, True, False, spam=True))
        else:
            self.upload(people.uploader(harmful=False), Nature(words.NUDITY, False, chance.hit(0.1)))

    def _copy_of(self, fake: str, harm: words.Harm, *, edited: bool) -> None:
        nature = Nature(harm, harmful=True, synthetic=True, fake=fake, edited=edited)
        self.upload(self._people.uploader(harmful=True), nature)
