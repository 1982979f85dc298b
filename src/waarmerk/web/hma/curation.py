"""`/c`: banks, their contents, signal types and exchanges, as HMA's clients keep them."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from waarmerk.bank.exchange.common import storable
from waarmerk.bank.store.values import Entry
from waarmerk.errors import UsageError
from waarmerk.web.hma.here import (
    ClientNow,
    CuratorNow,
    Here,
    HereNow,
    body_json,
    fetched,
    uploaded,
)
from waarmerk.web.hma.matching import hashes, limited
from waarmerk.web.hma.service import UnknownError
from waarmerk.web.hma.signals import NAMES, TYPES, parse
from waarmerk.web.hma.state import Content, Named

router = APIRouter(prefix="/c")
_NAME = re.compile(r"[A-Z0-9_]{1,100}")
_METADATA = {"content_id", "content_uri", "json"}
_NOTE = 255
_YEARS_5 = 5 * 365 * 24 * 3600


@router.get("/banks")
def banks(at: HereNow, _: ClientNow) -> list[dict[str, Any]]:
    return [named.json() for named in at.service.banks().values()]


@router.post("/banks", status_code=201)
async def create(at: HereNow, request: Request, _: CuratorNow) -> dict[str, Any]:
    given = await body_json(request)
    ratio = _ratio(given)
    named = await run_in_threadpool(at.service.create_bank, _name(given), 1.0 if ratio is None else ratio)
    return named.json()


@router.get("/bank/{name}")
def bank(at: HereNow, _: ClientNow, name: str) -> dict[str, Any]:
    return at.service.bank(name).json()


@router.put("/bank/{name}")
async def update(at: HereNow, request: Request, _: CuratorNow, name: str) -> dict[str, Any]:
    given = await body_json(request)
    new = _name(given) if "name" in given else None

    def updated() -> Named:
        return at.service.update_bank(name, new, _ratio(given))

    return (await run_in_threadpool(updated)).json()


@router.delete("/bank/{name}")
def delete(at: HereNow, by: CuratorNow, name: str) -> dict[str, str]:
    at.service.delete_bank(name, by)
    return {"message": "Done"}


@router.post("/bank/{name}/content")
async def add_content(
    at: HereNow,
    request: Request,
    by: CuratorNow,
    name: str,
    url: str | None = None,
    content_type: str | None = None,
    metadata: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    await run_in_threadpool(at.service.bank, name)
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if url:
        given = await body_json(request) if form == "application/json" else {}
        said = _said(given.get("metadata", metadata), given.get("note", note))
        spoken, kind = await run_in_threadpool(lambda: fetched(at, url, content_type, keep=True))
    elif form == "multipart/form-data":
        spoken, kind, fields = await uploaded(request, keep=True)
        said = _said(fields.get("metadata", metadata), fields.get("note", note))
    else:
        raise UsageError("Neither `url` nor multipart file upload was received")
    found = hashes(spoken, kind, None)
    number = await run_in_threadpool(at.service.add, name, {"": spoken}, said, by)
    return {"id": number, "signals": found}


@router.post("/bank/{name}/signal")
async def add_signals(at: HereNow, request: Request, by: CuratorNow, name: str) -> dict[str, Any]:
    await run_in_threadpool(at.service.bank, name)
    several = {kind: parse(kind, text) for kind, text in (await body_json(request)).items()}
    if not several:
        raise UsageError("No signals given")
    if len(several) > 1 and "pdq" in several:
        raise UsageError("pdq is of a photo, the other signals are of a video", hint="add them one by one")
    number = await run_in_threadpool(at.service.add, name, several, Content(), by)
    return {"id": number, "signals": {kind: one.written(kind) for kind, one in several.items()}}


@router.get("/bank/{name}/content/{number}")
def content(
    at: HereNow,
    _: ClientNow,
    name: str,
    number: int,
    include_signals: str = "false",
    include_metadata: str = "false",
) -> dict[str, Any]:
    told = _content(at, name, *at.service.content(name, number))
    if include_signals.lower() in ("true", "1"):
        kept = at.service.signals(number)
        told["signals"] = {kind: kept.written(kind) for kind in NAMES if kept.written(kind) is not None}
    if include_metadata.lower() in ("true", "1"):
        said = at.service.content(name, number)[1]
        told |= {"metadata": said.metadata, "note": said.note}
    return told


@router.put("/bank/{name}/content/{number}")
async def disable(at: HereNow, request: Request, _: CuratorNow, name: str, number: int) -> dict[str, Any]:
    until = (await body_json(request)).get("disable_until_ts")
    if isinstance(until, bool) or not isinstance(until, int) or not 0 <= until < time.time() + _YEARS_5:
        raise UsageError("disable_until_ts is seconds since 1970, at most five years ahead; 0 turns it on")
    found = await run_in_threadpool(at.service.disable, name, number, until)
    return _content(at, name, *found)


@router.delete("/bank/{name}/content/{number}")
def delete_content(at: HereNow, by: CuratorNow, name: str, number: int) -> dict[str, int]:
    return {"deleted": at.service.delete(name, number, by)}


@router.get("/signal_type")
def signal_types(_: ClientNow) -> list[dict[str, Any]]:
    return [{"name": name, "enabled_ratio": 1.0} for name in NAMES]


@router.get("/signal_type/index")
def signal_index(at: HereNow, _: ClientNow, signal_type: str | None = None) -> dict[str, Any]:
    sizes, newest = at.service.sizes()
    at.service.generation()
    return {
        name: {
            "db_size": sizes[name],
            "index_size": sizes[name],
            "index_out_of_date": False,
            "newest_db_item": newest if sizes[name] else -1,
            "index_built_to": newest if sizes[name] else -1,
        }
        for name in limited(signal_type)
    }


@router.get("/content_type")
def content_types(_: ClientNow) -> list[dict[str, Any]]:
    return [{"name": name, "enabled": True} for name in TYPES]


@router.get("/exchanges")
def exchanges(_: ClientNow) -> list[str]:
    return []


@router.get("/exchanges/apis")
def exchange_apis(_: ClientNow) -> list[str]:
    return []


@router.post("/exchanges")
async def create_exchange(request: Request, _: CuratorNow) -> dict[str, Any]:
    kind = (await body_json(request)).get("api")
    raise UsageError(f"No such exchange type '{kind}'", hint="lists are brought in with `waarmerk bank import`")


@router.get("/exchange/{name}")
@router.get("/exchange/{name}/status")
def exchange(_: ClientNow, name: str) -> dict[str, Any]:
    raise UnknownError(f"Exchange '{name}' not found")


def _content(at: Here, name: str, entry: Entry, said: Content) -> dict[str, Any]:
    on = entry.status in ("seeded", "confirmed")
    return {
        "id": entry.number,
        "disable_until_ts": said.until,
        "original_media_uri": said.uri,
        "collab_metadata": {},
        "enabled": on and said.until <= time.time(),
        "bank": at.service.bank(name).json(),
    }


def _name(given: dict[str, Any]) -> str:
    name = given.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError("Field `name` must match /^[A-Z0-9_]+$/")
    return name


def _ratio(given: dict[str, Any]) -> float | None:
    """The share of questions that a bank is to answer; None where nothing is said of it."""
    if "enabled_ratio" in given:
        try:
            ratio = float(given["enabled_ratio"])
        except (TypeError, ValueError) as error:
            raise UsageError("enabled_ratio is a number from 0 to 1") from error
        if not 0 <= ratio <= 1:
            raise UsageError("enabled_ratio is a number from 0 to 1")
        return ratio
    if "enabled" in given:
        return 0.0 if given["enabled"] in (False, 0, "false", "False", "0") else 1.0
    return None


def _said(metadata: object, note: object) -> Content:
    """What a client said of a content; raises UsageError where that is no metadata, or too long a note."""
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except (ValueError, RecursionError) as error:
            raise UsageError("metadata should be a json object") from error
    if metadata is not None and not isinstance(metadata, dict):
        raise UsageError("metadata should be a json object")
    strange = sorted(set(metadata or {}) - _METADATA)
    if strange:
        raise UsageError(f"metadata contains unexpected keys: {', '.join(strange)}")
    if note is not None and (not isinstance(note, str) or len(note) > _NOTE or not storable(note)):
        raise UsageError(f"a note is text of at most {_NOTE} signs")
    uri = (metadata or {}).get("content_uri")
    if isinstance(uri, str) and not storable(uri):
        raise UsageError("content_uri has signs that are no text")
    return Content(0, uri if isinstance(uri, str) else None, metadata, note)
