"""The HTTP edge, from the standard library: a small bounded server, and one bounded POST.

Rules:
- A request line, its headers and its body are bounded in bytes; silence ends a connection after ten seconds, and a
  connection as a whole after a minute, so that nobody can hold all of them by trickling.
- At most 64 connections at once; the next is closed.
- The client follows no redirect, reads a bounded answer, and speaks http and https alone.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from waarmerk.errors import InputError, UnavailableError, UsageError
from waarmerk.record.log.sites import Answer, Site, sentence

_CONNECTIONS = 64
_SILENCE_S = 10
_LIFE_S = 60
_MAX_ANSWER = 1 << 20


class Server(ThreadingHTTPServer):
    """Serves a site on an address until it is shut down; `url` is where."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self._since: dict[socket.socket, float] = {}
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise UnavailableError(
                f"cannot listen there: {error.strerror}", where=f"{host} port {port}", hint="choose another --port"
            ) from error
        except OverflowError as error:
            raise UsageError("a port is a number from 0 to 65535", where=str(port)) from error
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._since[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._end(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._end(request)

    def _end(self, request: Any) -> None:
        if self._since.pop(request, None) is not None:
            self._free.release()

    def service_actions(self) -> None:
        """Called twice a second by `serve_forever`: ends connections that are too old."""
        too_old = time.monotonic() - _LIFE_S
        for connection, since in list(self._since.items()):
            if since < too_old:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            print(f"waarmerk: a request failed: {error!r}", file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_S

    def do_GET(self) -> None:
        self._send(self.server.site.answer("GET", self.path, b""))

    def do_HEAD(self) -> None:
        self._send(self.server.site.answer("GET", self.path, b""))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit() and len(length) < 10):
            self.close_connection = True
            self._send(sentence(411, "say the length of the body"))
            return
        if int(length) > self.server.site.max_body:
            self.close_connection = True
            self._send(sentence(413, f"a body here has at most {self.server.site.max_body} bytes"))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        self._send(self.server.site.answer("POST", self.path, body))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", answer.cache)
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "waarmerk"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name of the base class
        """Who asks for what is nobody's business here."""


def poster(
    url: str, timeout_s: float = 10.0, content_type: str = "text/plain; charset=utf-8"
) -> Callable[[bytes], tuple[int, bytes]]:
    """A function that POSTs to `url` and gives status and body.

    It raises `UnavailableError` where nobody answers, `InputError` where the answer is too large.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise UsageError("the port in the address is not a number", where=url) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("an address reads like https://witness.example/", where=url)
    host: str = parts.hostname

    def post(body: bytes) -> tuple[int, bytes]:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(host, port, timeout=timeout_s)
        try:
            connection.request("POST", parts.path or "/", body, {"Content-Type": content_type})
            response = connection.getresponse()
            answer = response.read(_MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                f"no answer: {error or type(error).__name__}", where=url, hint="try again"
            ) from error
        finally:
            connection.close()
        if len(answer) > _MAX_ANSWER:
            raise InputError(f"the answer has more than {_MAX_ANSWER} bytes", where=url)
        return response.status, answer

    return post
