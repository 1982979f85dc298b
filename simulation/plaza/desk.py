"""The desk: cases are opened, taken up by people, decided, carried out and told.

Rules:
- People decide all open cases about an item together; an order is decided alone, for its territory. A machine's
  decision leaves notices to people, who find the item gone.
- The statement goes out before the restriction works (Art. 17(2)); nothing is restricted on a ratio alone.
- Elections and minors go to seniors; a removal that touches elections needs two of them.
- What stays up and is synthetic is labelled; satire is weighed, and rather labelled than removed.
"""

from __future__ import annotations

from collections.abc import Callable

from simulation.plaza.database import Database
from simulation.plaza.effects import Effects
from simulation.plaza.examining import FLOOR
from simulation.plaza.house import Case, Decision, House, Item, number
from simulation.plaza.known import Known
from simulation.plaza.recorder import MACHINE, person
from simulation.plaza.setting import RESTRICTED_ROLE, RULES
from simulation.plaza.staff import Task, Worker
from simulation.plaza.telling import Telling
from simulation.world import words
from simulation.world.acts import Person
from simulation.world.clock import DAY, MINUTE, day_text, text

URGENCY = {"order": 0.0, "flagger": 1.0, "notice": 2.0, "complaint": 2.5, "own": 3.0, "last": 9.0}
_MINUTES = {"election": 14.0, "minors": 9.0}
_SENIOR_RULES = ("election", "minors")


