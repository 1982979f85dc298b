"""The API: who may call what, what comes back, and that twice is once."""

import hashlib

import pytest

from tests.desk.conftest import CATEGORY, KEYWORD, choice
from tests.web.conftest import Web
from waarmerk.desk.people.keys import new_key, revoke
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables
from waarmerk.web.app import MAX_BODY

NOTICE = {
    "items": ["clip-a"],
    "category": CATEGORY,
    "keyword": KEYWORD,
    "language": "nl",
    "reason": "my face on another body",
    "name": "An",
    "email": "an@example.org",
    "good_faith": True,
}


def test_an_upload_and_a_notice_are_taken_and_numbered(web: Web) -> None:
    item = web.upload()
    answer = web.post("/v1/notices", NOTICE)
    assert answer.json() == {"notice": answer.json()["notice"], "number": "api-1", "missing": []}
    assert web.place.events("notice.received")[0]["items"] == [item]


def test_without_a_key_nothing_is_taken(web: Web) -> None:
    for header in ({}, {"authorization": "Bearer wm_wrong"}, {"authorization": "Basic abc"}):
        answer = web.client.post("/v1/notices", json=NOTICE, headers=header)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert web.place.events("notice.received") == []


def test_a_role_bounds_what_a_key_may_do(web: Web) -> None:
    web.upload()
    assert web.post("/v1/notices", NOTICE, "authority").status_code == 403
    assert web.post("/v1/uploads", {}, "flagger").status_code == 403
    assert web.post("/v1/notices", NOTICE, "admin").status_code == 200


def test_a_trusted_flagger_is_known_by_the_key_and_not_by_its_word(web: Web) -> None:
    web.upload()
    assert web.post("/v1/notices", NOTICE, "flagger").json()["number"] == "flagger-1"
    assert web.post("/v1/notices", NOTICE | {"sender_type": "trusted_flagger"}).status_code == 422
    assert [event["sender_type"] for event in web.place.events("notice.received")] == ["trusted_flagger"]


def test_an_expired_or_revoked_key_is_good_for_nothing(web: Web) -> None:
    with web.place.desk.write() as unit:
        web.keys["short"] = new_key(unit, "short", "platform", expires=web.place.now.replace(hour=10))
        web.keys["gone"] = new_key(unit, "gone", "platform")
    assert web.post("/v1/views", {}, "short").status_code == 422
    web.place.later(hours=1)
    assert web.post("/v1/views", {}, "short").status_code == 401
    with web.place.desk.write() as unit:
        revoke(unit, "gone")
    assert web.post("/v1/views", {}, "gone").status_code == 401


def test_the_same_request_with_its_key_is_answered_once(web: Web) -> None:
    web.upload()
    first = web.post("/v1/notices", NOTICE, **{"idempotency-key": "k1"})
    again = web.post("/v1/notices", NOTICE, **{"idempotency-key": "k1"})
    assert first.json() == again.json()
    other = web.post("/v1/notices", NOTICE | {"reason": "else"}, **{"idempotency-key": "k1"})
    assert other.status_code == 409
    assert len(web.place.events("notice.received")) == 1


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"posted_at": "2026-03-01T09:00:00"}, "body.posted_at"),
        ({"posted_at": "0001-01-01T00:00:00Z"}, "body.posted_at"),
        ({"content_type": []}, "body.content_type"),
        ({"platform_ref": "a\x00b"}, "body.platform_ref"),
        ({"surprise": 1}, "body.surprise"),
        ({"sha256": "0" * 64}, "sha256"),
    ],
)
def test_a_wrong_field_is_named_in_one_sentence(web: Web, changed: dict, where: str) -> None:
    given = {
        "platform_ref": "x",
        "uploader": "u",
        "content_type": ["CONTENT_TYPE_VIDEO"],
        "posted_at": web.place.now.isoformat(),
    }
    answer = web.post("/v1/uploads", given | changed)
    assert (answer.status_code, answer.json()["where"]) == (422, where)


def test_a_code_outside_the_laws_list_leaves_nothing_behind(web: Web) -> None:
    web.upload()
    answer = web.post("/v1/notices", NOTICE | {"category": "NONE"})
    assert answer.status_code == 422
    assert web.place.rows(tables.notice) == []


