"""What the bank learns later: uploads that came before get a case, what rested on a wrong entry gets a person."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.desk.conftest import Place, choice
from waarmerk.bank.bringing import entry_of
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import By, Source
from waarmerk.desk.cases.banking import NAME, BankLooker, DeskBank
from waarmerk.desk.cases.carry_out import ask_platform, confirm, tell_uploader
from waarmerk.desk.cases.lookback import look_back
from waarmerk.desk.cases.looking import Looked, as_json, from_json
from waarmerk.desk.cases.prepare import adopt_policy, conclude, looked_before, medium_of
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.policy.choice import Choice, Proposal
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.review.verdict import decide, decide_challenge
from waarmerk.desk.store import tables
from waarmerk.desk.store.media import open_media

ANNE, BRAM, CORA = "a" * 32, "b" * 32, "c" * 32
CATEGORY = "STATEMENT_CATEGORY_CYBER_VIOLENCE"


def drawn(path: Path, seed: int, quality: int) -> Path:
    """A picture of its own for each seed; another quality is another file of the same picture."""
    rough = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(rough).resize((256, 256), Image.Resampling.BICUBIC).save(path, quality=quality)
    return path


class Room:
    """A desk with its bank and its media; its worker's steps, one after the other."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self.folder = folder
        url = place.url
        self.address = url.removeprefix("sqlite:///").replace("+psycopg", "", 1)
        self.bank = DeskBank(self.address, "clips", lambda: place.now, os.urandom)
        self.media = open_media(str(folder / "media"), folder / "scratch")
        self.looker = BankLooker(self.media, self.bank)
        self.files = 0
        with place.desk.write() as unit:
            adopt_policy(unit, default_policy(), default_text())

    def picture(self, seed: int, quality: int = 95) -> Path:
        self.files += 1
        return drawn(self.folder / f"{self.files}.jpg", seed, quality)

    def upload(self, seed: int, quality: int = 95, **changed) -> str:
        kept = self.media.add(self.picture(seed, quality))
        return self.place.upload(sha256=kept, content_type=("CONTENT_TYPE_IMAGE",), **changed)

    def work(self) -> None:
        """Prepares every case that is queued, as the worker's steps do."""
        table = tables.case
        for row in self.place.rows(table, table.c.state == "queued"):
            before = looked_before(self.place.desk, row.id)
            medium = medium_of(self.place.desk, row.id)
            seen = self.looker.look(medium) if before is None and medium is not None else Looked()
            with self.place.desk.write() as unit:
                looked = from_json(before or as_json(seen))
                conclude(unit, default_policy(), row.id, looked, mode="live")
                done = tables.task.c.subject == row.id
                unit.connection.execute(tables.task.update().where(done).values(done_at=unit.at, slot=1))
        self.place.later(minutes=1)

    def case(self, item: str, why: str):
        return self.place.row(tables.case, tables.case.c.item == item, tables.case.c.why == why)

    def cases(self, item: str) -> list:
        return self.place.rows(tables.case, tables.case.c.item == item)

    def decided(self, item: str) -> str:
        """A person restricts a noticed item as an intimate fake; the decision, which the bank learns from."""
        (case,) = self.place.notice(item).cases
        self.work()
        row = self.place.row(tables.case, tables.case.c.id == case)
        with self.place.desk.write() as unit:
            verdict = decide(unit, case, ANNE, choice(synthetic="yes"), row.version)
        assert verdict.decision
        self.bank.learn(self.place.desk, self.media, verdict.decision)
        self.place.later(minutes=1)
        return verdict.decision

    def listed(self, seed: int, status: str) -> str:
        """An entry that a list brings in."""
        known = KnownItem.of(hash_medium(self.picture(seed), "keep", sound=False).signals)
        with Store(Address.of(self.address), lambda: self.place.now, os.urandom) as store:
            source = Source("a list", CATEGORY)
            (entry,) = store.add(NAME, source, [entry_of(known, status)], By("Ann", "listed")).ids
        return entry

    def changed(self, entry: str, to: str) -> None:
        with Store(Address.of(self.address), lambda: self.place.now, os.urandom) as store:
            store.change([entry], to, By("Bob", "looked at it"))

    def back(self) -> int:
        return look_back(self.place.desk, self.bank)


