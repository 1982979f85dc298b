"""The app: every part of the web put together, with what holds for all of them.

Rules:
- No inline script or style anywhere: the content security policy forbids what a text field might smuggle in.
- What a client sends is bounded before it is read: media apart, a body has at most `MAX_BODY` bytes.
- Answers about people are never stored by anything between us and them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waarmerk import __version__
from waarmerk.web import problems
from waarmerk.web.api import intake, operations
from waarmerk.web.site import Site

MAX_BODY = 1 << 20
_TOO_LONG = f"a request has at most {MAX_BODY} bytes"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(site: Site) -> FastAPI:
    """The app of one installation."""
    app = FastAPI(
        title="Waarmerk",
        version=__version__,
        summary="The desk beside a platform: intake, decisions, their record",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.site = site
    problems.install(app)
    app.include_router(intake.router)
    app.include_router(operations.router)
    app.middleware("http")(_with_headers)
    app.add_middleware(BodyLimit)
    return app


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


class BodyLimit:
    """Ends a request whose body is longer than it may be, whatever length it announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        free = scope["type"] != "http" or scope["path"].startswith("/v1/media/")
        if free or scope["path"] == "/look":  # media are counted where they are written
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BODY:
                raise HTTPException(413, _TOO_LONG)
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problems.problem(413, _TOO_LONG, hint="send less at once")
        await answer(scope, receive, send)
