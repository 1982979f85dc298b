"""What every route of HMA's API stands on: the service, who asks, the medium that came with the question."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from waarmerk.bank.store.values import By
from waarmerk.errors import InputError, UsageError
from waarmerk.web.hma.fetching import Fetcher, TooLargeError
from waarmerk.web.hma.keys import Client
from waarmerk.web.hma.service import Service
from waarmerk.web.hma.signals import TYPES, ContentType, Spoken


@dataclass(frozen=True)
class Here:
    """What the app was made with."""

    service: Service
    fetcher: Fetcher
    find_key: Callable[[str], Client | None]
    max_media: int


def here(request: Request) -> Here:
    """What this app was made with."""
    found: Here = request.app.state.here
    return found


def client(request: Request) -> Client:
    """Who asks; 401 where the key is nobody's."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    found = here(request).find_key(key.strip() if scheme.lower() == "bearer" else "")
    if found is None:
        raise HTTPException(401, "this needs a key", {"WWW-Authenticate": "Bearer"})
    return found


def curator(request: Request) -> By:
    """Who changes something; 403 where the key may only ask."""
    found = client(request)
    if found.role != "curate":
        raise HTTPException(403, f"the key {found.name} may not change banks")
    return By(found.name, f"{request.method} {request.url.path}")


HereNow = Annotated[Here, Depends(here)]
ClientNow = Annotated[Client, Depends(client)]
CuratorNow = Annotated[By, Depends(curator)]


async def body_json(request: Request) -> dict[str, Any]:
    """The body, a JSON object; raises UsageError where it is none."""
    try:
        value = await request.json()
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is no JSON") from error
    if not isinstance(value, dict):
        raise UsageError("the body is no JSON object")
    return value


def fetched(at: Here, url: str | None, content_type: str | None, *, keep: bool = False) -> tuple[Spoken, ContentType]:
    """What the medium at an address gives; raises UsageError, InputError, TooLargeError."""
    if not url:
        raise UsageError("url is required")
    medium = at.fetcher.fetch(url)
    with medium.file:
        named = content_type or {"image": "photo", "video": "video"}.get(
            medium.content_type.lower().split("/")[0], ""
        )
        if not named:
            raise InputError(
                f"unsupported url ContentType: '{medium.content_type}'",
                hint="say which by content_type=photo or video",
            )
        kind = known_type(named)
        return at.service.hash(medium.path, kind, keep=keep), kind


def known_type(name: str) -> ContentType:
    """The content type of this name; raises UsageError."""
    for kind in TYPES:
        if kind == name:
            return kind
    raise UsageError(f"no such content_type: '{name}'")


async def uploaded(request: Request, *, keep: bool = False) -> tuple[Spoken, ContentType, dict[str, str]]:
    """What the one file of a form gives, its content type, and the form's other fields."""
    at = here(request)
    try:
        async with request.form(max_files=2, max_fields=16, max_part_size=1 << 16) as form:
            files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            if not files:
                raise UsageError("Missing multipart/form-data file upload")
            if len(files) > 1:
                raise UsageError("Only one file allowed per request")
            file, kind = files[0][1], known_type(files[0][0])
            if file.size is not None and file.size > at.max_media:
                raise TooLargeError(f"the medium has more than {at.max_media} bytes")
            return await run_in_threadpool(_hashed, at, file, kind, keep), kind, fields
    except HTTPException as error:
        # More files than may be counted are told by the form's reader in words of its own.
        if error.status_code == 400 and "files" in str(error.detail):
            raise UsageError("Only one file allowed per request") from error
        raise


def _hashed(at: Here, file: UploadFile, kind: ContentType, keep: bool) -> Spoken:
    with tempfile.NamedTemporaryFile(prefix="waarmerk-") as copy:
        file.file.seek(0)
        shutil.copyfileobj(file.file, copy, 1 << 16)
        copy.flush()
        return at.service.hash(Path(copy.name), kind, keep=keep)
