"""Notices: failing stories and innocent look-alikes of Art. 16."""

from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import Story, ident

MACHINE = "AUTOMATED_DECISION_FULLY"


@failing("N1", 2)
def receipts_that_never_came_or_late(s: Story) -> None:
    s.notice("never", 1)
    s.notice("late", 1)
    s.message("receipt", "late", 26)
    s.message("decision", "never", 2)


@innocent("N1", kept=1, open_=1)
def no_address_and_received_just_before_the_end(s: Story) -> None:
    s.notice("anonymous", 1, has_contact=False)
    s.notice("quick", 1)
    s.message("receipt", "quick", 1.1)
    s.message("receipt", "quick", 200)
    s.notice("just now", 390)


@failing("N2", 2)
def decisions_not_told_or_without_redress(s: Story) -> None:
    s.notice("untold", 1)
    s.decide("untold", 5)
    s.notice("without redress", 1)
    s.decide("without redress", 5, outcome="no_action")
    s.message("decision", "without redress", 6, elements=("facts", "ground"))
    s.message("receipt", "untold", 2)


@innocent("N2", kept=1, open_=1)
def told_or_nobody_to_tell_or_nothing_decided(s: Story) -> None:
    s.notice("told", 1)
    s.decide("told", 5)
    s.message("decision", "told", 6, elements=("ground", "redress_court"))
    s.notice("no address", 1, has_contact=False)
    s.decide("no address", 5)
    s.notice("undecided", 1)
    s.notice("shadow", 1)
    s.decide("shadow", 5, mode="shadow")
    s.notice("decided last", 1)
    s.decide("decided last", 395)


@failing("N3")
def a_machine_decided_and_nobody_said_so(s: Story) -> None:
    s.notice("a", 1)
    s.decide("a", 5, automated_decision=MACHINE, automated_detection=True)
    s.message("decision", "a", 6, elements=("facts", "automated_detection", "redress_court"))


@innocent("N3", kept=1)
def a_machine_that_was_named_and_a_person(s: Story) -> None:
    s.notice("machine", 1)
    s.decide("machine", 5, automated_decision=MACHINE)
    s.message("decision", "machine", 6, elements=("automated_decision",))
    s.notice("person", 1)
    s.decide("person", 5)
    s.message("decision", "person", 6, elements=("facts",))
    s.notice("not told at all", 1, has_contact=False)
    s.decide("not told at all", 5, automated_decision=MACHINE)


@failing("N4", 4)
def notices_left_late_half_done_or_without_effect(s: Story) -> None:
    s.notice("left", 1)
    s.notice("late", 1)
    s.decide("late", 2)
    s.effect("late", 80)
    s.notice("half", 1, items=(ident("item of half"), ident("another item")))
    s.decide("half", 2, outcome="no_action")
    s.notice("without effect", 1)
    s.decide("without effect", 2)
    s.effect("without effect", 3, effect="failed")


@innocent("N4", kept=3, open_=1)
def acted_in_time_refused_or_sent_back(s: Story) -> None:
    s.notice("quick", 1)
    s.decide("quick", 2)
    s.effect("quick", 3)
    s.notice("refused", 1)
    s.decide("refused", 70, outcome="no_action")
    s.notice("both items", 1, items=(ident("item of both items"), ident("second")))
    s.decide("both items", 2, outcome="no_action")
    s.decide("second", 3, of="both items", subject=ident("second"))
    s.effect("second", 4)
    s.notice("incomplete", 1, elements={"location": False})
    s.message("incomplete", "incomplete", 2)
    s.notice("just now", 380)


@failing("N5")
def an_incomplete_notice_without_an_answer(s: Story) -> None:
    s.notice("a", 1, elements={"reason": False})
    s.message("receipt", "a", 2)


@innocent("N5", kept=1, open_=1)
def told_what_is_missing_or_decided_anyway(s: Story) -> None:
    s.notice("told", 1, elements={"reason": False})
    s.message("incomplete", "told", 2)
    s.notice("decided anyway", 1, elements={"good_faith": False})
    s.decide("decided anyway", 2)
    s.notice("no name, and none is asked", 1, elements={"name_email": False}, csam=True)
    s.notice("just now", 390, elements={"reason": False})


@failing("N8")
def a_notice_never_decided(s: Story) -> None:
    s.notice("left", 1)
    s.message("receipt", "left", 2)
    s.decide("left", 5, mode="shadow")


@innocent("N8", kept=1, open_=1)
def decided_late_is_decided(s: Story) -> None:
    s.notice("late", 1)
    s.decide("late", 399)
    s.notice("sent back", 1, elements={"location": False})
    s.message("incomplete", "sent back", 2)
    s.notice("just now", 300)


@failing("N6", 12)
def flaggers_that_wait_in_a_mailbox(s: Story) -> None:
    queue(s, trusted_wait=40)


@innocent("N6", kept=12)
def flaggers_that_go_first_in_a_slow_category(s: Story) -> None:
    queue(s, trusted_wait=0.1, others_wait=20)


def queue(s: Story, trusted_wait: float, others_wait: float = 1.0) -> None:
    """Sixty notices in five days, every fifth a trusted flagger's."""
    for number in range(60):
        hour, trusted = 1 + 2 * number, number % 5 == 0
        sender = {"sender_type": "trusted_flagger", "flagger_ref": "TF-1"} if trusted else {}
        s.notice(f"n{number}", hour, **sender)
        waits = trusted_wait if trusted else others_wait
        s.decide(f"n{number}", hour + waits + 1, taken_up=hour + waits)