@pytest.fixture
def room(place: Place, tmp_path: Path) -> Iterator[Room]:
    made = Room(place, tmp_path)
    yield made
    made.bank.close()


def test_what_was_uploaded_before_a_decision_brought_it_into_the_bank_gets_a_case_with_the_match(room: Room) -> None:
    earlier, innocent = room.upload(1, 80), room.upload(2)
    room.work()
    assert [case.state for case in room.cases(earlier)] == ["closed"]
    source = room.upload(1)
    room.decided(source)
    entry = room.place.row(tables.banked).entry
    assert room.back() == 1
    room.work()
    case = room.case(earlier, "retroactive")
    assert any("shows a confirmed known item" in reason for reason in case.proposal["reasons"])
    examined = [event for event in room.place.events("item.examined") if event["why"] == "retroactive"]
    assert [(event["item"], [each["entry"] for each in event["matches"]]) for event in examined] == [
        (earlier, [entry])
    ]
    assert [len(room.cases(item)) for item in (innocent, source)] == [1, 1]
    decision = room.place.row(tables.decision, tables.decision.c.item == earlier)
    assert (decision.body["rule"], decision.body["deciders"]) == ("intimate-known", [])


def test_an_upload_gets_one_case_for_an_entry_however_often_the_bank_changes(room: Room) -> None:
    earlier = room.upload(1)
    room.work()
    entry = room.listed(1, "seeded")
    assert room.back() == 0
    room.changed(entry, "confirmed")
    assert [room.back(), room.back()] == [1, 0]
    room.work()
    room.changed(entry, "disputed")
    room.changed(entry, "confirmed")
    assert room.back() == 0
    assert len(room.cases(earlier)) == 2


def test_an_entry_that_is_only_seeded_reaches_back_to_nothing(room: Room) -> None:
    earlier = room.upload(1)
    room.work()
    room.listed(1, "seeded")
    assert (room.back(), len(room.cases(earlier))) == (0, 1)


def test_an_upload_that_showed_the_entry_while_it_was_seeded_gets_a_case_when_it_is_confirmed(room: Room) -> None:
    entry = room.listed(1, "seeded")
    item = room.upload(1, 80)
    room.work()
    room.changed(entry, "confirmed")
    assert room.back() == 1
    room.work()
    assert room.case(item, "retroactive").facts["match"] == "confirmed"


def test_what_is_locked_or_was_acted_on_for_this_entry_gets_no_second_case(room: Room) -> None:
    entry = room.listed(1, "seeded")
    locked, acted_on = room.upload(1, 70), room.upload(1, 80)
    room.work()
    room.decided(acted_on)
    with room.place.desk.write() as unit:
        unit.connection.execute(tables.item.update().where(tables.item.c.id == locked).values(locked=True))
    room.changed(entry, "confirmed")
    assert room.back() == 0
    assert [len(room.cases(item)) for item in (locked, acted_on)] == [1, 2]


def test_a_case_that_waits_for_a_person_is_joined_and_looked_at_anew(room: Room) -> None:
    item = room.upload(1)
    (case,) = room.place.notice(item).cases
    room.work()
    room.listed(1, "confirmed")
    assert room.back() == 1
    room.work()
    (row,) = room.cases(item)
    assert (row.id, row.why, row.facts["match"]) == (case, "notice", "confirmed")


