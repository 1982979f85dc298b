"""Orders of authorities, views, declarations."""

import pytest

from tests.desk.conftest import CATEGORY, KEYWORD, Place, choice
from waarmerk.desk.cases.carry_out import answer_inform, ask_platform, confirm, tell_uploader
from waarmerk.desk.intake.orders import Order, take_order
from waarmerk.desk.intake.uploads import declare, take_views
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables
from waarmerk.errors import InputError


def order(place: Place, *items: str, **changed) -> tuple[str, int]:
    given = {
        "type": "act",
        "authority_ref": "OM-2026-17",
        "member_state": "NL",
        "category": CATEGORY,
        "keyword": KEYWORD,
        "items": items,
        "territory": ("NL",),
        "language": "nl",
    }
    with place.desk.write() as unit:
        return take_order(unit, Order(**given | changed))


def test_an_order_is_carried_out_in_its_territory_and_both_sides_are_told(place: Place) -> None:
    item = place.upload()
    number, n = order(place, item)
    assert n == 1
    case = place.row(tables.case, tables.case.c.item == item)
    place.waiting(case.id)
    with place.desk.write() as unit:
        verdict = decide(unit, case.id, "a" * 32, choice(territory=("NL",)), case.version)
        tell_uploader(unit, verdict.decision)
        ask_platform(unit, verdict.decision)
    with place.desk.write() as unit:
        confirm(unit, verdict.decision, "applied", "ack")
        confirm(unit, verdict.decision, "applied", "ack")
    told = [(event["what"], event["about"]) for event in place.events("message.sent")]
    assert told == [("order_receipt", number), ("order_effect", number), ("order_user", number)]
    (effect,) = place.events("effect.applied")
    assert effect["territory"] == ["NL"]


def test_an_order_to_inform_is_answered_by_a_person_once(place: Place) -> None:
    number, _ = order(place, type="inform")
    for _ in range(2):
        with place.desk.write() as unit:
            answer_inform(unit, number, "the account was made on 3 January", {"type": "person", "pid": "a" * 32})
    assert [event["what"] for event in place.events("message.sent")] == ["order_receipt", "order_effect"]


def test_an_order_to_act_on_nothing_is_refused(place: Place) -> None:
    with pytest.raises(InputError, match="at least one item"):
        order(place)


def test_what_spreads_fast_is_taken_up_sooner_but_never_overtakes_a_class(place: Place) -> None:
    quiet, loud, noticed = place.upload(), place.upload(), place.upload()
    place.notice(noticed)
    place.later(hours=1)
    with place.desk.write() as unit:
        take_views(unit, loud, 1_000_000, place.now)
        take_views(unit, quiet, 3, place.now)
    urgency = {row.item: row.priority for row in place.rows(tables.case)}
    assert urgency[noticed] < urgency[loud] < urgency[quiet]


def test_an_older_view_count_that_comes_late_changes_nothing(place: Place) -> None:
    item = place.upload()
    place.later(hours=2)
    with place.desk.write() as unit:
        take_views(unit, item, 100, place.now)
        take_views(unit, item, 5, place.now.replace(hour=9))
    assert place.row(tables.item).views == 100


def test_a_declaration_that_comes_later_has_a_waiting_case_looked_at_again(place: Place) -> None:
    item = place.upload()
    case = place.row(tables.case).id
    place.waiting(case)
    with place.desk.write() as unit:
        declare(unit, item, "satire")
    assert place.row(tables.case).state == "queued"
    assert place.row(tables.item).declared == ["satire"]


def test_the_same_upload_again_is_the_same_item(place: Place) -> None:
    assert place.upload(platform_ref="x") == place.upload(platform_ref="x")
    assert len(place.rows(tables.case)) == 1


def test_an_upload_from_the_future_is_refused(place: Place) -> None:
    place.later(hours=-1)
    ahead = place.now.replace(hour=20)
    with pytest.raises(InputError, match="future"):
        place.upload(posted_at=ahead)
