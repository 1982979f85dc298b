"""Complaints and disputes (Art. 20, 21): taken for six months, decided by another person, carried out, told."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.plaza.desk import URGENCY, Desk
from simulation.plaza.house import Decision, House
from simulation.plaza.known import Known
from simulation.plaza.recorder import person
from simulation.plaza.staff import Task, Worker
from simulation.plaza.telling import Telling
from simulation.world import words
from simulation.world.acts import Complaint
from simulation.world.clock import DAY


@dataclass(slots=True)
class Open:
    """A challenge that was received: its id, what it is about, who brought it."""

    id: str
    complaint: Complaint
    decision: Decision


class Complaints:
    """The second look."""

    def __init__(self, house: House, known: Known, desk: Desk, telling: Telling) -> None:
        self._house, self._known, self._desk, self._telling = house, known, desk, telling
        self._open: dict[str, Open] = {}

    def complain(self, complaint: Complaint) -> None:
        """A complaint, a dispute, or what a body found in one."""
        if complaint.found is not None:
            self._found(self._open.pop(complaint.mine), complaint)
            return
        house, decision = self._house, self._house.decisions[complaint.decision]
        late = house.loop.now - decision.at > 184 * DAY
        challenge = Open(house.chance.name(), complaint, decision)
        channel = "bodies" if complaint.body else "complaints"
        event = house.recorder.record(
            "challenge.received",
            channel,
            person(house.pid(complaint.sender)),
            challenge=challenge.id,
            decision=decision.id,
            forum="out_of_court" if complaint.body else "internal",
            sender=house.pid(complaint.sender),
            grounds=complaint.grounds,
            admitted=not late,
            refusal="late" if late else None,
        )
        number = (channel, int(event["n"]))
        house.after(
            (2, 40), self._telling.tell, "receipt", challenge.id, complaint.sender
        ) if complaint.body else house.after((2, 40), self._acknowledge, challenge, number)
        if complaint.body:
            self._open[complaint.mine] = challenge
        elif late:
            house.innocent("complaints after six months that were refused", challenge.id)
            house.after((60, 600), self._tell, challenge, "refused")
        elif house.habits.strikes("complaints-by-machine", challenge=challenge.id):
            house.after((1, 9), self._by_machine, challenge)
        else:
            self._queue(challenge)

    def _acknowledge(self, challenge: Open, number: tuple[str, int]) -> None:
        complaint = challenge.complaint
        self._telling.tell("receipt", challenge.id, complaint.sender, mine=complaint.mine, number=number)

    def _queue(self, challenge: Open) -> None:
        first = challenge.decision.deciders
        same = first and self._house.habits.strikes("complaints-same-person", challenge=challenge.id)
        task = Task(
            18.0,
            lambda worker: self._decided(challenge, Worker(first[0], 0) if same else worker),
            lambda worker: None,  # noqa: ARG005
            frozenset(first),
        )
        self._house.seniors.put(URGENCY["complaint"], task)

    def _decided(self, challenge: Open, worker: Worker) -> None:
        decision, chance = challenge.decision, self._house.chance
        if chance.hit(0.03):
            self._close(challenge, "omitted", worker)
            return
        nature = decision.item.upload.nature if decision.item is not None else None
        wrong = (
            nature is not None and nature.harmful == (decision.outcome == "no_action") and decision.rule != "satire"
        )
        already = decision.item is not None and decision.item.down == (decision.outcome == "no_action")
        found = wrong if chance.hit(0.95) else not wrong
        self._close(challenge, "reversed" if found and nature is not None and not already else "upheld", worker)

    def _close(self, challenge: Open, outcome: str, worker: Worker) -> None:
        house, carried = self._house, None
        if outcome == "reversed":
            carried = self._desk.decide_again(challenge.decision, "challenge", challenge.id, worker)
            self._known.retire(challenge.decision)
        house.recorder.record(
            "challenge.closed",
            "desk",
            person(worker.pid, "senior"),
            challenge=challenge.id,
            outcome=outcome,
            deciders=[worker.pid],
            automated=words.BY_PEOPLE,
            carried_out_by=carried.id if carried else None,
        )
        house.after((30, 900), self._tell, challenge, outcome)

    def _by_machine(self, challenge: Open) -> None:
        self._house.recorder.record(
            "challenge.closed",
            "desk",
            challenge=challenge.id,
            outcome="upheld",
            deciders=[],
            automated=words.FULLY,
        )
        self._house.after((30, 900), self._tell, challenge, "upheld")

    def _found(self, challenge: Open, complaint: Complaint) -> None:
        """A body's finding is recorded and, where it reverses, carried out by a senior."""
        house, carried, item = self._house, None, challenge.decision.item
        outcome = complaint.found
        possible = item is not None and item.down == (challenge.decision.outcome == "restrict")
        if outcome == "reversed" and possible:
            worker = next(w for w in house.seniors.workers if w.pid not in challenge.decision.deciders)
            carried = self._desk.decide_again(challenge.decision, "dispute", challenge.id, worker)
            self._known.retire(challenge.decision)
        house.recorder.record(
            "challenge.closed",
            "bodies",
            {"type": "authority"},
            challenge=challenge.id,
            outcome="reversed" if carried else "upheld" if outcome == "reversed" else outcome,
            deciders=[],
            automated=words.BY_PEOPLE,
            carried_out_by=carried.id if carried else None,
            body_ref=complaint.body,
        )
        house.innocent("disputes that a body decided, not the platform", challenge.id)

    def _tell(self, challenge: Open, outcome: str) -> None:
        complaint = challenge.complaint
        self._telling.tell(
            "challenge_outcome",
            challenge.id,
            complaint.sender,
            ("facts", "redress_21", "redress_court"),
            mine=complaint.mine,
            decision=challenge.decision.id,
            outcome=outcome,
        )
