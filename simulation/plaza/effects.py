"""What follows from a decision: the statement, the effect, the mails to notifiers and authorities, the database."""

from __future__ import annotations

from typing import Any

from simulation.plaza.database import Database
from simulation.plaza.house import Decision, House, Item
from simulation.plaza.telling import REDRESS, STATEMENT, Telling, automation
from simulation.world import words
from simulation.world.acts import Order
from simulation.world.clock import HOUR


class Effects:
    """Carries decisions out and tells everybody concerned."""

    def __init__(self, house: House, telling: Telling, database: Database) -> None:
        self._house, self._telling, self._database = house, telling, database
        self._acks = 0

    def carry_out(
        self,
        decision: Decision,
        *,
        order: Order | None = None,
        order_id: str = "",
        undoes: Decision | None = None,
    ) -> None:
        """All that follows from a live decision, in the seconds and hours after it."""
        house = self._house
        if decision.outcome == "restrict":
            self._restrict(decision, told=order is None)
        elif decision.outcome == "restore" and undoes is not None:
            if not house.habits.strikes("not-restored", decision=decision.id, undoes=undoes.id):
                house.after((20, 600), self._lift, decision, undoes)
        elif decision.synthetic == "yes" and decision.item is not None:
            house.after((1, 9), self.label, decision.item, decision)
        if decision.why == "notice":
            for received in decision.notices:
                if received.notice.sender.contact:
                    house.after((10, 60), self._tell_notifier, decision, received)
        if order is not None:
            house.after((30, 900), self._tell_order, decision, order, order_id)
        if (
            decision.outcome == "restrict"
            and decision.harm is words.MINORS
            and order is None
            and decision.why != "challenge"
        ):
            house.after((60, 900), self._telling.tell, "authority_18", decision.id, "NL/police/sexual-exploitation")

    def label(self, item: Item, decision: Decision | None) -> None:
        """The label is shown, by a decision or by the uploader's declaration."""
        if item.labelled or item.down:
            return
        item.labelled = True
        self._effect(item.id, "label_shown", decision, (), words.UNION, item)

    def _restrict(self, decision: Decision, *, told: bool) -> None:
        house = self._house
        due = told and decision.person.contact and not decision.spam
        unsaid = unsubmitted = pretended = False
        if due and house.habits.strikes("statements-missing", decision=decision.id):
            draw = house.habits.draw("statements-missing")
            unsaid, unsubmitted, pretended = draw < 0.34, 0.34 <= draw < 0.67, draw >= 0.67
            house.habits.wrong["statements-missing"][-1]["how"] = (
                "not told" if unsaid else "not sent" if unsubmitted else "logged, not sent"
            )
        if told and not decision.person.contact:
            house.innocent("restrictions without a known address", decision.id)
        if decision.spam:
            house.innocent("commercial spam without a statement", decision.id)
        if not told:
            house.innocent("orders without a statement", decision.id)
        if due and not unsaid:
            house.after((1, 3), self._state, decision)
        house.after((4, 9), self._apply, decision)
        if due and not unsubmitted:
            decision.inverted = house.habits.strikes("flag-inverted", decision=decision.id)
            house.after((10, 20), self._submit, decision, not pretended)

    def _submit(self, decision: Decision, really: bool) -> None:
        if really:
            self._database.queue(decision)
        else:
            self._house.loop.after(HOUR, self._pretend, decision)

    def _pretend(self, decision: Decision) -> None:
        self._database.submit(decision, really=False)

    def _state(self, decision: Decision) -> None:
        at = self._house.loop.now - decision.back if decision.back else None
        self._telling.tell(
            "statement", decision.id, decision.person, STATEMENT, at=at, decision=decision.id, item=_item(decision)
        )

    def _apply(self, decision: Decision) -> None:
        item, now = decision.item, self._house.loop.now
        decision.effect_at = now - decision.back
        subject = decision.pid if item is None else item.id
        if item is not None:
            item.fate = now
            down = words.LABELLED not in decision.restrictions and len(decision.territory) > 5
            item.down = item.down or down
        self._effect(subject, "applied", decision, decision.restrictions, decision.territory, item)
        if item is not None and words.LABELLED in decision.restrictions:
            self.label(item, decision)

    def _lift(self, decision: Decision, undoes: Decision) -> None:
        item = undoes.item
        if item is not None:
            item.down = False
        subject = undoes.pid if item is None else item.id
        self._effect(subject, "lifted", decision, undoes.restrictions, undoes.territory, item)
        self._telling.tell("restored", decision.id, undoes.person)
        if item is not None and item.upload.nature.synthetic:
            self._house.after((1, 9), self.label, item, decision)

    def _tell_notifier(self, decision: Decision, received: Any) -> None:
        self._telling.tell(
            "decision",
            received.id,
            received.notice.sender,
            ("facts", "restriction", *automation(decision), *REDRESS),
            mine=received.notice.mine,
            decision=decision.id,
            outcome=decision.outcome,
        )

    def _tell_order(self, decision: Decision, order: Order, order_id: str) -> None:
        self._telling.tell("order_effect", order_id, order.reference, mine=order.mine)
        if decision.person.contact:
            self._telling.tell("order_user", order_id, decision.person, ("restriction", "territory", *REDRESS))

    def _effect(
        self,
        subject: str,
        effect: str,
        decision: Decision | None,
        restrictions: tuple[str, ...],
        territory: tuple[str, ...],
        item: Item | None,
    ) -> None:
        house = self._house
        self._acks += 1
        back = decision.back if decision is not None and effect == "applied" else 0
        house.recorder.record(
            "effect.applied",
            "effects",
            at=house.loop.now - back if back else None,
            subject=subject,
            effect=effect,
            restrictions=list(restrictions),
            territory=list(territory),
            ack=f"job {self._acks}",
            decision=decision.id if decision is not None else None,
            views_total=item.views(house.loop.now) if item is not None else None,
        )


def _item(decision: Decision) -> str | None:
    return decision.item.id if decision.item is not None else None
