"""HMA's API as its clients see it: paths, parameters, answers; and what is closed here that HMA leaves open."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from tests.bank.store.storing import SCAM, fresh_database, sqlite
from tests.support import postgres
from waarmerk.bank.replica import Replica
from waarmerk.bank.signals.pdq import distance, parse_hash
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store, create_store
from waarmerk.errors import UsageError
from waarmerk.web.hma.app import create_hma_app
from waarmerk.web.hma.fetching import BadAddressError, Fetcher, TooLargeError
from waarmerk.web.hma.keys import Client, KeyFile, add_key
from waarmerk.web.hma.service import Service

PICTURES = Path(__file__).parents[1] / "vectors" / "pdq"
ORIGINAL, SMALL = PICTURES / "bridge-aaa-orig.jpg", PICTURES / "bridge-shrink-a-lot.jpg"
KNOWN = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MD5 = "0123456789abcdef0123456789abcdef"


class Hma:
    """The app over a fresh store, and a client of it."""

    def __init__(
        self,
        folder: Path,
        *,
        most: int,
        keys: KeyFile | None = None,
        fetcher: Fetcher | None = None,
        address: str | None = None,
    ) -> None:
        self.address = Address.of(address or sqlite(folder))
        create_store(self.address, "platform.example")
        self.store = Store(self.address, lambda: datetime.now(UTC), os.urandom)
        self.readers = [Reader(self.address)]
        self.now = 1_800_000_000.0
        service = Service(
            self.store,
            Replica(self.readers[0]),
            category=SCAM,
            clock=lambda: self.now,
        )
        find = keys.find if keys else lambda _: Client("local", "curate")
        self.app = create_hma_app(service, fetcher or Fetcher([], most=most), find, max_media=most)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def get(self, path: str, status: int = 200, **params):
        answer = self.client.get(path, params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body, status: int = 200):
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def bank(self, name: str, *signals: str, kind: str = "pdq") -> list[int]:
        self.post("/c/banks", {"name": name}, 201)
        return [self.post(f"/c/bank/{name}/signal", {kind: signal})["id"] for signal in signals]

    def close(self) -> None:
        for one in (self.store, *self.readers):
            one.close()


@contextmanager
def running(folder: Path, **given) -> Iterator[Hma]:
    made = Hma(folder, **({"most": 1 << 20} | given))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def hma(tmp_path: Path) -> Iterator[Hma]:
    with running(tmp_path) as made:
        yield made


def flipped(signal: str, bits: int) -> str:
    return f"{int(signal, 16) ^ ((1 << bits) - 1):064x}"


def test_an_empty_store_is_alive_and_has_no_bank(hma: Hma) -> None:
    assert hma.client.get("/status").status_code == 200
    assert hma.get("/c/banks") == []
    assert hma.get("/c/exchanges") == hma.get("/c/exchanges/apis") == []
    assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq") == {"matches": []}
    assert hma.get("/m/lookup", signal=KNOWN, signal_type="pdq") == {}


@pytest.mark.parametrize("body", [{}, {"name": "lower"}, {"name": "A B"}, {"name": ""}, {"name": 1}, {"name": "A\n"}])
def test_a_bank_without_a_proper_name_is_refused(hma: Hma, body: dict) -> None:
    assert set(hma.post("/c/banks", body, 400)) == {"message"}
    assert hma.get("/c/banks") == []


def test_a_bank_is_made_shown_renamed_turned_off_and_deleted_twice(hma: Hma) -> None:
    assert hma.post("/c/banks", {"name": "A"}, 201) == {"name": "A", "matching_enabled_ratio": 1.0}
    hma.post("/c/banks", {"name": "A"}, 403)
    assert hma.post("/c/banks", {"name": "OFF", "enabled": False}, 201)["matching_enabled_ratio"] == 0.0
    assert hma.post("/c/banks", {"name": "HALF", "enabled_ratio": 0.5}, 201)["matching_enabled_ratio"] == 0.5
    assert [bank["name"] for bank in hma.get("/c/banks")] == ["A", "HALF", "OFF"]
    put = hma.client.put("/c/bank/A", json={"name": "B", "enabled_ratio": 0.25})
    assert put.json() == {"name": "B", "matching_enabled_ratio": 0.25} == hma.get("/c/bank/B")
    assert set(hma.get("/c/bank/A", 404)) == {"message"}
    assert hma.client.put("/c/bank/B", json={"name": "b"}).status_code == 400
    assert hma.client.put("/c/bank/B", json={"name": "OFF"}).status_code == 403
    assert hma.client.put("/c/bank/NONE", json={"enabled": True}).status_code == 404
    for _ in range(2):
        assert hma.client.delete("/c/bank/B").json() == {"message": "Done"}
    assert [bank["name"] for bank in hma.get("/c/banks")] == ["HALF", "OFF"]
    assert hma.post("/c/banks", {"name": "A"}, 201)["name"] == "A"


def test_a_bank_of_exactly_one_hash_matches_it_within_31_bits_and_no_further(hma: Hma) -> None:
    (number,) = hma.bank("ONE", KNOWN)
    for bits, found in ((0, [number]), (31, [number]), (32, [])):
        signal = flipped(KNOWN, bits)
        assert hma.get("/m/raw_lookup", signal=signal, signal_type="pdq")["matches"] == found
    near = hma.get("/m/raw_lookup", signal=flipped(KNOWN, 4), signal_type="pdq", include_distance="true")
    assert near == {"matches": [{"bank_content_id": number, "distance": "4"}]}
    same = hma.get("/m/lookup", signal=KNOWN.upper(), signal_type="pdq")
    assert same == {"ONE": [{"bank_content_id": number, "distance": "0"}]}


def test_a_filter_of_banks_returns_exactly_those_and_an_unknown_one_none(hma: Hma) -> None:
    ids = {name: hma.bank(name, KNOWN)[0] for name in ("A", "B", "C")}
    assert len(set(ids.values())) == 3
    assert set(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq")) == {"A", "B", "C"}
    assert set(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq", banks="A,C")) == {"A", "C"}
    raw = hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq", banks="A,C")["matches"]
    assert set(raw) == {ids["A"], ids["C"]}
    assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq", banks="NONE") == {"matches": []}


def test_a_bank_that_is_off_answers_raw_questions_and_bypasses_only(hma: Hma) -> None:
    (number,) = hma.bank("A", KNOWN)
    hma.client.put("/c/bank/A", json={"enabled": False})
    assert hma.get("/m/lookup", signal=KNOWN, signal_type="pdq") == {}
    assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq")["matches"] == [number]
    assert list(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq", bypass_coinflip="true")) == ["A"]
    hma.client.put("/c/bank/A", json={"enabled_ratio": 0.5})
    told = [bool(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq", seed=str(seed))) for seed in range(40)]
    assert told == [bool(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq", seed=str(seed))) for seed in range(40)]
    assert 8 <= sum(told) <= 32


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"signal": KNOWN},
        {"signal_type": "pdq"},
        {"signal": KNOWN, "signal_type": "none"},
        {"signal": KNOWN[:-1], "signal_type": "pdq"},
        {"signal": "z" * 64, "signal_type": "pdq"},
        {"signal": KNOWN, "signal_type": "video_md5"},
        {"signal": "[]", "signal_type": "vpdq"},
        {"signal": "[" * 100_0, "signal_type": "vpdq"},
    ],
)
def test_a_question_without_a_proper_signal_is_a_sentence_with_400(hma: Hma, params: dict) -> None:
    for path in ("/m/raw_lookup", "/m/lookup"):
        assert set(hma.get(path, 400, **params)) == {"message"}


def test_a_photo_is_hashed_banked_and_found_in_a_smaller_copy(hma: Hma) -> None:
    hma.post("/c/banks", {"name": "A"}, 201)
    hashed = hma.client.post("/h/hash", files={"photo": ORIGINAL.open("rb")}).json()
    assert set(hashed) == {"pdq"}
    assert distance(parse_hash(hashed["pdq"]), parse_hash(KNOWN)) <= 8
    metadata = {"content_id": "c1", "content_uri": "https://x.example/1", "json": {"a": [1]}}
    banked = hma.client.post(
        "/c/bank/A/content",
        files={"photo": ORIGINAL.open("rb")},
        data={"metadata": json.dumps(metadata), "note": "seen"},
    )
    assert banked.status_code == 200, banked.text
    number = banked.json()["id"]
    assert banked.json()["signals"] == hashed
    found = hma.client.post("/m/lookup", files={"photo": SMALL.open("rb")}).json()
    assert [hit["bank_content_id"] for hit in found["pdq"]["A"]] == [number]
    told = hma.get(f"/c/bank/A/content/{number}", include_signals="true", include_metadata="true")
    assert (told["id"], told["disable_until_ts"], told["bank"]["name"]) == (number, 0, "A")
    assert (told["signals"], told["metadata"], told["note"]) == (hashed, metadata, "seen")
    assert told["original_media_uri"] == "https://x.example/1"
    entry = hma.store.numbered([number])[number]
    assert (entry.status, entry.source.origin, entry.note) == ("confirmed", "hma local", "seen")


def test_a_form_needs_one_file_of_a_known_type(hma: Hma) -> None:
    def status(path: str, **given) -> int:
        answer = hma.client.post(path, **given)
        assert set(answer.json()) == {"message"}
        return answer.status_code

    hma.post("/c/banks", {"name": "A"}, 201)
    for path in ("/h/hash", "/m/lookup", "/c/bank/A/content"):
        assert status(path, data={"a": "b"}) == 400
        assert status(path, files={"sound": b"x"}) == 400
        assert status(path, files={"photo": b"no picture"}) == 400
        assert status(path, files={"video": ORIGINAL.read_bytes()}) == 400
        assert status(path, files=[("photo", b"x"), ("photo", b"y")]) == 400
        assert status(path, files=[("photo", b"x")] * 5) == 400
        assert status(path, files={"photo": b"x" * ((1 << 20) + 1)}) == 413
        assert status(path, files={"photo": b"x" * (3 << 20)}) == 413
    assert status("/h/hash?types=video_md5", files={"photo": ORIGINAL.read_bytes()}) == 400
    bad = {"metadata": '{"other": 1}'}
    assert status("/c/bank/A/content", files={"photo": ORIGINAL.read_bytes()}, data=bad) == 400
    assert status("/c/bank/A/content", files={"photo": ORIGINAL.read_bytes()}, data={"note": "n" * 256}) == 400
    strange = {"metadata": '{"content_uri": "\\ud800"}'}
    assert status("/c/bank/A/content", files={"photo": ORIGINAL.read_bytes()}, data=strange) == 400
    assert status("/c/bank/A/content", files={"photo": ORIGINAL.read_bytes()}, data={"note": "\0"}) == 400
    assert hma.get("/m/index/status")["pdq"] == {"present": False, "built_to": -1, "size": 0}


def test_a_content_is_turned_off_and_on_and_deleted(hma: Hma) -> None:
    (number,) = hma.bank("A", KNOWN)
    path = f"/c/bank/A/content/{number}"
    later = int(datetime.now(UTC).timestamp()) + 1000
    hma.now = later - 500
    assert hma.client.put(path, json={"disable_until_ts": later}).json()["disable_until_ts"] == later
    assert hma.get("/m/lookup", signal=KNOWN, signal_type="pdq") == {}
    hma.now = later + 1
    assert list(hma.get("/m/lookup", signal=KNOWN, signal_type="pdq")) == ["A"]
    for bad in (-1, "x", None, True, later + 6 * 365 * 86400):
        assert hma.client.put(path, json={"disable_until_ts": bad}).status_code == 400
    assert hma.client.put("/c/bank/A/content/999", json={"disable_until_ts": 0}).status_code == 404
    assert hma.client.delete(path).json() == {"deleted": 1}
    assert hma.client.delete(path).json() == {"deleted": 0}
    assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq") == {"matches": []}
    hma.get(path, 404)
    assert hma.post("/c/bank/A/signal", {"pdq": KNOWN})["id"] == number
    assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq") == {"matches": [number]}


def test_videos_are_found_by_md5_and_by_their_frames(hma: Hma) -> None:
    seeds = [f"{seed:02x}" * 32 for seed in (0x1B, 0x4E, 0xA7, 0xD2, 0x39)]
    frames = json.dumps([f"{code},100,{at}.000" for at, code in enumerate(seeds)])
    hma.post("/c/banks", {"name": "A"}, 201)
    number = hma.post("/c/bank/A/signal", {"video_md5": MD5.upper(), "vpdq": frames})["id"]
    assert hma.get("/m/lookup", signal=MD5, signal_type="video_md5")["A"][0] == {
        "bank_content_id": number,
        "distance": "0",
    }
    assert hma.get("/m/lookup", signal=frames, signal_type="vpdq")["A"][0]["bank_content_id"] == number
    only = hma.post("/c/bank/A/signal", {"video_md5": "f" * 32})["id"]
    assert hma.get("/m/raw_lookup", signal="f" * 32, signal_type="video_md5") == {"matches": [only]}
    assert hma.get(f"/c/bank/A/content/{only}", include_signals="true")["signals"] == {"video_md5": "f" * 32}
    hma.client.delete(f"/c/bank/A/content/{only}")
    assert hma.get("/m/raw_lookup", signal="f" * 32, signal_type="video_md5") == {"matches": []}


def test_hashes_are_compared(hma: Hma) -> None:
    assert hma.post("/m/compare", {"pdq": [KNOWN, flipped(KNOWN, 9)]}) == {"pdq": [True, {"distance": 9}]}
    assert hma.post("/m/compare", {"pdq": [KNOWN, flipped(KNOWN, 40)]}) == {"pdq": [False, {"distance": 40}]}
    frames = [json.dumps([f"{code},100,0.0"]) for code in (KNOWN, flipped(KNOWN, 60))]
    assert hma.post("/m/compare", {"vpdq": [frames[0], frames[0]]})["vpdq"][0] is True
    assert hma.post("/m/compare", {"vpdq": frames})["vpdq"][0] is False
    for bad in ({"pdq": KNOWN}, {"pdq": [KNOWN]}, {"pdq": [KNOWN] * 3}, {"pdq": [KNOWN, "x"]}, {"x": [1, 2]}, [], 1):
        assert set(hma.post("/m/compare", bad, 400)) == {"message"}


def test_the_index_and_the_types_are_told(hma: Hma) -> None:
    hma.bank("A", KNOWN, flipped(KNOWN, 100))
    status = hma.get("/m/index/status")
    assert (status["pdq"]["present"], status["pdq"]["size"], status["vpdq"]["size"]) == (True, 2, 0)
    assert status["pdq"]["built_to"] > 1_600_000_000
    assert list(hma.get("/m/index/status", signal_type="pdq")) == ["pdq"]
    hma.get("/m/index/status", 400, signal_type="none")
    assert hma.get("/c/signal_type/index")["pdq"]["db_size"] == 2
    assert {"name": "pdq", "enabled_ratio": 1.0} in hma.get("/c/signal_type")
    assert {"name": "photo", "enabled": True} in hma.get("/c/content_type")
    hma.get("/c/exchange/NONE", 404)
    hma.post("/c/exchanges", {"api": "x", "bank": "A"}, 400)


def test_signals_for_a_bank_that_is_not_there_or_that_are_none_are_refused(hma: Hma) -> None:
    hma.post("/c/bank/NONE/signal", {"pdq": KNOWN}, 404)
    hma.bank("A")
    for bad in ({}, {"none": "x"}, {"pdq": "x"}, {"pdq": KNOWN, "video_md5": MD5}):
        assert set(hma.post("/c/bank/A/signal", bad, 400)) == {"message"}
    assert set(hma.get("/nowhere", 404)) == {"message"}
    assert hma.client.post("/c/banks", content=b"{").status_code == 400


def test_without_a_good_key_only_the_status_answers(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    asking, curating = add_key(path, "ann", "ask"), add_key(path, "bob", "curate")
    assert path.stat().st_mode & 0o077 == 0
    assert asking not in path.read_text()
    with pytest.raises(UsageError, match="already"):
        add_key(path, "ann", "ask")
    with running(tmp_path, keys=KeyFile(path)) as hma:

        def status(method: str, where: str, key: str | None, **given) -> int:
            headers = {} if key is None else {"authorization": f"Bearer {key}"}
            return hma.client.request(method, where, headers=headers, **given).status_code

        assert status("GET", "/status", None) == 200
        for key in (None, "", "wm_wrong"):
            assert status("GET", "/c/banks", key) == 401
            assert status("POST", "/h/hash", key, files={"photo": b"x"}) == 401
        assert status("GET", "/c/banks", asking) == 200
        assert status("POST", "/c/banks", asking, json={"name": "A"}) == 403
        assert status("POST", "/c/banks", curating, json={"name": "A"}) == 201
        assert status("POST", "/c/bank/A/signal", curating, json={"pdq": KNOWN}) == 200
        (entry,) = hma.store.entries("A")
        assert hma.store.history(entry.number)[0].by == "bob"
        path.write_text("")
        assert status("GET", "/c/banks", curating) == 401


def test_a_store_in_postgresql_serves_the_same(tmp_path: Path) -> None:
    with postgres.server() as server, fresh_database(server) as url, running(tmp_path, address=url) as hma:
        (number,) = hma.bank("A", KNOWN)
        assert hma.client.put("/c/bank/A", json={"name": "B", "enabled_ratio": 1}).json()["name"] == "B"
        assert hma.client.put(f"/c/bank/B/content/{number}", json={"disable_until_ts": 5}).status_code == 200
        found = hma.get("/m/lookup", signal=KNOWN, signal_type="pdq")
        assert found == {"B": [{"bank_content_id": number, "distance": "0"}]}
        assert hma.get("/m/index/status")["pdq"]["size"] == 1
        for _ in range(2):
            assert hma.client.delete("/c/bank/B").json() == {"message": "Done"}
        assert hma.get("/m/raw_lookup", signal=KNOWN, signal_type="pdq") == {"matches": []}


class Media(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("location", "/media/small.jpg")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-type", "image/jpeg")
        self.end_headers()
        data = b"x" * (1 << 21) if "large" in self.path else SMALL.read_bytes()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def media() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Media) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_addresses_are_fetched_from_named_places_alone(tmp_path: Path, media: str) -> None:
    allowed = [f"{media}/media/", f"{media}/away"]
    fetcher = Fetcher(allowed, most=1 << 20, private=True)
    with running(tmp_path, fetcher=fetcher) as hma:
        (number,) = hma.bank("A", KNOWN)
        assert set(hma.get("/h/hash", url=f"{media}/media/small.jpg")) == {"pdq"}
        found = hma.get("/m/lookup", url=f"{media}/media/small.jpg")
        assert found["pdq"]["A"][0]["bank_content_id"] == number
        banked = hma.client.post("/c/bank/A/content", params={"url": f"{media}/media/small.jpg"})
        assert (banked.status_code, set(banked.json())) == (200, {"id", "signals"})
        for bad in (
            f"{media}/other/small.jpg",
            f"{media}/media/../other/small.jpg",
            f"{media}/media/%2e%2e/other/small.jpg",
            f"{media}/mediaother",
            f"{media}/away",
            media.replace("http", "ftp"),
            media.replace("127.0.0.1", "user@127.0.0.1") + "/media/small.jpg",
            "file:///etc/passwd",
            "http://[",
            "",
        ):
            assert set(hma.get("/h/hash", 400, url=bad)) == {"message"}
        hma.get("/h/hash", 413, url=f"{media}/media/large.jpg")
        hma.get("/h/hash", 400, url=f"{media}/media/small.jpg", content_type="sound")


def test_a_name_that_leads_into_a_private_network_is_not_fetched() -> None:
    for number in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "224.0.0.1"):
        fetcher = Fetcher(["http://media.example/"], most=10, resolve=lambda *_, found=number: [found])
        with pytest.raises(BadAddressError, match="private"):
            fetcher.fetch("http://media.example/a.jpg")


def test_a_medium_that_is_too_large_or_too_slow_leaves_no_file(media: str) -> None:
    with pytest.raises(TooLargeError):
        Fetcher([media], most=10, private=True).fetch(f"{media}/a.jpg")
    clock = iter(range(0, 10_000, 100))
    with pytest.raises(Exception, match="did not come within"):
        Fetcher([media], most=1 << 20, private=True, clock=lambda: next(clock)).fetch(f"{media}/a.jpg")


def test_an_ordinary_client_works_over_http(hma: Hma) -> None:
    server = uvicorn.Server(uvicorn.Config(hma.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert client.post("/c/banks", json={"name": "A"}).status_code == 201
            number = client.post("/c/bank/A/signal", json={"pdq": KNOWN}).json()["id"]
            with SMALL.open("rb") as file:
                found = client.post("/m/lookup", files={"photo": file}).json()
            assert found["pdq"]["A"][0]["bank_content_id"] == number
    finally:
        server.should_exit = True
        thread.join()
