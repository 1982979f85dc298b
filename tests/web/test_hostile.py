"""What hostile clients send: it is refused with a sentence, kept as text, or counted; never an error of ours."""

import json
import re

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.web.conftest import Web
from tests.web.test_intake import NOTICE
from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.store import tables

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


def test_no_request_that_the_schema_allows_or_forbids_ends_in_an_error_of_ours(web: Web) -> None:
    web.upload()
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", web.app)
    headers = {"authorization": f"Bearer {web.keys['admin']}"}
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answers(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            assert answer.status_code < 500, (case.method, case.path, answer.text)

        answers()
        tried += 1
    assert tried > 5


def post_raw(web: Web, body: bytes, path: str = "/v1/notices", kind: str = "application/json") -> httpx.Response:
    headers = {"authorization": f"Bearer {web.keys['platform']}", "content-type": kind}
    return web.client.post(path, content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"NaN",
        b'{"items": "\\u0000"}',
        json.dumps(NOTICE | {"reason": "\ud800"}).encode(),
        json.dumps(NOTICE | {"reason": "a\0b"}).encode(),
        json.dumps(NOTICE | {"name": "\udfff"}).encode(),
        json.dumps(NOTICE | {"items": ["clip-a\0"]}).encode(),
        json.dumps(NOTICE | {"items": ["\ud800"]}).encode(),
        json.dumps(NOTICE | {"items": []}).encode(),
        json.dumps(NOTICE | {"language": "x" * 10_000}).encode(),
        json.dumps(NOTICE | {"\ud800": 1}).encode(),
    ],
)
def test_a_broken_body_is_refused_and_nothing_is_kept(web: Web, body: bytes) -> None:
    web.upload()
    answer = post_raw(web, body)
    assert (answer.status_code, answer.headers["content-type"]) in (
        (400, "application/problem+json"),
        (422, "application/problem+json"),
    ), answer.text[:300]
    assert web.place.rows(tables.notice) == []


def test_text_that_no_database_keeps_is_refused_in_every_field_of_an_upload(web: Web) -> None:
    upload = {"platform_ref": "c", "uploader": "u", "content_type": ["CONTENT_TYPE_VIDEO"]}
    upload["posted_at"] = web.place.now.isoformat()
    for field in ("platform_ref", "uploader", "title", "text", "language"):
        for hostile in ("a\0b", "\ud800"):
            answer = post_raw(web, json.dumps(upload | {field: hostile}).encode(), "/v1/uploads")
            assert answer.status_code == 422, (field, answer.text[:200])
    assert web.place.rows(tables.item) == []


def test_the_wrong_kind_of_content_is_refused(web: Web) -> None:
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "a/b; charset=x",
    ):
        assert 400 <= post_raw(web, b"a=b", kind=kind).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static/..%5capp.py",
        "/static/%00",
        "/v1/uploads/..%2f..%2fdesk.db/media",
        "/case/%00",
        "/case/..%2f..%2fetc",
        "/v1/%ff%fe",
    ],
)
def test_tricks_in_a_path_lead_nowhere(web: Web, path: str) -> None:
    for method in ("GET", "PUT", "POST"):
        answer = web.client.request(
            method,
            path,
            content=b"x",
            headers={"authorization": f"Bearer {web.keys['platform']}"},
            follow_redirects=False,
        )
        assert answer.status_code in (303, 307) or 400 <= answer.status_code < 500, (method, answer.text[:200])
        assert "create_app" not in answer.text


def form(web: Web, **fields: str):
    page = web.client.get("/notice")
    found = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert found
    return web.client.post("/notice", data={"csrf": found[1], "location": "x", "kind": "fraud"} | fields)


@pytest.mark.parametrize("field", ["location", "kind", "reason", "name", "email"])
def test_a_script_in_any_field_of_the_public_form_stays_text(web: Web, field: str) -> None:
    object.__setattr__(web.site, "local", True)
    answer = form(web, **{field: SCRIPT})
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "49" not in re.findall(r'value="([^"]*)"', answer.text)


@pytest.mark.parametrize("field", ["location", "reason", "name", "email"])
def test_a_form_with_a_character_that_no_database_keeps_is_refused(web: Web, field: str) -> None:
    object.__setattr__(web.site, "local", True)
    web.upload()
    answer = form(web, **({"location": "clip-a", "reason": "mine", "good_faith": "1"} | {field: "clip-a\0"}))
    assert answer.status_code < 500
    assert web.place.rows(tables.notice) == []


def test_many_notices_about_one_item_are_one_case(web: Web) -> None:
    web.upload()
    for number in range(60):
        assert web.post("/v1/notices", NOTICE | {"email": f"a{number}@example.org"}).status_code == 200
    assert len(web.place.rows(tables.notice)) == 60
    assert len(web.place.rows(tables.case, tables.case.c.why == "notice")) == 1


def test_a_reviewer_with_hostile_addresses_meets_no_error_of_ours(web: Web) -> None:
    object.__setattr__(web.site, "local", True)
    with web.place.desk.write() as unit:
        add_member(unit, "anne", "correct horse battery", "senior")
    found = re.search(r'name="csrf" value="([^"]*)"', web.client.get("/login").text)
    assert found
    given = {"csrf": found[1], "login": "anne", "password": "correct horse battery"}
    assert web.client.post("/login", data=given | {"login": "an\0ne"}).status_code == 422
    assert web.client.post("/login", data=given, follow_redirects=False).status_code == 303
    assert web.client.get("/queue").status_code == 200
    for after in ("\u00b2 a b", "--5 a b", "5", "5 \0 b", "5 " + "a" * 190, "-"):
        assert web.client.get("/queue", params={"after": after}).status_code in (200, 422), after
    for path in ("/case/%00", "/case/..%2f..", "/case/" + "0" * 32, "/case/%00/medium", "/case/x/medium"):
        assert web.client.get(path).status_code in (404, 422), path
