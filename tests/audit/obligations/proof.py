"""The record's health: failing stories and innocent look-alikes."""

from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import PERSON, Story, ident
from waarmerk.record.events.types import Party

POLICY, TOOL = "d" * 64, "e" * 64
SENIOR = Party(type="person", pid=PERSON)


@failing("A1", 2, until=401)
def a_number_missing_and_one_twice(s: Story) -> None:
    s.notice("a", 1, channel="mail", n=1)
    s.notice("b", 2, channel="mail", n=3)
    s.notice("c", 3, channel="mail", n=3)
    for hour in range(300):
        s.event("uploads.counted", 10 + hour)


@innocent("A1", open_=1)
def numbers_that_changed_places_and_one_under_way(s: Story) -> None:
    s.notice("a", 1, channel="mail", n=2)
    s.notice("b", 2, channel="mail", n=1)
    s.notice("under way", 399, channel="mail", n=4)


@failing("A2", 2)
def logged_days_later_and_a_time_changed_after_the_report(s: Story) -> None:
    s.notice("back-dated", 1, logged=50)
    correction(s, reported=30, corrected=40)


@innocent("A2")
def an_import_a_correction_before_the_report_and_of_another_field(s: Story) -> None:
    s.notice("imported", 1, logged=50, src="import:oldtool")
    s.notice("a little late", 1, logged=2)
    correction(s, reported=40, corrected=30)
    correction(s, reported=40, corrected=45, field="rule")


def correction(s: Story, *, reported: float, corrected: float, field: str = "taken_up_at") -> None:
    """A decision whose time was corrected, and the report on its period."""
    s.decide(f"of {reported} {field}", 5)
    wrong = s.events[-1][2]
    period = {"start": "2026-02-01", "end": "2026-02-28"}
    from waarmerk.record.events.types import Period

    s.event("report.published", reported, period=Period(**period))
    now = "2026-02-02T01:00:00.000Z" if field == "taken_up_at" else "another"
    s.event("record.corrected", corrected, event=wrong.id, field=field, now=now)


@failing("A4")
def an_erased_person_who_decides(s: Story) -> None:
    s.event("person.erased", 5, person=PERSON)
    s.decide("a", 10)


@innocent("A4", kept=1)
def what_happened_before_the_erasure(s: Story) -> None:
    s.decide("before", 3)
    s.event("person.erased", 5, person=PERSON)
    s.decide("under way", 4, logged=6)
    s.decide("another's", 10, deciders=(ident("another"),))


@failing("A5", 2)
def a_policy_logged_after_and_a_tool_never(s: Story) -> None:
    s.decide("before its policy", 5, policy=POLICY, tools=())
    s.event("policy.adopted", 6, policy=POLICY)
    s.decide("unknown tool", 8, policy=POLICY, tools=(TOOL,))


@innocent("A5", kept=2)
def policy_and_tool_logged_before(s: Story) -> None:
    s.event("policy.adopted", 1, policy=POLICY)
    s.event("tool.adopted", 2, tool=TOOL)
    s.decide("a", 5, policy=POLICY, tools=(TOOL,))
    s.decide("b", 5, policy=POLICY, tools=())
    s.decide("imported", 5, policy="f" * 64, src="import:oldtool")
