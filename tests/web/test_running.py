"""The real server, `waarmerk serve` in a process of its own: what it logs, how it stops, who dribbles."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.web.conftest import Web
from tests.web.test_intake import NOTICE
from waarmerk.desk.store import tables
from waarmerk.desk.store.database import open_database
from waarmerk.web.duties import Lead, log_here
from waarmerk.web.listening import Patient

PERSONAL = ("an@example.org", "An Peeters", "127.0.0.1", "my face on another body")


class Served:
    """`waarmerk serve` over the place's database, with a key of the platform."""

    def __init__(self, web: Web, folder: Path, *words: str) -> None:
        program = Path(sys.executable).with_name("waarmerk")
        given = ["--dir", folder, "--service", "clips", "--port", "0", "--no-examine", "--database", web.place.url]
        self.process = subprocess.Popen(
            [program, "serve", *given, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        first = self.process.stdout.readline()
        assert first, self.process.communicate()[1]
        self.address = first.split()[0]
        self.headers = {"authorization": f"Bearer {web.keys['platform']}"}

    def post(self, path: str, body) -> httpx.Response:
        return httpx.post(self.address.rstrip("/") + path, json=body, headers=self.headers, timeout=30)

    def stop(self) -> tuple[int, str]:
        """Stops it as an init system does; its exit code and what it logged."""
        self.process.send_signal(signal.SIGTERM)
        _, logged = self.process.communicate(timeout=30)
        return self.process.returncode, logged


@pytest.fixture
def served(web: Web, tmp_path: Path) -> Iterator[Served]:
    made = Served(web, tmp_path / "desk")
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


def test_a_log_entry_is_a_line_of_json_and_tells_nothing_of_a_person_whatever_fails(web: Web, served: Served) -> None:
    web.upload()
    notice = NOTICE | {"name": "An Peeters", "email": "an@example.org", "reason": "my face on another body"}
    assert served.post("/v1/notices", notice).status_code == 200
    with web.place.desk.write() as unit:
        unit.connection.exec_driver_sql("ALTER TABLE message RENAME TO gone")
    failed = served.post("/v1/notices", notice)
    assert failed.status_code >= 500
    assert not any(word in failed.text for word in PERSONAL)
    _, logged = served.stop()
    entries = [json.loads(line) for line in logged.splitlines()]
    assert any(entry.get("error", "").startswith("sqlalchemy.exc.") and entry["trace"] for entry in entries)
    assert not [word for word in PERSONAL if word in logged]


def test_the_desk_stops_gracefully_and_its_places_are_free(web: Web, served: Served, tmp_path: Path) -> None:
    web.upload()
    code, logged = served.stop()
    assert (code, logged) == (0, "")
    again = Served(web, tmp_path / "desk")
    try:
        end = time.monotonic() + 30
        while web.place.rows(tables.task, tables.task.c.done_at.is_(None)):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert {row.slot for row in web.place.rows(tables.task)} == {0}
    finally:
        again.stop()


def test_an_address_in_a_notice_is_text_and_nobody_calls_it(web: Web, served: Served) -> None:
    web.upload()
    with socket.create_server(("127.0.0.1", 0)) as private:
        private.settimeout(3)
        url = f"http://127.0.0.1:{private.getsockname()[1]}/latest/meta-data"
        assert served.post("/v1/notices", NOTICE | {"location": url, "reason": url}).status_code == 200
        with pytest.raises(TimeoutError):
            private.accept()
    assert not web.place.rows(tables.task, tables.task.c.done_at.is_(None))


class Hurried(Patient):
    look_s = 0.3


@pytest.fixture
def quick(web: Web) -> Iterator[int]:
    """The port of the app behind the server's protocol, which looks more often."""
    server = uvicorn.Server(
        uvicorn.Config(web.app, host="127.0.0.1", port=0, log_level="error", http=Hurried, timeout_keep_alive=15)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


async def dribbled(port: int, head: bytes, each: bytes, most_s: float) -> float | None:
    """After how many seconds of dribbling the server hung up; None where it did not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    start = time.monotonic()
    ended = asyncio.ensure_future(reader.read())
    try:
        writer.write(head)
        while not ended.done() and time.monotonic() - start < most_s:
            writer.write(each)
            await asyncio.wait([ended], timeout=0.05)
        return time.monotonic() - start if ended.done() else None
    finally:
        ended.cancel()
        writer.transport.abort()


def test_who_dribbles_is_hung_up_on_and_others_are_answered_meanwhile(web: Web, quick: int) -> None:
    post = f"POST /v1/notices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {web.keys['platform']}\r\n"
    heads = [
        (b"GET /healthz HTTP/1.1\r\nX-A: ", b"a"),
        (f"{post}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode(), b" "),
        (f"{post}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\n \r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /he", b"a"),
        (b"", b""),
    ]

    async def all_of_them() -> tuple[list[float | None], float]:
        slow = [asyncio.ensure_future(dribbled(quick, head, each, 10)) for head, each in heads * 10]
        await asyncio.sleep(0.2)
        start = time.monotonic()
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{quick}/healthz", timeout=5)).status_code == 200
        spent = time.monotonic() - start
        return await asyncio.gather(*slow), spent

    ended, spent = asyncio.run(all_of_them())
    assert None not in ended
    assert spent < 5


def test_a_slow_but_steady_upload_is_waited_for(web: Web, quick: int) -> None:
    def slow() -> Iterator[bytes]:
        for _ in range(12):
            time.sleep(0.1)
            yield b"a" * 2000

    digest = "c" * 64
    answer = httpx.put(
        f"http://127.0.0.1:{quick}/v1/media/{digest}",
        content=slow(),
        headers={"authorization": f"Bearer {web.keys['platform']}"},
        timeout=30,
    )
    assert answer.status_code == 422
    assert "announced" in answer.json()["title"]


def test_a_medium_is_called_by_its_digest_whatever_the_upload_is_called(web: Web, tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/../../b", "~root", "$(id)"):
        web.upload(name, title=name)
    body = b"a medium"
    digest = "a1" * 32
    headers = {"authorization": f"Bearer {web.keys['platform']}"}
    assert web.client.put(f"/v1/media/{digest}", content=body, headers=headers).status_code == 422
    assert web.client.put("/v1/media/..%2f..%2fx", content=body, headers=headers).status_code in (404, 422)
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and b"a medium" in each.read_bytes()]
    assert len(web.place.rows(tables.item)) == 6


def test_one_folder_holds_the_log_and_other_machines_leave_it_alone(web: Web, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert log_here(web.place.desk, there, create=False) is None
    assert log_here(web.place.desk, here, create=True)
    assert log_here(web.place.opened(), there, create=True) is None
    assert not there.exists() or not list(there.rglob("*"))
    assert log_here(web.place.opened(), here, create=False)


def test_one_process_leads_and_another_after_it(web: Web) -> None:
    first, second = Lead(web.place.desk.engine), Lead(open_database(web.place.url))
    assert first.mine()
    assert first.mine()
    assert not second.mine()
    first.give_up()
    assert second.mine()
    second.give_up()
