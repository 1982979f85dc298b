"""Known items, labels, tools: failing stories and innocent look-alikes."""

from tests.audit.obligations.duties import LABELLED
from tests.audit.obligations.telling import failing, innocent
from tests.audit.story import EXAMPLE, OTHER, PERSON, Story, clock, ident
from waarmerk.record.events.looking import Match, ToolFinding
from waarmerk.record.events.service import Rule

ENTRY = ident("entry")
TOOL = "d" * 64
FAR, NEAR = (
    ToolFinding(tool=TOOL, in_domain=False, log10_lr=2.0),
    ToolFinding(tool=TOOL, in_domain=True, log10_lr=1.0),
)
SILENT = ToolFinding(tool=TOOL, in_domain=True, abstained="face-too-small")


def entry(s: Story, hour: float, to: str = "confirmed", name: str = "entry", **fields: object) -> None:
    s.event("bank.changed", hour, **{"entry": ident(name), "to": to, "because": None, **fields})


def looked(s: Story, name: str, hour: float, entry_: str = "entry", **fields: object) -> None:
    """An examination of an item that matched an entry."""
    found = (Match(entry=ident(entry_), signal="pdq", distance=4),)
    item = ident(f"item of {name}")
    fields = {"matches": found, "declared": (), "why": "upload", "posted_at": clock(hour), **fields}
    s.event("item.examined", hour, item=item, **fields)


@failing("K1", 2)
def known_fakes_that_stay(s: Story) -> None:
    entry(s, 1)
    looked(s, "left", 10, views_total=5)
    s.event("exposure.read", 200, item=ident("item of left"), views_total=1205)
    looked(s, "late", 10)
    s.decide("late", 60, answers="own", subject=ident("item of late"))
    s.effect("late", 60)


@innocent("K1", kept=3, open_=1)
def known_fakes_acted_on_and_entries_nobody_confirmed(s: Story) -> None:
    entry(s, 1)
    entry(s, 1, "seeded", "not confirmed")
    entry(s, 1, name="disputed")
    entry(s, 5, "disputed", "disputed")
    looked(s, "acted on", 10)
    s.decide("acted on", 11, outcome="no_action")
    looked(s, "down already", 10)
    s.decide("down already", 3)
    looked(s, "looked at twice", 10)
    s.decide("looked at twice", 12)
    looked(s, "looked at twice", 200)
    looked(s, "a", 10, "not confirmed")
    looked(s, "b", 10, "disputed")
    looked(s, "just now", 390)


@failing("K2")
def found_only_afterwards(s: Story) -> None:
    entry(s, 1)
    looked(s, "a", 50, why="retroactive", posted_at=clock(20))


@innocent("K2", kept=2)
def posted_before_the_entry_was_known(s: Story) -> None:
    entry(s, 30)
    looked(s, "a", 50, why="retroactive", posted_at=clock(20))
    looked(s, "while workers learn", 50, why="retroactive", posted_at=clock(30.5))
    looked(s, "at upload", 60)


@failing("K3")
def used_after_it_was_withdrawn(s: Story) -> None:
    entry(s, 1)
    entry(s, 20, "withdrawn")
    looked(s, "a", 30)


@innocent("K3", kept=3)
def used_before_it_was_withdrawn_or_confirmed_anew(s: Story) -> None:
    entry(s, 1)
    looked(s, "a", 10)
    entry(s, 20, "withdrawn")
    looked(s, "while workers learn", 20.2)
    entry(s, 40)
    looked(s, "b", 50)


def two_needed(s: Story) -> None:
    rule = Rule(
        rule="intimate",
        ground="law",
        ground_ref="Sr 254ba",
        restrictions=(),
        needs_person=True,
        needs_two=True,
        mode="live",
    )
    s.event("policy.adopted", 0, policy=EXAMPLE["policy.adopted"].policy, rules=(rule,))  # type: ignore[attr-defined]
    s.decide("a", 2)


@failing("K4", 2)
def confirmed_by_one_where_two_are_asked(s: Story) -> None:
    two_needed(s)
    entry(s, 5, because=ident("decision a"), confirmers=(PERSON, PERSON))
    entry(s, 5, name="by nobody", confirmers=())


@innocent("K4", kept=2)
def confirmed_by_two_or_one_where_one_is_enough(s: Story) -> None:
    two_needed(s)
    entry(s, 5, because=ident("decision a"), confirmers=(PERSON, OTHER))
    entry(s, 5, name="shared", confirmers=(PERSON,))
    entry(s, 4, "seeded", confirmers=())


@failing("K5")
def from_nowhere(s: Story) -> None:
    entry(s, 5, origin="  ")


@innocent("K5", kept=1)
def from_a_shared_list(s: Story) -> None:
    entry(s, 5, origin="a shared list")
    entry(s, 9, "retired", origin="")


