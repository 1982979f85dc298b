"""A label is asked for with its icon, stands by the platform's word, and comes back to a person where it does not."""

import pytest
from sqlalchemy import update

from tests.desk.conftest import REMOVED, Place, choice
from waarmerk.desk.cases.carry_out import ask_platform, confirm
from waarmerk.desk.cases.labels import kind_of
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.intake.uploads import declare
from waarmerk.desk.review.labels import missing, watch_labels
from waarmerk.desk.review.verdict import decide, decide_challenge
from waarmerk.desk.store import tables
from waarmerk.errors import InputError

LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"
DEMOTED = "DECISION_VISIBILITY_CONTENT_DEMOTED"
PROVENANCE = {"provenance": "trusted", "source_type": "trainedAlgorithmicMedia"}
ANNE, BRAM = "a" * 32, "b" * 32


def asked(place: Place, item: str | None = None, looked: dict | None = None, **changed) -> tuple[str, str]:
    """An item whose label was decided and asked for; the item and the decision."""
    item = item or place.upload()
    (case,) = place.notice(item).cases
    place.waiting(case)
    given = {"restrictions": (LABELLED,), "synthetic": "yes"}
    with place.desk.write() as unit:
        unit.connection.execute(update(tables.case).where(tables.case.c.id == case).values(looked=looked))
        seen = place.row(tables.case, tables.case.c.id == case).version
        decision = decide(unit, case, ANNE, choice(**given | changed), seen).decision
        assert decision is not None
        ask_platform(unit, decision)
    return item, decision


def says(place: Place, decision: str, effect: str, ack: str = "job-1") -> None:
    with place.desk.write() as unit:
        confirm(unit, decision, effect, ack)


def effects(place: Place) -> list[str]:
    return [event["effect"] for event in place.events("effect.applied")]


def sent(place: Place, kind: str) -> list[dict]:
    return [row.body for row in place.rows(tables.delivery, tables.delivery.c.kind == kind)]


@pytest.mark.parametrize(
    ("body", "looked", "declared", "extent", "kind"),
    [
        ({"synthetic": "yes"}, {}, [], None, "basic"),
        ({"synthetic": "yes"}, PROVENANCE, [], None, "whole"),
        ({}, {"provenance": "valid", "source_type": "x/compositeWithTrainedAlgorithmicMedia"}, [], None, "part"),
        ({}, {"provenance": "invalid", "source_type": "trainedAlgorithmicMedia"}, [], None, None),
        ({}, {"provenance": "trusted", "source_type": "digitalCapture"}, [], None, None),
        ({}, PROVENANCE, ["synthetic"], "part", "whole"),
        ({}, {}, ["synthetic"], "part", "part"),
        ({}, {}, ["synthetic"], None, "basic"),
        ({}, {}, ["satire"], None, None),
        ({"basis": ["ratio"]}, {}, [], None, "basic"),
        ({"synthetic": "no"}, PROVENANCE, ["synthetic"], "whole", None),
    ],
)
def test_the_icon_follows_the_surest_word_and_none_is_shown_without_one(
    body: dict, looked: dict, declared: list[str], extent: str | None, kind: str | None
) -> None:
    assert kind_of({"basis": ["context"], **body}, looked, declared, extent) == kind


def test_the_webhook_that_applies_a_label_says_which_icon_to_show(place: Place) -> None:
    item = place.upload(declared=("synthetic",))
    with place.desk.write() as unit:
        declare(unit, item, "synthetic", "part")
    asked(place, item)
    asked(place, looked=PROVENANCE)
    asked(place, synthetic="no")
    asked(place, restrictions=(REMOVED,))
    part, whole, plain, removed = sent(place, "apply")
    assert (part["label"]["icon"], part["label"]["position"]) == ("AI MODIFIED", "top right")
    assert set(part["label"]["alt"]) == {"en", "nl"}
    assert whole["label"]["icon"] == "AI GENERATED"
    assert plain["label"] == {"icon": None}
    assert "label" not in removed


def test_an_extent_of_what_is_not_declared_synthetic_is_refused(place: Place) -> None:
    item = place.upload()
    with pytest.raises(InputError, match="how much is synthetic"), place.desk.write() as unit:
        declare(unit, item, "satire", "whole")
    with pytest.raises(InputError, match="how much is synthetic"):
        place.upload(extent="part")


def test_what_the_platform_confirms_is_shown_and_nobody_is_asked_again(place: Place) -> None:
    _, decision = asked(place)
    assert effects(place) == []
    for _ in range(2):
        says(place, decision, "applied")
        says(place, decision, "label_shown")
    assert effects(place) == ["applied", "label_shown"]
    place.later(days=3)
    assert watch_labels(place.desk) == 0


