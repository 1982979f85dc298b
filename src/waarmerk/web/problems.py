"""Errors as answers: problem+json (RFC 9457), the same sentence that the terminal would print.

Rules:
- An error of the house has its class's status; anything else is a 500 that says nothing of the inside.
- What is wrong with a request's form is one sentence with the field's name, never the whole input again.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError as DatabaseConflict
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from waarmerk.errors import (
    ConflictError,
    DependencyError,
    InputError,
    IntegrityError,
    UnavailableError,
    UsageError,
    WaarmerkError,
)

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[WaarmerkError], int], ...] = (
    (ConflictError, 409),
    (InputError, 422),
    (UsageError, 400),
    (UnavailableError, 503),
    (IntegrityError, 500),
    (DependencyError, 501),
)


def problem(status: int, title: str, *, hint: str = "", where: str = "", **more: object) -> JSONResponse:
    """An answer that says what is wrong."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if hint:
        body["hint"] = hint
    if where:
        body["where"] = where
    return JSONResponse(body | more, status, media_type=MEDIA_TYPE)


def status_of(error: WaarmerkError) -> int:
    """The HTTP status of an error of the house."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def install(app: FastAPI) -> None:
    """Has every error of the app answered as a problem."""

    @app.exception_handler(WaarmerkError)
    def of_house(_: Request, error: WaarmerkError) -> JSONResponse:
        return problem(status_of(error), error.message, hint=error.hint, where=error.where)

    @app.exception_handler(RequestValidationError)
    def of_form(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(422, f"{first['msg']}", where=where)

    @app.exception_handler(HTTPException)
    def of_http(_: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(DatabaseConflict)
    def of_two_at_once(_: Request, __: DatabaseConflict) -> JSONResponse:
        return problem(409, "the same thing was being done by somebody else", hint="ask again")

    @app.exception_handler(OperationalError)
    def of_database(_: Request, error: OperationalError) -> JSONResponse:
        logging.getLogger(__name__).error("the database failed", exc_info=error)
        return problem(503, "the database does not answer; nothing was kept", hint="ask again")

    @app.exception_handler(Exception)
    def of_nobody(_: Request, error: Exception) -> JSONResponse:
        logging.getLogger(__name__).error("a request failed", exc_info=error)
        return problem(500, "something went wrong here; nothing of your request was kept")
