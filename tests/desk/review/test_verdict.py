"""People decide: one or two, complaints by another, and what was reversed comes back."""

import pytest
from sqlalchemy import select

from tests.desk.conftest import REMOVED, Place, choice
from waarmerk.desk.cases.carry_out import ask_platform, confirm, tell_uploader
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.people.accounts import Member, note_look
from waarmerk.desk.review.verdict import decide, decide_challenge
from waarmerk.desk.store import tables
from waarmerk.desk.store.unit import written
from waarmerk.errors import ConflictError, InputError, UsageError

ANNE, BRAM, CORA = "a" * 32, "b" * 32, "c" * 32


def decided(place: Place, **changed) -> tuple[str, str]:
    """An item that was noticed and restricted by Anne, carried out; the item and the decision."""
    item = place.upload()
    (case,) = place.notice(item).cases
    place.waiting(case)
    place.later(hours=1)
    with place.desk.write() as unit:
        verdict = decide(unit, case, ANNE, choice(**changed), _version(place, case))
        assert verdict.decision is not None
    for _ in range(2):  # steps may run twice
        with place.desk.write() as unit:
            tell_uploader(unit, verdict.decision)
            ask_platform(unit, verdict.decision)
    with place.desk.write() as unit:
        confirm(unit, verdict.decision, "applied", "ack-1", views_total=7)
    return item, verdict.decision


def _version(place: Place, case: str) -> int:
    return place.row(tables.case, tables.case.c.id == case).version


def complaint(place: Place, decision: str, **changed) -> tuple[str, bool]:
    given = {"decision": decision, "grounds": "20_1_a", "text": "this is satire", "language": "nl"}
    if "sender" not in changed:
        with place.desk.read() as connection:
            changed["sender"] = connection.execute(
                select(tables.item.c.uploader).join(tables.decision).where(tables.decision.c.id == decision)
            ).scalar()
    with place.desk.write() as unit:
        return take_challenge(unit, Challenge(**given | changed))


def complaint_case(place: Place, challenge: str):
    return place.row(tables.case, tables.case.c.challenge == challenge)


def test_a_restriction_is_told_before_it_has_effect_and_only_once(place: Place) -> None:
    _, decision = decided(place)
    statements = [event for event in place.events("message.sent") if event["what"] == "statement"]
    (effect,) = place.events("effect.applied")
    assert [event["about"] for event in statements] == [decision]
    assert statements[0]["at"] <= effect["at"]
    assert set(statements[0]["elements"]) >= {"restriction", "territory", "duration", "facts", "source", "ground"}
    assert len(place.rows(tables.delivery, tables.delivery.c.kind == "apply")) == 1
    assert place.row(tables.item).restrictions == [REMOVED]


def test_the_notifier_hears_the_decision_with_the_ways_of_redress(place: Place) -> None:
    decided(place)
    (told,) = [event for event in place.events("message.sent") if event["what"] == "decision"]
    assert {"redress_20", "redress_21", "redress_court"} <= set(told["elements"])
    assert told["about"] == place.events("notice.received")[0]["notice"]


def test_no_statement_for_commercial_spam_or_without_contact(place: Place) -> None:
    decided(place, commercial_spam=True)
    assert not [event for event in place.events("message.sent") if event["what"] == "statement"]


def test_of_two_who_decide_at_once_the_second_is_told(place: Place) -> None:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    seen = _version(place, case)
    with place.desk.write() as unit:
        decide(unit, case, ANNE, choice(), seen)
    with pytest.raises(ConflictError, match="somebody else"), place.desk.write() as unit:
        decide(unit, case, BRAM, choice(outcome="no_action", restrictions=()), seen)
    assert len(place.events("decision.made")) == 1


def test_where_two_must_agree_one_alone_decides_nothing(place: Place) -> None:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case, needs_two=True)
    with place.desk.write() as unit:
        assert decide(unit, case, ANNE, choice(), _version(place, case)).waits_for_second
    with pytest.raises(ConflictError, match="second person"), place.desk.write() as unit:
        decide(unit, case, ANNE, choice(), _version(place, case))
    assert not place.events("decision.made")
    with place.desk.write() as unit:
        decide(unit, case, BRAM, choice(), _version(place, case))
    (event,) = place.events("decision.made")
    assert event["deciders"] == [ANNE, BRAM]


