"""Statements of reasons: failing stories and innocent look-alikes of Art. 17 and 24(5)."""

from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import FULL, Story

DETECTED = {"automated_detection": True}


def removal(s: Story, name: str, hour: float = 5, **fields: object) -> None:
    """A notice, a decision, its effect, at one hour."""
    s.notice(name, hour - 1)
    s.decide(name, hour, **fields)
    s.effect(name, hour)


@failing("S1")
def a_removal_without_a_word(s: Story) -> None:
    removal(s, "silent")
    s.message("decision", "silent", 6)
    s.message("statement", "decision of another", 6)


@innocent("S1", kept=1, open_=1)
def nobody_to_tell_or_nothing_to_tell(s: Story) -> None:
    removal(s, "told")
    s.message("statement", "decision told", 6)
    removal(s, "unknown address", uploader_contact=False)
    removal(s, "spam", commercial_spam=True)
    removal(s, "shadow", mode="shadow")
    s.decide("order", 5, answers="order")
    s.decide("refused", 5, outcome="no_action")
    removal(s, "just now", 390)


@failing("S2", 2)
def a_statement_without_ground_or_without_the_machine(s: Story) -> None:
    removal(s, "a")
    s.message("statement", "decision a", 6, elements=tuple(set(FULL) - {"ground"}))
    removal(s, "b", **DETECTED)
    s.message("statement", "decision b", 6, elements=tuple(set(FULL) - {"automated_detection"}))


@innocent("S2", kept=2)
def a_statement_without_what_does_not_apply(s: Story) -> None:
    removal(s, "a")
    s.message("statement", "decision a", 6, elements=tuple(set(FULL) - {"duration", "automated_decision"}))
    s.message("statement", "before this bundle", 6, elements=tuple(set(FULL) - {"duration"}))
    s.message("decision", "a", 6, elements=())


@failing("S3", 3)
def statements_that_never_reached_the_database_or_late(s: Story) -> None:
    removal(s, "never")
    removal(s, "refused")
    s.statement("refused", 6, result="rejected")
    removal(s, "late")
    s.statement("late", 100)


@innocent("S3", kept=3, open_=1)
def statements_sent_again_after_a_timeout(s: Story) -> None:
    removal(s, "sent")
    s.statement("sent", 6)
    removal(s, "twice")
    s.statement("twice", 6, result="duplicate")
    s.decide("order", 5, answers="order")
    removal(s, "just now", 390)
    removal(s, "after three days less an hour", 5)
    s.statement("after three days less an hour", 76)


@failing("S4", 4)
def statements_that_say_another_thing(s: Story) -> None:
    for name, body in (
        ("flag", {"automated_detection": "Yes"}),
        ("source", {"source_type": "SOURCE_VOLUNTARY"}),
        ("place", {"territorial_scope": ["NL", "BE"]}),
        ("day", {"application_date": "2026-02-10"}),
    ):
        removal(s, name)
        s.statement(name, 5, body)


@innocent("S4", kept=4, untestable=1)
def statements_in_the_platforms_own_time_zone(s: Story) -> None:
    removal(s, "same")
    s.statement("same", 5)
    removal(s, "next day there", 23.5)
    s.statement("next day there", 23.5, {"application_date": "2026-02-03"})
    s.decide("own", 5, answers="own", automated_detection=True)
    s.statement("own", 5, {"source_type": "SOURCE_VOLUNTARY", "automated_detection": "Yes"})
    removal(s, "silent on the source")
    s.statement("silent on the source", 5, {"source_type": ""})
    s.statement("before this bundle", 5)
    removal(s, "not taken")
    s.statement("not taken", 5, {"automated_detection": "Yes"}, result="rejected")


@failing("S5")
def a_statement_with_an_address(s: Story) -> None:
    s.statement("a", 5, {"decision_facts": "The uploader jan.jansen@mail.example put the video up again."})


@innocent("S5", kept=2)
def a_statement_with_the_help_desks_address(s: Story) -> None:
    s.statement("a", 5, {"decision_facts": "Questions go to support@video.example; see Art. 254ba of 2024."})
    s.statement("b", 5, puid="p-b")
    s.statement("c", 5, {"decision_facts": "From jan.jansen@mail.example"}, puid="p-c", result="rejected")


@failing("S6")
def one_identifier_for_two(s: Story) -> None:
    s.statement("a", 5, puid="p-1")
    s.statement("b", 6, puid="p-1")


@innocent("S6", kept=2)
def one_identifier_tried_again(s: Story) -> None:
    s.statement("a", 4, puid="p-1", result="rejected")
    s.statement("a", 5, puid="p-1")
    s.statement("a", 6, puid="p-1", result="duplicate")
    s.statement("b", 6, puid="p-2")


@failing("S7")
def a_statement_days_after_the_removal(s: Story) -> None:
    removal(s, "a")
    s.message("statement", "decision a", 60)


@innocent("S7", kept=2)
def a_statement_on_the_day_itself_or_before(s: Story) -> None:
    removal(s, "a", 8)
    s.message("statement", "decision a", 20)
    removal(s, "b", 30)
    s.message("statement", "decision b", 29)
    s.message("statement", "decision b", 300)
    removal(s, "without any, which S1 finds")
