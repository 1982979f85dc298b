"""Orders, terms, crimes, misuse, promises: failing stories and innocent look-alikes."""

from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import EXAMPLE, REMOVED, UPLOADER, Story, clock, ident
from waarmerk.record.events.acting import Misuse
from waarmerk.record.events.service import Rule

LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"
TERMS = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
OLD, NEW = "1" * 64, "2" * 64
MISUSE = Misuse(type="content", absolute=3, share=0.5, gravity="high", intent="plain")


def order(s: Story, name: str, hour: float, **fields: object) -> None:
    s.event("order.received", hour, order=ident(name), **fields)


def carried_out(s: Story, name: str, hour: float, territory: tuple[str, ...] = ("NL",), **fields: object) -> None:
    """An order that holds in the Netherlands and in Belgium, decided and applied."""
    order(s, name, hour)
    s.decide(name, hour + 1, answers="order", **fields)
    s.effect(name, hour + 1, territory=territory)


@failing("O1")
def an_order_without_an_answer(s: Story) -> None:
    order(s, "a", 1)
    s.message("order_receipt", "a", 2)


@innocent("O1", kept=1, open_=1)
def an_order_answered_and_one_to_inform(s: Story) -> None:
    order(s, "a", 1)
    s.message("order_effect", "a", 9)
    order(s, "inform", 1, type="inform")
    order(s, "just now", 390)


@failing("O2")
def nobody_told_the_user(s: Story) -> None:
    carried_out(s, "a", 1)
    s.message("order_effect", "a", 3)


@innocent("O2", kept=1, open_=1)
def the_user_was_told_or_has_no_address(s: Story) -> None:
    carried_out(s, "told", 1)
    s.message("order_user", "told", 3)
    carried_out(s, "no address", 1, uploader_contact=False)
    order(s, "not carried out", 1)
    carried_out(s, "just now", 390)


@failing("O3")
def a_national_order_everywhere(s: Story) -> None:
    carried_out(s, "a", 1, territory=("NL", "BE", "DE"))


@innocent("O3", kept=2)
def everywhere_by_the_platforms_own_terms(s: Story) -> None:
    carried_out(s, "a", 1, territory=("NL", "BE"))
    carried_out(s, "own terms", 1, territory=("NL", "BE", "DE"), ground=TERMS)


@failing("O4")
def an_order_to_inform_without_an_answer(s: Story) -> None:
    order(s, "a", 1, type="inform")
    s.message("order_effect", "another", 2)


@innocent("O4", kept=1, open_=1)
def an_order_to_inform_answered(s: Story) -> None:
    order(s, "a", 1, type="inform")
    s.message("order_effect", "a", 60)
    order(s, "act", 1)
    order(s, "just now", 380, type="inform")


def policies(s: Story) -> None:
    """One policy from hour 0, another from hour 100."""
    s.event("policy.adopted", 0, policy=OLD, in_force_from=clock(0), significant=True)
    s.event("policy.adopted", 50, policy=NEW, in_force_from=clock(100), significant=True)


@failing("P1", 2)
def decided_under_what_was_not_in_force(s: Story) -> None:
    policies(s)
    s.decide("too early", 60, policy=NEW)
    s.decide("too late", 150, policy=OLD)


@innocent("P1", kept=3, untestable=1)
def decided_under_what_held_when_it_was_taken_up(s: Story) -> None:
    policies(s)
    s.decide("old", 60, policy=OLD)
    s.decide("new", 150, policy=NEW)
    s.decide("taken up before", 101, policy=OLD, taken_up=99)
    s.decide("unknown, which A5 finds", 150, policy="3" * 64)


@failing("P5")
def satire_that_nobody_weighed(s: Story) -> None:
    s.event("item.examined", 1, item=ident("item of a"), declared=("satire",))
    s.decide("a", 5, satire_weighed=False)


@innocent("P5", kept=1)
def satire_weighed_labelled_ordered_or_declared_later(s: Story) -> None:
    for name in ("weighed", "labelled", "ordered", "left up"):
        s.event("item.examined", 1, item=ident(f"item of {name}"), declared=("satire",))
    s.decide("weighed", 5, satire_weighed=True)
    s.decide("labelled", 5, restrictions=(LABELLED,))
    s.decide("ordered", 5, answers="order")
    s.decide("left up", 5, outcome="no_action")
    s.decide("declared later", 5)
    s.event("item.examined", 6, item=ident("item of declared later"), declared=("satire",))
    s.event("item.examined", 1, item=ident("item of earnest"), declared=())
    s.decide("earnest", 5)


@failing("T1")
def new_terms_without_a_word(s: Story) -> None:
    policies(s)
    s.message("terms_change", "something else", 60)


@innocent("T1", kept=1)
def new_terms_that_were_told(s: Story) -> None:
    policies(s)
    changed = s.events[-1][2]
    s.event("message.sent", 60, what="terms_change", about=changed.id)
    s.event("policy.adopted", 120, policy="3" * 64, in_force_from=clock(130), significant=False)


