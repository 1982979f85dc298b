"""The Commission's Transparency Database as its clients meet it: the rules of its API, over HTTP on loopback.

Rules (as the server's published source has them; the schema of statements is handed in as data):
- A batch of 1 to 100 is taken whole or not at all. An identifier is unique for ever, in a batch and with the past.
- Arrays come back unique and sorted; unknown fields are ignored; 429 is plain text.
- It knows nothing of who calls it: it judges bodies, as the real one does.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

_PUID = re.compile(r"[a-zA-Z0-9-_]{1,500}\Z")
_EXISTING = "/api/v1/statement/existing-puid/"
_BATCH = 100
_MOST_BYTES = 1 << 24
_LIMITED = b"Limit Reached. Please do not overload the API"


@dataclass
class Database:
    """What the server holds and how it behaves. `fields`: the schema's fields, `enums`: its values and labels.

    `lose_answers`: so many of the next batches are taken and their answers lost; `down`: so many requests get 503.
    """

    token: str
    fields: Mapping[str, Mapping[str, Any]]
    enums: Mapping[str, Mapping[str, str]]
    per_second: int = 200
    per_minute: int = 12_000
    lose_answers: int = 0
    down: int = 0
    clock: Callable[[], float] = time.monotonic
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: int = 0
    limited: int = 0
    _times: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self) -> bool:
        """Whether one more request fits in both windows; counts it."""
        with self._lock:
            now = self.clock()
            while self._times and self._times[0] <= now - 60:
                self._times.popleft()
            within = sum(at > now - 1 for at in self._times)
            if within >= self.per_second or len(self._times) >= self.per_minute:
                self.limited += 1
                return False
            self._times.append(now)
            return True

    def take(self, bodies: list[Any]) -> tuple[int, dict[str, Any]]:
        """A batch: status and body of the answer."""
        errors = {f"statement_{number}": wrong for number, body in enumerate(bodies) if (wrong := self.wrong(body))}
        if errors:
            self.refusals += 1
            return 422, {"errors": errors}
        with self._lock:
            puids = [body["puid"] for body in bodies]
            known = sorted({puid for puid in puids if puid in self.statements or puids.count(puid) > 1})
            if known:
                self.refusals += 1
                message = "The platform identifier(s) are not all unique within this call."
                return 422, {"message": message, "errors": {"puid": [message], "existing_puids": known}}
            made = [self._kept(body) for body in bodies]
        return 201, {"statements": made}

    def wrong(self, body: Any) -> dict[str, list[str]]:
        """What a statement breaks, by field."""
        if not isinstance(body, dict):
            return {"puid": ["The puid field is required."]}
        found: dict[str, list[str]] = {}
        for name, rule in self.fields.items():
            value = body.get(name)
            if value in (None, "", []):
                others = rule.get("required_without_all")
                if rule.get("required") is True or (others and not any(body.get(other) for other in others)):
                    found[name] = [f"The {name} field is required."]
                continue
            values = value if isinstance(value, list) else [value]
            allowed = self.enums.get(rule.get("enum", ""))
            if allowed and not all(isinstance(each, str) and each in allowed for each in values):
                found[name] = [f"The selected {name} is invalid."]
            elif isinstance(value, str) and len(value) > rule.get("max", len(value)):
                found[name] = [f"The {name} field must not be greater than {rule['max']} characters."]
        puid = body.get("puid")
        if "puid" not in found and not (isinstance(puid, str) and _PUID.match(puid)):
            found["puid"] = ["The puid field format is invalid."]
        return found

    def _kept(self, body: dict[str, Any]) -> dict[str, Any]:
        kept = {name: body[name] for name in self.fields if name in body}
        kept = {name: sorted(set(value)) if isinstance(value, list) else value for name, value in kept.items()}
        kept["uuid"] = str(uuid.uuid4())
        self.statements[kept["puid"]] = kept
        return kept


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: TransparencyServer

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        if path == "/api/ping":
            self._json(200, {"pong": True})
        elif not self._may():
            return
        elif path.startswith(_EXISTING):
            puid = path[len(_EXISTING) :]
            known = puid in self.server.database.statements
            said = "found" if known else "not found"
            self._json(302 if known else 404, {"message": f"statement of reason {said}", "puid": puid})
        elif path.startswith("/api/v1/statement/"):
            wanted = path.rpartition("/")[2]
            rows = [row for row in self.server.database.statements.values() if row["uuid"] == wanted]
            self._json(200, rows[0]) if rows else self._json(404, {"message": "not found"})
        else:
            self._json(404, {"message": "not found"})

    def do_POST(self) -> None:
        raw = self._body()
        if raw is None or not self._may():
            return
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        database = self.server.database
        if self.path == "/api/v1/statement":
            status, said = database.take([body])
            if status == 201:
                said = said["statements"][0]
            elif "statement_0" in said["errors"]:
                said = {"message": "The given data was invalid.", "errors": said["errors"]["statement_0"]}
            else:
                message = "The identifier given is not unique within this platform."
                said = {"message": message, "errors": {"puid": [message]}, "existing": {"puid": body["puid"]}}
        elif self.path == "/api/v1/statements":
            batch = body.get("statements") if isinstance(body, dict) else None
            if not isinstance(batch, list) or not 1 <= len(batch) <= _BATCH:
                message = "The statements field must have between 1 and 100 items."
                self._json(422, {"message": message, "errors": {"statements": [message]}})
                return
            status, said = database.take(batch)
        else:
            status, said = 404, {"message": "not found"}
        if status == 201 and database.lose_answers > 0:
            database.lose_answers -= 1
            self.server.lost.wait(self.server.silence_s)
            self.close_connection = True
            return
        self._json(status, said)

    def _body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= _MOST_BYTES:
            self.close_connection = True
            self._json(413, {"message": "The body is too long or its length is not said."})
            return None
        return self.rfile.read(length)

    def _may(self) -> bool:
        database = self.server.database
        if self.headers.get("Authorization") != f"Bearer {database.token}":
            self._json(401, {"message": "Unauthenticated."})
            return False
        if not database.admits():
            self._send(429, _LIMITED, "text/plain")
            return False
        if database.down > 0:
            database.down -= 1
            self._send(503, b"Service Unavailable", "text/plain")
            return False
        return True

    def _json(self, status: int, body: object) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: statements may hold what people wrote."""


class TransparencyServer(ThreadingHTTPServer):
    """The API on loopback while it is entered; `url` is its address. `silence_s`: how long it is silent."""

    daemon_threads = True

    def __init__(self, database: Database, *, port: int = 0, silence_s: float = 60.0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.database = database
        self.silence_s = silence_s
        self.lost = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> TransparencyServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.lost.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
