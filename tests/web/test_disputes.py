"""An out-of-court body's finding in the console: entered by a senior, with the body's reference."""

import pytest
from sqlalchemy import update

from tests.desk.conftest import choice
from tests.web.conftest import Web
from tests.web.test_previews import log_in
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables


def disputed(web: Web, forum: str = "out_of_court") -> str:
    """The case of the uploader's dispute, or complaint, about a removal."""
    item = web.upload()
    case = web.place.row(tables.case, tables.case.c.item == item)
    web.place.waiting(case.id)
    with web.place.desk.write() as unit:
        decision = decide(unit, case.id, "a" * 32, choice(), case.version).decision
    given = {"decision": decision, "uploader": "u1", "forum": forum}
    challenge = web.post("/v1/complaints", given).json()["challenge"]
    found = web.place.row(tables.case, tables.case.c.challenge == challenge)
    web.place.waiting(found.id)
    return str(found.id)


def enter(web: Web, case: str, **given: str):
    page = web.client.get(f"/case/{case}").text
    fields = {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("csrf", "version")}
    return web.client.post(f"/case/{case}", data=fields | {"explanation": "as found"} | given)


def test_a_senior_enters_what_the_body_found(web: Web) -> None:
    log_in(web)
    case = disputed(web)
    assert 'name="body_ref"' in web.client.get(f"/case/{case}").text
    without = enter(web, case, choice="reversed", body_ref=" ")
    assert without.status_code == 409 and "out-of-court body decides" in without.text
    assert enter(web, case, choice="reversed", body_ref="ODS-7").url.path == "/queue"
    (closed,) = web.place.events("challenge.closed")
    assert (closed["outcome"], closed["body_ref"]) == ("reversed", "ODS-7")
    assert web.place.events("decision.made")[-1]["outcome"] == "restore"


def test_a_complaint_to_the_platform_asks_for_no_body(web: Web) -> None:
    log_in(web)
    case = disputed(web, "internal")
    assert 'name="body_ref"' not in web.client.get(f"/case/{case}").text
    assert enter(web, case, choice="upheld").url.path == "/queue"
    assert "body_ref" not in web.place.events("challenge.closed")[0]


@pytest.mark.parametrize("forum", ["out_of_court", "internal"])
def test_a_reviewer_decides_complaints_and_enters_no_finding(web: Web, forum: str) -> None:
    log_in(web)
    case = disputed(web, forum)
    csrf = web.client.get(f"/case/{case}").text.partition('name="csrf" value="')[2].partition('"')[0]
    with web.place.desk.write() as unit:
        unit.connection.execute(update(tables.staff).values(role="reviewer"))
    version = str(web.place.row(tables.case, tables.case.c.id == case).version)
    given = {"csrf": csrf, "version": version, "choice": "upheld"}
    may = forum == "internal"
    assert ('id="decide"' in web.client.get(f"/case/{case}").text) == may
    body = {} if may else {"body_ref": "ODS-7"}
    assert web.client.post(f"/case/{case}", data=given | body).status_code == (200 if may else 403)
    assert len(web.place.events("challenge.closed")) == may
