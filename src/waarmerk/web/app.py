"""The app: every part of the web put together, with what holds for all of them.

Rules:
- No inline script or style anywhere: the content security policy forbids what a text field might smuggle in.
- What a client sends is bounded before it is read: media apart, a body has at most `MAX_BODY` bytes.
- Answers about people are never stored by anything between us and them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from waarmerk import __version__
from waarmerk.web import problems
from waarmerk.web.api import intake, operations, reading
from waarmerk.web.console import pages, people
from waarmerk.web.public import notices
from waarmerk.web.site import Site

MAX_BODY = 1 << 20
_MEDIA = ("/v1/media/", "/look")
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
    app.include_router(reading.router)
    app.include_router(operations.router)
    app.include_router(pages.router)
    app.include_router(people.router)
    app.include_router(notices.router)
    app.mount("/static", StaticFiles(packages=[("waarmerk.web", "static")]), name="static")
    app.middleware("http")(_with_headers)
    app.add_middleware(BodyLimit)
    return app


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


class BodyLimit:
    """Ends a request whose body is longer than it may be, whatever length it announced; media are counted where
    they are written."""

    def __init__(self, app: ASGIApp) -> None:
        self._free = app
        self._limited = RequestBodyLimitMiddleware(app, max_body_size=MAX_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        free = scope["type"] != "http" or scope["path"].startswith(_MEDIA)
        await (self._free if free else self._limited)(scope, receive, send)
