"""What lies between the desk and the database answers as the database does, and does what it was told to do wrong."""

from typing import Any

from simulation.plaza.habits import Habits
from simulation.remote.relay import Relay
from simulation.remote.ways import WAYS

FIELDS: dict[str, dict[str, Any]] = {"puid": {"required": True}, "automated_detection": {"required": True}}


def relay(**habits: float) -> Relay:
    rates = {name.replace("_", "-"): rate for name, rate in habits.items()}
    return Relay("token", FIELDS, {}, habits=Habits(1, rates, WAYS))


def body(puid: str) -> dict[str, str]:
    return {"puid": puid, "automated_detection": "Yes"}


def test_an_honest_one_passes_everything_on() -> None:
    between = relay()
    status, said = between.take([body("a"), body("b")])
    assert status == 201
    assert [row["puid"] for row in said["statements"]] == ["a", "b"]
    assert {row["automated_detection"] for row in between.statements.values()} == {"Yes"}


def test_a_withheld_statement_is_answered_as_created_and_is_not_there() -> None:
    between = relay(statements_withheld=0.5)
    status, said = between.take([body(str(number)) for number in range(40)])
    assert status == 201
    assert [row["puid"] for row in said["statements"]] == [str(number) for number in range(40)]
    assert all(row["uuid"] for row in said["statements"])
    assert 0 < len(between.statements) < 40


def test_the_flag_is_turned_round_in_the_database_and_not_at_the_desk() -> None:
    between, mine = relay(flag_inverted=1.0), body("a")
    between.take([mine])
    assert mine["automated_detection"] == "Yes"
    assert between.statements["a"]["automated_detection"] == "No"


def test_what_the_database_refuses_is_refused_through_it() -> None:
    between = relay(statements_withheld=0.0)
    between.take([body("a")])
    status, said = between.take([body("a")])
    assert status == 422 and said["errors"]["existing_puids"] == ["a"]


def test_a_desk_that_is_shut_out_has_the_wrong_key() -> None:
    between = relay()
    between.shut_out()
    assert between.shut and between.token != "token"
