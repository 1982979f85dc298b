"""What an out-of-court body found is entered with its reference, carried out as a reversal is, decided by nobody."""

import pytest

from tests.desk.conftest import REMOVED, Place
from tests.desk.review.test_verdict import ANNE, BRAM, complaint, complaint_case, decided, refused
from waarmerk.desk.cases.carry_out import ask_platform, confirm, tell_uploader
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.review.verdict import Verdict, decide_challenge
from waarmerk.desk.store import tables
from waarmerk.errors import UsageError

BODY = "Appeals Centre 2026-7"


def found(place: Place, challenge: str, outcome: str, pid: str = ANNE, **changed) -> Verdict:
    case = complaint_case(place, challenge)
    given = {"body_ref": BODY} | changed
    with place.desk.write() as unit:
        return decide_challenge(unit, case.id, pid, outcome, {"nl": "zie de uitspraak"}, case.version, **given)  # type: ignore[arg-type]


def test_a_finding_that_reverses_is_recorded_as_the_bodys_and_really_restores(place: Place) -> None:
    item, decision = decided(place)
    with place.desk.write() as unit:
        unit.connection.execute(tables.banked.insert().values(entry="e1", decision=decision))
    challenge, _ = complaint(place, decision, forum="out_of_court")
    verdict = found(place, challenge, "reversed")  # Anne took the decision: entering decides nothing
    assert verdict.undone == ("e1",) and verdict.decision is not None
    with place.desk.write() as unit:
        tell_uploader(unit, verdict.decision)
        ask_platform(unit, verdict.decision)
        confirm(unit, verdict.decision, "lifted", "ack-2")
    (closed,) = place.events("challenge.closed")
    assert (closed["outcome"], closed["body_ref"], closed["deciders"]) == ("reversed", BODY, [])
    assert (closed["by"], closed["carried_out_by"]) == ({"type": "authority"}, verdict.decision)
    assert place.events("decision.made")[-1]["because"] == {"type": "dispute", "ids": [challenge]}
    assert place.row(tables.item, tables.item.c.id == item).restrictions == []
    (told,) = [event for event in place.events("message.sent") if event["what"] == "challenge_outcome"]
    assert told["elements"] == ["facts", "redress_court"]
    assert BODY in place.row(tables.message, tables.message.c.what == "challenge_outcome").body


@pytest.mark.parametrize("outcome", ["upheld", "omitted"])
def test_a_finding_that_reverses_nothing_leaves_the_restriction(place: Place, outcome: str) -> None:
    _, decision = decided(place)
    challenge, _ = complaint(place, decision, forum="out_of_court")
    assert found(place, challenge, outcome).undone == ()
    (closed,) = place.events("challenge.closed")
    assert closed["outcome"] == outcome and "carried_out_by" not in closed
    assert place.row(tables.item).restrictions == [REMOVED]


def test_nobody_here_decides_a_dispute_and_no_body_a_complaint(place: Place) -> None:
    _, decision = decided(place)
    dispute, _ = complaint(place, decision, forum="out_of_court")
    with pytest.raises(UsageError, match="out-of-court body decides"):
        found(place, dispute, "reversed", BRAM, body_ref=None)
    inside, _ = complaint(place, decision)
    for outcome, ref in (("reversed", BODY), ("omitted", None)):
        with pytest.raises(UsageError, match="before no out-of-court body"):
            found(place, inside, outcome, BRAM, body_ref=ref)
    assert not place.events("challenge.closed")
    found(place, inside, "upheld", BRAM, body_ref=None)
    assert "body_ref" not in place.events("challenge.closed")[0]


def test_a_body_that_finds_a_refusal_wrong_has_something_done(place: Place) -> None:
    decision, _ = refused(place)
    sender = place.events("notice.received")[-1]["sender"]
    with place.desk.write() as unit:
        given = Challenge(decision, sender, "no_action", "still up", "nl", "out_of_court")
        challenge, _ = take_challenge(unit, given)
    with pytest.raises(UsageError, match="followed by an act"):
        found(place, challenge, "reversed")