class Desk:
    """Where cases are decided."""

    def __init__(self, house: House, known: Known, telling: Telling, database: Database) -> None:
        self._house, self._known = house, known
        self.effects = Effects(house, telling, database)
        self._removals: dict[str, int] = {}
        self._warned: dict[str, int] = {}
        self.suspended: set[str] = set()
        self._telling = telling
        self.learned: Callable[[Decision], None] = lambda decision: None  # noqa: ARG005

    def open(self, case: Case, urgency: str) -> None:
        """Put a case where somebody takes it up."""
        case.item.open.append(case)
        rule = case.item.upload.nature.harm.rule
        senior = case.order is not None or rule in _SENIOR_RULES
        pool = self._house.seniors if senior else self._house.general
        task = Task(
            _MINUTES.get(rule, 8.0),
            lambda worker: self._finished(case, worker),
            lambda worker: self._taken(case, worker),
            void=lambda: case.settled or case.taken_up_at > 0,
        )
        pool.put(URGENCY[urgency], task)

    def decide_by_machine(self, item: Item, rule: str, basis: list[str], *, mode: str = "live") -> Decision | None:
        """A decision in which nobody took part: a match, commercial spam, a rule in shadow mode."""
        if item.down:
            return None
        case = Case(item, "own", taken_up_at=self._house.loop.now)
        return self._decide(case, "restrict", rule, basis, (), mode=mode)

    def decide_again(self, decision: Decision, why: str, challenge: str, worker: Worker) -> Decision:
        """What follows from a challenge: restored, or restricted after all."""
        outcome = "restore" if decision.outcome == "restrict" else "restrict"
        again = self._new(
            decision.item, decision.pid, decision.person, why, outcome, decision.harm, decision.rule, (worker.pid,)
        )
        again.notices = decision.notices
        if outcome == "restrict":
            again.restrictions = tuple(RULES[decision.rule][3])
        self._write(again, [challenge], self._house.loop.now - 5 * MINUTE, ["context", "person"], role="senior")
        self.effects.carry_out(again, undoes=decision)
        return again

    def _taken(self, case: Case, worker: Worker) -> None:
        case.taken_up_at = self._house.loop.now
        if case.item.upload.nature.harm is words.MINORS:
            self._house.recorder.record(
                "material.viewed",
                "desk",
                person(worker.pid, "senior"),
                item=case.item.id,
                viewer=worker.pid,
                role=RESTRICTED_ROLE,
                purpose="decision",
            )
        if case.order is None:
            self._join(case)

    def _join(self, case: Case) -> None:
        """Take over what else is open about the item and not yet taken up."""
        for other in case.item.open:
            if other is not case and other.order is None and not other.taken_up_at and not other.settled:
                other.settled = True
                case.notices += other.notices
        if case.notices:
            case.why = "notice"
        case.item.open = [other for other in case.item.open if not other.settled]

    def _finished(self, case: Case, worker: Worker) -> None:
        chance, nature = self._house.chance, case.item.upload.nature
        right = chance.hit(0.91)
        restrict = (nature.harmful if right else not nature.harmful) and not case.item.down
        if case.order is not None:
            restrict = True
        elif "satire" in case.item.upload.declared:
            restrict = restrict or chance.hit(0.4)
            case.softly = chance.hit(0.4)
        if restrict and case.order is None and nature.harm.rule == "election" and not case.softly:
            self._second(case, worker)
            return
        self._settle(case, (worker.pid,), restrict=restrict)

    def _second(self, case: Case, first: Worker) -> None:
        self._house.seniors.put(
            URGENCY["flagger"],
            Task(
                6.0,
                lambda worker: self._settle(case, (first.pid, worker.pid), restrict=not case.item.down),
                lambda worker: None,  # noqa: ARG005
                frozenset({first.pid}),
            ),
        )

    def _settle(self, case: Case, deciders: tuple[str, ...], *, restrict: bool) -> None:
        item = case.item
        rule = item.upload.nature.harm.rule
        if restrict and case.softly:
            rule = "satire"
        basis = ["context", "person"]
        if item.lr is not None and item.lr >= FLOOR:
            basis.append("ratio")
        if item.upload.declared:
            basis.append("declaration")
        decision = self._decide(case, "restrict" if restrict else "no_action", rule, sorted(basis), deciders)
        if restrict and decision is not None and case.order is None:
            self._after_removal(decision, deciders[-1])

    def _decide(
        self, case: Case, outcome: str, rule: str, basis: list[str], deciders: tuple[str, ...], *, mode: str = "live"
    ) -> Decision:
        item = case.item
        decision = self._new(
            item, item.pid, item.upload.uploader, case.why, outcome, item.upload.nature.harm, rule, deciders
        )
        decision.notices = case.notices
        if outcome == "restrict":
            decision.restrictions = tuple(RULES[rule][3])
        if case.order is not None:
            decision.territory = case.order.territory
        decision.automated_detection = case.why == "own"
        decision.spam = rule == "spam"
        if not deciders:
            decision.automated_decision = words.FULLY
        elif "ratio" in basis:
            decision.automated_decision = words.PARTLY
        ids = [case.order_id] if case.order is not None else [notice.id for notice in case.notices]
        case.settled = True
        item.open = [other for other in item.open if other is not case]
        role = "senior" if case.order is not None or rule in _SENIOR_RULES else "reviewer"
        self._write(decision, ids, case.taken_up_at, basis, mode=mode, role=role)
        if mode == "live":
            self.effects.carry_out(decision, order=case.order, order_id=case.order_id)
        return decision

    def _new(
        self,
        item: Item | None,
        pid: str,
        who: Person,
        why: str,
        outcome: str,
        harm: words.Harm,
        rule: str,
        deciders: tuple[str, ...],
    ) -> Decision:
        house = self._house
        decision = Decision(
            id=house.chance.name(),
            item=item,
            pid=pid,
            person=who,
            why=why,
            outcome=outcome,
            restrictions=(),
            harm=harm,
            rule=rule,
            deciders=deciders,
            at=house.loop.now,
            posted_at=house.loop.now if item is None else item.posted_at,
            automated_detection=False,
            automated_decision=words.BY_PEOPLE,
            territory=words.UNION,
            language=who.language,
            item_was_down=item is not None and item.down and outcome == "no_action",
        )
        house.decisions[decision.id] = decision
        return decision

    def _write(
        self,
        decision: Decision,
        ids: list[str],
        taken_up_at: int,
        basis: list[str],
        *,
        mode: str = "live",
        role: str = "reviewer",
        misuse: dict[str, object] | None = None,
    ) -> None:
        house = self._house
        nature = decision.item.upload.nature if decision.item is not None else None
        restricted = decision.outcome == "restrict"
        _, ground, reference, *_ = RULES[decision.rule]
        satire = nature is not None and decision.item is not None and "satire" in decision.item.upload.declared
        weighed = True if satire and decision.deciders else None
        if satire and restricted and decision.why != "order" and decision.rule != "satire":
            weighed = not house.habits.strikes("satire-unweighed", decision=decision.id)
        back = self._back(decision)
        decision.at = house.loop.now - back
        decision.back = back
        synthetic = "unknown"
        if nature is not None and not decision.item_was_down and (decision.deciders or decision.rule == "known"):
            synthetic = "yes" if nature.synthetic else "no"
        tools = [house.setting.tools["voices" if mode == "shadow" else "spam" if decision.spam else "matcher"]]
        if "ratio" in basis:
            tools.append(house.setting.tools["faces"])
        house.recorder.record(
            "decision.made",
            "desk",
            person(decision.deciders[-1], role) if decision.deciders else {**MACHINE, "tool": tools[0]},
            at=decision.at if back else None,
            decision=decision.id,
            subject={"type": "item", "id": decision.item.id}
            if decision.item
            else {"type": "account", "id": decision.pid},
            because={"type": decision.why, "ids": ids},
            taken_up_at=text(min(taken_up_at, decision.at)),
            outcome=decision.outcome,
            restrictions=list(decision.restrictions),
            category=decision.harm.category,
            keywords=[decision.harm.keyword],
            territory=list(decision.territory),
            policy=house.setting.policy_at(decision.at),
            rule=decision.rule,
            mode=mode,
            basis=basis,
            tools=tools,
            automated_detection=decision.automated_detection,
            automated_decision=decision.automated_decision,
            deciders=list(decision.deciders),
            synthetic=synthetic,
            art18=restricted and decision.harm is words.MINORS and decision.why != "challenge" and mode == "live",
            uploader_contact=decision.person.contact,
            commercial_spam=decision.spam,
            until=day_text(house.loop.now + 30 * DAY) if words.SUSPENDED in decision.restrictions else None,
            ground=(words.ILLEGAL if ground == "law" else words.TERMS) if restricted else None,
            ground_ref=reference if restricted else None,
            language=decision.language,
            satire_weighed=weighed,
            misuse=misuse,
        )
        decision.synthetic = synthetic

    def _back(self, decision: Decision) -> int:
        """By how much a decision claims to be older than it is: at most to a minute after its first notice."""
        habits, now = self._house.habits, self._house.loop.now
        if decision.why != "notice" or not habits.strikes("entries-back-dated", decision=decision.id):
            return 0
        oldest = max(notice.at for notice in decision.notices) + MINUTE
        wished = int((4 + 26 * habits.draw("entries-back-dated")) * 60 * MINUTE)
        return max(0, min(wished, now - oldest))

    def _after_removal(self, decision: Decision, decider: str) -> None:
        """Who does it again is warned, and who was warned is suspended (Art. 23), by all four factors."""
        house, pid, now = self._house, decision.pid, self._house.loop.now
        if words.LABELLED in decision.restrictions or decision.harm is words.MINORS:
            return
        if decision.synthetic == "yes":
            house.after((600, 7200), self.learned, decision)
        count = self._removals[pid] = self._removals.get(pid, 0) + 1
        if count == 2:
            self._warned[pid] = now
            house.after((60, 300), self._telling.tell, "warning", decision.id, decision.person)
        elif count >= 4 and pid not in self.suspended and now - self._warned.get(pid, now) > DAY:
            self.suspended.add(pid)
            house.after((600, 1200), self._suspend, decision, decider, count)

    def _suspend(self, last: Decision, decider: str, count: int) -> None:
        decision = self._new(None, last.pid, last.person, "own", "restrict", last.harm, "misuse", (decider,))
        decision.restrictions = (words.SUSPENDED,)
        decision.posted_at = last.posted_at
        misuse = {
            "type": "content",
            "absolute": count,
            "share": number(count / (count + self._house.chance.randrange(3, 20))),
            "gravity": "manifestly illegal content, spread to many",
            "intent": "went on after a warning",
        }
        self._write(decision, [], self._house.loop.now - 10 * MINUTE, ["context", "person"], misuse=misuse)
        self.effects.carry_out(decision)
