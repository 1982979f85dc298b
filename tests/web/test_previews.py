"""What a reviewer's browser is given of a medium: our own encoding, in ranges, and of locked material nothing."""

import hashlib
import io
from pathlib import Path

import av
import pytest
from sqlalchemy import update

from tests.support import clips
from tests.web.conftest import Web
from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.store import tables

PASSWORD = "correct horse battery"
ENTRY = "e" * 32


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    # MPEG-4 part 2: no browser plays it
    return clips.portrait_clip(tmp_path / "clip.mp4", seconds=1.0, size=640).read_bytes()


def put(web: Web, data: bytes, ref: str = "clip-a") -> str:
    digest = hashlib.sha256(data).hexdigest()
    headers = {"authorization": f"Bearer {web.keys['platform']}"}
    assert web.client.put(f"/v1/media/{digest}", content=data, headers=headers).status_code == 200
    return web.upload(ref, sha256=digest)


def log_in(web: Web) -> None:
    object.__setattr__(web.site, "local", True)
    with web.place.desk.write() as unit:
        add_member(unit, "anne", PASSWORD, "senior")
    token = web.client.get("/login").text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = web.client.post("/login", data={"csrf": token, "login": "anne", "password": PASSWORD})
    assert answer.url.path == "/queue"


def case_of(web: Web, item: str) -> str:
    return str(web.place.rows(tables.case, tables.case.c.item == item)[0].id)


def matched(web: Web, case: str, known_item: str | None) -> None:
    """Has the bank have found a known item in the case's; one that was decided here, where `known_item` says so."""
    match = {"entry": ENTRY, "status": "confirmed", "category": "fraud", "signal": "pdq", "distance": 4}
    with web.place.desk.write() as unit:
        looked = {"matches": [match | {"ranges": [[0.0, 1.0, 3.0, 4.0]]}]}
        unit.connection.execute(update(tables.case).where(tables.case.c.id == case).values(looked=looked))
        if known_item is not None:
            values = {"outcome": "restrict", "mode": "live", "explanation": {}, "at": unit.at}
            decided = {"id": "d" * 32, "case": case_of(web, known_item), "item": known_item}
            unit.connection.execute(tables.decision.insert().values(**decided, **values, body={"rule": "fraud"}))
            unit.connection.execute(tables.banked.insert().values(entry=ENTRY, decision="d" * 32))


def lock(web: Web, item: str) -> None:
    with web.place.desk.write() as unit:
        unit.connection.execute(update(tables.item).where(tables.item.c.id == item).values(locked=True))


def kept(web: Web) -> list[Path]:
    return list((web.folder / "previews").iterdir())


def test_a_preview_is_small_silent_h264_of_our_own_and_comes_in_ranges(web: Web, clip: bytes) -> None:
    item = put(web, clip)
    log_in(web)
    whole = web.client.get(f"/case/{case_of(web, item)}/medium")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    with av.open(io.BytesIO(whole.content)) as made:
        (stream,) = made.streams
        assert (stream.type, stream.codec_context.name) == ("video", "h264")
        assert max(stream.width, stream.height) <= 480
        assert float(stream.duration * stream.time_base) == pytest.approx(1.0, abs=0.2)
    part = web.client.get(f"/case/{case_of(web, item)}/medium", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"


def test_what_cannot_be_decoded_is_said_and_its_bytes_are_not_sent(web: Web) -> None:
    item = put(web, b"<html><script>alert(1)</script>")
    log_in(web)
    answer = web.client.get(f"/case/{case_of(web, item)}/medium")
    assert answer.status_code == 422
    assert "script" not in answer.text
    assert kept(web) == []


def test_a_locked_item_has_no_preview_by_any_route_and_none_is_kept(web: Web, clip: bytes) -> None:
    item, twin = put(web, clip), put(web, clip, "clip-b")
    case, other = case_of(web, item), case_of(web, twin)
    log_in(web)
    matched(web, other, item)
    paths = [f"/case/{case}/medium", f"/case/{other}/medium", f"/case/{other}/known/{ENTRY}"]
    assert [web.client.get(path).status_code for path in paths] == [200, 200, 200]
    assert len(kept(web)) == 1
    lock(web, item)
    web.site.previews.sweep()
    assert kept(web) == []
    for headers in ({}, {"range": "bytes=0-99"}):
        assert [web.client.get(path, headers=headers).status_code for path in paths] == [404, 404, 404]
    digest = hashlib.sha256(clip).hexdigest()
    key = {"authorization": f"Bearer {web.keys['admin']}"}
    assert web.client.get(f"/v1/media/{digest}", headers=key).status_code == 405
    page = web.client.get(f"/case/{case}").text
    assert "locked" in page and "<video" not in page and "<img" not in page
    beside = web.client.get(f"/case/{other}").text
    assert f"/known/{ENTRY}" not in beside
    assert kept(web) == []


def test_a_known_match_stands_side_by_side_with_its_aligned_times(web: Web, clip: bytes) -> None:
    known, item = put(web, clip), put(web, clip + b"\0", "clip-b")
    log_in(web)
    matched(web, case_of(web, item), known)
    page = web.client.get(f"/case/{case_of(web, item)}").text
    assert f'src="/case/{case_of(web, item)}/known/{ENTRY}"' in page
    assert "here 0.0–1.0 s · there 3.0–4.0 s" in page
    assert web.client.get(f"/case/{case_of(web, item)}/known/{ENTRY}").status_code == 200
    assert web.client.get(f"/case/{case_of(web, known)}/known/{ENTRY}").status_code == 404
    assert {each.purpose for each in web.place.rows(tables.look)} == {"case", "known"}


def test_where_the_bank_holds_hashes_alone_the_page_says_so(web: Web, clip: bytes) -> None:
    item = put(web, clip)
    log_in(web)
    matched(web, case_of(web, item), None)
    assert "only its hashes" in web.client.get(f"/case/{case_of(web, item)}").text
    assert web.client.get(f"/case/{case_of(web, item)}/known/{ENTRY}").status_code == 404


def test_a_preview_is_for_those_who_are_logged_in(web: Web, clip: bytes) -> None:
    path = f"/case/{case_of(web, put(web, clip))}/medium"
    assert web.client.get(path, follow_redirects=False).status_code == 303
    assert kept(web) == []
