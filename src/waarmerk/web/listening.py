"""A server that says where it listens once it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import uvicorn

from waarmerk.errors import UsageError


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
