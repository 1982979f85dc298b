"""A server that says where it listens once it does, and does not wait for whoever dribbles.

Rules:
- A request's head has to be whole, and its body to come, within two looks, `LOOK_S` seconds apart: a connection that
  brought less than `LEAST` bytes meanwhile is closed. A body that is read slowly here is nobody's fault.
- There are at most `MOST_CONNECTIONS` at once; more are answered 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from waarmerk.errors import UsageError

LOOK_S = 10.0
LEAST = 1024
MOST_CONNECTIONS = 900


class Patient(H11Protocol):
    """HTTP/1.1 over one connection, looked at again and again."""

    look_s = LOOK_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._brought = 0
        self._seen: tuple[bool, object] = (False, None)
        self._next_look = self.loop.call_later(self.look_s, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._brought += len(data)
        super().data_received(data)

    def _look(self) -> None:
        heading = self.conn.their_state is h11.IDLE
        awaited = heading or self.conn.their_state is h11.SEND_BODY
        idle = self.timeout_keep_alive_task is not None  # between two requests: uvicorn's own matter
        waits = awaited and not idle and not self.flow.read_paused
        now = (waits, self.scope)
        slow = heading or self._brought < LEAST
        if waits and slow and self._seen[0] and self._seen[1] is self.scope:
            self.transport.abort()
            return
        self._brought, self._seen = 0, now
        self._next_look = self.loop.call_later(self.look_s, self._look)


class Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, told: Callable[[str], None]) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            raise UsageError(f"port {self.config.port} of {self.config.host} is taken", hint="another --port")
        port = self.servers[0].sockets[0].getsockname()[1]
        self._told(f"http://{self.config.host}:{port}/")