def test_a_label_alone_is_applied_by_being_shown_and_one_beside_a_demotion_is_not(place: Place) -> None:
    _, alone = asked(place)
    says(place, alone, "label_shown")
    assert effects(place) == ["applied", "label_shown"]
    _, beside = asked(place, restrictions=(LABELLED, DEMOTED))
    says(place, beside, "label_shown")
    assert effects(place)[2:] == ["label_shown"]
    assert place.row(tables.decision, tables.decision.c.id == beside).carried_out_at is None
    says(place, beside, "applied")
    assert effects(place)[2:] == ["label_shown", "applied"]


def test_a_label_without_an_answer_comes_back_once_a_day_until_it_is_shown(place: Place) -> None:
    item, decision = asked(place)
    place.later(minutes=59)
    assert watch_labels(place.desk) == 0
    place.later(minutes=1)
    assert [watch_labels(place.desk) for _ in range(3)] == [1, 0, 0]
    place.later(hours=23)
    assert watch_labels(place.desk) == 0
    place.later(hours=1)
    assert watch_labels(place.desk) == 1
    says(place, decision, "applied")
    place.later(days=2)
    assert watch_labels(place.desk) == 0
    first, second = sent(place, "label")
    assert first == second
    assert (first["decision"], first["state"], first["label"]["icon"]) == (decision, "asked", "AI")
    assert first["item"] == place.row(tables.item, tables.item.c.id == item).platform_ref


def test_a_lost_label_comes_back_and_one_on_what_was_removed_since_does_not(place: Place) -> None:
    item, decision = asked(place)
    gone, other = asked(place)
    for each in (decision, other):
        says(place, each, "applied")
        says(place, each, "label_lost", "scan-2")
    with place.desk.write() as unit:
        unit.connection.execute(update(tables.item).where(tables.item.c.id == gone).values(restrictions=[REMOVED]))
    assert watch_labels(place.desk) == 1
    with place.desk.read() as connection:
        assert [(each.item, each.state) for each in missing(connection, place.now)] == [(item, "lost")]
    says(place, decision, "label_shown", "job-3")
    assert effects(place)[-2:] == ["label_lost", "label_shown"]
    with place.desk.read() as connection:
        assert missing(connection, place.now) == []


def test_a_label_that_was_lifted_is_watched_no_more(place: Place) -> None:
    item, decision = asked(place)
    says(place, decision, "applied")
    says(place, decision, "label_lost")
    sender = place.row(tables.item, tables.item.c.id == item).uploader
    with place.desk.write() as unit:
        challenge, _ = take_challenge(unit, Challenge(decision, sender, "20_1_a", "it is real", "nl"))
    case = place.row(tables.case, tables.case.c.challenge == challenge)
    with place.desk.write() as unit:
        back = decide_challenge(unit, case.id, BRAM, "reversed", {"nl": "u hebt gelijk"}, case.version).decision
        assert back is not None
        ask_platform(unit, back)
    assert watch_labels(place.desk) == 0
    with pytest.raises(InputError, match="no label is wanted"):
        says(place, decision, "label_shown")


def test_a_platform_cannot_confirm_a_label_that_nobody_decided(place: Place) -> None:
    _, decision = asked(place, restrictions=(REMOVED,))
    with pytest.raises(InputError, match="no label is wanted"):
        says(place, decision, "label_shown")
    says(place, decision, "applied")
    assert effects(place) == ["applied"]


def test_a_label_of_before_labels_were_kept_is_watched_when_it_is_lost(place: Place) -> None:
    _, decision = asked(place)
    says(place, decision, "applied")
    with place.desk.write() as unit:
        unit.connection.execute(tables.label.delete())
    says(place, decision, "label_shown")
    assert effects(place) == ["applied", "label_shown"]
    with place.desk.write() as unit:
        unit.connection.execute(tables.label.delete())
    says(place, decision, "label_lost")
    assert effects(place)[2:] == ["label_lost"]
    assert watch_labels(place.desk) == 1


def test_only_the_last_decision_that_asked_for_an_items_label_speaks_of_it(place: Place) -> None:
    item, first = asked(place)
    says(place, first, "applied")
    _, second = asked(place, item)
    with pytest.raises(InputError, match="no label is wanted"):
        says(place, first, "label_lost")
    says(place, second, "label_shown")
    assert watch_labels(place.desk) == 0
