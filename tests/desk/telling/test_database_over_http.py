"""The database's client over real HTTP, against its simulator: every statement is there exactly once."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import httpx
import pytest
from simulation.transparency import Database, TransparencyServer

from tests.desk.conftest import Place
from tests.desk.review.test_verdict import decided
from waarmerk.desk.store import tables
from waarmerk.desk.telling.database import Submitter, Windows
from waarmerk.errors import UnavailableError, UsageError
from waarmerk.web.duties import caller

TOKEN = "token-1"


@pytest.fixture
def database() -> Database:
    data = files("waarmerk.dsa") / "data"
    fields, enums = (json.loads((data / f"{name}.json").read_text())[name] for name in ("fields", "enums"))
    return Database(TOKEN, fields, enums)


@contextmanager
def submitting(place: Place, database: Database, token: str = TOKEN, timeout: float = 5) -> Iterator[Submitter]:
    with TransparencyServer(database, silence_s=timeout + 1) as server:
        call = caller(server.url, token, timeout)

        def briefly(seconds: float) -> None:
            time.sleep(min(seconds, 0.05))

        yield Submitter(place.desk, call, Windows(time.monotonic, time.sleep), briefly)


def settled(place: Place, database: Database, number: int) -> None:
    """Each statement is in the database, settled, and recorded as created once."""
    rows = place.rows(tables.statement)
    assert [row.state for row in rows] == ["created"] * number
    assert {row.puid for row in rows} == set(database.statements)
    counted = Counter(event["puid"] for event in place.events("statement.submitted") if event["result"] == "created")
    assert counted == Counter(database.statements.keys())


def test_batches_are_created_once_whole_and_with_the_servers_numbers(place: Place, database: Database) -> None:
    for _ in range(3):
        decided(place)
    with submitting(place, database) as submitter:
        assert submitter.submit_due() == 3
        assert submitter.submit_due() == 0
    settled(place, database, 3)
    assert {row.uuid for row in place.rows(tables.statement)} == {
        each["uuid"] for each in database.statements.values()
    }


def test_a_lost_answer_and_a_server_that_is_down_make_nothing_twice(place: Place, database: Database) -> None:
    decided(place)
    database.lose_answers, database.down = 1, 2
    with submitting(place, database, timeout=0.3) as submitter:
        submitter.submit_due()
    settled(place, database, 1)


def test_what_was_created_before_a_kill_is_found_again_and_not_taken_for_refused(
    place: Place, database: Database
) -> None:
    decided(place)
    decided(place)
    first = place.rows(tables.statement)[0]
    assert database.take([first.body])[0] == 201
    with submitting(place, database) as submitter:
        submitter.submit_due()
    settled(place, database, 2)
    assert database.refusals == 1


def test_both_limits_of_the_server_are_waited_for(place: Place, database: Database) -> None:
    decided(place)
    database.per_second = 1
    assert database.admits()
    with submitting(place, database) as submitter:
        end = time.monotonic() + 10
        while not database.statements and time.monotonic() < end:
            try:
                submitter.submit_due()
            except UnavailableError:
                time.sleep(0.3)
    assert database.limited > 0
    settled(place, database, 1)


def test_a_wrong_key_stops_and_loses_nothing(place: Place, database: Database) -> None:
    decided(place)
    with submitting(place, database, token="wrong") as submitter, pytest.raises(UsageError, match="refuses the key"):
        submitter.submit_due()
    assert [row.state for row in place.rows(tables.statement)] == ["waiting"]
    with submitting(place, database) as submitter:
        submitter.submit_due()
    settled(place, database, 1)


def test_the_simulator_takes_a_batch_whole_or_not_at_all(database: Database) -> None:
    with TransparencyServer(database) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        assert client.get("/api/ping").status_code == 200
        assert client.post("/api/v1/statements", json={"statements": []}).status_code == 401
        client.headers["authorization"] = f"Bearer {TOKEN}"
        for number in (0, 101):
            answer = client.post("/api/v1/statements", json={"statements": [{}] * number})
            assert answer.status_code == 422
        answer = client.post("/api/v1/statements", json={"statements": [{"puid": "a b"}, 7]})
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"statement_0", "statement_1"}
        assert client.post("/api/v1/statement", content=b"\xff").status_code == 422
        assert client.get("/api/v1/statement/existing-puid/a").status_code == 404
        assert database.statements == {}
        database.per_second = 0
        answer = client.get("/api/v1/statement/existing-puid/a")
        assert (answer.status_code, answer.headers["content-type"]) == (429, "text/plain")


def test_two_who_submit_at_once_create_each_statement_once(place: Place, database: Database) -> None:
    for _ in range(4):
        decided(place)
    with submitting(place, database) as one, submitting(place, database) as other:
        threads = [threading.Thread(target=each.submit_due) for each in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    settled(place, database, 4)