def test_a_rule_that_asks_for_two_asks_for_two_whatever_was_proposed(place: Place) -> None:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    with place.desk.write() as unit:
        assert decide(unit, case, ANNE, choice(), 0, needs_two=True).waits_for_second
    assert not place.events("decision.made")


def test_two_who_differ_decide_nothing(place: Place) -> None:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case, needs_two=True)
    with place.desk.write() as unit:
        decide(unit, case, ANNE, choice(), 0)
    with place.desk.write() as unit:
        other = choice(outcome="restore", restrictions=())
        assert decide(unit, case, BRAM, other, _version(place, case)).waits_for_second
    assert not place.events("decision.made")


def test_a_complaint_goes_to_another_person(place: Place) -> None:
    _, decision = decided(place)
    challenge, admitted = complaint(place, decision)
    assert admitted
    case = complaint_case(place, challenge)
    with pytest.raises(ConflictError, match="you took the decision"), place.desk.write() as unit:
        decide_challenge(unit, case.id, ANNE, "upheld", {"en": "it stays"}, case.version)
    with place.desk.write() as unit:
        decide_challenge(unit, case.id, BRAM, "upheld", {"en": "it stays"}, case.version)
    (closed,) = place.events("challenge.closed")
    assert (closed["outcome"], closed["deciders"]) == ("upheld", [BRAM])
    assert place.row(tables.item).restrictions == [REMOVED]


def test_a_reversal_lifts_the_restriction_and_names_what_the_bank_must_forget(place: Place) -> None:
    item, decision = decided(place)
    with place.desk.write() as unit:
        unit.connection.execute(tables.banked.insert().values(entry="e1", decision=decision))
    challenge, _ = complaint(place, decision)
    case = complaint_case(place, challenge)
    with place.desk.write() as unit:
        verdict = decide_challenge(unit, case.id, CORA, "reversed", {"nl": "u hebt gelijk"}, case.version)
    assert verdict.undone == ("e1",)
    with place.desk.write() as unit:
        tell_uploader(unit, verdict.decision)
        ask_platform(unit, verdict.decision)
        confirm(unit, verdict.decision, "lifted", "ack-2")
    assert place.row(tables.item, tables.item.c.id == item).restrictions == []
    assert place.row(tables.delivery, tables.delivery.c.kind == "lift").body["restrictions"] == [REMOVED]
    lifted = place.events("effect.applied")[-1]
    assert (lifted["effect"], lifted["decision"]) == ("lifted", verdict.decision)
    assert {"challenge_outcome", "restored"} <= {event["what"] for event in place.events("message.sent")}


def test_six_months_after_being_told_a_complaint_is_refused_in_words(place: Place) -> None:
    _, decision = decided(place)
    place.later(days=170)
    assert complaint(place, decision)[1]
    _, other = decided(place)
    place.later(days=190)
    challenge, admitted = complaint(place, other)
    assert not admitted
    assert place.events("challenge.received")[-1]["refusal"] == "late"
    assert not place.rows(tables.case, tables.case.c.challenge == challenge)


def test_a_stranger_cannot_complain(place: Place) -> None:
    _, decision = decided(place)
    with pytest.raises(InputError, match="does not concern you"):
        complaint(place, decision, sender="f" * 32)


def test_the_notifier_may_complain_too(place: Place) -> None:
    _, decision = decided(place)
    sender = place.events("notice.received")[0]["sender"]
    assert complaint(place, decision, sender=sender)[1]


def test_a_notice_answered_with_no_action_is_a_decision_and_an_upload_nobody_asked_about_is_none(
    place: Place,
) -> None:
    from waarmerk.desk.cases.settle import settle

    leave = choice(outcome="no_action", restrictions=(), ground=None)
    noticed = place.notice(place.upload()).cases[0]
    quiet = place.row(tables.case, tables.case.c.item == place.upload()).id
    for case in (noticed, quiet):
        given = place.waiting(case, chosen=leave)
        with place.desk.write() as unit:
            settle(unit, case, leave, proposal=given)
    assert len(place.events("decision.made")) == 1
    assert {row.id: row.state for row in place.rows(tables.case)} == {noticed: "decided", quiet: "closed"}