def test_a_body_that_is_too_long_is_refused_however_it_comes(web: Web) -> None:
    headers = {"authorization": f"Bearer {web.keys['platform']}"}
    assert web.client.post("/v1/views", content=b" " * (MAX_BODY + 1), headers=headers).status_code == 413

    def drip():
        for _ in range(MAX_BODY // 65_536 + 2):
            yield b" " * 65_536

    assert web.client.post("/v1/views", content=drip(), headers=headers).status_code == 413


def test_a_medium_is_kept_under_its_digest_and_nothing_else(web: Web) -> None:
    body = b"not a video, but bytes"
    name = hashlib.sha256(body).hexdigest()
    headers = {"authorization": f"Bearer {web.keys['platform']}"}
    assert web.client.put(f"/v1/media/{'0' * 64}", content=body, headers=headers).status_code == 422
    assert web.client.put(f"/v1/media/{name}", content=b"", headers=headers).status_code == 422
    assert web.client.put("/v1/media/..%2f..%2fetc", content=body, headers=headers).status_code in (404, 422)
    assert web.client.put(f"/v1/media/{name}", content=b"x" * ((1 << 20) + 1), headers=headers).status_code == 422
    for _ in range(2):
        assert web.client.put(f"/v1/media/{name}", content=body, headers=headers).json() == {
            "sha256": name,
            "bytes": len(body),
        }
    web.upload(sha256=name)
    with web.site.media.local(name) as path:
        assert path.read_bytes() == body


def test_the_platforms_own_events_are_recorded_once_and_all_or_none(web: Web) -> None:
    event = {
        "v": 1,
        "kind": "exposure.read",
        "id": "a" * 32,
        "at": "2026-03-01T08:00:00.000Z",
        "service": "clips",
        "channel": "own",
        "by": {"type": "machine"},
        "src": "native",
        "item": "b" * 32,
        "views_total": 3,
    }
    assert web.post("/v1/events", {"events": [event]}).json() == {"new": 1, "seen": 0}
    assert web.post("/v1/events", {"events": [event]}).json() == {"new": 0, "seen": 1}
    other = event | {"id": "c" * 32}
    bad = web.post("/v1/events", {"events": [other, event | {"id": "d" * 32, "views_total": -1}]})
    assert (bad.status_code, bad.json()["where"]) == (422, "events.1")
    foreign = web.post("/v1/events", {"events": [other | {"service": "else"}]})
    assert foreign.json()["where"] == "events.0.service"
    changed = web.post("/v1/events", {"events": [event | {"views_total": 4}]})
    assert "says something else" in changed.json()["title"]
    assert [event["n"] for event in web.place.events("exposure.read")] == [1]


def test_a_platform_confirms_what_it_did(web: Web) -> None:
    web.upload()
    web.post("/v1/notices", NOTICE)
    case = web.place.row(tables.case)
    web.place.waiting(case.id)
    with web.place.desk.write() as unit:
        decision = decide(unit, case.id, "a" * 32, choice(), case.version).decision
    done = web.post("/v1/effects", {"decision": decision, "effect": "applied", "ack": "job-7"})
    assert done.json() == {"done": True}
    wrong = web.post("/v1/effects", {"decision": decision, "effect": "lifted", "ack": "job-8"})
    assert wrong.status_code == 422
    complaint = web.post("/v1/complaints", {"decision": decision, "uploader": "u1", "text": "satire!"})
    assert complaint.json()["admitted"]
    stranger = web.post("/v1/complaints", {"decision": decision, "uploader": "nobody"})
    assert stranger.status_code == 422


def test_every_answer_carries_the_policy_that_forbids_inline_script(web: Web) -> None:
    for path in ("/healthz", "/nowhere"):
        policy = web.client.get(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy and "unsafe-inline" not in policy


def test_figures_say_what_waits_and_name_nobody(web: Web) -> None:
    web.upload()
    web.post("/v1/notices", NOTICE)
    text = web.client.get("/metrics").text
    assert 'waarmerk_cases{state="queued"} 1.0' in text
    assert "example.org" not in text
    assert web.client.get("/readyz").json() == {"done": True}
