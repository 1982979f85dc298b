"""Statements for the Commission's database: what is sent says what was decided, and passes its rules."""

import pytest
from sqlalchemy import update

from tests.desk.conftest import Place
from tests.desk.review.test_verdict import decided
from waarmerk.desk.intake.hours import close_hours, frames
from waarmerk.desk.store import tables
from waarmerk.desk.telling.database import Answer, Submitter, Windows
from waarmerk.desk.telling.webhooks import Endpoint, send_due, sign, verify
from waarmerk.dsa.statement import validate
from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.record.frame import frame_leaf, frame_root


def test_a_statement_passes_every_rule_of_the_server_and_ours(place: Place) -> None:
    decided(place)
    (row,) = place.rows(tables.statement)
    assert [found.sentence for found in validate(row.body)] == []
    assert (row.body["source_type"], row.body["automated_detection"]) == ("SOURCE_ARTICLE_16", "No")
    assert row.body["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"


def test_nothing_is_queued_for_spam_or_twice(place: Place) -> None:
    decided(place, commercial_spam=True)
    assert place.rows(tables.statement) == []
    decided(place, ground="terms", ground_ref="section 3")
    (row,) = place.rows(tables.statement)
    assert validate(row.body) == []


class Server:
    """The database's rules, as far as a client can break them; the real simulator stands in `simulation/`."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.script: list[object] = []
        self.asked: list[str] = []

    def __call__(self, method: str, path: str, body) -> Answer:
        import json

        self.asked.append(path)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, int):
            return Answer(step, b"Limit Reached...")
        if path.startswith("/api/v1/statement/existing-puid/"):
            return Answer(302 if path.rpartition("/")[2] in self.known else 404, b"")
        puids = [each["puid"] for each in body["statements"]]
        double = self.known & set(puids)
        if double:
            return Answer(422, json.dumps({"errors": {}, "existing_puids": sorted(double)}).encode())
        self.known |= set(puids)
        if step == "late":  # taken, and the answer lost
            raise TimeoutError
        return Answer(
            201, json.dumps({"statements": [{"puid": puid, "uuid": f"u-{puid}"} for puid in puids]}).encode()
        )


@pytest.fixture
def server_side(place: Place):
    server, waits = Server(), []
    clock = iter(range(10_000))
    windows = Windows(lambda: float(next(clock)), waits.append)
    return server, Submitter(place.desk, server, windows, waits.append), waits


def test_a_batch_is_created_and_recorded_once(place: Place, server_side) -> None:
    server, submitter, _ = server_side
    for _ in range(3):
        decided(place)
    assert submitter.submit_due() == 3
    assert submitter.submit_due() == 0
    events = place.events("statement.submitted")
    assert [event["result"] for event in events] == ["created"] * 3
    assert {event["puid"] for event in events} == server.known


def test_after_a_time_out_our_own_statements_are_found_and_not_sent_again(place: Place, server_side) -> None:
    server, submitter, _ = server_side
    decided(place)
    server.script = ["late"]
    assert submitter.submit_due() == 1
    assert server.asked.count("/api/v1/statements") == 1
    assert [row.state for row in place.rows(tables.statement)] == ["created"]


def test_a_limit_is_waited_for_and_a_refused_key_stops_at_once(place: Place, server_side) -> None:
    server, submitter, waits = server_side
    decided(place)
    server.script = [401]
    with pytest.raises(UsageError, match="refuses the key"):
        submitter.submit_due()
    server.script = [429, 429]
    assert submitter.submit_due() == 1
    assert 1.0 in waits and 2.0 in waits


def test_a_database_that_is_down_loses_nothing(place: Place, server_side) -> None:
    server, submitter, _ = server_side
    decided(place)
    server.script = [503] * 6
    with pytest.raises(UnavailableError):
        submitter.submit_due()
    assert [row.state for row in place.rows(tables.statement)] == ["waiting"]
    assert place.events("statement.submitted") == []


def test_what_the_server_would_refuse_is_told_apart_and_the_rest_goes(place: Place, server_side) -> None:
    _, submitter, _ = server_side
    decided(place)
    decided(place)
    first = place.rows(tables.statement)[0]
    with place.desk.write() as unit:
        unit.connection.execute(
            update(tables.statement)
            .where(tables.statement.c.puid == first.puid)
            .values(body=first.body | {"category": "NONE"})
        )
    assert submitter.submit_due() == 1
    assert sorted(row.state for row in place.rows(tables.statement)) == ["created", "rejected"]


SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="


def test_a_webhook_is_signed_and_what_was_changed_or_is_old_is_refused(place: Place) -> None:
    moment = place.now
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": sign(SECRET, "m1", moment, b"{}"),
    }
    assert verify(SECRET, headers, b"{}", moment) == "m1"
    with pytest.raises(InputError, match="does not hold"):
        verify(SECRET, headers, b"{ }", moment)
    place.later(minutes=6)
    with pytest.raises(InputError, match="too old"):
        verify(SECRET, headers, b"{}", place.now)


def test_the_standards_own_example_has_our_signature() -> None:
    """The vector that the standard-webhooks reference libraries test with."""
    from datetime import UTC, datetime

    found = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_delivery_is_tried_again_with_the_same_id_and_given_up_in_the_end(place: Place) -> None:
    decided(place)
    seen: list[str] = []

    def refuse(url: str, body: bytes, headers) -> int:
        seen.append(headers["webhook-id"])
        raise ConnectionRefusedError("no")

    endpoint = Endpoint("http://127.0.0.1:1/", SECRET)
    for _ in range(40):
        send_due(place.desk, endpoint, refuse)
        place.later(hours=5)
    rows = place.rows(tables.delivery)
    assert all(row.next_at is None and "nobody answered" in row.failure for row in rows)
    assert len(seen) == 24 * len(rows)
    assert len(set(seen)) == len(rows)


def test_a_delivery_that_arrived_is_not_sent_again(place: Place) -> None:
    decided(place)
    endpoint = Endpoint("http://127.0.0.1:1/", SECRET)
    first = send_due(place.desk, endpoint, lambda *_: 204)
    assert first == len(place.rows(tables.delivery)) > 0
    assert send_due(place.desk, endpoint, lambda *_: 204) == 0


def test_every_hour_is_counted_once_and_its_root_is_what_an_auditor_recomputes(place: Place) -> None:
    items = [place.upload() for _ in range(3)]
    place.later(hours=3)
    assert close_hours(place.desk) == 3
    assert close_hours(place.desk) == 0
    first, empty, _ = place.events("uploads.counted")
    assert (first["uploads"], empty["uploads"]) == (3, 0)
    salts = {row.item: row.salt for row in place.rows(tables.frame)}
    assert first["frame_root"] == frame_root(frame_leaf(salts[item], item) for item in reversed(items))
    place.upload()
    with place.desk.read() as connection:
        assert sorted(frames(connection)) == sorted((first["start"], item, salts[item]) for item in items)
