"""Where the desk's webhooks arrive: a small server on loopback that checks the signature and keeps what came."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any


class Hearing:
    """Listens until it is closed. `heard`: type and data of each webhook, once for each id.

    `refuses`: asked once for each id, whether this one is answered with an error for ever.
    """

    def __init__(self, secret: str, refuses: Callable[[str, dict[str, Any]], bool] = lambda *_: False) -> None:
        self.heard: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self.refused = 0
        key = base64.b64decode(secret.removeprefix("whsec_"))
        seen: set[str] = set()
        not_taken: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                name, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
                due = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
                good = self.headers["webhook-signature"] == "v1," + base64.b64encode(due).decode()
                if good and name not in seen:
                    seen.add(name)
                    told = json.loads(body)
                    if refuses(told["type"], told["data"]):
                        not_taken.add(name)
                    else:
                        outer.heard.put((told["type"], told["data"]))
                outer.refused += not good
                self.send_response(401 if not good else 500 if name in not_taken else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