@failing("X1", 2)
def a_threat_to_life_that_stayed_in_the_house(s: Story) -> None:
    s.decide("never", 5, art18=True)
    s.decide("late", 5, art18=True)
    s.message("authority_18", "decision late", 60)


@innocent("X1", kept=1, open_=1)
def a_threat_to_life_reported_within_the_hour(s: Story) -> None:
    s.decide("a", 5, art18=True)
    s.message("authority_18", "decision a", 5.5)
    s.decide("no crime", 5)
    s.decide("shadow", 5, art18=True, mode="shadow")
    s.decide("just now", 390, art18=True)


def suspend(s: Story, name: str, hour: float, **fields: object) -> None:
    s.decide(name, hour, answers="own", subject=ident(name), **{"misuse": MISUSE, **fields})


@failing("M1", 2)
def suspended_without_a_warning(s: Story) -> None:
    suspend(s, "a", 50)
    s.event("message.sent", 60, what="warning", to=ident("a"))
    suspend(s, "b", 50)


@innocent("M1", kept=1)
def suspended_after_a_warning(s: Story) -> None:
    s.event("message.sent", 20, what="warning", to=ident("a"))
    suspend(s, "a", 50)
    suspend(s, "not suspended", 50, outcome="no_action")
    s.decide("no misuse", 50)


@failing("M2")
def suspended_by_three_factors(s: Story) -> None:
    suspend(s, "a", 50, misuse=Misuse(type="content", absolute=3, share=0.5, gravity="high"))


@innocent("M2", kept=1)
def suspended_by_four_factors_of_which_one_is_nothing(s: Story) -> None:
    suspend(s, "a", 50, misuse=Misuse(type="notices", absolute=0, share=0.0, gravity="low", intent="none"))
    s.decide("no misuse", 50)


@failing("P2")
def removed_on_a_ratio_alone(s: Story) -> None:
    s.decide("a", 5, basis=("ratio",))


@innocent("P2", kept=1)
def a_ratio_beside_a_person_and_a_label_on_a_ratio(s: Story) -> None:
    s.decide("a", 5, basis=("ratio", "person"))
    s.decide("labelled", 5, basis=("ratio",), restrictions=(LABELLED,))
    s.decide("shadow", 5, basis=("ratio",), mode="shadow")
    s.decide("left up", 5, basis=("ratio",), outcome="no_action", restrictions=(REMOVED,))


@failing("P3", 2)
def a_removal_without_its_ground(s: Story) -> None:
    s.decide("no ground", 5, ground=None)
    s.decide("no place", 5, ground_ref=None)


@innocent("P3", kept=1, untestable=1)
def a_ground_or_nothing_restricted(s: Story) -> None:
    s.decide("a", 5)
    s.decide("left up", 5, outcome="no_action", ground=None, ground_ref=None)
    s.decide("imported", 5, ground_ref=None, src="import:oldtool")


@failing("P4")
def a_shadow_rule_that_acted(s: Story) -> None:
    s.decide("a", 5, mode="shadow")
    s.effect("a", 5)


@innocent("P4", kept=1)
def a_shadow_rule_that_only_noted(s: Story) -> None:
    s.decide("a", 5, mode="shadow")
    s.effect("a", 5, effect="failed")
    s.decide("live", 5)
    s.effect("live", 5)


def ruled(s: Story, hours: float | None) -> None:
    rule = Rule(
        rule="intimate",
        ground="law",
        ground_ref="Sr 254ba",
        restrictions=(REMOVED,),
        needs_person=True,
        needs_two=False,
        mode="live",
        deadline_h=hours,
    )
    s.event("policy.adopted", 0, policy=EXAMPLE["policy.adopted"].policy, rules=(rule,))  # type: ignore[attr-defined]


@failing("P6")
def decided_after_the_deadline(s: Story) -> None:
    ruled(s, 24)
    s.decide("a", 50, taken_up=20)


@innocent("P6", kept=1)
def decided_within_the_deadline_or_without_one(s: Story) -> None:
    ruled(s, 24)
    s.decide("a", 40, taken_up=20)
    s.decide("another rule", 90, taken_up=20, rule="other")


@failing("X2")
def seen_by_one_who_may_not(s: Story) -> None:
    s.event("policy.adopted", 0, in_force_from=clock(0), restricted_roles=("senior",))
    s.event("material.viewed", 5, role="reviewer", viewer=UPLOADER)


@innocent("X2", kept=2)
def seen_by_those_who_may_then(s: Story) -> None:
    s.event("policy.adopted", 0, in_force_from=clock(0), restricted_roles=("senior",))
    s.event("policy.adopted", 10, in_force_from=clock(20), restricted_roles=("auditor",))
    s.event("material.viewed", 15, role="senior", viewer=UPLOADER)
    s.event("material.viewed", 25, role="auditor", viewer=UPLOADER)
