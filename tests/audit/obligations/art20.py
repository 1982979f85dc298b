"""Complaints: failing stories and innocent look-alikes of Art. 20."""

from tests.audit.obligations.art17 import removal
from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import OTHER, PERSON, Story, ident

FULLY = "AUTOMATED_DECISION_FULLY"


def complained(s: Story, name: str, hour: float = 10, **closing: object) -> None:
    """A removal, a complaint about it, and its decision five hours later."""
    removal(s, name)
    s.complaint(name, hour)
    s.close(name, hour + 5, **closing)


@failing("C1", 2)
def refused_as_late_within_six_months(s: Story) -> None:
    removal(s, "a")
    s.message("statement", "decision a", 6)
    s.complaint("a", 24 * 180, admitted=False, refusal="late")
    removal(s, "never told")
    s.complaint("never told", 24 * 180, admitted=False, refusal="Too late")


@innocent("C1", kept=3, untestable=1)
def refused_after_six_months_or_for_another_reason(s: Story) -> None:
    removal(s, "a")
    s.message("statement", "decision a", 6)
    s.complaint("a", 24 * 182, admitted=False, refusal="late")
    s.complaint("b", 20, of="a", admitted=False, refusal="abusive")
    s.complaint("c", 20, of="a")
    s.complaint("d", 20, of="before this bundle", admitted=False, refusal="late")
    s.complaint("e", 20, of="a", forum="out_of_court", admitted=False, refusal="late")


@failing("C2", 2)
def complaints_left_or_late(s: Story) -> None:
    removal(s, "left")
    s.complaint("left", 10)
    removal(s, "late")
    s.complaint("late", 10)
    s.close("late", 390)


@innocent("C2", kept=1, open_=1)
def complaints_under_way_and_others_disputes(s: Story) -> None:
    complained(s, "a")
    removal(s, "just now")
    s.complaint("just now", 300)
    s.complaint("not admitted", 10, admitted=False, refusal="late")
    s.complaint("body", 10, forum="out_of_court")


@failing("C3", 2)
def decided_by_a_machine(s: Story) -> None:
    complained(s, "a", automated=FULLY)
    complained(s, "b", deciders=())


@innocent("C3", kept=1)
def a_body_decided_or_the_sender_took_it_back(s: Story) -> None:
    complained(s, "a", automated="AUTOMATED_DECISION_PARTIALLY")
    complained(s, "taken back", deciders=(), outcome="omitted")
    s.complaint("body", 10, of="a", forum="out_of_court")
    s.close("body", 20, deciders=())


@failing("C4")
def the_same_person(s: Story) -> None:
    complained(s, "a", deciders=(OTHER, PERSON))


@innocent("C4", kept=2, untestable=1)
def another_person_or_a_machine_before(s: Story) -> None:
    complained(s, "a")
    removal(s, "machine", deciders=())
    s.complaint("machine", 10)
    s.close("machine", 12, deciders=(PERSON,))
    s.complaint("unknown", 10)
    s.close("unknown", 12, deciders=(PERSON,))


@failing("C5", 2)
def reversed_and_not_undone(s: Story) -> None:
    complained(s, "stays down", outcome="reversed", carried_out_by=ident("decision again"))
    s.notice("stays up", 4)
    s.decide("stays up", 5, outcome="no_action")
    s.complaint("stays up", 10)
    s.close("stays up", 15, outcome="reversed")


@innocent("C5", kept=3, open_=1)
def reversed_and_undone(s: Story) -> None:
    complained(s, "lifted", outcome="reversed", carried_out_by=ident("decision again"))
    s.effect("again", 16, subject=ident("item of lifted"), effect="lifted")
    s.notice("taken down after all", 4)
    s.decide("taken down after all", 5, outcome="no_action")
    s.complaint("taken down after all", 10)
    s.close("taken down after all", 15, outcome="reversed", carried_out_by=ident("decision then"))
    s.effect("then", 16, subject=ident("item of taken down after all"))
    complained(s, "ended by itself", outcome="reversed")
    s.effect("ended by itself", 12, effect="lifted")
    s.decide("never applied", 5)
    s.complaint("never applied", 10)
    s.close("never applied", 15, outcome="reversed")
    complained(s, "just now", 380, outcome="reversed")
    complained(s, "upheld")


@failing("C6")
def reversed_and_still_in_the_bank(s: Story) -> None:
    complained(s, "a", outcome="reversed")
    s.event("bank.changed", 6, entry=ident("entry"), because=ident("decision a"), to="confirmed")


@innocent("C6", kept=1)
def reversed_and_retired(s: Story) -> None:
    complained(s, "a", outcome="reversed")
    s.event("bank.changed", 6, entry=ident("entry"), because=ident("decision a"), to="confirmed")
    s.event("bank.changed", 16, entry=ident("entry"), because=ident("decision again"), to="retired")
    complained(s, "upheld")
    s.event("bank.changed", 6, entry=ident("other"), because=ident("decision upheld"), to="confirmed")


@failing("C7", 2)
def an_outcome_without_the_way_out(s: Story) -> None:
    complained(s, "a")
    s.message("challenge_outcome", "complaint a", 16, elements=("facts", "redress_court"))
    complained(s, "b")


@innocent("C7", kept=1, open_=1)
def an_outcome_with_the_way_out(s: Story) -> None:
    complained(s, "a")
    s.message("challenge_outcome", "complaint a", 16)
    complained(s, "taken back", outcome="omitted")
    complained(s, "just now", 390)