def test_an_upload_that_is_being_looked_at_is_tried_again_until_its_look_is_over(room: Room) -> None:
    item = room.upload(1)
    room.looker.look(medium_of(room.place.desk, room.case(item, "upload").id))
    room.listed(1, "confirmed")
    with room.place.desk.write() as unit:
        unit.connection.execute(tables.task.update().values(slot=1))
    assert room.back() == 0
    case = room.case(item, "upload").id
    with room.place.desk.write() as unit:  # it ends with what it saw before the entry was there
        conclude(unit, default_policy(), case, Looked(), mode="live")
        unit.connection.execute(tables.task.update().values(done_at=unit.at))
    assert [room.back(), room.back()] == [1, 0]


def fallen(room: Room, *, killed: bool = False) -> tuple[str, str, str]:
    """A complaint about the decision behind an entry is right, and an upload was removed because of that entry: the
    upload, its decision, the entry. `killed`: before the entry was retired."""
    source = room.upload(1)
    first = room.decided(source)
    entry = room.place.row(tables.banked, tables.banked.c.decision == first).entry
    item = room.upload(1, 80)
    room.work()
    second = room.place.row(tables.decision, tables.decision.c.item == item).id
    with room.place.desk.write() as unit:
        tell_uploader(unit, first)
        tell_uploader(unit, second)
        ask_platform(unit, second)
        confirm(unit, second, "applied", "ack-1")
    sender = room.place.row(tables.item, tables.item.c.id == source).uploader
    with room.place.desk.write() as unit:
        given = {"decision": first, "sender": sender, "grounds": "20_1_a", "text": "it is real", "language": "nl"}
        challenge, _ = take_challenge(unit, Challenge(**given))
    room.work()
    case = room.place.row(tables.case, tables.case.c.challenge == challenge)
    with room.place.desk.write() as unit:
        verdict = decide_challenge(unit, case.id, BRAM, "reversed", {"en": "It is real."}, case.version)
    assert verdict.undone == (entry,)
    if not killed:
        room.bank.retire(entry, BRAM, first)
    return item, second, entry


def test_what_rested_on_an_entry_that_a_complaint_took_out_is_put_before_a_person_and_put_back(room: Room) -> None:
    item, decision, _ = fallen(room)
    assert [room.back(), room.back()] == [1, 0]
    assert room.place.notice(item).cases != (room.case(item, "retroactive").id,)
    room.work()
    case = room.case(item, "retroactive")
    assert (case.state, case.proposal["choice"]["outcome"]) == ("waiting", "restore")
    assert "was taken out of the bank" in case.proposal["reasons"][0]
    chosen = Proposal(**case.proposal | {"choice": Choice(**case.proposal["choice"])}).choice
    with room.place.desk.write() as unit:
        restored = decide(unit, case.id, CORA, chosen, case.version, needs_two=True).decision  # one may put back
        assert restored
    assert room.place.row(tables.decision, tables.decision.c.id == restored).undoes == decision
    with room.place.desk.write() as unit:
        tell_uploader(unit, restored)
        ask_platform(unit, restored)
        confirm(unit, restored, "lifted", "ack-2")
    assert room.place.row(tables.item, tables.item.c.id == item).restrictions == []
    (told,) = room.place.rows(tables.message, tables.message.c.about == restored)
    assert (told.what, "no longer counted as fake" in told.body) == ("restored", True)


def test_a_process_that_died_between_the_reversal_and_the_bank_leaves_no_entry_behind(room: Room) -> None:
    item, _, entry = fallen(room, killed=True)
    assert [room.back(), room.back()] == [1, 0]
    assert room.case(item, "retroactive").state == "queued"
    changes = [event for event in room.place.events("bank.changed") if event["entry"] == entry]
    assert [event["to"] for event in changes] == ["confirmed", "retired"]


def test_nothing_is_put_back_for_an_upload_that_the_retired_entry_had_nothing_to_do_with(room: Room) -> None:
    other = room.upload(7)
    room.decided(other)
    fallen(room)
    assert (room.back(), len(room.cases(other))) == (1, 1)
