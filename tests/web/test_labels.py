"""A label on its way: declared over the API, asked by webhook, confirmed by the platform, seen in the console."""

from tests.desk.conftest import choice
from tests.web.conftest import Web
from tests.web.test_previews import log_in
from waarmerk.desk.cases.carry_out import ask_platform
from waarmerk.desk.review.labels import watch_labels
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables
from waarmerk.web.duties import Outside, duties_of

LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"


def labelled(web: Web, ref: str) -> tuple[str, str]:
    item = web.upload(ref, declared=["synthetic"])
    declared = {"platform_ref": ref, "what": "synthetic", "extent": "whole"}
    assert web.post("/v1/declarations", declared).status_code == 200
    case = web.place.row(tables.case, tables.case.c.item == item)
    web.place.waiting(case.id)
    chosen = choice(restrictions=(LABELLED,), synthetic="yes")
    with web.place.desk.write() as unit:
        decision = decide(unit, case.id, "a" * 32, chosen, case.version).decision
        assert decision is not None
        ask_platform(unit, decision)
    return case.id, decision


def test_a_label_that_does_not_stand_is_in_the_queue_and_on_its_case_and_one_that_stands_is_not(web: Web) -> None:
    log_in(web)
    case, decision = labelled(web, "clip-a")
    other, stands = labelled(web, "clip-b")
    shown = {"decision": stands, "effect": "label_shown", "ack": "job-1"}
    assert web.post("/v1/effects", shown).status_code == 200
    web.place.later(hours=2)
    assert watch_labels(web.place.desk) == 1
    queue = web.client.get("/queue?lang=en").text
    assert f'href="/case/{case}">clip-a' in queue and "clip-b" not in queue
    missing = web.client.get(f"/case/{case}?lang=en").text
    assert "AI GENERATED" in missing and "has not confirmed" in missing and "asked again" in missing
    standing = web.client.get(f"/case/{other}?lang=en").text
    assert "AI GENERATED" in standing and "shown since" in standing and "asked again" not in standing
    web.post("/v1/effects", {"decision": decision, "effect": "applied", "ack": "job-2"})
    assert "clip-a" not in web.client.get("/queue?lang=en").text


def test_a_case_without_a_label_speaks_of_none(web: Web) -> None:
    log_in(web)
    item = web.upload()
    case = web.place.row(tables.case, tables.case.c.item == item)
    assert "The label" not in web.client.get(f"/case/{case.id}?lang=en").text


def test_an_extent_without_synthetic_is_refused_in_a_sentence(web: Web) -> None:
    web.upload()
    answer = web.post("/v1/declarations", {"platform_ref": "clip-a", "what": "satire", "extent": "part"})
    assert (answer.status_code, answer.json()["where"]) == (422, "extent")


def test_the_watch_over_labels_is_a_duty_of_every_desk(web: Web) -> None:
    labelled(web, "clip-a")
    web.place.later(hours=2)
    (duty,) = [each for each in duties_of(Outside(), web.place.desk) if each.name == "labels"]
    duty.act()
    sent = web.place.row(tables.delivery, tables.delivery.c.kind == "label")
    assert (sent.body["item"], sent.body["label"]["icon"]) == ("clip-a", "AI GENERATED")
