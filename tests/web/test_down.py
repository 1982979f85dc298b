"""The desk is down, is killed, comes back: the platform publishes all the same, and each is told once."""

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from examples.sender.sender import TABLE, note, send

from tests.web.conftest import Web
from tests.web.test_running import Served
from waarmerk.desk.store import tables


class Platform:
    """Its clips, and what its desk is still to be told, in one database."""

    def __init__(self, folder: Path) -> None:
        self.rows = sqlite3.connect(folder / "platform.db")
        self.rows.execute("CREATE TABLE clip (ref TEXT PRIMARY KEY, live INTEGER NOT NULL)")
        self.rows.execute(TABLE)

    def publish(self, ref: str) -> float:
        """A clip goes live; how many seconds that took."""
        start = time.monotonic()
        upload = {"platform_ref": ref, "uploader": "u1", "content_type": ["CONTENT_TYPE_VIDEO"]}
        with self.rows:
            self.rows.execute("INSERT INTO clip VALUES (?, 1)", (ref,))
            note(self.rows, "/v1/uploads", upload | {"posted_at": datetime.now(UTC).isoformat()})
        return time.monotonic() - start

    def tell(self, address: str, web: Web) -> int:
        headers = {"authorization": f"Bearer {web.keys['platform']}"}
        with httpx.Client(base_url=address, headers=headers, timeout=10) as client:
            return send(self.rows, client)


def test_uploads_are_published_while_the_desk_is_down_and_told_once_when_it_is_back(web: Web, tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    nobody = "http://127.0.0.1:9"
    assert max(platform.publish(f"clip-{n}") for n in range(20)) < 1
    assert platform.tell(nobody, web) == 0
    desk = Served(web, tmp_path / "desk")
    assert platform.tell(desk.address, web) == 20
    desk.process.kill()
    desk.process.communicate()
    assert platform.publish("clip-20") < 1
    assert platform.tell(desk.address, web) == 0
    platform.rows.execute("UPDATE desk_told SET answer = NULL")  # whatever it had heard, it forgot
    desk = Served(web, tmp_path / "desk")
    try:
        assert platform.tell(desk.address, web) == 21
    finally:
        desk.stop()
    assert len(web.place.rows(tables.item)) == 21
    assert platform.rows.execute("SELECT count(*) FROM clip WHERE live").fetchone() == (21,)


def test_what_the_desk_refuses_is_kept_aside_and_holds_up_nothing(web: Web, tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    with platform.rows:
        note(platform.rows, "/v1/uploads", {"platform_ref": "broken"})
    platform.publish("clip-a")
    desk = Served(web, tmp_path / "desk")
    try:
        assert platform.tell(desk.address, web) == 1
    finally:
        desk.stop()
    (refused, taken) = (answer for (answer,) in platform.rows.execute("SELECT answer FROM desk_told ORDER BY n"))
    assert refused.startswith("422 ")
    assert taken.startswith("200 ")
