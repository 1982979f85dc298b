"""The HTTP edge with real sockets: what is served, what is bounded, who is cut off."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.record.log.logs import ORIGIN, entries, log_of, verifier_keys
from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.record.log import wire
from waarmerk.record.log.cosign import cosign
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.keys import COSIGNATURE, signing_key
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.sites import Answer, LogSite, Site, WitnessSite
from waarmerk.record.log.storage import MemoryStorage
from waarmerk.record.log.tiles import places_of
from waarmerk.record.log.wire import Server, poster
from waarmerk.record.log.witness import MAX_REQUEST, Witness


@contextmanager
def serving(site: Site) -> Iterator[Server]:
    with Server(site, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(server: Server, method: str, path: str, **more: object) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request(method, path, **more)  # type: ignore[arg-type]
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def body_of(response: http.client.HTTPResponse) -> bytes:
    return response.body  # type: ignore[attr-defined]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[tuple[Server, PosixStorage]]:
    storage = PosixStorage(tmp_path / "log")
    log_of(700, storage)
    with serving(LogSite(storage)) as server:
        yield server, storage


def test_a_stranger_rebuilds_the_log_from_what_is_served(log: tuple[Server, PosixStorage]) -> None:
    server, storage = log
    copy = MemoryStorage()
    for path in ["checkpoint", *(place.path for place in places_of(700))]:
        response = ask(server, "GET", f"/{path}")
        assert response.status == 200
        copy.content[path] = body_of(response)
    reader = Reader(copy, verifier_keys(storage), prefix="")
    assert [reader.prove(index).entry for index in (0, 255, 256, 699)] == [
        entries(i, 1)[0] for i in (0, 255, 256, 699)
    ]


def test_a_checkpoint_keeps_for_a_moment_and_a_tile_for_ever(log: tuple[Server, PosixStorage]) -> None:
    server, _ = log
    checkpoint, tile = ask(server, "GET", "/checkpoint"), ask(server, "GET", "/tile/0/000")
    assert checkpoint.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert checkpoint.getheader("Cache-Control") == "public, max-age=1"
    assert tile.getheader("Content-Type") == "application/octet-stream"
    assert "immutable" in (tile.getheader("Cache-Control") or "")
    assert tile.getheader("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/../private/keys",
        "/private/keys",
        "/tile/../../private/keys",
        "/tile/0/../../../private/keys",
        "/tile/0/%30%30%30",
        "/tile/0/000?x",
        "/tile/0/.000.new",
        "/tile/0/003",
        "/",
        "//checkpoint/",
        "/checkpoint/",
    ],
)
def test_nothing_else_is_served(log: tuple[Server, PosixStorage], path: str) -> None:
    response = ask(log[0], "GET", path)
    assert response.status == 404
    assert b"PRIVATE" not in body_of(response)


def test_head_says_what_get_would_and_sends_no_body(log: tuple[Server, PosixStorage]) -> None:
    response = ask(log[0], "HEAD", "/tile/0/000")
    assert (response.status, response.getheader("Content-Length"), body_of(response)) == (200, "8192", b"")


def test_a_log_takes_nothing(log: tuple[Server, PosixStorage]) -> None:
    assert ask(log[0], "POST", "/checkpoint", body=b"").status == 405
    assert ask(log[0], "POST", "/checkpoint", body=b"x").status == 413
    assert ask(log[0], "PUT", "/checkpoint", body=b"").status == 501


def test_a_file_that_cannot_be_read_is_503_in_one_sentence(log: tuple[Server, PosixStorage]) -> None:
    server, storage = log
    (storage.root / "public/checkpoint").unlink()
    (storage.root / "public/checkpoint").mkdir()
    response = ask(server, "GET", "/checkpoint")
    assert (response.status, body_of(response)) == (503, b"this is not a regular file\n")


KEY = signing_key("witness.example/w1", COSIGNATURE, bytes([3]) * 32)


def test_a_log_is_cosigned_over_http(log: tuple[Server, PosixStorage], tmp_path: Path) -> None:
    _, storage = log
    keys = [key.verifier for key in read_keys(storage)]
    witness = Witness(PosixStorage(tmp_path / "witness"), KEY, {ORIGIN: keys}, lambda: 1_700_000_000)
    with serving(WitnessSite(witness)) as server:
        post = poster(server.url + "/add-checkpoint")
        with open_log(storage) as sequencer:
            for more in (0, 10):
                sequencer.append(entries(700, more))
                reader = Reader(storage, keys)
                sequencer.cosigned(reader.signed.head.text, cosign(reader, [KEY.verifier], post))
        published = Reader(storage, keys).signed
        assert published.head.size == 710
        assert published.cosigned_by([KEY.verifier]) == [KEY.verifier]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 411),
        ({"Content-Length": "-1"}, 411),
        ({"Content-Length": "x"}, 411),
        ({"Content-Length": "٣"}, 411),
        ({"Content-Length": "9" * 5000}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": str(MAX_REQUEST + 1)}, 413),
    ],
    ids=str,
)
def test_a_body_of_no_or_too_great_length_is_not_read(headers: dict[str, str], status: int) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    witness = Witness(MemoryStorage(), KEY, {}, lambda: 1)
    with (
        serving(WitnessSite(witness)) as server,
        socket.create_connection(server.server_address[:2], timeout=5) as connection,
    ):
        connection.sendall(f"POST /add-checkpoint HTTP/1.1\r\n{head}\r\n".encode())
        assert connection.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


class Slow:
    """A site that answers when it is told to."""

    max_body = 10

    def __init__(self) -> None:
        self.go = threading.Event()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        self.go.wait(10)
        return Answer(200, b"at last")


def test_silence_and_trickling_end_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_LIFE_S", 0.6)
    monkeypatch.setattr(wire._Handler, "timeout", 0.3)
    with serving(Slow()) as server:
        with socket.create_connection(server.server_address[:2], timeout=5) as silent:
            assert silent.recv(1) == b""
        with socket.create_connection(server.server_address[:2], timeout=5) as trickling, suppress(OSError):
            for number in range(60):
                trickling.sendall(b"G" if number else b"GE")
                trickling.settimeout(0.1)
                with suppress(TimeoutError):
                    assert trickling.recv(1) == b""
                    break
            else:
                pytest.fail("a connection that trickles was never ended")


def test_more_connections_than_there_are_places_are_closed_and_places_come_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "_CONNECTIONS", 3)
    site = Slow()
    with serving(site) as server:
        held = [socket.create_connection(server.server_address[:2], timeout=5) for _ in range(3)]
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        with socket.create_connection(server.server_address[:2], timeout=5) as one_more, suppress(ConnectionError):
            assert one_more.recv(1) == b""
        site.go.set()
        for connection in held:
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
            while connection.recv(100):
                pass
            connection.close()
        assert ask(server, "GET", "/").status == 200


def test_a_place_that_is_taken_is_one_sentence() -> None:
    with serving(Slow()) as server, pytest.raises(UnavailableError, match="cannot listen there"):
        Server(Slow(), "127.0.0.1", server.server_address[1])
    with pytest.raises(UsageError, match="port is a number"):
        Server(Slow(), "127.0.0.1", 70_000)


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "witness.example", "http://", "file:///etc/passwd", "http://x:y/"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        poster(url)


def test_nobody_there_and_an_endless_answer_end_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/add-checkpoint"

        def pour() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                for _ in range(400):
                    connection.sendall(bytes(1 << 14))

        thread = threading.Thread(target=pour)
        thread.start()
        with pytest.raises(InputError, match="more than 1048576 bytes"):
            poster(url)(b"x")
        thread.join()
        with pytest.raises(UnavailableError, match="no answer"):
            poster(url, timeout_s=0.2)(b"x")
    with pytest.raises(UnavailableError, match="no answer"):
        poster(url)(b"x")
