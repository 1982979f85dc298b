"""What comes in: uploads, notices, orders; each numbered, acknowledged, looked at, and put before people.

Rules:
- An incomplete notice with an address is sent back and waits for its sender; without an address people decide on it.
- An uploader's own declaration that something is synthetic is a label at once.
"""

from __future__ import annotations

from hashlib import sha256

from simulation.plaza.desk import Desk
from simulation.plaza.examining import FLOOR, look, record
from simulation.plaza.house import Case, House, Item, Received
from simulation.plaza.known import Known, Watch
from simulation.plaza.recorder import person
from simulation.plaza.telling import Telling
from simulation.world.acts import Mail, Notice, Order, Upload
from simulation.world.chance import Chance
from simulation.world.clock import HOUR, text


class Intake:
    """The platform's front door."""

    def __init__(self, house: House, known: Known, watch: Watch, desk: Desk, telling: Telling, items: Chance) -> None:
        self._house, self._known, self._watch, self._desk, self._telling = house, known, watch, desk, telling
        self._chance = items
        self._crowd = 0
        self._hour: list[str] = []
        self._abstained = 0
        self.frames: list[dict[str, str]] = []
        """Every upload with its salt and the hour that counts it: what an auditor is given to draw from."""
        self.drifting = False

    def crowd(self, uploads: int) -> None:
        """Uploads of the last hour of which nothing comes."""
        self._crowd += uploads

    def upload(self, upload: Upload) -> str:
        """An upload: kept, compared with the bank, looked at."""
        house, chance = self._house, self._chance
        harmful = upload.nature.harmful
        reach = int(chance.lognormvariate(6.5 if harmful else 4.5, 1.3))
        item = Item(chance.name(), upload, house.pid(upload.uploader), house.loop.now, reach)
        house.items[item.id] = item
        self._hour.append(item.id)
        nature = upload.nature
        if nature.fake is not None:
            self._known.earlier.setdefault(nature.fake, []).append(item)
        entry = self._known.match(item)
        look(house, item)
        self._abstained += item.lr is None
        if entry is not None:
            if house.habits.strikes("fakes-stay", item=item.id):
                seen = house.habits.draw("fakes-stay") < 0.5
                house.habits.wrong["fakes-stay"][-1]["how"] = "recorded" if seen else "not recorded"
                if seen:
                    house.after((1, 4), record, house, item, "upload", entry)
                    self._watch.add(item)
                return item.id
            house.after((1, 4), self._matched, item, "upload")
        elif nature.spam:
            house.after((1, 9), self._desk.decide_by_machine, item, "spam", ["context"])
        elif upload.declared:
            house.after((1, 4), record, house, item, "upload")
            if "synthetic" in upload.declared:
                house.after((5, 40), self._desk.effects.label, item, None)
        elif item.lr is not None and item.lr >= FLOOR:
            house.after((1, 4), self._suspected, item)
        elif chance.hit(0.02):
            house.after((1, 9), self._shadow, item)
        return item.id

    def notice(self, notice: Notice) -> None:
        """A notice: recorded, acknowledged, and put before people."""
        house, item = self._house, self._house.items[notice.item]
        channel = "web" if notice.sender_type == "individual" else "api"
        dropped = house.habits.strikes("notices-dropped", channel=channel, mine=notice.mine)
        if dropped:
            number = house.recorder.next_number(channel)
            name = house.chance.name()
            house.habits.wrong["notices-dropped"][-1] |= {"notice": name, "n": str(number)}
            if notice.sender.contact:
                house.after((2, 40), self._acknowledge_only, notice, name, (channel, number))
            return
        contact = notice.sender.contact
        elements = {
            "reason": True,
            "location": notice.complete,
            "name_email": contact,
            "good_faith": True,
        }
        pid = house.pid(notice.sender) if contact else None
        received = Received(house.chance.name(), notice, house.loop.now)
        kept = contact and house.outside.keeps()
        event = house.recorder.record(
            "notice.received",
            channel,
            person(pid),
            keep=kept,
            notice=received.id,
            items=[item.id],
            sender=pid,
            sender_type=notice.sender_type,
            flagger_ref=notice.flagger_ref,
            has_contact=contact,
            elements=elements,
            csam=notice.csam,
            category=notice.harm.category,
            keyword=notice.harm.keyword,
            language=notice.sender.language,
            member_state=notice.sender.state,
        )
        if not contact:
            house.innocent("notices without an address", received.id)
        elif not house.habits.strikes("receipts-unsent", notice=received.id):
            self._house.after(
                (2, 40),
                self._acknowledge,
                received,
                (channel, int(event["n"])),
                house.recorder.last_index if kept else None,
            )
        house.after((1, 6), self._examined, item, "notice")
        if contact and not notice.complete:
            house.after((60, 180), self._telling.tell, "incomplete", received.id, notice.sender)
            house.innocent("incomplete notices that wait for their senders", received.id)
            return
        self._queue(item, received)

    def order(self, order: Order) -> None:
        """An authority's order."""
        house, name = self._house, self._house.chance.name()
        house.recorder.record(
            "order.received",
            "orders",
            {"type": "authority"},
            order=name,
            type=order.kind,
            authority_ref=order.reference,
            member_state=order.state,
            category=order.harm.category,
            keyword=order.harm.keyword,
            items=list(order.items),
            territory=list(order.territory),
            deadline=text(house.loop.now + 96 * HOUR),
        )
        house.after((5, 900), self._confirm, name, order)
        if order.kind == "inform":
            house.after((7200, 30000), self._inform, name, order)
            return
        for item_id in order.items:
            item = house.items[item_id]
            house.after((1, 6), self._examined, item, "order")
            self._desk.open(Case(item, "order", order=order, order_id=name), "order")

    def count(self) -> None:
        """The uploads of the hour that ends now, with the frame of all of them; and again every hour."""
        house, now = self._house, self._house.loop.now
        hour, self._hour = self._hour, []
        crowd, self._crowd = self._crowd, 0
        seed = self._chance.getrandbits(128).to_bytes(16, "big")
        items = [*hour, *(sha256(seed + number.to_bytes(8, "big")).hexdigest()[:32] for number in range(crowd))]
        salted = [(item, sha256(seed + bytes.fromhex(item)).hexdigest()) for item in items]
        leaves = sorted(sha256(b"\0" + bytes.fromhex(salt + item)).digest() for item, salt in salted)
        self.frames += [{"hour_at": text(now - HOUR), "item": item, "salt": salt} for item, salt in salted]
        house.recorder.record(
            "uploads.counted",
            "examine",
            start=text(now - HOUR),
            end=text(now),
            uploads=len(leaves),
            examined=len(leaves),
            abstained={"face-too-small": self._abstained} if self._abstained else {},
            frame_root=_root(leaves).hex(),
            views_all=crowd * 60 + sum(house.items[item].views(now) for item in hour),
        )
        self._abstained = 0
        house.loop.after(HOUR, self.count)

    def again(self, items: list[Item]) -> None:
        """Earlier uploads that a new entry of the bank matches."""
        for item in items:
            if not item.upload.nature.edited:
                self._house.after((60, 1800), self._matched, item, "retroactive")

    def _acknowledge(self, received: Received, number: tuple[str, int], receipt: int | None) -> None:
        self._telling.tell(
            "receipt",
            received.id,
            received.notice.sender,
            mine=received.notice.mine,
            number=number,
            receipt=receipt,
        )

    def _acknowledge_only(self, notice: Notice, name: str, number: tuple[str, int]) -> None:
        self._house.outside.mail(
            Mail("receipt", notice.sender.name, name, self._house.loop.now, mine=notice.mine, number=number)
        )

    def _queue(self, item: Item, received: Received) -> None:
        house, notice = self._house, received.notice
        flagger = notice.sender_type in ("trusted_flagger", "authority")
        if house.habits.strikes("notices-left", notice=received.id):
            return
        if self.drifting and house.habits.strikes("drift", notice=received.id):
            return
        case = Case(item, "notice", [received])
        if notice.sender_type == "trusted_flagger" and house.habits.strikes("flaggers-overtaken", notice=received.id):
            wait = (12 + 36 * house.habits.draw("flaggers-overtaken")) * HOUR
            house.loop.after(wait, self._desk.open, case, "last")
            return
        self._desk.open(case, "flagger" if flagger else "notice")

    def _examined(self, item: Item, why: str) -> None:
        entry = self._known.match(item)
        record(self._house, item, why, entry)

    def _matched(self, item: Item, why: str) -> None:
        entry = self._known.match(item)
        if entry is None or item.down:
            return
        record(self._house, item, why, entry)
        self._watch.add(item)
        self._house.after((1, 3), self._desk.decide_by_machine, item, "known", ["match"])

    def _suspected(self, item: Item) -> None:
        record(self._house, item, "upload")
        self._watch.add(item)
        if not item.open:
            self._desk.open(Case(item, "own"), "own")

    def _shadow(self, item: Item) -> None:
        decision = self._desk.decide_by_machine(item, "cloned-voice", ["ratio"], mode="shadow")
        if decision is not None:
            self._house.innocent("decisions of a rule in shadow mode", decision.id)

    def _confirm(self, name: str, order: Order) -> None:
        self._telling.tell("order_receipt", name, order.reference, mine=order.mine)

    def _inform(self, name: str, order: Order) -> None:
        self._telling.tell("order_effect", name, order.reference, mine=order.mine)


def _root(leaves: list[bytes]) -> bytes:
    """The Merkle root (RFC 9162 2.1) over leaves, in their order."""
    if not leaves:
        return sha256(b"").digest()
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]
