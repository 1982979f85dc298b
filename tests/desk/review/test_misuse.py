"""Against misuse: a warning after repeated acts, a suspension after that; who only looks like it is not hit."""

import pytest
from sqlalchemy import select

from tests.desk.conftest import Place, choice
from waarmerk.desk.cases.carry_out import ask_platform, confirm, tell_uploader
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.people.accounts import Member
from waarmerk.desk.review.misuse import Standing, standing, suspend, warn
from waarmerk.desk.review.verdict import decide, decide_challenge
from waarmerk.desk.store import tables
from waarmerk.errors import ConflictError, UsageError

ANNE = Member("a" * 32, "anne", "senior", "en", "")
BRAM = Member("b" * 32, "bram", "senior", "en", "")
WEIGHED = {
    "days": 30,
    "gravity": "grave: a person's intimate life",
    "intent": "after a warning",
    "explanation": "Again.",
}


def restricted(place: Place, **changed) -> str:
    """An illegal upload of the same uploader, decided by Bram and carried out."""
    place.later(hours=1)
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    return decided(place, case, choice(**changed))


def decided(place: Place, case: str, chosen) -> str:
    with place.desk.write() as unit:
        made = decide(unit, case, BRAM.pid, chosen, place.row(tables.case, tables.case.c.id == case).version).decision
    assert made
    carried_out(place, made, "applied" if chosen.outcome == "restrict" else None)
    return made


def carried_out(place: Place, decision: str, effect: str | None) -> None:
    with place.desk.write() as unit:
        tell_uploader(unit, decision)
        ask_platform(unit, decision)
        if effect:
            confirm(unit, decision, effect, f"ack-{decision[:4]}")


def uploader(place: Place) -> str:
    return str(place.row(tables.person, tables.person.c.handle == "uploader:u1").pid)


def stands(place: Place, kind: str = "content", pid: str | None = None) -> Standing:
    with place.desk.read() as connection:
        return standing(connection, pid or uploader(place), kind, place.now.date().isoformat())


def warned(place: Place, explanation: str = "Two nude fakes of one person.") -> None:
    with place.desk.write() as unit:
        warn(unit, ANNE, uploader(place), "content", explanation)


def suspended(place: Place, **changed) -> str:
    with place.desk.write() as unit:
        return suspend(unit, ANNE, uploader(place), **WEIGHED | changed)


def test_a_warning_comes_before_a_suspension_and_both_are_told_and_recorded(place: Place) -> None:
    restricted(place)
    with pytest.raises(UsageError, match="too little"):
        warned(place)
    restricted(place)
    with pytest.raises(UsageError, match="needs a warning before it"):
        suspended(place)
    warned(place)
    with pytest.raises(ConflictError, match="warned already"):
        warned(place)
    with pytest.raises(UsageError, match="a further act after that"):
        suspended(place)
    restricted(place)
    decision = suspended(place)
    carried_out(place, decision, "applied")
    event = place.events("decision.made")[-1]
    assert event["subject"] == {"type": "account", "id": uploader(place)}
    assert event["misuse"] == {
        "type": "content",
        "absolute": 3,
        "share": 1.0,
        "gravity": WEIGHED["gravity"],
        "intent": WEIGHED["intent"],
    }
    assert (event["until"], event["deciders"]) == ("2026-03-31", [ANNE.pid])
    told = [(each["what"], each["about"]) for each in place.events("message.sent") if each["to"] == uploader(place)]
    assert [what for what, _ in told] == ["statement", "statement", "warning", "statement", "statement"]
    assert told[-1][1] == decision
    body = place.rows(tables.message, tables.message.c.about == decision)[0].body
    assert "your account is suspended" in body and "2026-03-31" in body
    assert place.events("effect.applied")[-1]["subject"] == uploader(place)
    (asked,) = place.rows(tables.delivery, tables.delivery.c.decision == decision)
    assert (asked.body["account"], asked.body["until"]) == ("uploader:u1", "2026-03-31")
    assert "DECISION_ACCOUNT_SUSPENDED" not in place.rows(tables.item)[-1].restrictions
    with pytest.raises(ConflictError, match="suspended until 2026-03-31"):
        suspended(place)


@pytest.mark.parametrize(
    "lacking", [{"gravity": " "}, {"intent": ""}, {"explanation": ""}, {"days": 0}, {"days": 366}]
)
def test_a_suspension_weighs_every_factor_and_has_an_end(place: Place, lacking: dict) -> None:
    restricted(place)
    with pytest.raises(UsageError, match=r"weighed and said|for a time"):
        suspended(place, **lacking)


def test_somebody_whose_posts_were_accused_and_left_up_is_not_hit(place: Place) -> None:
    for _ in range(4):
        (case,) = place.notice(place.upload()).cases
        place.waiting(case)
        decided(place, case, choice(outcome="no_action", restrictions=(), ground=None, ground_ref=None))
    restricted(place, ground="terms")
    found = stands(place)
    assert (found.wrong, found.total, found.may_warn) == ((), 5, False)


def test_what_a_complaint_took_back_counts_no_longer(place: Place) -> None:
    restricted(place)
    wrong = restricted(place)
    assert stands(place).may_warn
    reverse(place, wrong)
    assert not stands(place).may_warn


def test_a_suspension_that_was_wrong_is_lifted_from_the_account(place: Place) -> None:
    for _ in range(2):
        restricted(place)
    warned(place)
    restricted(place)
    decision = suspended(place)
    carried_out(place, decision, "applied")
    back = reverse(place, decision)
    carried_out(place, back, "lifted")
    assert place.events("decision.made")[-1]["subject"] == {"type": "account", "id": uploader(place)}
    effect = place.events("effect.applied")[-1]
    assert (effect["effect"], effect["subject"]) == ("lifted", uploader(place))
    assert stands(place).until is None


def reverse(place: Place, decision: str) -> str:
    with place.desk.write() as unit:
        challenge, _ = take_challenge(unit, Challenge(decision, uploader(place), "20_1_a", "that was satire", "nl"))
    case = place.row(tables.case, tables.case.c.challenge == challenge)
    place.waiting(case.id)
    with place.desk.write() as unit:
        made = decide_challenge(unit, case.id, "c" * 32, "reversed", {"en": "Right."}, case.version).decision
    assert made
    return made


def test_a_notifier_is_warned_for_repeated_unfounded_notices_alone(place: Place) -> None:
    left = choice(outcome="no_action", restrictions=(), ground=None, ground_ref=None)
    for _ in range(2):
        place.later(hours=1)
        (case,) = place.notice(place.upload()).cases
        place.waiting(case)
        decided(place, case, left)
    with place.desk.read() as connection:
        notifier = connection.execute(select(tables.notice.c.sender).limit(1)).scalar_one()
    found = stands(place, "notices", notifier)
    assert (len(found.wrong), found.total, found.share, found.may_warn) == (2, 2, 1.0, True)
    with place.desk.write() as unit:
        warn(unit, ANNE, notifier, "notices", "Both showed the sender's rival, and nothing unlawful.")
    event = place.events("message.sent")[-1]
    assert (event["what"], event["to"], event["by"]["pid"]) == ("warning", notifier, ANNE.pid)
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    decided(place, case, choice())
    found = stands(place, "notices", notifier)
    assert (len(found.wrong), found.may_suspend) == (2, False)
