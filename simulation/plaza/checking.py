"""What the house does beside its cases: a labelled sample, a correction, an erasure, imports, changes of policy.

All of it is innocent, and some of it looks otherwise: complaints about decisions of seven months ago, events logged
days after they happened because an older tool kept them, a clock that ran ahead.
"""

from __future__ import annotations

from hashlib import sha256

from simulation.plaza.database import Database
from simulation.plaza.house import Decision, House, Item, Received
from simulation.plaza.recorder import Jump, person
from simulation.plaza.setting import RULES
from simulation.plaza.telling import REDRESS, STATEMENT, Telling
from simulation.world import words
from simulation.world.acts import Nature, Notice, Person, Upload
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, MINUTE, SECOND, text

_OLD = "import:oldtool"
_IMPORTER = {"type": "importer"}


class Checking:
    """The house's own occasions, on the days that they fall on."""

    def __init__(self, house: House, telling: Telling, database: Database, chance: Chance) -> None:
        self._house, self._telling, self._database, self._chance = house, telling, database, chance
        self._sampled: list[Decision] = []
        self._first_notice: dict[str, object] | None = None
        house.recorder.readers.append(self._read)

    def plan(self, days: int) -> None:
        """Put everything on its day; what does not fit into a short run does not happen."""
        house, start = self._house, self._house.loop.now
        self._import_decisions()
        house.recorder.jumps.append(Jump("web", start + DAY + 10 * HOUR, start + DAY + 12 * HOUR, 20 * MINUTE))
        house.innocent("clocks that ran ahead", "web, day 2, 10:00 to 12:00, by 20 minutes")
        for day, act in (
            (1.5, self._plan_sample),
            (2.4, self._correct),
            (3.4, self._import_notices),
            (0.45 * days, self._change_policy),
            (0.6 * days, self._renew),
        ):
            if day < days - 0.1:
                house.loop.at(start + int(day * DAY), act)

    def erase(self, who: Person) -> None:
        """Somebody asks to be forgotten: the mapping goes."""
        pid = self._house.pids.pop(who.name, None)
        if pid is not None:
            self._house.recorder.record("person.erased", "admin", person(self._house.admin, "admin"), person=pid)
            self._house.innocent("people who were erased", pid)

    def _read(self, event: dict[str, object], _moment: int) -> None:
        if event["kind"] == "notice.received" and self._first_notice is None and event["src"] == "native":
            self._first_notice = event

    def _change_policy(self) -> None:
        house, now = self._house, self._house.loop.now
        name = house.setting.change(house.admin, "terms 2", now + 2 * DAY, significant=True)
        house.after((60, 600), self._telling.tell, "terms_change", name, "all users")
        house.setting.change(house.admin, "terms 2, a misprint put right", now + 2 * DAY + HOUR, significant=False)

    def _renew(self) -> None:
        self._house.setting.renew_detector(self._house.admin)

    def _correct(self) -> None:
        event = self._first_notice
        if event is None:
            return
        was = event["language"]
        now = "EN" if was != "EN" else "NL"
        self._house.recorder.record(
            "record.corrected",
            "admin",
            person(self._house.admin, "admin"),
            event=event["id"],
            field="language",
            was=sha256(f'"{was}"'.encode()).hexdigest(),
            now=now,
            reason="the form's language was taken for the notice's",
        )
        self._house.innocent("corrections of a field", str(event["id"]))

    def _plan_sample(self) -> None:
        house = self._house
        by_machine = [d for d in house.decisions.values() if d.automated_detection and d.rule in ("known", "spam")]
        size = min(30, len(by_machine))
        name = house.chance.name()
        seen = house.recorder.last_index + 1
        house.recorder.record(
            "sample.planned",
            "samples",
            person(house.admin, "auditor"),
            plan=name,
            purpose="accuracy",
            frame=[f"log 0-{seen}"],
            unit="decision by a machine",
            design="simple random",
            size=size,
            seed_source={"checkpoint": seen, "beacon": "drand 4200000"},
        )
        for decision in self._chance.sample(by_machine, size):
            house.loop.after(self._chance.uniform(20, 30) * HOUR, self._label, name, decision)

    def _label(self, plan: str, decision: Decision) -> None:
        nature = decision.item.upload.nature if decision.item is not None else None
        rater = self._chance.choice(self._house.seniors.workers).pid
        self._house.recorder.record(
            "sample.labelled",
            "samples",
            person(rater, "senior"),
            plan=plan,
            target=decision.id,
            label="correct" if nature is not None and nature.harmful else "wrong",
            rater=rater,
            blind=True,
        )

    def _import_decisions(self) -> None:
        """Decisions of the older tool, from before the log: some more than six months old."""
        for number in range(10):
            at = self._house.loop.now - (210 if number % 2 else 150) * DAY - number * HOUR
            decision = self._old(f"uploader of old {number}", words.HATE, at, "own")
            self._import(decision, at, [])

    def _import_notices(self) -> None:
        """Notices of the first day that the older tool still handled, imported three days later."""
        house = self._house
        for number in range(5):
            at = house.loop.now - 3 * DAY - (number + 1) * 20 * MINUTE
            decision = self._old(f"uploader of the first day {number}", words.FRAUD, at + 2 * HOUR, "notice")
            name, sender = house.chance.name(), Person(f"notifier of the first day {number}", True, "NL", "NL")
            pid = house.pid(sender)
            house.recorder.record(
                "notice.received",
                "import-oldtool",
                person(pid),
                at=at,
                src=_OLD,
                notice=name,
                items=[decision.item.id] if decision.item else [],
                sender=pid,
                sender_type="individual",
                has_contact=True,
                elements={"reason": True, "location": True, "name_email": True, "good_faith": True},
                csam=False,
                category=words.FRAUD.category,
                keyword=words.FRAUD.keyword,
                language="NL",
                member_state="NL",
            )
            house.innocent("notices that were imported days later", name)
            item = decision.item.id if decision.item else ""
            decision.notices = [Received(name, Notice(name, sender, "individual", item, words.FRAUD), at)]
            self._telling.tell("receipt", name, sender, at=at + 30 * SECOND, src=_OLD)
            self._import(decision, at + 2 * HOUR, [name])
            self._telling.tell(
                "decision", name, sender, ("facts", "restriction", *REDRESS), at=at + 2 * HOUR + 40 * SECOND, src=_OLD
            )

    def _old(self, name: str, harm: words.Harm, at: int, why: str) -> Decision:
        house = self._house
        who = Person(name, True, "NL", "NL")
        posted = at - 6 * HOUR
        item = Item(
            house.chance.name(), Upload(who, Nature(harm, True, False)), house.pid(who), posted, 400, down=True
        )
        house.items[item.id] = item
        worker = self._chance.choice(house.general.workers).pid
        decision = Decision(
            id=house.chance.name(),
            item=item,
            pid=item.pid,
            person=who,
            why=why,
            outcome="restrict",
            restrictions=tuple(RULES[harm.rule][3]),
            harm=harm,
            rule=harm.rule,
            deciders=(worker,),
            at=at,
            posted_at=posted,
            automated_detection=False,
            automated_decision=words.BY_PEOPLE,
            territory=words.UNION,
            effect_at=at + 5 * SECOND,
            language="NL",
        )
        house.decisions[decision.id] = decision
        return decision

    def _import(self, decision: Decision, at: int, ids: list[str]) -> None:
        house = self._house
        _, _, reference, *_ = RULES[decision.rule]
        item = decision.item
        subject = item.id if item is not None else decision.pid
        house.recorder.record(
            "decision.made",
            "import-oldtool",
            _IMPORTER,
            at=at,
            src=_OLD,
            decision=decision.id,
            subject={"type": "item", "id": subject},
            because={"type": decision.why, "ids": ids},
            taken_up_at=text(at - 8 * MINUTE),
            outcome="restrict",
            restrictions=list(decision.restrictions),
            category=decision.harm.category,
            keywords=[decision.harm.keyword],
            territory=list(words.UNION),
            policy=house.setting.policy_at(at),
            rule=decision.rule,
            mode="live",
            basis=["person"],
            tools=[],
            automated_detection=False,
            automated_decision=words.BY_PEOPLE,
            deciders=list(decision.deciders),
            synthetic="no",
            art18=False,
            uploader_contact=True,
            commercial_spam=False,
            ground=words.ILLEGAL,
            ground_ref=reference,
            language="NL",
        )
        self._telling.tell(
            "statement", decision.id, decision.person, STATEMENT, at=at + 2 * SECOND, src=_OLD, decision=decision.id
        )
        house.recorder.record(
            "effect.applied",
            "import-oldtool",
            _IMPORTER,
            at=at + 5 * SECOND,
            src=_OLD,
            subject=subject,
            effect="applied",
            restrictions=list(decision.restrictions),
            territory=list(words.UNION),
            ack=f"old {decision.id[:6]}",
            decision=decision.id,
        )
        self._database.submit(decision, at=at + 9 * HOUR, src=_OLD)