@failing("L1")
def synthetic_and_left_up_without_a_label(s: Story) -> None:
    s.decide("a", 5, outcome="no_action", synthetic="yes")
    s.effect("another", 6, effect="label_shown")


@innocent("L1", kept=2, open_=1)
def labelled_removed_or_real(s: Story) -> None:
    s.decide("labelled", 5, outcome="no_action", synthetic="yes")
    s.effect("labelled", 6, effect="label_shown", restrictions=())
    s.decide("only labelled", 5, restrictions=(LABELLED,), synthetic="yes")
    s.effect("only labelled", 5, effect="label_shown", restrictions=())
    s.decide("removed", 5, synthetic="yes")
    s.decide("removed later", 5, outcome="no_action", synthetic="yes")
    s.decide("again", 30, subject=ident("item of removed later"), synthetic="yes")
    s.decide("real", 5, outcome="no_action", synthetic="no")
    s.decide("just now", 390, outcome="no_action", synthetic="yes")


@failing("L2", 2)
def declared_and_not_labelled(s: Story) -> None:
    looked(s, "never", 5, matches=(), declared=("synthetic",))
    looked(s, "late", 5, matches=(), declared=("synthetic",))
    s.effect("late", 60, effect="label_shown", decision=None)


@innocent("L2", kept=1, open_=1)
def declared_and_labelled_or_removed(s: Story) -> None:
    looked(s, "labelled", 5, matches=(), declared=("synthetic",))
    s.effect("labelled", 6, effect="label_shown", decision=None, restrictions=())
    looked(s, "labelled", 200, matches=(), declared=("synthetic",), posted_at=clock(5))
    looked(s, "removed", 5, matches=(), declared=("synthetic",))
    s.effect("removed", 7)
    looked(s, "satire", 5, matches=(), declared=("satire",))
    looked(s, "just now", 390, matches=(), declared=("synthetic",))


@failing("L3")
def a_label_lost_in_a_conversion(s: Story) -> None:
    s.effect("a", 5, effect="label_shown", restrictions=())
    s.effect("a", 50, effect="label_lost", restrictions=())
    s.effect("a", 200, effect="label_shown", restrictions=())


@innocent("L3", kept=3)
def a_label_put_back_or_no_longer_needed(s: Story) -> None:
    for name in ("stays", "put back", "removed"):
        s.effect(name, 5, effect="label_shown", restrictions=())
    s.effect("put back", 50, effect="label_lost", restrictions=())
    s.effect("put back", 51, effect="label_shown", restrictions=())
    s.effect("removed", 50, effect="label_lost", restrictions=())
    s.effect("removed", 50)


@failing("D1")
def decided_on_a_ratio_outside_its_domain(s: Story) -> None:
    looked(s, "a", 5, matches=(), findings=(FAR, SILENT))
    s.decide("a", 6, basis=("ratio", "person"))


@innocent("D1", kept=1, untestable=1)
def a_ratio_in_its_domain_among_others(s: Story) -> None:
    looked(s, "a", 5, matches=(), findings=(FAR, NEAR))
    s.decide("a", 6, basis=("ratio", "person"))
    looked(s, "by a person", 5, matches=(), findings=(FAR,))
    s.decide("by a person", 6)
    s.decide("examined before this bundle", 6, basis=("ratio",))


@failing("D2")
def nobody_looked_where_nothing_could_tell(s: Story) -> None:
    looked(s, "a", 5, matches=(), findings=(SILENT,))
    s.decide("a", 6, outcome="no_action", deciders=())


@innocent("D2", kept=1)
def a_person_looked_or_a_tool_could_tell(s: Story) -> None:
    looked(s, "person", 5, matches=(), findings=(SILENT,))
    s.decide("person", 6, outcome="no_action")
    looked(s, "tool", 5, matches=(), findings=(SILENT, NEAR))
    s.decide("tool", 6, outcome="no_action", deciders=())
    looked(s, "removed", 5, matches=(), findings=(SILENT,))
    s.decide("removed", 6, deciders=())


@failing("D3")
def a_detector_nobody_tried_on_groups(s: Story) -> None:
    s.event("tool.adopted", 5, groups_evaluated=None, in_use_to=None)


@innocent("D3", kept=1)
def a_detector_tried_on_groups_and_a_matcher(s: Story) -> None:
    s.event("tool.adopted", 5, groups_evaluated=("women",), in_use_to=None)
    s.event("tool.adopted", 5, type="matcher", groups_evaluated=(), in_use_to=None)
    s.event("tool.adopted", 5, groups_evaluated=(), in_use_from=clock(-90), in_use_to=clock(-80))
    s.event("tool.adopted", 5, groups_evaluated=(), in_use_from=clock(900), in_use_to=None)
