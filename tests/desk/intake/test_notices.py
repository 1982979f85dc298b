"""Notices: taken, numbered, acknowledged, and whatever is missing said."""

import pytest
from sqlalchemy.exc import IntegrityError as DatabaseError

from tests.desk.conftest import CATEGORY, Place
from waarmerk.desk.store import tables
from waarmerk.errors import InputError


def test_a_notice_is_numbered_and_its_receipt_carries_the_number(place: Place) -> None:
    item = place.upload()
    first, second = place.notice(item), place.notice(item)
    assert [first.n, second.n] == [1, 2]
    events = place.events("notice.received")
    assert [(event["channel"], event["n"], event["notice"]) for event in events] == [
        ("form", 1, first.id),
        ("form", 2, second.id),
    ]
    receipts = place.rows(tables.message, tables.message.c.what == "receipt")
    assert {(row.about, "form-1" in row.body, "form-2" in row.body) for row in receipts} == {
        (first.id, True, False),
        (second.id, False, True),
    }


def test_many_notices_about_one_item_are_one_case(place: Place) -> None:
    item = place.upload()
    cases = {place.notice(item, email=f"n{number}@example.org").cases for number in range(5)}
    assert len(cases) == 1
    assert place.row(tables.case).why == "notice"
    assert len(place.rows(tables.case)) == 1


def test_a_notice_without_good_faith_is_taken_and_what_is_missing_is_told(place: Place) -> None:
    taken = place.notice(place.upload(), good_faith=False, reason=" ")
    assert taken.missing == ("reason", "good_faith")
    (message,) = place.rows(tables.message, tables.message.c.what == "incomplete")
    assert "waarom u de inhoud onwettig vindt" in message.body


def test_a_notice_of_child_abuse_needs_no_name_and_locks_the_item(place: Place) -> None:
    item = place.upload()
    taken = place.notice(item, name=None, email=None, csam=True)
    assert taken.missing == ()
    assert place.row(tables.item).locked
    assert not place.rows(tables.message)


def test_an_ordinary_notice_does_not_lock_the_item(place: Place) -> None:
    place.notice(place.upload())
    assert not place.row(tables.item).locked


def test_a_trusted_flagger_goes_before_a_notice_and_an_order_before_both(place: Place) -> None:
    plain, trusted = place.upload(), place.upload()
    place.notice(plain)
    place.notice(trusted, channel="flagger", flagger_ref="NL-12")
    urgency = {row.item: row.priority for row in place.rows(tables.case)}
    assert urgency[trusted] < urgency[plain]
    event = place.events("notice.received")[-1]
    assert (event["sender_type"], event["flagger_ref"]) == ("trusted_flagger", "NL-12")


def test_one_notifier_is_one_pseudonym_and_the_record_knows_no_address(place: Place) -> None:
    item = place.upload()
    place.notice(item, email="An@EXAMPLE.org")
    place.notice(item, email="An@example.org")
    place.notice(item, email="bo@example.org")
    events = place.events("notice.received")
    assert events[0]["sender"] == events[1]["sender"] != events[2]["sender"]
    assert not any("example" in str(event).lower() for event in events)


def test_a_notice_about_nothing_is_refused_and_takes_no_number(place: Place) -> None:
    with pytest.raises(InputError, match="at least one item"):
        place.notice()
    with pytest.raises(InputError, match="there is no item"):
        place.notice("0" * 32)
    assert place.notice(place.upload()).n == 1


def test_a_category_outside_the_laws_list_is_refused(place: Place) -> None:
    item = place.upload()
    with pytest.raises(InputError, match="category"):
        place.notice(item, category="SOMETHING")
    assert place.notice(item, category=CATEGORY).n == 1


def test_what_a_transaction_did_is_gone_with_it_the_event_too(place: Place) -> None:
    with pytest.raises(DatabaseError), place.desk.write() as unit:
        unit.connection.execute(tables.cause.insert().values(case="0" * 32, kind="notice", id="1" * 32))
        unit.connection.execute(tables.notice.insert().values(id="1" * 32))
    assert not place.rows(tables.cause)
