"""Listening: the app over HTTP until it is stopped."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from waarmerk.web.listening import Server


def listen(app: FastAPI, host: str, port: int, told: Callable[[str], None]) -> None:
    """Answers requests until it is stopped; `told` is given the address once it does."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 << 10,
    )
    Server(config, told).run()
