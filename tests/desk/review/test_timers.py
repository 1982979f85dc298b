"""Before a deadline breaks somebody is warned: once by webhook, and by the figures for as long as it presses."""

from datetime import timedelta

from sqlalchemy import update

from tests.desk.conftest import CATEGORY, KEYWORD, Place, choice
from waarmerk.desk.intake.orders import Order, take_order
from waarmerk.desk.review.timers import Pressing, pressing, warn_of_deadlines
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables
from waarmerk.desk.store.unit import written


def due(place: Place, hours: float) -> str:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    deadline = written(place.now + timedelta(hours=hours))
    with place.desk.write() as unit:
        unit.connection.execute(update(tables.case).where(tables.case.c.id == case).values(deadline=deadline))
    return case


def presses(place: Place) -> Pressing:
    with place.desk.read() as connection:
        return pressing(connection, place.now)


def warnings(place: Place) -> list[dict]:
    return [row.body for row in place.rows(tables.delivery, tables.delivery.c.kind == "deadline")]


def test_a_case_is_warned_of_once_before_its_deadline_breaks(place: Place) -> None:
    case = due(place, 24)
    assert (warn_of_deadlines(place.desk), presses(place)) == (0, Pressing(0, 0))
    place.later(hours=20, minutes=1)
    assert [warn_of_deadlines(place.desk) for _ in range(3)] == [1, 0, 0]
    assert warnings(place) == [{"case": case, "deadline": "2026-03-02T09:00:00.000Z"}]
    assert presses(place) == Pressing(0, 1)
    place.later(hours=4)
    assert presses(place) == Pressing(1, 0)


def test_what_is_decided_presses_no_longer_and_is_not_warned_of(place: Place) -> None:
    case = due(place, 1)
    assert presses(place) == Pressing(0, 1)
    with place.desk.write() as unit:
        decide(unit, case, "a" * 32, choice(), 0)
    assert (warn_of_deadlines(place.desk), presses(place)) == (0, Pressing(0, 0))


def test_an_order_to_inform_is_warned_of_by_its_authoritys_date(place: Place) -> None:
    given = {
        "type": "inform",
        "authority_ref": "NL/OM-7",
        "member_state": "NL",
        "category": CATEGORY,
        "keyword": KEYWORD,
        "items": (),
        "territory": ("NL",),
        "language": "nl",
        "text": "who posted this?",
        "deadline": place.now + timedelta(hours=2),
    }
    with place.desk.write() as unit:
        order, _ = take_order(unit, Order(**given))
    assert warn_of_deadlines(place.desk) == 1
    assert warnings(place) == [{"order": order, "deadline": "2026-03-01T11:00:00.000Z"}]
