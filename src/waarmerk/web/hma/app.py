"""The app: HMA's paths, parameters and answers; what HMA leaves open is closed here.

Rules:
- Every error is `{"message": "..."}` with HMA's status.
- A key is asked for, except where the operator has said otherwise; `/status` alone is open.
- A body is bounded before it is read and goes to the disk as it comes; media are fetched from named places alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waarmerk import __version__
from waarmerk.errors import InputError, UnavailableError, UsageError, WaarmerkError
from waarmerk.web.hma import curation, matching
from waarmerk.web.hma.fetching import Fetcher, TooLargeError
from waarmerk.web.hma.here import Here
from waarmerk.web.hma.keys import Client
from waarmerk.web.hma.service import Service, TakenError, UnknownError

_SMALL = 1 << 20
"""Bytes of a body that is no form, and of a form beside its file."""
_STATUS: tuple[tuple[type[WaarmerkError], int], ...] = (
    (TooLargeError, 413),
    (UnknownError, 404),
    (TakenError, 403),
    (InputError, 400),
    (UsageError, 400),
    (UnavailableError, 503),
)


def create_hma_app(
    service: Service, fetcher: Fetcher, find_key: Callable[[str], Client | None], *, max_media: int
) -> FastAPI:
    """The app. `find_key`: whose key it is (without a key it is given ""); `max_media`: bytes of a medium."""
    app = FastAPI(title="Waarmerk bank (HMA)", version=__version__, docs_url=None, redoc_url=None)
    app.state.here = Here(service, fetcher, find_key, max_media)
    _install(app)

    @app.get("/status")
    def status() -> PlainTextResponse:
        try:
            service.generation()
        except UnavailableError as error:
            return PlainTextResponse(f"INDEX-STALE {error.message}", 503)
        return PlainTextResponse("I-AM-ALIVE")

    app.include_router(matching.router)
    app.include_router(curation.router)
    app.add_middleware(_BodyLimit, max_media=max_media)
    return app


def _message(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)


def _install(app: FastAPI) -> None:
    @app.exception_handler(WaarmerkError)
    def of_house(_: Request, error: WaarmerkError) -> JSONResponse:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status == 500:
            logging.getLogger(__name__).error("a request failed", exc_info=error)
        return _message(status, f"{error.message} ({error.hint})" if error.hint else error.message)

    @app.exception_handler(RequestValidationError)
    def of_form(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return _message(400, f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}")

    @app.exception_handler(HTTPException)
    def of_http(_: Request, error: HTTPException) -> JSONResponse:
        answer = _message(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def of_nobody(_: Request, error: Exception) -> JSONResponse:
        logging.getLogger(__name__).error("a request failed", exc_info=error)
        return _message(500, "something went wrong here")


class _BodyLimit:
    """Ends a request whose body is longer than it may be, whatever length it announced."""

    def __init__(self, app: ASGIApp, max_media: int) -> None:
        self._app, self._max_media = app, max_media

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        form = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        most = _SMALL + self._max_media * form
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > most:
            await _message(413, f"the body has more than {most} bytes")(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413, f"the body has more than {most} bytes")
            return message

        await self._app(scope, counted, send)
