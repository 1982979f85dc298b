"""A request to be forgotten: granted by an administrator's key, refused while something is open."""

from sqlalchemy import update

from tests.web.conftest import Web
from waarmerk.desk.store import tables


def asked(web: Web, role: str = "admin", **given: str):
    return web.post("/v1/erasures", {"reason": "the person asked on 1 March"} | given, role=role)


def closed(web: Web) -> None:
    with web.place.desk.write() as unit:
        unit.connection.execute(update(tables.case).values(state="closed"))


def test_who_somebody_was_and_what_they_wrote_is_forgotten_and_recorded(web: Web) -> None:
    item = web.upload("clip-a", title="my secret", text="my words")
    web.place.notice(item)
    refused = asked(web, uploader="u1")
    assert refused.status_code == 409
    assert "still being decided" in refused.json()["title"]
    closed(web)
    answer = asked(web, uploader="u1")
    assert answer.status_code == 200, answer.text
    (event,) = web.place.events("person.erased")
    assert (event["person"], event["by"]["role"]) == (answer.json()["person"], "admin")
    (granted,) = web.place.rows(tables.adopted, tables.adopted.c.kind == "erasure")
    assert granted.body == "admin: the person asked on 1 March"
    row = web.place.row(tables.item)
    assert (row.title, row.text) == ("", "")
    assert asked(web, email="an@example.org").status_code == 200
    notice = web.place.row(tables.notice)
    assert (notice.reason, notice.location) == ("", "")
    kept = [str(each) for each in web.place.rows(tables.person)]
    assert "u1'" not in "".join(kept) and "example.org" not in "".join(kept)
    assert [each.body for each in web.place.rows(tables.message, tables.message.c.recipient == notice.sender)] == [""]
    assert asked(web, uploader="u1").status_code == 422


def test_what_is_locked_is_kept_for_the_authority(web: Web) -> None:
    web.upload("clip-a", title="evidence")
    closed(web)
    with web.place.desk.write() as unit:
        unit.connection.execute(update(tables.item).values(locked=True))
    assert asked(web, uploader="u1").status_code == 200
    assert web.place.row(tables.item).title == "evidence"


def test_forgetting_is_an_administrators_and_has_a_reason(web: Web) -> None:
    web.upload("clip-a")
    closed(web)
    assert [asked(web, role, uploader="u1").status_code for role in ("platform", "auditor", "flagger")] == [403] * 3
    assert asked(web, uploader="u1", reason="").status_code == 422
    assert asked(web).status_code == 422
    assert asked(web, uploader="u1", email="a@example.org").status_code == 422
    assert web.place.events("person.erased") == []