def test_what_is_decided_in_shadow_has_no_effect_and_tells_nobody(place: Place) -> None:
    (case,) = place.notice(place.upload()).cases
    place.waiting(case)
    before = len(place.events("message.sent"))
    with place.desk.write() as unit:
        verdict = decide(unit, case, ANNE, choice(mode="shadow"), 0)
        tell_uploader(unit, verdict.decision)
        ask_platform(unit, verdict.decision)
    assert len(place.events("message.sent")) == before
    assert not place.rows(tables.delivery, tables.delivery.c.kind == "apply")
    with pytest.raises(InputError, match="asked the platform for nothing"), place.desk.write() as unit:
        confirm(unit, verdict.decision, "applied", "ack")


def test_a_case_is_taken_up_when_whoever_decides_it_opens_it_and_not_while_it_lies_in_the_queue(place: Place) -> None:
    item = place.upload()
    (case,) = place.notice(item).cases
    place.waiting(case)
    place.later(hours=1)
    bram, anne = Member(BRAM, "bram", "reviewer", "nl", ""), Member(ANNE, "anne", "reviewer", "nl", "")
    with place.desk.write() as unit:
        note_look(unit, bram, item, "case")  # and leaves it
    place.later(hours=20)
    opened = place.now
    with place.desk.write() as unit:
        note_look(unit, anne, item, "case")
    place.later(minutes=8)
    with place.desk.write() as unit:
        decide(unit, case, ANNE, choice(), _version(place, case))
    (made,) = place.events("decision.made")
    assert made["taken_up_at"] == written(opened)
    assert place.row(tables.case, tables.case.c.id == case).taken_up_at == written(opened)


def refused(place: Place) -> tuple[str, str]:
    """A notice that Anne answered with no action, and the case of the notifier's complaint about it."""
    (case,) = place.notice(place.upload()).cases
    place.waiting(case, chosen=choice(outcome="no_action", restrictions=(), ground=None))
    with place.desk.write() as unit:
        verdict = decide(unit, case, ANNE, choice(outcome="no_action", restrictions=(), ground=None), 0)
    assert verdict.decision is not None
    sender = place.events("notice.received")[-1]["sender"]
    challenge, _ = complaint(place, verdict.decision, sender=sender, grounds="no_action")
    return verdict.decision, complaint_case(place, challenge).id


def test_a_refusal_to_act_that_was_wrong_is_followed_by_an_act(place: Place) -> None:
    _, case = refused(place)
    with place.desk.write() as unit, pytest.raises(UsageError, match="followed by an act"):
        decide_challenge(unit, case, CORA, "reversed", {"nl": "u hebt gelijk"}, _version(place, case))
    with place.desk.write() as unit:
        verdict = decide_challenge(
            unit, case, CORA, "reversed", {"nl": "u hebt gelijk"}, _version(place, case), instead=choice()
        )
    made = place.events("decision.made")[-1]
    assert (made["decision"], made["outcome"], made["restrictions"]) == (verdict.decision, "restrict", [REMOVED])
    assert made["because"]["type"] == "challenge"
    (closed,) = place.events("challenge.closed")
    assert (closed["outcome"], closed["carried_out_by"]) == ("reversed", verdict.decision)
    assert verdict.undone == ()


def test_an_act_that_asks_for_two_asks_for_two_in_a_complaint(place: Place) -> None:
    _, case = refused(place)
    given = {"instead": choice(), "needs_two": True}
    with place.desk.write() as unit:
        first = decide_challenge(unit, case, BRAM, "reversed", {"nl": "ja"}, _version(place, case), **given)
    assert first.waits_for_second and not place.events("challenge.closed")
    with place.desk.write() as unit, pytest.raises(ConflictError, match="you were the first"):
        decide_challenge(unit, case, BRAM, "reversed", {"nl": "ja"}, _version(place, case), **given)
    with place.desk.write() as unit:
        decide_challenge(unit, case, CORA, "reversed", {"nl": "ja"}, _version(place, case), **given)
    (closed,) = place.events("challenge.closed")
    assert closed["deciders"] == [BRAM, CORA]
