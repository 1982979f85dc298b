"""What the world does to a real desk, over its API, and what the platform's own system does when the desk asks.

Rules:
- The platform keeps its items; the desk knows them by their reference, and gets the pictures of what may be a fake.
- What the desk asks by webhook is done within minutes, and confirmed; a label is shown, a removal takes down.
- Mails are the desk's messages, fetched and passed on as a platform does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from simulation.plaza.habits import Habits
from simulation.remote.hearing import Hearing
from simulation.remote.pictures import picture
from simulation.remote.tool import applied, closed_by_machine, made_now
from simulation.world import words
from simulation.world.acts import Complaint, Mail, Notice, Order, Outside, Person, Upload
from simulation.world.chance import Chance
from simulation.world.clock import HOUR, MINUTE, Loop, text


@dataclass
class Item:
    """An upload at the platform. `desk`: what the desk calls it; empty where it was never sent there."""

    upload: Upload
    desk: str = ""
    down: bool = False
    labelled: bool = False


@dataclass
class Client:
    """See `acts.Platform`. `keys`: a key of the desk by role; a trusted flagger's by its number in the register.

    `known`: fakes that the platform knows; `back`: by how much its clock was turned back, in milliseconds.
    What it does wrong: `remote.ways`.
    """

    loop: Loop
    address: str
    keys: dict[str, str]
    hearing: Hearing
    outside: Outside
    chance: Chance
    habits: Habits
    settle: Callable[[], None]
    service: str
    known: frozenset[str] = frozenset()
    back: Callable[[], int] = lambda: 0
    items: dict[str, Item] = field(default_factory=dict)
    mine: dict[str, tuple[str, tuple[str, int] | None]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    _made: int = 0
    _asked: int = 0
    _after: str = ""

    def __post_init__(self) -> None:
        # No connection is kept: one that the desk closed meanwhile would break the next request.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=self.address, timeout=60, trust_env=False, limits=limits)

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def crowd(self, uploads: int) -> None:
        """See `acts.Platform`: each of them is one upload of somebody of whom nothing else is heard."""
        for _ in range(uploads):
            self._made += 1
            self._upload(f"crowd-{self._made}", Person(f"somebody {self._made}", False, "NL", "NL"), ())

    def upload(self, upload: Upload) -> str:
        """See `acts.Platform`."""
        self._made += 1
        ref = f"clip-{self._made}"
        item = self.items[ref] = Item(upload)
        if upload.nature.fake in self.known and self.habits.strikes("fakes-unsent", item=ref):
            return ref
        medium = None
        if upload.nature.fake is not None and not upload.nature.edited:
            medium = self._put(picture(upload.nature.fake, self.chance))
        item.desk = self._upload(ref, upload.uploader, upload.declared, medium)
        self.settle()
        return ref

    def notice(self, notice: Notice) -> None:
        """See `acts.Platform`."""
        if self.habits.strikes("notices-dropped", notice=notice.mine):
            return
        key = notice.flagger_ref or "platform"
        if notice.sender.contact and self.habits.strikes("notices-renumbered", notice=notice.mine):
            self._acknowledge(notice, "flagger" if notice.flagger_ref else "api")
            return
        if notice.flagger_ref and self.habits.strikes("flaggers-unmarked", notice=notice.mine):
            key = "platform"
        given: dict[str, Any] = {
            "items": [notice.item],
            "category": notice.harm.category,
            "keyword": notice.harm.keyword,
            "language": notice.sender.language.lower(),
            "reason": "it does harm" if notice.complete else "",
            "good_faith": True,
            "csam": notice.csam,
            "member_state": notice.sender.state,
            "sender_type": "entity" if notice.sender_type == "entity" else "individual",
        }
        if notice.sender.contact:
            given |= {"name": notice.sender.name, "email": _address(notice.sender.name)}
        answer = self._post("/v1/notices", given, key)
        channel, _, n = answer["number"].rpartition("-")
        self.numbers[channel] = int(n)
        self.mine[answer["notice"]] = (notice.mine, (channel, int(n)))
        self.settle()

    def order(self, order: Order) -> None:
        """See `acts.Platform`."""
        given = {
            "type": order.kind,
            "authority_ref": order.reference,
            "member_state": order.state,
            "category": order.harm.category,
            "keyword": order.harm.keyword,
            "items": list(order.items),
            "territory": list(order.territory),
        }
        answer = self._post("/v1/orders", given, "authority")
        self.mine[answer["order"]] = (order.mine, None)
        self.settle()

    def complain(self, complaint: Complaint) -> None:
        """See `acts.Platform`. Disputes (Art. 21) are not brought over this client."""
        if complaint.body is not None:
            return
        if self.habits.strikes("complaints-by-machine", decision=complaint.decision):
            self.record(closed_by_machine(complaint, self.chance))
            return
        who = complaint.sender.name
        given: dict[str, Any] = {"decision": complaint.decision, "text": "it was right", "language": "en"}
        notifier = complaint.grounds == "no_action"
        given |= {"email": _address(who), "grounds": "no_action"} if notifier else {"uploader": who}
        answer = self._sent("/v1/complaints", given, "platform")
        if answer.status_code == 422:
            return  # there is a complaint already
        answer.raise_for_status()
        self.mine[answer.json()["challenge"]] = (complaint.mine, None)
        self.settle()

    def look(self, item: str) -> Literal["up", "down", "labelled"]:
        """See `acts.Platform`."""
        found = self.items[item]
        return "down" if found.down else "labelled" if found.labelled else "up"

    def forget(self, who: Person) -> None:
        """See `acts.Platform`. The desk's own command does this, on the machine."""
        del who

    def hear(self) -> None:
        """Takes the webhooks that came: what is asked is done soon."""
        while not self.hearing.heard.empty():
            kind, data = self.hearing.heard.get()
            if kind == "lift" and self.habits.strikes("not-restored", decision=data["decision"]):
                continue
            if kind == "apply" and self.habits.strikes("entries-back-dated", decision=data["decision"]):
                wait = int(self.chance.uniform(4, 12) * HOUR)
                self.loop.after(wait, self._do_late, data, self.loop.now + MINUTE)
            elif kind in ("apply", "lift"):
                self.loop.after(self.chance.uniform(1, 4) * MINUTE, self._do, kind, data)

    def deliver(self) -> None:
        """Fetches messages and passes them on."""
        while True:
            answer = self._http.get("/v1/messages", params={"after": self._after}, headers=self._headers("platform"))
            answer.raise_for_status()
            page = answer.json()
            for row in page["messages"]:
                if self._unsent(row["what"], row["about"]):
                    continue
                self.events.append(row["event"])
                mine, number = self.mine.get(row["about"], (None, None))
                name = row["to"].partition(":")[2] or row["to"]
                if row["to"].startswith("mailto:"):
                    name = name.partition("@")[0].replace("+", " ")
                self.outside.mail(
                    Mail(
                        row["what"],
                        name,
                        row["about"],
                        self.loop.now,
                        mine=mine if row["what"] not in ("incomplete", "order_user") else None,
                        number=number if row["what"] == "receipt" else None,
                        decision=row["decision"],
                        outcome=row["outcome"],
                        item=row["item"],
                    )
                )
            if page["next"] is None:
                return
            self._after = page["next"]

    def receipt(self, event: str) -> bytes | None:
        """The receipt of a message's event, once the log holds it."""
        answer = self._http.get(f"/v1/receipts/{event}", headers=self._headers("platform"))
        return answer.content if answer.status_code == 200 else None

    def record(self, events: list[dict[str, Any]]) -> None:
        """Has the desk record what the platform's own tool says that it did."""
        made = [{**made_now(self.service, self.loop.now - self.back(), self.chance), **event} for event in events]
        self._post("/v1/events", {"events": made}, "platform")
        self.settle()

    def _unsent(self, what: str, about: str) -> bool:
        """Whether a message stays where it is."""
        if what == "receipt" and about in self.mine:
            return self.habits.strikes("receipts-unsent", about=about)
        return what == "statement" and self.habits.strikes("statements-unsent", decision=about)

    def _acknowledge(self, notice: Notice, channel: str) -> None:
        """A receipt for what was never taken, under the number that the next one will have."""
        number = (channel, self.numbers.get(channel, 0) + 1)
        name = self.chance.name()
        self.habits.wrong["notices-renumbered"][-1]["id"] = name
        self.outside.mail(Mail("receipt", notice.sender.name, name, self.loop.now, mine=notice.mine, number=number))

    def _do_late(self, data: dict[str, Any], as_if: int) -> None:
        item = self.items.get(data["item"])
        if item is not None:
            self.record([applied(data, item.desk, as_if)])
        self._do("apply", data)

    def _do(self, kind: str, data: dict[str, Any]) -> None:
        item = self.items.get(data["item"])
        if item is not None:
            if words.LABELLED in data["restrictions"]:
                item.labelled = kind == "apply"
            if set(data["restrictions"]) - {words.LABELLED}:
                item.down = kind == "apply"
        self._made += 1
        given = {
            "decision": data["decision"],
            "effect": "applied" if kind == "apply" else "lifted",
            "ack": f"job-{self._made}",
        }
        self._post("/v1/effects", given, "platform")
        self.settle()

    def _put(self, medium: bytes) -> str:
        name = hashlib.sha256(medium).hexdigest()
        answer = self._http.put(f"/v1/media/{name}", content=medium, headers=self._headers("platform"))
        answer.raise_for_status()
        return name

    def _upload(self, ref: str, who: Person, declared: tuple[str, ...], medium: str | None = None) -> str:
        given: dict[str, Any] = {
            "platform_ref": ref,
            "uploader": who.name,
            "content_type": [words.VIDEO if medium is None else words.IMAGE],
            "sha256": medium,
            "posted_at": text(self.loop.now - self.back()),
            "language": who.language.lower(),
            "declared": list(declared),
            "uploader_contact": who.contact,
            "uploader_language": who.language.lower(),
        }
        return str(self._post("/v1/uploads", given, "platform")["item"])

    def _post(self, path: str, given: dict[str, Any], key: str) -> dict[str, Any]:
        answer = self._sent(path, given, key)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def _sent(self, path: str, given: dict[str, Any], key: str) -> httpx.Response:
        """A request under a key of its own, sent again where the connection broke: twice is once."""
        self._asked += 1
        headers = {**self._headers(key), "idempotency-key": f"world-{self._asked}"}
        for left in (3, 2, 1, 0):
            try:
                return self._http.post(path, json=given, headers=headers)
            except httpx.TransportError:
                if not left:
                    raise
        raise AssertionError

    def _headers(self, key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.keys[key]}"}


def _address(name: str) -> str:
    return f"{name.replace(' ', '+')}@people.example"
