"""Who asks something of the platform: notifiers, trusted flaggers, authorities, complainants, bodies, an auditor."""

from __future__ import annotations

from simulation.world import words
from simulation.world.acts import Complaint, Mail, Nature, Notice, Order, Person, Platform, SenderType
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, MINUTE, Loop
from simulation.world.notebooks import Notebooks
from simulation.world.people import AUTHORITIES, FLAGGERS, People, busy
from simulation.world.uploaders import Uploaders

_SENDERS: tuple[tuple[SenderType, float], ...] = (
    ("individual", 70.0),
    ("trusted_flagger", 16.0),
    ("entity", 12.0),
    ("authority", 2.0),
)


class Askers:
    """Notices, orders, complaints, disputes and probes, each at their time."""

    def __init__(
        self,
        loop: Loop,
        platform: Platform,
        chance: Chance,
        people: People,
        uploaders: Uploaders,
        notebooks: Notebooks,
        *,
        notices_per_day: float,
        orders_per_day: float,
        probes_per_day: float,
        election: int,
        checked_after: int = 30 * HOUR,
    ) -> None:
        self._loop, self._platform, self._chance, self._people = loop, platform, chance, people
        self._uploaders, self._books = uploaders, notebooks
        self._notices, self._orders, self._probes = notices_per_day / 24, orders_per_day, probes_per_day
        self._election, self._start, self._checked_after = election, loop.now, checked_after
        self._asked = self._probed = 0
        notebooks.readers.append(self._read)

    def begin(self) -> None:
        """What is noticed in this hour, and so on every hour."""
        chance, loop = self._chance, self._loop
        for _ in range(chance.number(self._notices / 1.22 * busy(loop.now))):
            loop.after(chance.uniform(0, HOUR), self._find)
        for _ in range(chance.number(self._orders / 24)):
            loop.after(chance.uniform(0, HOUR), self._before_order)
        loop.after(HOUR, self.begin)

    def probe(self) -> None:
        """An auditor's next try; three kinds in turn."""
        self._probed += 1
        name, chance, loop = f"probe {self._probed}", self._chance, self._loop
        kind = ("notice", "reupload", "reupload", "label")[self._probed % 4]
        who = Person(name, True, "EN", "NL")
        if kind == "reupload":
            fake, harm = chance.choice(self._uploaders.fakes[1:])
            item = self._uploaders.upload(who, Nature(harm, harmful=True, synthetic=True, fake=fake))
        elif kind == "label":
            item = self._uploaders.upload(who, Nature(words.NUDITY, False, True), "synthetic")
        else:
            item = self._uploaders.upload(self._people.uploader(harmful=False), Nature(words.FRAUD, False, False))
            self._platform.notice(Notice(name, who, "individual", item, words.FRAUD))
        self._books.probe(name, kind, loop.now, item)
        loop.after(self._checked_after, self._check, name, item)
        loop.after(chance.expovariate(self._probes) * DAY, self.probe)

    def _check(self, name: str, item: str) -> None:
        self._books.checked(name, self._loop.now, self._platform.look(item))

    def _find(self) -> None:
        """Something is up that somebody will notice in the hours to come."""
        chance, loop = self._chance, self._loop
        kind = chance.one_of(_SENDERS)
        weights = dict(words.FLAGGED if kind == "trusted_flagger" else words.NOTICED)
        if 0 <= self._election - loop.now < 3 * DAY:
            weights[words.ELECTION] *= 2
        harm = chance.one_of(tuple(weights.items()))
        satire = harm in (words.ELECTION, words.DEFAMATION) and chance.hit(0.35)
        harmful = not satire and chance.hit(0.8 if kind == "trusted_flagger" else 0.65)
        synthetic = satire or chance.hit(0.7 if harmful else 0.35)
        fake = None
        if synthetic and harm is not words.MINORS:
            fake = self._uploaders.new_fake(harm, harmful=harmful)
        nature = Nature(harm, harmful, synthetic, satire=satire, fake=fake)
        declared = ("satire",) if satire and chance.hit(0.85) else ()
        item = self._uploaders.upload(self._people.uploader(harmful=harmful), nature, *declared)
        loop.after(chance.waiting(5 * HOUR), self._notify, item, kind, harm)
        while chance.hit(0.18):
            loop.after(chance.waiting(9 * HOUR), self._notify, item, "individual", harm)

    def _notify(self, item: str, kind: SenderType, harm: words.Harm) -> None:
        if self._platform.look(item) == "down":
            return
        self._asked += 1
        mine, chance = f"notice {self._asked}", self._chance
        ref = chance.choice(FLAGGERS) if kind == "trusted_flagger" else None
        sender = self._people.flaggers[ref] if ref else self._people.notifier(kind)
        complete = kind != "individual" or not chance.hit(0.05)
        notice = Notice(mine, sender, kind, item, harm, ref, complete, csam=harm is words.MINORS)
        if ref:
            self._books.flagged(mine, ref, self._loop.now, harm)
        else:
            self._books.noticed(mine, self._loop.now)
        self._platform.notice(notice)

    def _before_order(self) -> None:
        chance = self._chance
        harm = chance.one_of(((words.HATE, 3.0), (words.FRAUD, 2.0), (words.DEFAMATION, 1.0)))
        item = self._uploaders.upload(self._people.uploader(harmful=True), Nature(harm, True, chance.hit(0.3)))
        self._loop.after(chance.uniform(1, 20) * HOUR, self._order, item, harm)

    def _order(self, item: str, harm: words.Harm) -> None:
        if self._platform.look(item) == "down":
            return
        self._asked += 1
        chance = self._chance
        state, office = chance.choice(AUTHORITIES)
        reference = f"{state}/{office}/2026/{self._asked:05}"
        national = chance.hit(0.6)
        order = Order(
            f"order {self._asked}",
            reference,
            "act" if chance.hit(0.65) else "inform",
            state,
            harm,
            (item,),
            (state,) if national else words.UNION,
        )
        self._books.ordered(order, self._loop.now)
        self._platform.order(order)

    def _read(self, mail: Mail) -> None:
        """Whoever gets a mail may act upon it."""
        chance, loop = self._chance, self._loop
        if mail.what == "statement":
            who, nature = self._uploaders.made.get(mail.item or "", (None, None))
            if mail.at < self._start:
                if chance.hit(0.7):
                    old = Person(mail.to, True, "NL", "NL")
                    loop.after(chance.uniform(2, 5) * DAY, self._complain, old, mail.about, "20_1_a")
            elif who is not None and nature is not None and chance.hit(0.05 if nature.harmful else 0.7):
                loop.after(HOUR + chance.waiting(16 * HOUR), self._complain, who, mail.about, "20_1_a")
        elif mail.what == "decision" and mail.outcome == "no_action" and mail.decision is not None:
            if chance.hit(0.1):
                who = Person(mail.to, True, "EN", "NL")
                loop.after(HOUR + chance.waiting(16 * HOUR), self._complain, who, mail.decision, "no_action")
        elif mail.what == "challenge_outcome" and mail.outcome == "upheld" and mail.decision and chance.hit(0.15):
            loop.after(chance.uniform(4, 40) * HOUR, self._dispute, Person(mail.to, True, "EN", "NL"), mail.decision)

    def _complain(self, who: Person, decision: str, grounds: str) -> None:
        self._asked += 1
        mine = f"complaint {self._asked}"
        self._books.noticed(mine, self._loop.now)
        self._platform.complain(Complaint(mine, who, decision, grounds))

    def _dispute(self, who: Person, decision: str) -> None:
        self._asked += 1
        mine, chance = f"dispute {self._asked}", self._chance
        body = f"ODS-{chance.randrange(1, 6)}/{self._asked}"
        self._platform.complain(Complaint(mine, who, decision, "20_1_a", body))
        found = chance.one_of((("upheld", 5.0), ("reversed", 4.0), ("omitted", 1.0)))
        ends = Complaint(mine, who, decision, "20_1_a", body, found)  # type: ignore[arg-type]
        self._loop.after(chance.uniform(2, 6) * DAY + MINUTE, self._platform.complain, ends)
